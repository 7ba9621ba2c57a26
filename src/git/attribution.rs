//! What is known about the history of each hit.

use std::collections::{BTreeMap, HashMap, HashSet};

use crate::blob::{CommitRef, ObjectId};
use crate::git::commit::describe;
use crate::git::fast_hash::FastMap;
use crate::git::graph::{Graph, Rank};
use crate::git::history::{Hit, NAMED, PathNumber, Place, Trees};
use crate::git::tree_log::{NONE, Record};
use crate::git::{Database, Reference, References, Repository, Walk};

/// How commits and references lead to each hit of a walk.
#[derive(Clone, Debug, Default)]
pub struct Attribution {
    /// For each blob that is a hit.
    pub blobs: BTreeMap<ObjectId, Exposure>,
    /// For each commit or annotated tag that is a hit.
    pub messages: BTreeMap<ObjectId, Exposure>,
    /// For each name of a file or directory that is a hit.
    pub names: BTreeMap<Vec<u8>, Exposure>,
    /// All references of the repository; the numbers elsewhere are places in this list.
    pub refs: Vec<Reference>,
}

/// Where one hit is exposed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Exposure {
    /// For a blob or a name: each path under which a commit has it, sorted by path.
    pub paths: Vec<PathHistory>,
    /// For a commit or tag: the object itself.
    pub message: Option<CommitRef>,
    /// The references that reach it, through any of its paths, as numbers in
    /// [`Attribution::refs`], sorted. Empty if nothing does.
    pub refs: Vec<u32>,
}

/// The history of one path under which a hit stood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PathHistory {
    /// From the root of the tree; it need not be UTF-8. Where no commit has the tree, the path
    /// begins at the topmost tree known.
    pub path: Vec<u8>,
    /// The commit that introduced it, the oldest if several did.
    pub first: Option<CommitRef>,
    /// The newest commit that has it.
    pub last: Option<CommitRef>,
    /// Commits that have it at this path while none of their parents does, oldest first.
    pub introductions: Vec<ObjectId>,
    /// Commits that lack it at this path while each of their parents has it, oldest first.
    pub removals: Vec<ObjectId>,
    /// Whether the commit that is checked out has it at this path.
    pub at_head: bool,
    /// The references from which a commit with it at this path is reached, as numbers in
    /// [`Attribution::refs`], sorted.
    pub refs: Vec<u32>,
}

/// What the commits did to one place.
#[derive(Default)]
struct Events {
    introduced: Vec<Rank>,
    removed: Vec<Rank>,
    last: Option<Rank>,
    at_head: bool,
    refs: Vec<u32>,
}

/// Says by which commits, under which paths and from which references each hit of a walk can be
/// reached. A hit that has no entry in the result lies only in a store that the repository borrows
/// from, and nothing of the repository leads to it: it is somebody else's.
pub fn attribute(repository: &Repository, walk: &Walk) -> Attribution {
    let references = repository.references();
    let database = Database::open(repository);
    let mut attributor = Attributor {
        walk,
        graph: Graph::new(&walk.commits),
        trees: Trees::new(walk),
        places: FastMap::default(),
        events: Vec::new(),
    };
    attributor.follow_commits();
    attributor.find_last();
    attributor.mark_head(&references);
    let tips = Tips::new(&references.all, walk, &attributor.graph);
    attributor.follow_tips(&tips);
    attributor.place_dangling();
    let messages = attributor.sweep(&tips);
    let mut writer = Writer { database: &database, attributor: &attributor, known: HashMap::new() };
    let mut attribution = writer.write(&messages, &tips);
    attribution.refs = references.all;
    attribution
}

struct Attributor<'a> {
    walk: &'a Walk,
    graph: Graph<'a>,
    trees: Trees<'a>,
    places: FastMap<Place, u32>,
    events: Vec<Events>,
}

