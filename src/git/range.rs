//! The commits of a range, and what they introduce.

use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, BTreeSet, BinaryHeap, HashMap, HashSet};

use crate::blob::{CommitRef, ObjectId, ObjectKind};
use crate::coverage::Note;
use crate::git::commit::{Commit, describe};
use crate::git::tree::{Entries, EntryKind};
use crate::git::{Database, LONGEST_PATH, ReadError, RevisionRange};

/// A blob that a commit introduces at a path: it has it there, and none of its parents does.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Introduced {
    /// Place of the commit in [`RangeChanges::commits`].
    pub commit: usize,
    /// Path from the root of the tree; it need not be UTF-8.
    pub path: Vec<u8>,
    /// The blob.
    pub blob: ObjectId,
}

/// What the commits of a range introduce.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RangeChanges {
    /// The commits of the range, oldest first.
    pub commits: Vec<CommitRef>,
    /// What they introduce, by commit and path.
    pub introduced: Vec<Introduced>,
    /// What could not be followed.
    pub gaps: Vec<Note>,
}

/// What the commits of a range introduce. A merge introduces what none of its parents has at that
/// path, such as the resolution of a conflict.
pub fn changes(database: &Database, id_len: usize, range: &RevisionRange) -> RangeChanges {
    let mut walk = Commits { database, graph: HashMap::new(), gaps: BTreeMap::new() };
    let commits = walk.select(range);
    let mut changes = RangeChanges::default();
    let mut differ = Differ { database, id_len, gaps: &mut walk.gaps, found: Vec::new() };
    for (number, id) in commits.iter().enumerate() {
        let commit = &walk.graph[id];
        let known = commit.parents.iter().filter_map(|parent| walk.graph.get(parent));
        let parents: Vec<ObjectId> = known.map(|parent| parent.tree).collect();
        differ.introduced(commit.tree, &parents);
        changes.introduced.extend(differ.found.drain(..).map(|(path, blob)| Introduced {
            commit: number,
            path,
            blob,
        }));
        if let Ok((_, bytes)) = database.read(id) {
            changes.commits.push(describe(*id, &bytes));
        }
    }
    changes.gaps = walk.gaps.into_iter().map(|(what, why)| Note { what, why }).collect();
    changes
}

/// The blobs that a tree has and none of `parents` has at the same path.
pub(crate) fn introduced(
    database: &Database,
    tree: ObjectId,
    parents: &[ObjectId],
    gaps: &mut BTreeMap<String, String>,
) -> Vec<(Vec<u8>, ObjectId)> {
    let mut differ = Differ { database, id_len: database.id_len, gaps, found: Vec::new() };
    differ.introduced(tree, parents);
    differ.found
}

/// The best common ancestors of two commits. Both histories are walked whole: symmetric ranges are
/// rare enough.
pub(crate) fn merge_bases(database: &Database, a: ObjectId, b: ObjectId) -> Vec<ObjectId> {
    let mut walk = Commits { database, graph: HashMap::new(), gaps: BTreeMap::new() };
    let (of_a, of_b) = (walk.ancestors(a), walk.ancestors(b));
    let mut common: Vec<_> = of_a.intersection(&of_b).copied().collect();
    let parents: HashSet<_> = common.iter().flat_map(|id| &walk.graph[id].parents).collect();
    common.retain(|id| !parents.contains(id));
    common.sort_unstable();
    common
}

/// Why what a commit should be is no parent and no end of a range.
const NO_COMMIT: &str = "it is no commit that can be understood";

/// How far the selection of a range has come.
#[derive(Default)]
struct Front {
    /// Commits to be looked at, by date.
    queue: BinaryHeap<(i64, ObjectId)>,
    /// Those of them that are in the range as far as is known.
    open: HashSet<ObjectId>,
    hidden: HashSet<ObjectId>,
    /// All that is in the range as far as is known, with its date.
    shown: HashMap<ObjectId, i64>,
    dates: BTreeSet<(i64, ObjectId)>,
}

