//! The versions of a file in which the line of an entry may be counted.

use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::iter;
use std::path::{Component, Path};

use super::Foreign;
use crate::blob::ObjectId;
use crate::git::{self, Database, Repository};

/// The largest file in which a line is looked for.
const LARGEST: u64 = 64 << 20;

/// How many versions of a file are looked at, the newest first.
const MOST: usize = 200;

/// Files of the work tree and of history, by the paths of a list.
///
/// A list may have been written elsewhere, so that its paths begin further out than those of the
/// repository: `/repo/src/a.js`. The longest end of a path that there is counts.
pub struct Versions<'a> {
    root: &'a Path,
    database: Option<Database>,
    tips: Vec<ObjectId>,
    /// The ends of all paths of the list.
    paths: BTreeSet<String>,
    /// What history has at them: read once, and only if something asks for it.
    history: OnceCell<BTreeMap<String, Vec<ObjectId>>>,
}

impl<'a> Versions<'a> {
    /// The files of a repository, or of a plain directory, whose root is `root`.
    pub fn new(repository: Option<&Repository>, root: &'a Path, entries: &[Foreign]) -> Self {
        let paths = entries.iter().filter_map(|entry| entry.path.as_deref());
        Self {
            root,
            database: repository.map(Database::open),
            tips: repository.map(tips).unwrap_or_default(),
            paths: paths.flat_map(ends).map(str::to_owned).collect(),
            history: OnceCell::new(),
        }
    }

    /// The blob that the commit of an entry has at its path.
    pub fn blob(&self, entry: &Foreign) -> Option<ObjectId> {
        let database = self.database.as_ref()?;
        let commit = ObjectId::from_hex(entry.commit.as_deref()?.as_bytes())?;
        ends(entry.path.as_deref()?).find_map(|path| git::blob_at(database, &commit, path))
    }

    /// The very version that an entry is about, if its commit is here.
    pub fn own(&self, entry: &Foreign) -> Option<Vec<u8>> {
        self.read(&self.blob(entry)?)
    }

    /// The version that an entry is about; where that is not to be had, the file of the work tree,
    /// and then those of history, the newest first.
    pub fn all(&self, entry: &Foreign) -> impl Iterator<Item = Vec<u8>> {
        let own = self.own(entry);
        let path = entry.path.as_deref().filter(|_| own.is_none()).unwrap_or_default();
        let file = iter::once_with(|| ends(path).find_map(|path| self.file(path))).flatten();
        let old = iter::once_with(|| self.blobs(path)).flatten().filter_map(|id| self.read(id));
        own.into_iter().chain(file.chain(old).take(MOST))
    }

    fn blobs(&self, path: &str) -> &[ObjectId] {
        let Some(database) = self.database.as_ref().filter(|_| !path.is_empty()) else {
            return &[];
        };
        let history = self.history.get_or_init(|| git::versions(database, &self.tips, &self.paths));
        ends(path).find_map(|path| history.get(path)).map_or(&[], Vec::as_slice)
    }

    fn read(&self, blob: &ObjectId) -> Option<Vec<u8>> {
        self.database.as_ref()?.read(blob).ok().map(|(_, bytes)| bytes)
    }

    /// A list must not lead out of the directory that it is about.
    fn file(&self, path: &str) -> Option<Vec<u8>> {
        let path = Path::new(path);
        let is_inside = path.components().all(|part| matches!(part, Component::Normal(_)));
        let file = self.root.join(path);
        let metadata = fs::symlink_metadata(&file).ok()?;
        let is_small = metadata.is_file() && metadata.len() <= LARGEST;
        if is_inside && is_small { fs::read(file).ok() } else { None }
    }
}

fn tips(repository: &Repository) -> Vec<ObjectId> {
    let references = repository.references();
    let head = references.head.commit();
    head.into_iter().chain(references.all.iter().map(|reference| reference.target)).collect()
}

/// A path, and what is left of it without its first directories: `/a/b`, `a/b`, `b`.
fn ends(path: &str) -> impl Iterator<Item = &str> {
    iter::successors(Some(path), |path| path.split_once('/').map(|(_, rest)| rest))
        .filter(|path| !path.is_empty())
}
