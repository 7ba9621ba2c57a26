//! Which objects the database has, asked millions of times.

use crate::blob::ObjectId;

/// A hash table of the first eight bytes of ids: ids are hashes, so some of their bits say where in
/// the table they belong, and 32 others are kept there. That an object is missing goes unnoticed
/// once in some billion times.
pub(crate) struct Presence {
    slots: Vec<u32>,
    shift: u32,
}

impl Presence {
    /// A table for at most so many ids.
    pub fn with_capacity(count: usize) -> Self {
        let bits = (count * 2).next_power_of_two().trailing_zeros().max(4);
        Self { slots: vec![0; 1 << bits], shift: 64 - bits }
    }

    /// Adds an id. No more may be added than were announced.
    pub fn insert(&mut self, id: &[u8]) {
        let (slot, mark) = self.find(id);
        self.slots[slot] = mark;
    }

    /// Whether an object with this id was added.
    pub fn contains(&self, id: &[u8]) -> bool {
        let (slot, mark) = self.find(id);
        self.slots[slot] == mark
    }

    /// Where an id is, or where it would have to go, and what stands there for it. A free slot has
    /// a zero.
    fn find(&self, id: &[u8]) -> (usize, u32) {
        let prefix = id.first_chunk::<8>().map_or(0, |bytes| u64::from_be_bytes(*bytes));
        let mark = (prefix as u32).max(1);
        let mut slot = (prefix >> self.shift) as usize;
        while self.slots[slot] != 0 && self.slots[slot] != mark {
            slot = (slot + 1) & (self.slots.len() - 1);
        }
        (slot, mark)
    }
}

/// Whether the NUL at a place in a tree ends the name of an entry that must be in the database, and
/// is neither a byte of an id nor part of a submodule. The name and the mode before it have no NUL
/// in them, so both must be found behind the NUL before, whatever that is.
pub(crate) fn ends_name(tree: &[u8], nul: usize) -> bool {
    let before = &tree[..nul];
    let start = memchr::memrchr(0, before).map_or(0, |previous| previous + 1);
    let segment = &before[start..];
    let mode = |space: usize| {
        let digits = segment[..space].iter().rev().take_while(|b| b.is_ascii_digit()).count();
        let mode = &segment[space - digits..space];
        mode.ends_with(b"40000") || mode.ends_with(b"120000") || has_mode(mode, b"100")
    };
    memchr::memchr_iter(b' ', segment).any(mode)
}

/// Whether six octal digits at the end begin like this.
fn has_mode(digits: &[u8], kind: &[u8]) -> bool {
    digits.len() >= 6 && digits[digits.len() - 6..].starts_with(kind)
}

/// Adds what is missing, and a tree that names it, the smallest one if there are several.
pub(crate) fn note(
    missing: &mut std::collections::BTreeMap<ObjectId, ObjectId>,
    object: ObjectId,
    tree: ObjectId,
) {
    missing.entry(object).and_modify(|known| *known = tree.min(*known)).or_insert(tree);
}
