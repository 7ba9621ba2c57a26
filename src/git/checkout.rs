//! What is checked out: the files that the index tracks.

use std::path::{Path, PathBuf};

use super::Database;
use super::commit::Commit;
use super::tree::{Entries, EntryKind};
use crate::blob::ObjectId;
use crate::git::{bytes_to_path, is_repository, open};

/// The files under a directory that the index of its repository tracks, relative to it. A
/// directory outside of any repository has none; an index that cannot be read is a gap where it is
/// asked for itself.
pub fn tracked_under(directory: &Path) -> Vec<PathBuf> {
    let Ok(absolute) = directory.canonicalize() else { return Vec::new() };
    let Some(root) = absolute.ancestors().find(|dir| is_repository(dir)) else {
        return Vec::new();
    };
    let Ok(repository) = open(root) else { return Vec::new() };
    let inside = absolute.strip_prefix(root).unwrap_or(Path::new(""));
    let entries = repository.index().entries.into_iter();
    let paths = entries.filter(|entry| entry.has_blob()).map(|entry| bytes_to_path(&entry.path));
    paths.filter_map(|path| path.strip_prefix(inside).map(Path::to_path_buf).ok()).collect()
}

/// The blob that a commit has at a path with `/` between its parts; `None` where it has none, or
/// where something on the way cannot be read.
pub fn blob_at(database: &Database, commit: &ObjectId, path: &str) -> Option<ObjectId> {
    let (_, bytes) = database.read(commit).ok()?;
    let mut id = Commit::parse(&bytes)?.tree;
    let mut parts = path.split('/').peekable();
    while let Some(part) = parts.next() {
        let (_, bytes) = database.read(&id).ok()?;
        let mut entries = Entries::new(&bytes, id.as_bytes().len());
        let wanted = if parts.peek().is_some() { EntryKind::Tree } else { EntryKind::Blob };
        id = entries.find(|e| e.kind == wanted && e.name == part.as_bytes())?.id;
    }
    Some(id)
}