impl Front {
    fn show(&mut self, id: ObjectId, date: i64) {
        if !self.hidden.contains(&id) && self.shown.insert(id, date).is_none() {
            self.dates.insert((date, id));
            self.open.insert(id);
            self.queue.push((date, id));
        }
    }

    fn hide(&mut self, id: ObjectId, date: i64) {
        if self.hidden.insert(id) {
            self.shown.remove(&id);
            self.dates.remove(&(date, id));
            self.open.remove(&id);
            self.queue.push((date, id));
        }
    }

    /// Whether nothing can change any more when an excluded commit of this date comes up.
    fn is_decided(&self, date: i64) -> bool {
        self.open.is_empty() && self.dates.first().is_none_or(|(oldest, _)| date < *oldest)
    }
}

struct Commits<'a> {
    database: &'a Database,
    graph: HashMap<ObjectId, Commit>,
    gaps: BTreeMap<String, String>,
}

impl Commits<'_> {
    /// Reads a commit once.
    fn load(&mut self, id: ObjectId) -> Result<&Commit, ReadError> {
        if let Entry::Vacant(place) = self.graph.entry(id) {
            let commit = match self.database.read(&id)? {
                (ObjectKind::Commit, bytes) => Commit::parse(&bytes),
                _ => None,
            };
            place.insert(commit.ok_or_else(|| ReadError::Damaged(NO_COMMIT.to_owned()))?);
        }
        self.graph.get(&id).ok_or(ReadError::Missing)
    }

    fn ancestors(&mut self, tip: ObjectId) -> HashSet<ObjectId> {
        let mut seen = HashSet::new();
        let mut pending = vec![tip];
        while let Some(id) = pending.pop() {
            if let Some(commit) = self.load(id).ok().filter(|_| !seen.contains(&id)) {
                pending.extend(&commit.parents);
                seen.insert(id);
            }
        }
        seen
    }

    /// The commits of a range, parents before children. Commits are taken newest first, and the
    /// walk ends where only excluded ones are left that are older than all others; so a clock that
    /// went wrong can make a range larger, never smaller.
    fn select(&mut self, range: &RevisionRange) -> Vec<ObjectId> {
        let mut front = Front::default();
        let ends = range.exclude.iter().map(|id| (id, true));
        for (id, hide) in ends.chain(range.include.iter().map(|id| (id, false))) {
            self.enqueue(*id, hide, &mut front);
        }
        let mut done = HashSet::new();
        while let Some((date, id)) = front.queue.pop() {
            front.open.remove(&id);
            let hide = front.hidden.contains(&id);
            if hide && front.is_decided(date) {
                break;
            }
            if done.insert((id, hide)) {
                for parent in self.graph[&id].parents.clone() {
                    self.enqueue(parent, hide, &mut front);
                }
            }
        }
        self.ordered(front.shown.into_keys().collect())
    }

    /// A commit that cannot be read is a gap if it is in the range. One that is excluded may lie
    /// behind the end of a shallow clone: then the range is larger, and nothing of it is missed.
    fn enqueue(&mut self, id: ObjectId, hide: bool, front: &mut Front) {
        match self.load(id).map(|commit| commit.date) {
            Ok(date) if hide => front.hide(id, date),
            Ok(date) => front.show(id, date),
            Err(_) if hide => {}
            Err(error) => drop(self.gaps.insert(format!("commit {id}"), error.to_string())),
        }
    }

    /// Parents before children; among those that are free to come, the oldest and smallest first.
    fn ordered(&self, set: HashSet<ObjectId>) -> Vec<ObjectId> {
        let parents_of = |id: &ObjectId| {
            let mut parents = self.graph[id].parents.clone();
            parents.retain(|parent| set.contains(parent));
            parents.sort_unstable();
            parents.dedup();
            parents
        };
        let mut waiting: HashMap<ObjectId, usize> = HashMap::new();
        let mut children: HashMap<ObjectId, Vec<ObjectId>> = HashMap::new();
        let mut free = BinaryHeap::new();
        let key = |id: ObjectId| std::cmp::Reverse((self.graph[&id].date, id));
        for id in &set {
            let parents = parents_of(id);
            waiting.insert(*id, parents.len());
            if parents.is_empty() {
                free.push(key(*id));
            }
            for parent in parents {
                children.entry(parent).or_default().push(*id);
            }
        }
        let mut order = Vec::with_capacity(set.len());
        while let Some(std::cmp::Reverse((_, id))) = free.pop() {
            order.push(id);
            for child in children.remove(&id).unwrap_or_default() {
                let left = waiting.entry(child).or_default();
                *left -= 1;
                if *left == 0 {
                    free.push(key(child));
                }
            }
        }
        order
    }
}

