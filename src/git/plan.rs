//! What there is to read in a repository.

use std::collections::HashSet;

use crate::blob::ObjectId;
use crate::coverage::Note;
use crate::git::Database;
use crate::git::listing::Listing;
use crate::git::pack::Pack;
use crate::git::pack::forest::{Entry, Forest};
use crate::git::presence::Presence;

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
        let Listing { repeated, loose, objects, mut gaps } = Listing::new(database);
        gaps.extend(database.packs.iter().filter_map(Pack::doubt_of_index));
        let packed: usize = database.packs.iter().map(|pack| pack.idx.len()).sum();
        let mut presence = Presence::with_capacity(packed + loose.len());
        for pack in &database.packs {
            (0..pack.idx.len()).for_each(|place| presence.insert(pack.idx.raw_id(place)));
        }
        loose.iter().for_each(|id| presence.insert(id.as_bytes()));
        Self { forests, repeated, loose, presence, objects, gaps }
    }
}

/// Whether an entry holds an object that an earlier pack has too.
pub(crate) fn is_repeated(forest: &Forest, repeated: &HashSet<u32>, entry: Entry) -> bool {
    !repeated.is_empty() && repeated.contains(&(forest.place(entry) as u32))
}
