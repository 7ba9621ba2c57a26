//! What there is to read in a repository.

use std::cmp::Reverse;
use std::collections::binary_heap::PeekMut;
use std::collections::{BinaryHeap, HashSet};

use crate::blob::ObjectId;
use crate::coverage::Note;
use crate::git::pack::Pack;
use crate::git::pack::forest::{Entry, Forest};
use crate::git::presence::Presence;
use crate::git::{Database, loose};

/// What there is to read.
pub(crate) struct Plan {
    pub forests: Vec<Forest>,
    /// For each pack, the places of objects that an earlier pack has too.
    pub repeated: Vec<HashSet<u32>>,
    pub loose: Vec<ObjectId>,
    pub presence: Presence,
    pub objects: usize,
    pub gaps: Vec<Note>,
}

impl Plan {
    pub fn new(database: &Database, threads: usize) -> Self {
        let forests: Vec<_> =
            database.packs.iter().map(|pack| Forest::new(pack, threads)).collect();
        let repeated = repeated(&database.packs);
        let mut gaps = Vec::new();
        let mut loose: Vec<ObjectId> = Vec::new();
        for dir in &database.dirs {
            loose.extend(loose::list(dir, database.id_len, &mut gaps));
        }
        loose.sort_unstable();
        loose.dedup();
        loose.retain(|id| database.packs.iter().all(|pack| pack.idx.find(id).is_none()));
        let packed: usize = database.packs.iter().map(|pack| pack.idx.len()).sum();
        let again: usize = repeated.iter().map(HashSet::len).sum();
        let objects = packed - again + loose.len();
        let mut presence = Presence::with_capacity(packed + loose.len());
        for pack in &database.packs {
            (0..pack.idx.len()).for_each(|place| presence.insert(pack.idx.raw_id(place)));
        }
        loose.iter().for_each(|id| presence.insert(id.as_bytes()));
        Self { forests, repeated, loose, presence, objects, gaps }
    }
}

/// The places, for each pack, of the objects that come in an earlier pack too: a merge of the
/// sorted indexes.
fn repeated(packs: &[Pack]) -> Vec<HashSet<u32>> {
    let mut repeated = vec![HashSet::new(); packs.len()];
    if packs.len() < 2 {
        return repeated;
    }
    let mut heads: BinaryHeap<_> = packs
        .iter()
        .enumerate()
        .filter(|(_, pack)| pack.idx.len() > 0)
        .map(|(number, pack)| Reverse((pack.idx.raw_id(0), number, 0)))
        .collect();
    let mut previous: &[u8] = &[];
    while let Some(mut head) = heads.peek_mut() {
        let Reverse((id, number, place)) = *head;
        if id == previous {
            repeated[number].insert(place as u32);
        }
        previous = id;
        let next = place + 1;
        if next < packs[number].idx.len() {
            *head = Reverse((packs[number].idx.raw_id(next), number, next));
        } else {
            PeekMut::pop(head);
        }
    }
    repeated
}

/// Whether an entry holds an object that an earlier pack has too.
pub(crate) fn is_repeated(forest: &Forest, repeated: &HashSet<u32>, entry: Entry) -> bool {
    !repeated.is_empty() && repeated.contains(&(forest.place(entry) as u32))
}
