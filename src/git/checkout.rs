//! What is checked out: the files that the index tracks.

use std::path::{Path, PathBuf};

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
