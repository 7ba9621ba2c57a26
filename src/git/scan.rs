//! Looking for candidates in objects, and in deltas without making the objects.

use std::io::Read;
use std::ops::{ControlFlow, Range};

use crate::blob::{ObjectId, ObjectKind};
use crate::coverage::{Coverage, Progress};
use crate::git::commit::Tag;
use crate::git::commits::CommitLog;
use crate::git::database::hash;
use crate::git::pack::collage::Collage;
use crate::git::pack::delta::{Delta, Piece};
use crate::git::pack::pass::Target;
use crate::git::stream::may_hold;
use crate::git::{HEAD_LEN, Object, Probe, Visit};

/// A candidate in an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Spot {
    start: usize,
    end: usize,
    /// It was judged, and does not count.
    harmless: bool,
}

/// What is known about an object that was looked at, for those that are deltas to it.
#[derive(Default)]
pub(crate) struct Spots {
    /// In the order of their beginning.
    spots: Vec<Spot>,
    /// [`Probe::whole`] says that it is to be read whole.
    whole: bool,
}

/// What one worker has found.
#[derive(Default)]
pub(crate) struct Findings {
    pub coverage: Coverage,
    pub blobs: Vec<ObjectId>,
    pub messages: Vec<ObjectId>,
    pub commits: CommitLog,
    pub tags: Vec<(ObjectId, Tag)>,
    /// Objects that could not be read where they were looked for first, and why.
    pub failed: Vec<(ObjectId, String)>,
    /// Trees that lie outside of packs.
    pub trees: Vec<ObjectId>,
}

impl Findings {
    pub fn absorb(&mut self, other: Self) {
        self.coverage.merge(other.coverage);
        self.blobs.extend(other.blobs);
        self.messages.extend(other.messages);
        self.commits.absorb(other.commits);
        self.tags.extend(other.tags);
        self.failed.extend(other.failed);
        self.trees.extend(other.trees);
    }
}

/// Looks at objects, on one thread.
pub(crate) struct Scanner<'a> {
    probe: &'a Probe<'a>,
    visit: &'a Visit<'a>,
    progress: &'a Progress,
    id_len: usize,
    pub findings: Findings,
    changes: Collage,
    head: Vec<u8>,
    /// Objects and bytes that the progress does not know of yet.
    unreported: (u64, u64),
}

impl<'a> Scanner<'a> {
    pub fn new(
        probe: &'a Probe<'a>,
        visit: &'a Visit<'a>,
        progress: &'a Progress,
        id_len: usize,
    ) -> Self {
        Self {
            probe,
            visit,
            progress,
            id_len,
            findings: Findings::default(),
            changes: Collage::default(),
            head: Vec::new(),
            unreported: (0, 0),
        }
    }

    /// Tells the progress what was done since the last time, and hears whether to go on.
    pub fn report(&mut self) -> ControlFlow<()> {
        let (objects, bytes) = std::mem::take(&mut self.unreported);
        self.progress.add(objects, bytes);
        match self.progress.stopped() {
            None => ControlFlow::Continue(()),
            Some(_) => ControlFlow::Break(()),
        }
    }

    pub fn count(&mut self, kind: ObjectKind, bytes: usize) {
        self.findings.coverage.objects.add(kind);
        self.findings.coverage.bytes += bytes as u64;
        self.unreported.0 += 1;
        self.unreported.1 += bytes as u64;
    }

    /// Looks for candidates in the whole of an object, without having any of them judged.
    pub fn search(&self, bytes: &[u8]) -> Spots {
        let mut spots = Vec::new();
        (self.probe.candidates)(bytes, &mut |Range { start, end }| {
            spots.push(Spot { start, end, harmless: false });
        });
        spots.sort_unstable_by_key(|spot| (spot.start, spot.end));
        let whole = (self.probe.whole)(&bytes[..bytes.len().min(HEAD_LEN)]);
        Spots { spots, whole }
    }

    /// Looks at a large object piece by piece; whether it must be looked at whole. Commits and tags
    /// must be in any case.
    pub fn large(
        &mut self,
        kind: ObjectKind,
        size: u64,
        stream: &mut dyn Read,
    ) -> Result<bool, String> {
        let may_hold = kind != ObjectKind::Blob || may_hold(stream, size, self.probe)?;
        if !may_hold {
            self.count(kind, usize::try_from(size).unwrap_or(usize::MAX));
        }
        Ok(may_hold)
    }

    /// Looks at an object of which all bytes are there.
    pub fn whole(&mut self, id: ObjectId, kind: ObjectKind, bytes: &[u8]) -> Spots {
        let mut spots = self.search(bytes);
        self.judge(id, kind, bytes, &mut spots);
        self.remember(id, kind, bytes);
        spots
    }

