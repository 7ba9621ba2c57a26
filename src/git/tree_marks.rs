//! The entries of a tree that matter: directories, hits, and names that may be hits.

use crate::git::tree::{Entry, EntryKind};
use crate::git::tree_log::{Record, flag};
use crate::git::tree_view::{Cut, View};

/// An entry that matters, in the bytes of a tree.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Mark {
    pub start: u32,
    pub end: u32,
    /// Of [`flag`].
    pub flags: u8,
    /// It was taken over from the base, which has it too.
    pub carried: bool,
}

impl Mark {
    /// An entry that was read.
    pub fn new(entry: &Entry<'_>, flags: u8) -> Self {
        Self { start: entry.start as u32, end: entry.end as u32, flags, carried: false }
    }

    /// The directory whose entry begins at a place, if one does.
    pub fn directory_at(tree: View<'_>, id_len: usize, at: usize) -> Result<Option<Self>, Cut> {
        let entry = tree.entry(at, id_len)?.filter(|entry| entry.kind == EntryKind::Tree);
        Ok(entry.map(|entry| Self {
            start: at as u32,
            end: (at + entry.end - entry.start) as u32,
            flags: flag::TREE,
            carried: false,
        }))
    }

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
    pub record: Record,
    /// In the order of the entries.
    pub marks: Vec<Mark>,
}

/// Marks as carried the entries that the base has too, and gives back those of the base that are
/// left over. Both are in the order of trees; where a tree is not sorted, entries that are the same
/// count as removed and added.
pub(crate) fn pair_up(
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
