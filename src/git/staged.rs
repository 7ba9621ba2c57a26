//! How an index differs from the commits that the next commit builds on.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::ops::Range;

use crate::blob::{ObjectId, ObjectKind};
use crate::coverage::Note;
use crate::git::commit::Commit;
use crate::git::range::introduced;
use crate::git::tree::{Entries, EntryKind};
use crate::git::{Database, Index, IndexEntry};

/// A blob that the next commit has at a path where none of its parents has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Staged {
    /// Path from the root of the work tree; it need not be UTF-8.
    pub path: Vec<u8>,
    /// The blob.
    pub blob: ObjectId,
    /// What the parents have at this path.
    pub before: Vec<ObjectId>,
}

/// What the next commit adds and takes away.
#[derive(Clone, Debug, Default)]
pub struct StagedChanges {
    /// New and changed files.
    pub staged: Vec<Staged>,
    /// What could not be compared.
    pub gaps: Vec<Note>,
    /// What stands in a parent at a path that the commit does not have.
    removed: Vec<(EntryKind, ObjectId)>,
}

impl StagedChanges {
    /// The blobs that stand in a parent at a path that the commit does not have: files that were
    /// deleted or renamed.
    pub fn removed_blobs(&self, database: &Database) -> Vec<ObjectId> {
        let mut pending = self.removed.clone();
        let (mut blobs, mut seen) = (BTreeSet::new(), HashSet::new());
        while let Some((kind, id)) = pending.pop() {
            match kind {
                EntryKind::Blob => drop(blobs.insert(id)),
                EntryKind::Submodule => {}
                EntryKind::Tree if !seen.insert(id) => {}
                EntryKind::Tree => {
                    let bytes = database.read(&id).map(|(_, bytes)| bytes).unwrap_or_default();
                    let entries = Entries::new(&bytes, database.id_len);
                    pending.extend(entries.map(|entry| (entry.kind, entry.id)));
                }
            }
        }
        blobs.into_iter().collect()
    }
}

/// Compares an index with the commits that the next commit builds on: `HEAD`, and in a merge the
/// others. Directories whose tree the index knows, and of which a parent has the same, are not
/// looked into, so that a commit costs what it changes and not what there is.
pub fn staged_changes(database: &Database, index: &Index, parents: &[ObjectId]) -> StagedChanges {
    let mut entries: Vec<&IndexEntry> = index.entries.iter().collect();
    if !entries.is_sorted_by_key(|entry| &entry.path) {
        entries.sort_by_key(|entry| &entry.path);
    }
    let mut comparison = Comparison { database, index, entries, changes: StagedChanges::default() };
    let roots = parents.iter().filter_map(|id| comparison.root(id)).collect();
    let all = 0..comparison.entries.len();
    let mut pending = vec![Step { path: Vec::new(), entries: all, trees: roots }];
    while let Some(step) = pending.pop() {
        comparison.directory(&step, &mut pending);
    }
    comparison.changes
}

/// A directory of the index and the same directory of the parents.
struct Step {
    /// Empty, or with `/` at its end.
    path: Vec<u8>,
    entries: Range<usize>,
    trees: Vec<ObjectId>,
}

struct Comparison<'a> {
    database: &'a Database,
    index: &'a Index,
    entries: Vec<&'a IndexEntry>,
    changes: StagedChanges,
}

/// What the parents have under one name.
#[derive(Default)]
struct Named {
    found: Vec<(EntryKind, ObjectId)>,
    /// Whether the index has a file, and whether it has a directory, of this name.
    kept: [bool; 2],
}

impl Named {
    fn take(&mut self, directory: bool) -> Vec<ObjectId> {
        self.kept[usize::from(directory)] = true;
        let wanted = self.found.iter().filter(|(kind, _)| is_directory(*kind) == directory);
        wanted.map(|(_, id)| *id).collect()
    }

    fn removed(self) -> impl Iterator<Item = (EntryKind, ObjectId)> {
        self.found.into_iter().filter(move |(kind, _)| !self.kept[usize::from(is_directory(*kind))])
    }
}

fn is_directory(kind: EntryKind) -> bool {
    kind == EntryKind::Tree
}

impl Comparison<'_> {
    fn root(&mut self, commit: &ObjectId) -> Option<ObjectId> {
        let read = self.database.read(commit).map_err(|error| error.to_string());
        let tree = read.and_then(|(_, bytes)| match Commit::parse(&bytes) {
            Some(commit) => Ok(commit.tree),
            None => Err("it cannot be understood".to_owned()),
        });
        tree.map_err(|why| self.gap(format!("commit {commit}"), why)).ok()
    }

    fn gap(&mut self, what: String, why: String) {
        self.changes.gaps.push(Note { what, why });
    }

    fn directory(&mut self, step: &Step, pending: &mut Vec<Step>) {
        let cached = self.index.trees.get(&step.path);
        if cached.is_some_and(|tree| step.trees.contains(&tree)) {
            return;
        }
        let mut names: BTreeMap<Vec<u8>, Named> = BTreeMap::new();
        for tree in &step.trees {
            self.list(tree, &mut names);
        }
        let mut at = step.entries.start;
        while at < step.entries.end {
            let entry = self.entries[at];
            let inside = &entry.path[step.path.len()..];
            let slash = memchr::memchr(b'/', inside);
            let name = &inside[..slash.unwrap_or(inside.len())];
            let named = names.get_mut(name);
            let before = named.map(|named| named.take(slash.is_some())).unwrap_or_default();
            at += match slash {
                None => self.file(entry, before),
                Some(slash) => {
                    let path = entry.path[..=step.path.len() + slash].to_owned();
                    let rest = &self.entries[at..step.entries.end];
                    let count = rest.partition_point(|entry| entry.path.starts_with(&path));
                    if entry.mode == TREE && entry.path == path {
                        self.whole_tree(entry, &before);
                    } else {
                        pending.push(Step { path, entries: at..at + count, trees: before });
                    }
                    count
                }
            };
        }
        self.changes.removed.extend(names.into_values().flat_map(Named::removed));
    }

    fn file(&mut self, entry: &IndexEntry, before: Vec<ObjectId>) -> usize {
        if entry.has_blob() && !before.contains(&entry.id) {
            let (path, blob) = (entry.path.clone(), entry.id);
            self.changes.staged.push(Staged { path, blob, before });
        }
        1
    }

    /// A sparse index names a directory outside of the sparse checkout by its tree.
    fn whole_tree(&mut self, entry: &IndexEntry, before: &[ObjectId]) {
        let mut gaps = BTreeMap::new();
        for (path, blob) in introduced(self.database, entry.id, before, &mut gaps) {
            let path = [entry.path.as_slice(), &path].concat();
            self.changes.staged.push(Staged { path, blob, before: Vec::new() });
        }
        self.changes.gaps.extend(gaps.into_iter().map(|(what, why)| Note { what, why }));
    }

    fn list(&mut self, tree: &ObjectId, names: &mut BTreeMap<Vec<u8>, Named>) {
        let bytes = match self.database.read(tree) {
            Ok((ObjectKind::Tree, bytes)) => bytes,
            Ok(_) => {
                return self.gap(
                    format!("object {tree}"),
                    "it is no tree; fetch it again from another copy".to_owned(),
                );
            }
            Err(error) => return self.gap(format!("tree {tree}"), error.to_string()),
        };
        for entry in Entries::new(&bytes, self.database.id_len) {
            let named = names.entry(entry.name.to_owned()).or_default();
            named.found.push((entry.kind, entry.id));
        }
    }
}

const TREE: u32 = 0o040_000;