    /// Looks at an object that is a delta, through what is known of its base. An object without id
    /// was looked at elsewhere. The id is only asked for if it is needed: few are.
    pub fn delta(
        &mut self,
        id: Option<impl Fn() -> ObjectId>,
        kind: ObjectKind,
        delta: &Delta<'_>,
        base: &Spots,
        target: &mut Target,
    ) -> Spots {
        let mut spots = Spots { spots: self.carry(delta, &base.spots), whole: false };
        if self.inserts_candidates(delta) {
            let found = self.search(target.get(delta)).spots;
            let known = std::mem::replace(&mut spots.spots, found);
            for spot in &mut spots.spots {
                let same =
                    known.binary_search_by_key(&(spot.start, spot.end), |k| (k.start, k.end));
                spot.harmless = same.is_ok_and(|same| known[same].harmless);
            }
        }
        spots.whole = self.whole_by_head(delta, base);
        let Some(id) = id else { return spots };
        self.count(kind, delta.size);
        if spots.whole || spots.spots.iter().any(|spot| !spot.harmless) {
            self.judge(id(), kind, target.get(delta), &mut spots);
        }
        if kind != ObjectKind::Blob {
            self.remember(id(), kind, target.get(delta));
        }
        spots
    }

    /// Asks the caller about an object that may hold something.
    fn judge(&mut self, id: ObjectId, kind: ObjectKind, bytes: &[u8], spots: &mut Spots) {
        if !spots.whole && spots.spots.is_empty() {
            return;
        }
        if !(self.visit)(&Object { id, kind, bytes }) {
            spots.spots.iter_mut().for_each(|spot| spot.harmless = true);
            return;
        }
        match kind {
            ObjectKind::Blob => self.findings.blobs.push(id),
            _ => self.findings.messages.push(id),
        }
        if hash(kind, bytes, self.id_len) != id {
            let what = format!("{} {id}", kind.name());
            let why = "its content was changed: it does not have this id; what was found in it is \
                       reported all the same; fetch it again from another copy";
            self.findings.coverage.gap(what, why);
        }
    }

    /// Keeps what attribution needs of commits and tags.
    fn remember(&mut self, id: ObjectId, kind: ObjectKind, bytes: &[u8]) {
        let understood = match kind {
            ObjectKind::Commit => self.findings.commits.push(id, bytes),
            ObjectKind::Tag => Tag::parse(bytes).map(|tag| self.findings.tags.push((id, tag))),
            ObjectKind::Blob | ObjectKind::Tree => return,
        };
        if understood.is_none() {
            let why = "its headers are malformed, so what it leads to is not known; fetch it again from \
                       another copy";
            self.findings.coverage.gap(format!("{} {id}", kind.name()), why);
        }
    }

    /// The candidates of the base that are in copied pieces. What was harmless stays so where the
    /// bytes that decide about it were copied too.
    fn carry(&self, delta: &Delta<'_>, base: &[Spot]) -> Vec<Spot> {
        let mut carried = Vec::new();
        if base.is_empty() {
            return carried;
        }
        for piece in delta.pieces.iter().filter(|piece| piece.copied) {
            let first = base.partition_point(|spot| spot.start < piece.from);
            let inside = base[first..].iter().take_while(|s| s.start < piece.from + piece.len);
            for spot in inside.filter(|spot| spot.end <= piece.from + piece.len) {
                let start = spot.start - piece.from + piece.at;
                let end = start + spot.end - spot.start;
                let harmless = spot.harmless && self.decided_within(delta, piece, spot);
                carried.push(Spot { start, end, harmless });
            }
        }
        carried
    }

    /// Whether all bytes that decide about a candidate were copied with it.
    fn decided_within(&self, delta: &Delta<'_>, piece: &Piece, spot: &Spot) -> bool {
        let (left, right) = self.probe.reach;
        let piece_end = piece.from + piece.len;
        let begins = piece.from == 0 && piece.at == 0;
        let ends = piece_end == delta.base.len() && piece.at + piece.len == delta.size;
        (begins || spot.start.checked_sub(left).is_some_and(|from| from >= piece.from))
            && (ends || spot.start.saturating_add(right) <= piece_end)
    }

    /// Whether there are candidates in what the delta inserts or brings together.
    fn inserts_candidates(&mut self, delta: &Delta<'_>) -> bool {
        delta.changes(self.probe.margin, &mut self.changes);
        let mut found = false;
        (self.probe.candidates)(self.changes.bytes(), &mut |_| found = true);
        found
    }

    fn whole_by_head(&mut self, delta: &Delta<'_>, base: &Spots) -> bool {
        let same = delta
            .pieces
            .first()
            .is_some_and(|piece| piece.copied && piece.from == 0 && piece.len >= HEAD_LEN);
        if same {
            return base.whole;
        }
        delta.build_head(HEAD_LEN, &mut self.head);
        (self.probe.whole)(&self.head)
    }
}
