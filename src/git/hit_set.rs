//! Which blobs are hits, asked millions of times.

use crate::blob::ObjectId;
use crate::git::fast_hash::FastSet;

/// The blobs that are hits, with a filter before them that nearly all others fail.
pub(crate) struct HitSet {
    filter: Vec<u64>,
    ids: FastSet<ObjectId>,
}

const FILTER_BITS: u32 = 19;

impl HitSet {
    pub fn new(ids: &[ObjectId]) -> Self {
        let mut filter = vec![0; 1 << (FILTER_BITS - 6)];
        for id in ids {
            let bit = Self::bit(id.as_bytes());
            filter[bit >> 6] |= 1 << (bit & 63);
        }
        Self { filter, ids: ids.iter().copied().collect() }
    }

    fn bit(id: &[u8]) -> usize {
        let prefix = id.first_chunk::<4>().copied().unwrap_or_default();
        (u32::from_be_bytes(prefix) >> (32 - FILTER_BITS)) as usize
    }

    /// Whether a raw id is one of them.
    pub fn contains(&self, id: &[u8]) -> bool {
        let bit = Self::bit(id);
        self.filter[bit >> 6] >> (bit & 63) & 1 == 1
            && ObjectId::from_bytes(id).is_some_and(|id| self.ids.contains(&id))
    }
}
