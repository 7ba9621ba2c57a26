//! What is known about the history of each hit.

use std::collections::{BTreeMap, HashMap};

use crate::blob::{CommitRef, ObjectId};
use crate::git::commit::describe;
use crate::git::events::Attributor;
use crate::git::graph::Rank;
use crate::git::history::PathNumber;
use crate::git::ref_sets::RefSets;
use crate::git::tips::Tips;
use crate::git::{Database, RefSet, Reference, Repository, Walk};

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
    /// Whether there are more ways to the hits than could be followed.
    pub is_cut_short: bool,
}

/// Where one hit is exposed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Exposure {
    /// For a blob or a name: each path under which a commit has it, sorted by path.
    pub paths: Vec<PathHistory>,
    /// For a commit or tag: the object itself.
    pub message: Option<CommitRef>,
    /// The references that reach it, through any of its paths. Empty if nothing does.
    pub refs: RefSet,
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
    /// The references from which a commit with it at this path is reached.
    pub refs: RefSet,
}

/// Says by which commits, under which paths and from which references each hit of a walk can be
/// reached. A hit that has no entry in the result lies only in a store that the repository borrows
/// from, and nothing of the repository leads to it: it is somebody else's.
pub fn attribute(repository: &Repository, walk: &Walk) -> Attribution {
    let references = &walk.references;
    let database = Database::open(repository);
    let mut attributor = Attributor::new(walk);
    let tips = Tips::new(&references.all, walk, &attributor.graph);
    attributor.follow(references, &tips);
    let mut sets = RefSets::default();
    let messages = attributor.sweep(&tips, &mut sets);
    let known = HashMap::new();
    let mut writer = Writer { database: &database, attributor: &attributor, known, sets };
    let mut attribution = writer.write(&messages, &tips);
    attribution.refs = references.all.clone();
    attribution.is_cut_short = attributor.trees.is_cut_short();
    attribution
}

/// Turns events into what is given to the caller.
struct Writer<'a> {
    database: &'a Database,
    attributor: &'a Attributor<'a>,
    known: HashMap<ObjectId, Option<CommitRef>>,
    sets: RefSets,
}

impl Writer<'_> {
    fn write(&mut self, messages: &BTreeMap<ObjectId, RefSet>, tips: &Tips) -> Attribution {
        let walk = self.attributor.walk;
        let mut attribution = Attribution::default();
        attribution.blobs.extend(walk.blobs.iter().map(|id| (*id, Exposure::default())));
        attribution.names.extend(walk.names.iter().map(|name| (name.clone(), Exposure::default())));
        for id in &walk.messages {
            let refs = messages.get(id).cloned().unwrap_or_default();
            let exposure = Exposure { message: self.describe(*id), refs, ..Exposure::default() };
            attribution.messages.insert(*id, exposure);
        }
        for ((path, hit), number) in &self.attributor.places {
            let history = self.history(*path, *number);
            let exposure = match walk.blobs.get(*hit as usize) {
                Some(id) => attribution.blobs.entry(*id).or_default(),
                None => attribution.names.entry(last_name(&history.path)).or_default(),
            };
            exposure.paths.push(history);
        }
        self.finish(&mut attribution, tips);
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

    /// Sorts, joins the references of all paths, and leaves out what is somebody else's.
    fn finish(&mut self, attribution: &mut Attribution, tips: &Tips) {
        let mut direct: HashMap<ObjectId, Vec<u32>> = HashMap::new();
        for (reference, id) in &tips.direct {
            direct.entry(*id).or_default().push(*reference);
        }
        for exposures in [&mut attribution.blobs, &mut attribution.messages] {
            for (id, exposure) in exposures.iter_mut() {
                self.join(exposure, direct.remove(id).unwrap_or_default());
            }
            if self.database.dirs.len() > 1 {
                exposures.retain(|id, found| !found.refs.is_empty() || self.database.owns(id));
            }
        }
        attribution.names.values_mut().for_each(|exposure| self.join(exposure, Vec::new()));
    }

    fn join(&mut self, exposure: &mut Exposure, direct: Vec<u32>) {
        exposure.paths.sort_unstable_by(|a, b| a.path.cmp(&b.path));
        let of_paths = exposure.paths.iter().map(|path| &path.refs);
        let mut sets: Vec<RefSet> = of_paths.chain([&exposure.refs]).cloned().collect();
        sets.push(self.sets.share(direct));
        sets.retain(|set| !set.is_empty());
        exposure.refs = self.sets.union(&sets);
    }
}

fn last_name(path: &[u8]) -> Vec<u8> {
    path.rsplit(|byte| *byte == b'/').next().unwrap_or_default().to_vec()
}
