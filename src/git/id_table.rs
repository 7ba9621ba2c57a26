//! Numbers by object id, in little memory.

/// A hash table of numbers that each stand for an object. It keeps no ids, only four bytes of each:
/// whoever asks says whether a number has the id, which is asked hardly ever in vain.
pub(crate) struct IdTable {
    /// Bytes of the id, and the number, or [`FREE`].
    slots: Vec<(u32, u32)>,
    shift: u32,
}

const FREE: u32 = u32::MAX;

impl IdTable {
    /// A table for at most so many ids.
    pub fn with_capacity(count: usize) -> Self {
        let bits = (count + count / 2 + 1).next_power_of_two().trailing_zeros().max(4);
        Self { slots: vec![(0, FREE); 1 << bits], shift: 64 - bits }
    }

    /// Gives a number to an id that has none yet. No more may be given than were announced.
    pub fn insert(&mut self, id: &[u8], number: u32, has_id: impl Fn(u32) -> bool) {
        let (slot, mark) = self.slot(id, has_id);
        if self.slots[slot].1 == FREE {
            self.slots[slot] = (mark, number);
        }
    }

    /// The number of an id.
    pub fn find(&self, id: &[u8], has_id: impl Fn(u32) -> bool) -> Option<u32> {
        let (slot, _) = self.slot(id, has_id);
        Some(self.slots[slot].1).filter(|number| *number != FREE)
    }

    /// All numbers.
    pub fn numbers(&self) -> impl Iterator<Item = u32> {
        self.slots.iter().map(|(_, number)| *number).filter(|number| *number != FREE)
    }

    /// Gives every id another number.
    pub fn renumber(&mut self, new: impl Fn(u32) -> u32) {
        for (_, number) in self.slots.iter_mut().filter(|(_, number)| *number != FREE) {
            *number = new(*number);
        }
    }

    /// Where an id is, or where it would have to go, and what stands there for it.
    fn slot(&self, id: &[u8], has_id: impl Fn(u32) -> bool) -> (usize, u32) {
        let prefix = id.first_chunk::<8>().map_or(0, |bytes| u64::from_be_bytes(*bytes));
        let mark = prefix as u32;
        let mut slot = (prefix >> self.shift) as usize;
        loop {
            match self.slots[slot] {
                (_, FREE) => break,
                (known, number) if known == mark && has_id(number) => break,
                _ => slot = (slot + 1) & (self.slots.len() - 1),
            }
        }
        (slot, mark)
    }
}
