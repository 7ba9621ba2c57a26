//! As much of a tree as is needed to see what a delta changes in it.

use crate::git::pack::collage::Collage;
use crate::git::pack::delta::{Delta, same_ends};
use crate::git::tree::{Entries, Entry};

/// What a delta inserts into a tree, and what it leaves on both sides of each change.
#[derive(Default)]
pub(crate) struct Excerpt {
    bytes: Collage,
    runs: Vec<Run>,
    /// The size of the tree.
    size: usize,
}

/// Bytes that follow each other in the tree.
#[derive(Clone, Copy, Debug)]
struct Run {
    /// Where in the tree they begin, and where in the excerpt.
    at: usize,
    from: usize,
    len: usize,
}

impl Excerpt {
    /// Takes so many bytes of each copied piece where it meets another.
    pub fn take(&mut self, delta: &Delta<'_>, seam: usize) {
        let (bytes, runs) = (&mut self.bytes, &mut self.runs);
        bytes.clear();
        runs.clear();
        delta.parts(same_ends(seam), |part, source| {
            let from = bytes.bytes().len();
            bytes.push(source, part.from, part.len);
            match runs.last_mut() {
                Some(run) if run.at + run.len == part.at => run.len += part.len,
                _ => runs.push(Run { at: part.at, from, len: part.len }),
            }
        });
        self.size = delta.size;
    }

    /// All of it, one run after the other.
    pub fn bytes(&self) -> &[u8] {
        self.bytes.bytes()
    }

    fn part(&self, at: usize) -> Option<Part<'_>> {
        let behind = self.runs.partition_point(|run| run.at <= at);
        let run = self.runs.get(behind.checked_sub(1)?)?;
        let within = at - run.at;
        (within <= run.len).then(|| Part {
            bytes: &self.bytes()[run.from..run.from + run.len],
            at: within,
            begins: run.at == 0,
            ends: run.at + run.len == self.size,
        })
    }
}

/// A tree, or what there is of it.
#[derive(Clone, Copy)]
pub(crate) enum View<'a> {
    /// All of it.
    Whole(&'a [u8]),
    /// What is near the changes.
    Changes(&'a Excerpt),
}

/// A part of a tree around a place in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Part<'a> {
    pub bytes: &'a [u8],
    /// The place in `bytes`.
    pub at: usize,
    /// Whether the tree begins with it.
    pub begins: bool,
    /// Whether the tree ends with it.
    pub ends: bool,
}

/// More of the tree is needed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Cut;

impl<'a> View<'a> {
    /// What there is around a place.
    pub fn part(&self, at: usize) -> Result<Part<'a>, Cut> {
        match self {
            Self::Whole(bytes) => Ok(Part { bytes, at, begins: true, ends: true }),
            Self::Changes(excerpt) => excerpt.part(at).ok_or(Cut),
        }
    }

    /// The entry that begins at a place, if one does. Its `start` and `end` are those in the part.
    pub fn entry(&self, at: usize, id_len: usize) -> Result<Option<Entry<'a>>, Cut> {
        let part = self.part(at)?;
        match Entries::starting_at(part.bytes, id_len, part.at).next() {
            None if !part.ends => Err(Cut),
            found => Ok(found),
        }
    }
}
