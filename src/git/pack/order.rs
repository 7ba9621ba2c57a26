//! The entries of a pack in the order in which they stand in it.

use crate::git::pack::forest::Entry;
use crate::git::pack::idx::Idx;

/// Where the entries of a pack begin, in the order of the pack file.
pub(crate) struct Order {
    /// Where each entry begins, and at last where the entries end.
    offsets: Vec<u64>,
    /// The place of each entry in the order of ids.
    places: Vec<u32>,
    /// The first entry that begins in each block of the pack or behind it.
    blocks: Vec<Entry>,
    /// A block has two to the power of so many bytes.
    shift: u32,
}

impl Order {
    /// Sorts the entries that an index lists by where they begin. Those of which it does not say so
    /// are handed to `lost`, each by its place in the order of ids.
    ///
    /// Offsets are spread evenly over a pack, so that putting each into its block almost sorts them.
    pub fn new(idx: &Idx, end: u64, mut lost: impl FnMut(usize)) -> Self {
        let shift = (end / idx.len().max(1) as u64).max(1).ilog2();
        let block = |offset: u64| (offset.min(end) >> shift) as usize;
        let known = || (0..idx.len()).filter_map(|place| Some((idx.offset(place)?, place as u32)));
        (0..idx.len()).filter(|place| idx.offset(*place).is_none()).for_each(&mut lost);
        let mut starts = vec![0 as Entry; block(end) + 2];
        known().for_each(|(offset, _)| starts[block(offset) + 1] += 1);
        for block in 1..starts.len() {
            starts[block] += starts[block - 1];
        }
        let mut next = starts.clone();
        let mut sorted = vec![(0, 0); *starts.last().unwrap_or(&0) as usize];
        for (offset, place) in known() {
            let at = &mut next[block(offset)];
            sorted[*at as usize] = (offset, place);
            *at += 1;
        }
        for bounds in starts.windows(2) {
            sorted[bounds[0] as usize..bounds[1] as usize].sort_unstable();
        }
        Self::of_sorted(sorted, starts, shift, end)
    }

    fn of_sorted(
        mut sorted: Vec<(u64, u32)>,
        mut blocks: Vec<Entry>,
        shift: u32,
        end: u64,
    ) -> Self {
        let before = sorted.len();
        sorted.dedup_by_key(|(offset, _)| *offset);
        let (mut offsets, places): (Vec<u64>, Vec<u32>) = sorted.into_iter().unzip();
        if offsets.len() < before {
            for (number, first) in blocks.iter_mut().enumerate() {
                *first =
                    offsets.partition_point(|o| (o.min(&end) >> shift) < number as u64) as Entry;
            }
        }
        offsets.push(end);
        Self { offsets, places, blocks, shift }
    }

    /// How many entries there are.
    pub fn len(&self) -> usize {
        self.places.len()
    }

    /// Where an entry begins, or, for the number behind the last one, where the entries end.
    pub fn offset(&self, entry: Entry) -> u64 {
        self.offsets[entry as usize]
    }

    /// The place of an entry in the order of ids.
    pub fn place(&self, entry: Entry) -> usize {
        self.places[entry as usize] as usize
    }

    /// The entry that begins at an offset.
    pub fn find(&self, offset: u64) -> Option<Entry> {
        let block = usize::try_from(offset >> self.shift).ok()?;
        let first = *self.blocks.get(block)?;
        let behind = *self.blocks.get(block + 1)?;
        let found = self.offsets[first as usize..behind as usize].binary_search(&offset);
        Some(first + found.ok()? as Entry)
    }

    /// For each of so many places in the order of ids, the entry there, or `none`.
    pub fn by_place(&self, places: usize, none: Entry) -> Vec<Entry> {
        let mut entries = vec![none; places];
        for (entry, place) in self.places.iter().enumerate() {
            entries[*place as usize] = entry as Entry;
        }
        entries
    }
}
