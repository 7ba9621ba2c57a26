//! Looking at trees: their names, what they lead to, and how they differ from each other.
//!
//! Most trees of a pack are deltas that change one entry. So a tree is not parsed: the entries that
//! matter are carried over from its base, and only those near a change are read again.

use memchr::memmem::Finder;

use crate::blob::{ObjectId, ObjectKind};
use crate::git::Probe;
use crate::git::hit_set::HitSet;
use crate::git::pack::Pack;
use crate::git::pack::collage::Collage;
use crate::git::pack::delta::Delta;
use crate::git::pack::forest::{Entry, Forest};
use crate::git::pack::pass::{FOREIGN, Pass, Target};
use crate::git::presence::{self, Presence};
use crate::git::tree::{self, Entries, EntryKind};
use crate::git::tree_log::{NONE, Record, Row, TreeLog, flag};

/// An entry that matters, in the bytes of a tree.
#[derive(Clone, Copy, Debug)]
struct Mark {
    start: u32,
    end: u32,
    flags: u8,
    /// It was taken over from the base, which has it too.
    carried: bool,
}

impl Mark {
    /// The bytes of the entry.
    fn entry<'a>(&self, tree: &'a [u8]) -> &'a [u8] {
        &tree[self.start as usize..self.end as usize]
    }

    /// What git sorts the entries of a tree by: the name, that of a directory with a slash.
    fn sort_key<'a>(&self, tree: &'a [u8]) -> impl Iterator<Item = u8> + use<'a> {
        let entry = self.entry(tree);
        let space = memchr::memchr(b' ', entry).map_or(entry.len(), |space| space + 1);
        let name = entry[space..].iter().copied().take_while(|byte| *byte != 0);
        name.chain((self.flags & flag::TREE != 0).then_some(b'/'))
    }
}

/// What is known of a tree, for those that are deltas to it.
pub(crate) struct Marks {
    record: Record,
    /// In the order of the entries.
    marks: Vec<Mark>,
}

/// How the entry of a directory begins.
const MODE: &[u8] = b"40000 ";

/// Writes the log, on one thread.
pub(crate) struct TreePass<'a> {
    pub pack: Option<(&'a Pack, &'a Forest)>,
    pub probe: &'a Probe<'a>,
    pub hits: &'a HitSet,
    pub presence: &'a Presence,
    /// Whether directories and hits are logged, or only names searched.
    pub edges: bool,
    pub id_len: usize,
    pub log: TreeLog,
    directory: Finder<'static>,
    changes: Collage,
    taken: Vec<bool>,
}

impl<'a> TreePass<'a> {
    pub fn new(
        probe: &'a Probe<'a>,
        hits: &'a HitSet,
        presence: &'a Presence,
        edges: bool,
        id_len: usize,
    ) -> Self {
        let (log, changes, taken) = (TreeLog::default(), Collage::default(), Vec::new());
        let directory = Finder::new(MODE);
        Self { pack: None, probe, hits, presence, edges, id_len, log, directory, changes, taken }
    }

    /// Looks at a tree of which all bytes are there.
    pub fn tree(&mut self, id: ObjectId, bytes: &[u8]) -> Marks {
        let marks = self.parse(id, bytes);
        if !self.edges {
            return Marks { record: NONE, marks: Vec::new() };
        }
        self.record(id, NONE, (&marks, bytes), (&[], &[]));
        Marks { record: self.last_record(), marks }
    }

    fn last_record(&self) -> Record {
        self.log.rows.len() as u32 - 1
    }

    fn id(&self, entry: Entry) -> ObjectId {
        match self.pack {
            Some((pack, forest)) if entry != FOREIGN => forest.id(pack, entry),
            _ => ObjectId::from_bytes(&[0; 32][..self.id_len]).expect("20 or 32 bytes"),
        }
    }

    fn has_candidates(&self, bytes: &[u8]) -> bool {
        let mut found = false;
        (self.probe.candidates)(bytes, &mut |_| found = true);
        found
    }

    /// Reads all entries and keeps those that matter.
    fn parse(&mut self, tree: ObjectId, bytes: &[u8]) -> Vec<Mark> {
        let named = self.has_candidates(bytes);
        let mut marks = Vec::new();
        for entry in Entries::new(bytes, self.id_len) {
            if entry.kind != EntryKind::Submodule && !self.presence.contains(entry.id.as_bytes()) {
                presence::note(&mut self.log.missing, entry.id, tree);
            }
            let mut flags = match entry.kind {
                EntryKind::Tree => flag::TREE,
                EntryKind::Blob if self.hits.contains(entry.id.as_bytes()) => flag::HIT,
                _ => 0,
            };
            if named && self.has_candidates(entry.name) {
                flags |= flag::NAME;
                self.log.candidates.insert(entry.name.to_owned());
            }
            if flags != 0 {
                marks.push(mark(&entry, flags));
            }
        }
        marks
    }

