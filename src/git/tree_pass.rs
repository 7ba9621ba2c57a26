//! Looking at trees: their names, what they lead to, and how they differ from each other.
//!
//! Most trees of a pack are deltas that change one entry. So a tree is not parsed: the entries that
//! matter are carried over from its base, and only those near a change are read again.

use memchr::memmem::Finder;

use crate::blob::{ObjectId, ObjectKind};
use crate::git::Probe;
use crate::git::hit_set::HitSet;
use crate::git::pack::Pack;
use crate::git::pack::delta::Delta;
use crate::git::pack::forest::{Entry, Forest};
use crate::git::pack::pass::{FOREIGN, Pass, Target};
use crate::git::presence::{self, Presence};
use crate::git::tree::{Entries, EntryKind};
use crate::git::tree_log::{NONE, Record, Row, TreeLog, flag};
use crate::git::tree_marks::{Mark, Marks, pair_up};
use crate::git::tree_view::{Cut, Excerpt, View};

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
    excerpt: Excerpt,
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
        Self {
            pack: None,
            probe,
            hits,
            presence,
            edges,
            id_len,
            log: TreeLog::default(),
            directory: Finder::new(MODE),
            excerpt: Excerpt::default(),
            taken: Vec::new(),
        }
    }

    /// Looks at a tree of which all bytes are there.
    pub fn tree(&mut self, id: ObjectId, bytes: &[u8]) -> Marks {
        let marks = self.parse(id, bytes);
        if !self.edges {
            return Marks { record: NONE, marks: Vec::new() };
        }
        self.record(id, NONE, (&marks, View::Whole(bytes)), (&[], &[]));
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
                marks.push(Mark::new(&entry, flags));
            }
        }
        marks
    }

    /// Appends a row: what it adds, and what it no longer has of its base.
    fn record(
        &mut self,
        id: ObjectId,
        base: Record,
        (added, tree): (&[Mark], View<'_>),
        (removed, base_bytes): (&[Mark], &[u8]),
    ) {
        let log = &mut self.log;
        for (edges, marks, tree) in
            [(&mut log.added, added, tree), (&mut log.removed, removed, View::Whole(base_bytes))]
        {
            for mark in marks.iter().filter(|mark| !mark.carried) {
                if let Ok(Some(entry)) = tree.entry(mark.start as usize, self.id_len) {
                    edges.push(log.names.number(entry.name), mark.flags, &entry.id);
                }
            }
        }
        let (added, removed) = (log.added.len() as u32, log.removed.len() as u32);
        log.rows.push(Row { id, base, added, removed });
    }

    /// Looks at what the entries name that the changes touch: whether one of them is a hit. The id
    /// of such an entry follows the NUL after its name, which lies at most an id before the change,
    /// in it, or is the first one behind it.
    fn look_at_ids(
        &mut self,
        entry: Entry,
        delta: &Delta<'_>,
        tree: View<'_>,
    ) -> Result<bool, Cut> {
        let mut found = false;
        for (from, to) in changes(delta) {
            let part = tree.part(from)?;
            let (bytes, from, to) = (part.bytes, part.at, part.at + to - from);
            if !part.begins && memchr::memchr(0, &bytes[..from]).is_none() {
                return Err(Cut);
            }
            let near = from.saturating_sub(self.id_len);
            let behind = memchr::memchr(0, &bytes[to..]).map(|nul| to + nul);
            if !part.ends && behind.is_none_or(|nul| nul + self.id_len >= bytes.len()) {
                return Err(Cut);
            }
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
        Ok(found)
    }

    /// Looks at the names and ids near the changes, without making the tree if nothing else needs
    /// it.
    fn search_names(&mut self, entry: Entry, delta: &Delta<'_>, seen: Seen, target: &mut Target) {
        if self.look_at_ids(entry, delta, View::Changes(seen.excerpt)).is_err() {
            let whole = self.look_at_ids(entry, delta, View::Whole(target.get(delta)));
            debug_assert!(whole.is_ok(), "nothing is cut off from a whole tree");
        }
        if seen.named {
            self.parse(self.id(entry), target.get(delta));
        }
    }

    /// What changes of the entries that matter; `None` if the changes bring in something that asks
    /// for all entries to be read.
    fn follow(
        &mut self,
        entry: Entry,
        delta: &Delta<'_>,
        base: &[Mark],
        tree: View<'_>,
    ) -> Result<Option<Change>, Cut> {
        if self.look_at_ids(entry, delta, tree)? {
            return Ok(None);
        }
        let mut marks = self.carry(delta, tree, base)?;
        let mut lost = base.iter().zip(&self.taken).filter(|(_, taken)| !**taken);
        if lost.clone().any(|(mark, _)| mark.flags != flag::TREE) {
            return Ok(None);
        }
        self.find_directories(delta, tree, &mut marks)?;
        let removed = lost.by_ref().map(|(mark, _)| Mark { carried: false, ..*mark }).collect();
        Ok(Some(Change { marks, removed }))
    }

    /// Takes over the entries that were copied whole, and reads those again that were cut.
    fn carry(
        &mut self,
        delta: &Delta<'_>,
        tree: View<'_>,
        base: &[Mark],
    ) -> Result<Vec<Mark>, Cut> {
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
                    marks.extend(Mark::directory_at(tree, self.id_len, start)?);
                }
            }
        }
        Ok(marks)
    }

    /// Finds directories whose entry begins in or at a change. One behind a change may not have been
    /// carried: old trees have modes with a zero before them, and the next version none.
    fn find_directories(
        &self,
        delta: &Delta<'_>,
        tree: View<'_>,
        marks: &mut Vec<Mark>,
    ) -> Result<(), Cut> {
        for (from, to) in changes(delta) {
            let part = tree.part(from)?;
            let near = part.at.saturating_sub(MODE.len() - 1);
            let end = part.bytes.len().min(part.at + to - from + MODE.len());
            for at in self.directory.find_iter(&part.bytes[near..end]) {
                marks.extend(Mark::directory_at(tree, self.id_len, from - part.at + near + at)?);
            }
        }
        marks.sort_unstable_by_key(|mark| (mark.end, !mark.carried));
        marks.dedup_by_key(|mark| mark.end);
        Ok(())
    }

    /// Goes on from what the base is known to have.
    fn grow(
        &mut self,
        entry: Entry,
        delta: &Delta<'_>,
        base: &Marks,
        seen: Seen<'_>,
        target: &mut Target,
    ) -> Marks {
        let mut tree = View::Changes(seen.excerpt);
        let mut followed = match seen.named {
            false => self.follow(entry, delta, &base.marks, tree),
            true => Ok(None),
        };
        if followed.is_err() {
            tree = View::Whole(target.get(delta));
            followed = self.follow(entry, delta, &base.marks, tree);
        }
        let Change { marks, removed } = match followed {
            Ok(Some(change)) => change,
            _ => {
                let bytes = target.get(delta);
                tree = View::Whole(bytes);
                let mut marks = self.parse(self.id(entry), bytes);
                let removed = pair_up((&mut marks, bytes), (&base.marks, delta.base));
                Change { marks, removed }
            }
        };
        self.record(self.id(entry), base.record, (&marks, tree), (&removed, delta.base));
        Marks { record: self.last_record(), marks }
    }
}

/// What a delta makes of the entries that matter.
struct Change {
    /// Those of the tree.
    marks: Vec<Mark>,
    /// Those of its base that it no longer has.
    removed: Vec<Mark>,
}

/// What was seen near the changes of a delta.
#[derive(Clone, Copy)]
struct Seen<'a> {
    excerpt: &'a Excerpt,
    /// A name there may be a hit.
    named: bool,
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
        let mut excerpt = std::mem::take(&mut self.excerpt);
        excerpt.take(delta, seam(self.id_len).max(self.probe.margin.name));
        let named = self.has_candidates(excerpt.bytes());
        let seen = Seen { excerpt: &excerpt, named };
        let marks = match self.edges {
            true => self.grow(entry, delta, base, seen, target),
            false => {
                self.search_names(entry, delta, seen, target);
                Marks { record: NONE, marks: Vec::new() }
            }
        };
        self.excerpt = excerpt;
        marks
    }

    fn failed(&mut self, _: Entry, _: &str) {
        // The pass over contents has reported it already.
    }
}

/// How much of a copied piece is looked at where it meets another: more than most entries have.
fn seam(id_len: usize) -> usize {
    3 * id_len + 4
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
