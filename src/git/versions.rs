//! What stood at a path in history.

use std::collections::{BTreeMap, BTreeSet, BinaryHeap, HashMap, HashSet};

use crate::blob::ObjectId;
use crate::git::Database;
use crate::git::commit::{Commit, Tag};
use crate::git::tree::{Entries, EntryKind};

/// The blobs that the commits reachable from `tips` have at some paths, those of the newest commits
/// first. What cannot be read has none.
pub fn versions(
    database: &Database,
    tips: &[ObjectId],
    paths: &BTreeSet<String>,
) -> BTreeMap<String, Vec<ObjectId>> {
    let mut search = Search { database, paths, seen: HashSet::new(), found: BTreeMap::new() };
    let mut walk = Walk { database, known: HashMap::new(), queue: BinaryHeap::new() };
    tips.iter().for_each(|tip| walk.meet(*tip));
    while let Some((_, id)) = walk.queue.pop() {
        let Some(commit) = walk.known.get_mut(&id).and_then(Option::take) else { continue };
        search.descend(commit.tree, "");
        commit.parents.into_iter().for_each(|parent| walk.meet(parent));
    }
    search.found
}

/// The commits, by their dates.
struct Walk<'a> {
    database: &'a Database,
    /// All that were met; those in the queue with their headers.
    known: HashMap<ObjectId, Option<Commit>>,
    queue: BinaryHeap<(i64, ObjectId)>,
}

impl Walk<'_> {
    /// Notes a commit, or the one that a tag leads to.
    fn meet(&mut self, id: ObjectId) {
        let mut next = Some(id);
        while let Some(id) = next.filter(|id| !self.known.contains_key(id)) {
            let read = self.database.read_unchecked(&id);
            let bytes = read.map(|(_, bytes)| bytes).unwrap_or_default();
            let commit = Commit::parse(&bytes);
            if let Some(commit) = &commit {
                self.queue.push((commit.date, id));
            }
            self.known.insert(id, commit);
            next = Tag::parse(&bytes).map(|tag| tag.target);
        }
    }
}

struct Search<'a> {
    database: &'a Database,
    paths: &'a BTreeSet<String>,
    /// The trees that were read, each with the directory that it was.
    seen: HashSet<(ObjectId, String)>,
    found: BTreeMap<String, Vec<ObjectId>>,
}

impl Search<'_> {
    /// Looks through a tree that is the directory `above`, which is empty or ends with a `/`.
    fn descend(&mut self, tree: ObjectId, above: &str) {
        if !self.seen.insert((tree, above.to_owned())) {
            return;
        }
        let Ok((_, bytes)) = self.database.read_unchecked(&tree) else { return };
        for entry in Entries::new(&bytes, tree.as_bytes().len()) {
            let Ok(name) = std::str::from_utf8(entry.name) else { continue };
            match entry.kind {
                EntryKind::Blob => self.file(format!("{above}{name}"), entry.id),
                EntryKind::Tree => self.directory(entry.id, &format!("{above}{name}/")),
                EntryKind::Submodule => {}
            }
        }
    }

    fn directory(&mut self, tree: ObjectId, path: &str) {
        let next = self.paths.range(path.to_owned()..).next();
        if next.is_some_and(|wanted| wanted.starts_with(path)) {
            self.descend(tree, path);
        }
    }

    fn file(&mut self, path: String, blob: ObjectId) {
        if self.paths.contains(&path) {
            let blobs = self.found.entry(path).or_default();
            if !blobs.contains(&blob) {
                blobs.push(blob);
            }
        }
    }
}