/// A directory of a commit and the same directory of its parents.
struct Step {
    path: Vec<u8>,
    tree: ObjectId,
    parents: Vec<ObjectId>,
}

struct Differ<'a> {
    database: &'a Database,
    id_len: usize,
    gaps: &'a mut BTreeMap<String, String>,
    found: Vec<(Vec<u8>, ObjectId)>,
}

/// So many entries of a commit are followed along every path: trees that name each other many times
/// have more paths than there is time. From then on, each is compared once with the same others.
const PLENTY: usize = 1 << 14;

impl Differ<'_> {
    /// Adds the blobs that `tree` has and none of `parents` has at the same path.
    fn introduced(&mut self, tree: ObjectId, parents: &[ObjectId]) {
        let mut pending = vec![Step { path: Vec::new(), tree, parents: parents.to_vec() }];
        let (mut seen, mut followed) = (HashSet::new(), 0);
        while let Some(step) = pending.pop() {
            let is_known = step.parents.contains(&step.tree)
                || followed > PLENTY && !seen.insert((step.tree, step.parents.clone()));
            if !is_known {
                followed += self.compare(&step, &mut pending);
            }
        }
        self.found.sort_unstable();
    }

    /// Returns how many entries there are.
    fn compare(&mut self, step: &Step, pending: &mut Vec<Step>) -> usize {
        let mut known: HashSet<(Vec<u8>, ObjectId)> = HashSet::new();
        let mut below: HashMap<Vec<u8>, Vec<ObjectId>> = HashMap::new();
        for parent in &step.parents {
            for (kind, name, id) in self.entries(*parent) {
                if kind == EntryKind::Tree {
                    below.entry(name.clone()).or_default().push(id);
                }
                known.insert((name, id));
            }
        }
        let entries = self.entries(step.tree);
        let count = entries.len();
        for (kind, name, id) in entries {
            let path = match step.path.as_slice() {
                [] => name.clone(),
                dir if dir.len() + name.len() > LONGEST_PATH => dir.to_vec(),
                dir => [dir, b"/", &name].concat(),
            };
            match kind {
                EntryKind::Submodule => {}
                EntryKind::Tree => {
                    let parents = below.get(&name).cloned().unwrap_or_default();
                    pending.push(Step { path, tree: id, parents });
                }
                EntryKind::Blob if known.contains(&(name, id)) => {}
                EntryKind::Blob => self.found.push((path, id)),
            }
        }
        count
    }

    fn entries(&mut self, tree: ObjectId) -> Vec<(EntryKind, Vec<u8>, ObjectId)> {
        let bytes = match self.database.read(&tree) {
            Ok((ObjectKind::Tree, bytes)) => bytes,
            Ok(_) => {
                let why = "it is named as a tree and is none; fetch it again from another copy";
                self.gaps.insert(format!("object {tree}"), why.to_owned());
                Vec::new()
            }
            Err(error) => {
                self.gaps.insert(format!("tree {tree}"), error.to_string());
                Vec::new()
            }
        };
        let mut entries = Entries::new(&bytes, self.id_len);
        let found = entries.by_ref().map(|e| (e.kind, e.name.to_owned(), e.id)).collect();
        if !entries.at_end() {
            let why = "one of its entries is malformed; fetch it again from another copy";
            self.gaps.insert(format!("tree {tree}"), why.to_owned());
        }
        found
    }
}