impl Attributor<'_> {
    fn tree(&self, rank: Rank) -> Record {
        self.trees.find(&self.graph.tree(rank)).unwrap_or(NONE)
    }

    fn event(&mut self, place: Place) -> &mut Events {
        let next = self.events.len() as u32;
        let number = *self.places.entry(place).or_insert(next);
        if number == next {
            self.events.push(Events::default());
        }
        &mut self.events[number as usize]
    }

    /// Goes through all commits, oldest first, and notes what each of them brings and takes away.
    fn follow_commits(&mut self) {
        let (mut found, mut parents) = (Vec::new(), Vec::new());
        for rank in 0..self.graph.len() as Rank {
            let tree = self.tree(rank);
            parents.clear();
            parents.extend(self.graph.parents(rank).iter().map(|parent| self.tree(*parent)));
            self.trees.difference(tree, &parents, &mut found);
            for place in found.drain(..) {
                self.event(place).introduced.push(rank);
            }
            self.note_removals(rank, tree, &parents);
        }
    }

    fn note_removals(&mut self, rank: Rank, tree: Record, parents: &[Record]) {
        let mut lost: FastMap<Place, usize> = FastMap::default();
        for (number, parent_tree) in parents.iter().enumerate() {
            let mut gone = Vec::new();
            self.trees.difference(*parent_tree, &[tree], &mut gone);
            let parent = self.graph.parents(rank)[number];
            for place in gone {
                let event = self.event(place);
                event.last = event.last.max(Some(parent));
                *lost.entry(place).or_default() += 1;
            }
        }
        for (place, times) in lost {
            if times == parents.len() {
                self.event(place).removed.push(rank);
            }
        }
    }

    /// A place that no child of its newest commit lacks is in a commit without children.
    fn find_last(&mut self) {
        let childless = self.graph.childless();
        let newest = childless.first().map(|rank| self.tree(*rank));
        let mut found = Vec::new();
        for (number, rank) in childless.iter().enumerate() {
            let others: Vec<Record> = newest.filter(|_| number > 0).into_iter().collect();
            self.trees.difference(self.tree(*rank), &others, &mut found);
            for place in found.drain(..) {
                let event = self.event(place);
                event.last = event.last.max(Some(*rank));
            }
        }
    }

    fn mark_head(&mut self, references: &References) {
        let head = references.head.commit().and_then(|id| self.graph.rank(&id));
        let mut found = Vec::new();
        if let Some(head) = head {
            self.trees.difference(self.tree(head), &[], &mut found);
        }
        for place in found {
            self.event(place).at_head = true;
        }
    }

    /// References may lead to trees without any commit.
    fn follow_tips(&mut self, tips: &Tips) {
        let mut found = Vec::new();
        for (reference, id) in &tips.direct {
            if let Some(tree) = self.trees.find(id) {
                self.trees.difference(tree, &[], &mut found);
            }
            for place in found.drain(..) {
                self.event(place).refs.push(*reference);
            }
        }
    }

    /// Gives hits that no commit and no reference leads to the paths they have in trees.
    fn place_dangling(&mut self) {
        let placed: HashSet<Hit> = self.places.keys().map(|(_, hit)| *hit).collect();
        let unplaced = |hit: &Hit| !placed.contains(hit);
        let hits = 0..self.walk.blobs.len() as Hit;
        if !hits.clone().any(|hit| unplaced(&hit)) && self.walk.names.is_empty() {
            return;
        }
        let mut found = Vec::new();
        for tree in self.trees.tops() {
            self.trees.difference(tree, &[], &mut found);
        }
        found.retain(|place| !self.places.contains_key(place));
        found.retain(|(_, hit)| *hit == NAMED || unplaced(hit));
        for place in found {
            self.event(place);
        }
    }

    /// Finds the references that reach each place, and each message that is a hit: the latter are
    /// given back. Many are followed at once, each as one bit.
    fn sweep(&mut self, tips: &Tips) -> BTreeMap<ObjectId, Vec<u32>> {
        const WORDS: usize = 4;
        let messages: Vec<(ObjectId, Rank)> = self.message_ranks();
        let places = self.events.len();
        let total = places + messages.len();
        let mut found: Vec<Vec<u32>> = vec![Vec::new(); total];
        let mut bits = vec![[0u64; WORDS]; self.graph.len()];
        for first in (0..total).step_by(64 * WORDS) {
            bits.fill([0; WORDS]);
            let last = total.min(first + 64 * WORDS);
            for target in first..last {
                let (word, bit) = ((target - first) / 64, (target - first) % 64);
                let ranks = match target.checked_sub(places) {
                    None => self.events[target].introduced.as_slice(),
                    Some(message) => std::slice::from_ref(&messages[message].1),
                };
                ranks.iter().for_each(|rank| bits[*rank as usize][word] |= 1 << bit);
            }
            self.graph.spread(&mut bits);
            for (reference, rank) in &tips.commits {
                for (word, mut set) in bits[*rank as usize].into_iter().enumerate() {
                    while set != 0 {
                        let target = first + word * 64 + set.trailing_zeros() as usize;
                        found[target].push(*reference);
                        set &= set - 1;
                    }
                }
            }
        }
        for (event, refs) in self.events.iter_mut().zip(&found) {
            event.refs.extend(refs);
            event.refs.sort_unstable();
            event.refs.dedup();
        }
        let messages = messages.into_iter().map(|(id, _)| id);
        messages.zip(found.into_iter().skip(places)).collect()
    }

    fn message_ranks(&self) -> Vec<(ObjectId, Rank)> {
        let messages = self.walk.messages.iter();
        messages.filter_map(|id| Some((*id, self.graph.rank(id)?))).collect()
    }
}

