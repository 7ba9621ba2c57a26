//! The shared part of a split index (gitformat-index, "Split index").

use std::collections::BTreeSet;

use crate::blob::ObjectId;
use crate::git::IndexEntry;

/// What the extension `link` says: which shared index to begin with, and what became of its
/// entries.
pub(crate) struct Link {
    /// The name of the shared index; zeros if there is none.
    pub shared: ObjectId,
    deleted: BTreeSet<usize>,
    replaced: BTreeSet<usize>,
}

impl Link {
    /// Reads the extension; `None` if it is malformed.
    pub fn parse(bytes: &[u8], id_len: usize) -> Option<Self> {
        let shared = ObjectId::from_bytes(bytes.get(..id_len)?)?;
        let mut rest = &bytes[id_len..];
        let (mut deleted, mut replaced) = (BTreeSet::new(), BTreeSet::new());
        if !rest.is_empty() {
            deleted = bitmap(&mut rest)?;
            replaced = bitmap(&mut rest)?;
        }
        Some(Self { shared, deleted, replaced })
    }

    /// The entries of the whole index. The first entries of the split index have no name: they
    /// stand for the replaced ones of the shared index. `None` if the parts do not fit together.
    pub fn merge(&self, shared: Vec<IndexEntry>, own: Vec<IndexEntry>) -> Option<Vec<IndexEntry>> {
        let last = self.deleted.last().max(self.replaced.last());
        if last.is_some_and(|last| *last >= shared.len()) {
            return None;
        }
        let mut own = own.into_iter();
        let mut merged = Vec::with_capacity(shared.len());
        for (number, entry) in shared.into_iter().enumerate() {
            let entry = match self.replaced.contains(&number) {
                true => IndexEntry { path: entry.path, ..own.next()? },
                false => entry,
            };
            if !self.deleted.contains(&number) {
                merged.push(entry);
            }
        }
        merged.extend(own);
        merged.sort_by(|a, b| (&a.path, a.stage).cmp(&(&b.path, b.stage)));
        Some(merged)
    }
}

/// The largest number in a bitmap that is believed: more entries than any known index has.
const MOST: usize = 1 << 23;

/// Reads a bitmap in EWAH form (gitformat-bitmap, appendix A): the numbers of its set bits.
fn bitmap(bytes: &mut &[u8]) -> Option<BTreeSet<usize>> {
    let size = number(bytes)? as usize;
    let count = number(bytes)? as usize;
    let words = bytes.get(..count.checked_mul(8)?)?;
    *bytes = &bytes[words.len()..];
    number(bytes)?;
    let mut words =
        words.chunks_exact(8).filter_map(|word| Some(u64::from_be_bytes(word.try_into().ok()?)));
    let mut set = BTreeSet::new();
    let mut at = 0usize;
    while let Some(run) = words.next() {
        let length = (run >> 1 & 0xffff_ffff) as usize * 64;
        if run & 1 == 1 {
            set.extend(at..at.checked_add(length).filter(|end| *end <= MOST)?.min(size));
        }
        at = at.checked_add(length).filter(|at| *at <= MOST)?;
        for _ in 0..run >> 33 {
            let word = words.next()?;
            set.extend((0..64).filter(|bit| word >> bit & 1 == 1).map(|bit| at + bit));
            at += 64;
        }
    }
    Some(set)
}

fn number(bytes: &mut &[u8]) -> Option<u32> {
    let (first, rest) = bytes.split_first_chunk::<4>()?;
    *bytes = rest;
    Some(u32::from_be_bytes(*first))
}
