//! Which objects a database has, without reading any of them.

use std::cmp::Reverse;
use std::collections::binary_heap::PeekMut;
use std::collections::{BinaryHeap, HashSet};

use crate::blob::ObjectId;
use crate::coverage::{Note, RepositoryState};
use crate::git::pack::Pack;
use crate::git::{Database, RefKind, References, Repository, loose};

/// What references a repository has and how many objects, without reading any, and what of that
/// cannot be listed.
pub fn state(repository: &Repository) -> (RepositoryState, Vec<Note>) {
    let database = Database::open(repository);
    let listing = Listing::new(&database);
    let references = repository.references();
    let state = RepositoryState {
        path: String::new(),
        tips: tips(&references),
        objects: listing.objects as u64,
    };
    let gaps = [database.gaps, listing.gaps, references.gaps].concat();
    (state, gaps)
}

/// `HEAD` and what stands under `refs/`; `FETCH_HEAD` and the like come and go.
pub(crate) fn tips(references: &References) -> Vec<(String, String)> {
    let counts = |name: &[u8]| name == b"HEAD" || name.starts_with(b"refs/");
    let named = references.all.iter().filter(|r| r.kind != RefKind::Reflog && counts(&r.name));
    named.map(|r| (String::from_utf8_lossy(&r.name).into_owned(), r.target.to_string())).collect()
}

/// What the indexes of packs and the directories of loose objects list.
pub(crate) struct Listing {
    /// For each pack, the places of objects that an earlier pack has too.
    pub repeated: Vec<HashSet<u32>>,
    /// Loose objects that are in no pack.
    pub loose: Vec<ObjectId>,
    /// How many objects that is, each counted once.
    pub objects: usize,
    pub gaps: Vec<Note>,
}

impl Listing {
    pub fn new(database: &Database) -> Self {
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
        Self { repeated, loose, objects, gaps }
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
