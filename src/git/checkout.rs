//! What is checked out: the files that the index tracks, and those of a commit.

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};

use crate::blob::{ObjectId, ObjectKind};
use crate::git::commit::Commit;
use crate::git::tree::{Entries, EntryKind};
use crate::git::{Database, ReadError, bytes_to_path, is_repository, open};

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

/// The blobs of a commit by their paths.
///
/// # Errors
/// If the commit or one of its trees cannot be read.
pub fn files_of(
    database: &Database,
    commit: &ObjectId,
) -> Result<HashMap<Vec<u8>, ObjectId>, ReadError> {
    let (_, bytes) = database.read(commit)?;
    let commit = Commit::parse(&bytes)
        .ok_or_else(|| ReadError::Damaged("the commit of HEAD cannot be understood".to_owned()))?;
    let mut files = HashMap::new();
    let mut open_trees = HashSet::new();
    let mut pending = vec![(Vec::new(), commit.tree)];
    while let Some((prefix, id)) = pending.pop() {
        // A tree cannot hold itself, except in a database whose ids are not those of its objects.
        if !open_trees.insert((prefix.clone(), id)) || prefix.len() > 1 << 16 {
            continue;
        }
        let (kind, bytes) = database.read(&id)?;
        if kind != ObjectKind::Tree {
            return Err(ReadError::Damaged(format!("{id} is no tree")));
        }
        for entry in Entries::new(&bytes, id.as_bytes().len()) {
            let path = [&prefix, entry.name].concat();
            match entry.kind {
                EntryKind::Blob => drop(files.insert(path, entry.id)),
                EntryKind::Tree => pending.push(([path.as_slice(), b"/"].concat(), entry.id)),
                EntryKind::Submodule => {}
            }
        }
    }
    Ok(files)
}