/// What references lead to, each with the number of the reference.
struct Tips {
    commits: Vec<(u32, Rank)>,
    /// Everything else on the way: annotated tags, and trees and blobs that are not in a commit.
    direct: Vec<(u32, ObjectId)>,
}

impl Tips {
    fn new(references: &[Reference], walk: &Walk, graph: &Graph<'_>) -> Self {
        let mut tips = Self { commits: Vec::new(), direct: Vec::new() };
        for (number, reference) in references.iter().enumerate() {
            let mut id = reference.target;
            for _ in 0..=walk.tags.len() {
                if let Some(rank) = graph.rank(&id) {
                    tips.commits.push((number as u32, rank));
                    break;
                }
                tips.direct.push((number as u32, id));
                match walk.tags.binary_search_by_key(&id, |(tag, _)| *tag) {
                    Ok(tag) => id = walk.tags[tag].1.target,
                    Err(_) => break,
                }
            }
        }
        tips
    }
}

/// Turns events into what is given to the caller.
struct Writer<'a> {
    database: &'a Database,
    attributor: &'a Attributor<'a>,
    known: HashMap<ObjectId, Option<CommitRef>>,
}

impl Writer<'_> {
    fn write(&mut self, messages: &BTreeMap<ObjectId, Vec<u32>>, tips: &Tips) -> Attribution {
        let walk = self.attributor.walk;
        let mut attribution = Attribution::default();
        attribution.blobs.extend(walk.blobs.iter().map(|id| (*id, Exposure::default())));
        attribution.names.extend(walk.names.iter().map(|name| (name.clone(), Exposure::default())));
        for id in &walk.messages {
            let refs = messages.get(id).cloned().unwrap_or_default();
            let exposure = Exposure { message: self.describe(*id), refs, ..Exposure::default() };
            attribution.messages.insert(*id, exposure);
        }
        for (reference, id) in &tips.direct {
            for exposures in [&mut attribution.blobs, &mut attribution.messages] {
                exposures.get_mut(id).into_iter().for_each(|found| found.refs.push(*reference));
            }
        }
        for ((path, hit), number) in &self.attributor.places {
            let history = self.history(*path, *number);
            let exposure = match walk.blobs.get(*hit as usize) {
                Some(id) => attribution.blobs.entry(*id).or_default(),
                None => attribution.names.entry(last_name(&history.path)).or_default(),
            };
            exposure.refs.extend(&history.refs);
            exposure.paths.push(history);
        }
        self.finish(&mut attribution);
        attribution
    }

    fn history(&mut self, path: PathNumber, number: u32) -> PathHistory {
        let attributor = self.attributor;
        let events = &attributor.events[number as usize];
        let ids = |ranks: &[Rank]| ranks.iter().map(|rank| attributor.graph.id(*rank)).collect();
        let introductions: Vec<ObjectId> = ids(&events.introduced);
        PathHistory {
            path: attributor.trees.full_path(path),
            first: introductions.first().and_then(|id| self.describe(*id)),
            last: events.last.and_then(|rank| self.describe(attributor.graph.id(rank))),
            removals: ids(&events.removed),
            introductions,
            at_head: events.at_head,
            refs: events.refs.clone(),
        }
    }

    fn describe(&mut self, id: ObjectId) -> Option<CommitRef> {
        let read = || self.database.read(&id).ok().map(|(_, bytes)| describe(id, &bytes));
        self.known.entry(id).or_insert_with(read).clone()
    }

    /// Sorts, and leaves out what is somebody else's.
    fn finish(&self, attribution: &mut Attribution) {
        for exposures in [&mut attribution.blobs, &mut attribution.messages] {
            exposures.values_mut().for_each(sort);
            if self.database.dirs.len() > 1 {
                exposures.retain(|id, found| !found.refs.is_empty() || self.database.owns(id));
            }
        }
        attribution.names.values_mut().for_each(sort);
    }
}

fn sort(exposure: &mut Exposure) {
    exposure.paths.sort_unstable_by(|a, b| a.path.cmp(&b.path));
    exposure.refs.sort_unstable();
    exposure.refs.dedup();
}

fn last_name(path: &[u8]) -> Vec<u8> {
    path.rsplit(|byte| *byte == b'/').next().unwrap_or_default().to_vec()
}