    /// Appends a row: what it adds, and what it no longer has of its base.
    fn record(
        &mut self,
        id: ObjectId,
        base: Record,
        (added, bytes): (&[Mark], &[u8]),
        (removed, base_bytes): (&[Mark], &[u8]),
    ) {
        let log = &mut self.log;
        for (edges, marks, bytes) in
            [(&mut log.added, added, bytes), (&mut log.removed, removed, base_bytes)]
        {
            for mark in marks.iter().filter(|mark| !mark.carried) {
                let entry = Entries::starting_at(bytes, self.id_len, mark.start as usize).next();
                if let Some(entry) = entry {
                    edges.push(log.names.number(entry.name), mark.flags, &entry.id);
                }
            }
        }
        let (added, removed) = (log.added.len() as u32, log.removed.len() as u32);
        log.rows.push(Row { id, base, added, removed });
    }

    /// Whether the changes bring in something that asks for all entries to be read.
    fn must_parse(&mut self, delta: &Delta<'_>, base: &[Mark]) -> bool {
        base.iter().zip(&self.taken).any(|(m, taken)| !taken && m.flags != flag::TREE)
            || self.names_change(delta)
    }

    fn names_change(&mut self, delta: &Delta<'_>) -> bool {
        delta.changes(self.probe.longest.saturating_sub(1), &mut self.changes);
        self.has_candidates(self.changes.bytes())
    }

    /// Looks at what the entries name that the changes touch: whether one of them is a hit. The id
    /// of such an entry follows the NUL after its name, which lies at most an id before the change,
    /// in it, or is the first one behind it.
    fn look_at_ids(
        &mut self,
        entry: Entry,
        changes: impl Iterator<Item = (usize, usize)>,
        bytes: &[u8],
    ) -> bool {
        let mut found = false;
        for (from, to) in changes {
            let near = from.saturating_sub(self.id_len);
            let behind = memchr::memchr(0, &bytes[to..]).map(|nul| to + nul);
            let inside = memchr::memchr_iter(0, &bytes[near..to]).map(|nul| near + nul);
            for nul in inside.chain(behind) {
                let Some(id) = bytes.get(nul + 1..nul + 1 + self.id_len) else { continue };
                found |= self.edges && self.hits.contains(id);
                if !self.presence.contains(id) && presence::ends_name(bytes, nul) {
                    let tree = self.id(entry);
                    let object = ObjectId::from_bytes(id).expect("an id has 20 or 32 bytes");
                    presence::note(&mut self.log.missing, object, tree);
                }
            }
        }
        found
    }

    /// Looks at the names and ids near the changes, without making the tree if nothing else needs
    /// it. What is left of the copied pieces then is longer than most entries; where one is not in
    /// it, the tree is made after all.
    fn search_names(&mut self, entry: Entry, delta: &Delta<'_>, target: &mut Target) {
        let mut excerpt = std::mem::take(&mut self.changes);
        delta.changes(SEAM.max(self.probe.longest), &mut excerpt);
        let scratch = excerpt.bytes();
        let short = changes_in_excerpt(delta, SEAM.max(self.probe.longest));
        let named = self.has_candidates(scratch);
        let cut = short.iter().any(|(from, to)| {
            let left = &scratch[from.saturating_sub(SEAM)..*from];
            let right = &scratch[*to..scratch.len().min(to + SEAM)];
            let behind = memchr::memchr(0, right).is_some_and(|nul| nul + self.id_len < SEAM);
            left.len() == SEAM && !left.contains(&0) || right.len() == SEAM && !behind
        });
        if cut || named {
            self.look_at_ids(entry, changes(delta), target.get(delta));
        } else {
            self.look_at_ids(entry, short.into_iter(), scratch);
        }
        self.changes = excerpt;
        if named {
            self.parse(self.id(entry), target.get(delta));
        }
    }

    /// Takes over the entries that were copied whole, and reads those again that were cut.
    fn carry(&mut self, delta: &Delta<'_>, bytes: &[u8], base: &[Mark]) -> Vec<Mark> {
        self.taken.clear();
        self.taken.resize(base.len(), false);
        let mut marks = Vec::with_capacity(base.len() + 1);
        for piece in delta.pieces.iter().filter(|piece| piece.copied) {
            let (from, end) = (piece.from, piece.from + piece.len);
            let first = base.partition_point(|mark| (mark.start as usize) < from);
            for (number, known) in base.iter().enumerate().skip(first) {
                if known.start as usize >= end {
                    break;
                }
                let start = known.start as usize - from + piece.at;
                if known.end as usize <= end {
                    let carried = !std::mem::replace(&mut self.taken[number], true);
                    let end = start as u32 + (known.end - known.start);
                    marks.push(Mark { start: start as u32, end, flags: known.flags, carried });
                } else {
                    marks.extend(directory_at(bytes, self.id_len, start));
                }
            }
        }
        marks
    }

