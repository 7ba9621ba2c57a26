//! Which blobs are hits, asked millions of times.

use crate::blob::ObjectId;
use crate::git::fast_hash::FastSet;

/// The blobs that are hits, with a filter before them that nearly all others fail.
pub(crate) struct HitSet {
    filter: Vec<u64>,
    /// By how much the first four bytes of an id are shifted to find its bit.
    shift: u32,
    ids: FastSet<ObjectId>,
}

/// The filter has so many bits for each hit, and is no larger or smaller than so many bits: one of a
/// few kilobytes stays in the nearest cache.
const BITS_PER_HIT: usize = 256;
const FEWEST_BITS: usize = 1 << 12;
const MOST_BITS: usize = 1 << 19;

impl HitSet {
    pub fn new(ids: &[ObjectId]) -> Self {
        let bits = ids.len().saturating_mul(BITS_PER_HIT).clamp(FEWEST_BITS, MOST_BITS);
        let bits = bits.next_power_of_two().ilog2();
        let filter = vec![0; 1 << (bits - 6)];
        let mut set = Self { filter, shift: 32 - bits, ids: ids.iter().copied().collect() };
        for id in ids {
            let bit = set.bit(id.as_bytes());
            set.filter[bit >> 6] |= 1 << (bit & 63);
        }
        set
    }

    fn bit(&self, id: &[u8]) -> usize {
        let prefix = id.first_chunk::<4>().copied().unwrap_or_default();
        (u32::from_be_bytes(prefix) >> self.shift) as usize
    }

    /// Whether a raw id is one of them.
    pub fn contains(&self, id: &[u8]) -> bool {
        let bit = self.bit(id);
        self.filter[bit >> 6] >> (bit & 63) & 1 == 1
            && ObjectId::from_bytes(id).is_some_and(|id| self.ids.contains(&id))
    }
}
