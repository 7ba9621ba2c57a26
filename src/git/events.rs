//! What the commits did to the hits, path by path.

use std::collections::{BTreeMap, HashSet};
use std::panic::resume_unwind;
use std::thread;

use crate::blob::ObjectId;
use crate::git::fast_hash::FastMap;
use crate::git::graph::{Graph, Rank};
use crate::git::history::{Hit, NAMED, Place, Trees};
use crate::git::ref_sets::{RefSet, RefSets};
use crate::git::tips::Tips;
use crate::git::tree_log::{NONE, Record};
use crate::git::{References, Walk};

/// What the commits did to one place.
#[derive(Default)]
pub(crate) struct Events {
    pub introduced: Vec<Rank>,
    pub removed: Vec<Rank>,
    pub last: Option<Rank>,
    pub at_head: bool,
    /// References that lead to it other than through a commit.
    direct: Vec<u32>,
    /// All references that lead to it.
    pub refs: RefSet,
}

/// Finds out what happened to every place.
pub(crate) struct Attributor<'a> {
    pub walk: &'a Walk,
    pub graph: Graph<'a>,
    pub trees: Trees<'a>,
    /// The tree of each commit, if it leads to hits, or [`NONE`].
    roots: Vec<Record>,
    /// The number of each place in `events`.
    pub places: FastMap<Place, u32>,
    pub events: Vec<Events>,
}

impl<'a> Attributor<'a> {
    pub fn new(walk: &'a Walk) -> Self {
        let (graph, trees) = thread::scope(|scope| {
            let graph = scope.spawn(|| Graph::new(&walk.commits));
            let trees = Trees::new(walk);
            (graph.join().unwrap_or_else(|panic| resume_unwind(panic)), trees)
        });
        let ranks = 0..graph.len() as Rank;
        let roots = ranks.map(|rank| trees.find(&graph.tree(rank)).unwrap_or(NONE)).collect();
        Self { walk, graph, trees, roots, places: FastMap::default(), events: Vec::new() }
    }

    /// Notes everything but the references that lead to commits.
    pub fn follow(&mut self, references: &References, tips: &Tips) {
        self.follow_commits();
        self.find_last();
        self.mark_head(references);
        self.follow_tips(tips);
        self.place_dangling();
    }

    fn tree(&self, rank: Rank) -> Record {
        self.roots[rank as usize]
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
        if parents.iter().all(|parent| *parent == tree) {
            return;
        }
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
                self.event(place).direct.push(*reference);
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
    pub fn sweep(&mut self, tips: &Tips, sets: &mut RefSets) -> BTreeMap<ObjectId, RefSet> {
        let messages: Vec<(ObjectId, Rank)> = self.message_ranks();
        let mut of_messages = BTreeMap::new();
        let places = self.events.len();
        let mut bits = vec![[0u64; WORDS]; self.graph.len()];
        for first in (0..places + messages.len()).step_by(64 * WORDS) {
            let targets = first..(first + 64 * WORDS).min(places + messages.len());
            bits.fill([0; WORDS]);
            for (bit, target) in targets.clone().enumerate() {
                let ranks = match target.checked_sub(places) {
                    None => self.events[target].introduced.as_slice(),
                    Some(message) => std::slice::from_ref(&messages[message].1),
                };
                ranks.iter().for_each(|rank| bits[*rank as usize][bit / 64] |= 1 << (bit % 64));
            }
            self.graph.spread(&mut bits);
            for (target, mut refs) in targets.zip(reaching(tips, &bits)) {
                match target.checked_sub(places) {
                    None => {
                        let event = &mut self.events[target];
                        refs.append(&mut event.direct);
                        event.refs = sets.share(refs);
                    }
                    Some(message) => {
                        of_messages.insert(messages[message].0, sets.share(refs));
                    }
                }
            }
        }
        of_messages
    }

    fn message_ranks(&self) -> Vec<(ObjectId, Rank)> {
        let messages = self.walk.messages.iter();
        messages.filter_map(|id| Some((*id, self.graph.rank(id)?))).collect()
    }
}

/// How many words of bits are followed through the graph at once.
const WORDS: usize = 4;

/// For each bit, the references to commits that have it.
fn reaching(tips: &Tips, bits: &[[u64; WORDS]]) -> Vec<Vec<u32>> {
    let mut found = vec![Vec::new(); 64 * WORDS];
    for (reference, rank) in &tips.commits {
        for (word, mut set) in bits[*rank as usize].into_iter().enumerate() {
            while set != 0 {
                found[word * 64 + set.trailing_zeros() as usize].push(*reference);
                set &= set - 1;
            }
        }
    }
    found
}