    /// Finds directories whose entry begins in or at a change. One behind a change may not have been
    /// carried: old trees have modes with a zero before them, and the next version none.
    fn find_directories(&self, delta: &Delta<'_>, bytes: &[u8], marks: &mut Vec<Mark>) {
        for (from, to) in changes(delta) {
            let near = from.saturating_sub(MODE.len() - 1);
            let window = &bytes[near..bytes.len().min(to + MODE.len())];
            for at in self.directory.find_iter(window) {
                marks.extend(directory_at(bytes, self.id_len, near + at));
            }
        }
        marks.sort_unstable_by_key(|mark| (mark.end, !mark.carried));
        marks.dedup_by_key(|mark| mark.end);
    }
}

impl Pass for TreePass<'_> {
    type Note = Marks;

    fn wants(&self, kind: ObjectKind) -> bool {
        kind == ObjectKind::Tree
    }

    fn whole(&mut self, entry: Entry, _: ObjectKind, bytes: &[u8]) -> Marks {
        self.tree(self.id(entry), bytes)
    }

    fn delta(
        &mut self,
        entry: Entry,
        _: ObjectKind,
        delta: &Delta<'_>,
        base: &Marks,
        target: &mut Target,
    ) -> Marks {
        if !self.edges {
            self.search_names(entry, delta, target);
            return Marks { record: NONE, marks: Vec::new() };
        }
        let bytes = target.get(delta);
        let brings_hit = self.look_at_ids(entry, changes(delta), bytes);
        let mut marks = self.carry(delta, bytes, &base.marks);
        let removed: Vec<Mark>;
        if brings_hit || self.must_parse(delta, &base.marks) {
            marks = self.parse(self.id(entry), bytes);
            removed = pair_up((&mut marks, bytes), (&base.marks, delta.base));
        } else {
            self.find_directories(delta, bytes, &mut marks);
            let lost = base.marks.iter().zip(&self.taken).filter(|(_, taken)| !**taken);
            removed = lost.map(|(mark, _)| Mark { carried: false, ..*mark }).collect();
        }
        self.record(self.id(entry), base.record, (&marks, bytes), (&removed, delta.base));
        Marks { record: self.last_record(), marks }
    }

    fn failed(&mut self, _: Entry, _: &str) {
        // The pass over contents has reported it already.
    }
}

fn mark(entry: &tree::Entry<'_>, flags: u8) -> Mark {
    Mark { start: entry.start as u32, end: entry.end as u32, flags, carried: false }
}

/// Marks as carried the entries that the base has too, and gives back those of the base that are
/// left over. Both are in the order of trees; where a tree is not sorted, entries that are the same
/// count as removed and added.
fn pair_up(
    (marks, bytes): (&mut [Mark], &[u8]),
    (base, base_bytes): (&[Mark], &[u8]),
) -> Vec<Mark> {
    let mut removed = Vec::new();
    let mut rest = base.iter().map(|mark| Mark { carried: false, ..*mark }).peekable();
    for mark in marks {
        let is_before = |old: &Mark| old.sort_key(base_bytes).lt(mark.sort_key(bytes));
        removed.extend(std::iter::from_fn(|| rest.next_if(is_before)));
        let same = |old: &Mark| old.entry(base_bytes) == mark.entry(bytes);
        mark.carried = rest.next_if(same).is_some();
    }
    removed.extend(rest);
    removed
}

fn directory_at(bytes: &[u8], id_len: usize, at: usize) -> Option<Mark> {
    let entry = Entries::starting_at(bytes, id_len, at).next()?;
    (entry.kind == EntryKind::Tree).then(|| mark(&entry, flag::TREE))
}

/// How much of a copied piece is looked at where it meets another: more than two entries have.
const SEAM: usize = 128;

/// The same places as [`changes`], in what [`Delta::changes`] leaves of the object.
fn changes_in_excerpt(delta: &Delta<'_>, seam: usize) -> Vec<(usize, usize)> {
    let mut at = 0;
    let mut copied_before = false;
    let mut found = Vec::new();
    for (number, piece) in delta.pieces.iter().enumerate() {
        let is_seam = piece.copied && (copied_before || piece.at == 0 && piece.from != 0);
        let left = match piece.copied && piece.len > 2 * seam {
            false => piece.len,
            true => {
                let ends = usize::from(number > 0) + usize::from(number + 1 < delta.pieces.len());
                ends * seam
            }
        };
        match piece.copied {
            false => found.push((at, at + left)),
            true if is_seam => found.push((at, at)),
            true => {}
        }
        copied_before = piece.copied;
        at += left;
    }
    found
}

/// Where the object differs from its base: what is inserted, and, as empty ranges, where two copied
/// pieces meet.
fn changes(delta: &Delta<'_>) -> impl Iterator<Item = (usize, usize)> {
    let mut copied_before = false;
    delta.pieces.iter().filter_map(move |piece| {
        let seam = piece.copied && (copied_before || piece.at == 0 && piece.from != 0);
        copied_before = piece.copied;
        match piece.copied {
            false => Some((piece.at, piece.at + piece.len)),
            true => seam.then_some((piece.at, piece.at)),
        }
    })
}
