//! Repositories that lie in the work tree of another one: unrelated ones, and submodules as old
//! versions of git kept them.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use ignore::WalkState;

use super::ignored::Ignored;
use super::tree::walker;
use crate::git::{self, Repository};

/// The work trees below that of a repository that have a database of their own, sorted. What git
/// ignores is not searched, nor is what lies in the git directory itself: linked work trees and
/// submodules of today.
pub fn repositories(repository: &Repository, threads: usize) -> Vec<PathBuf> {
    let Some(root) = &repository.work_tree else { return Vec::new() };
    let found = Mutex::new(Vec::new());
    let walker = walker(root, threads, Some(Arc::new(Ignored::under(root))));
    walker.run(|| {
        Box::new(|entry| {
            let Ok(entry) = entry else { return WalkState::Continue };
            if entry.file_name() != ".git" {
                return WalkState::Continue;
            }
            let dir = entry.path().parent().filter(|dir| *dir != root);
            if let Some(dir) = dir.filter(|dir| is_its_own(dir, repository)) {
                found.lock().unwrap_or_else(PoisonError::into_inner).push(dir.to_owned());
            }
            WalkState::Skip
        })
    });
    let mut found = found.into_inner().unwrap_or_else(PoisonError::into_inner);
    found.sort_unstable();
    found
}

/// Whether a directory has a database that does not lie in that of the repository. One that cannot
/// be opened counts too: that is to be reported.
fn is_its_own(dir: &Path, repository: &Repository) -> bool {
    let canonical = |path: &Path| path.canonicalize().unwrap_or_else(|_| path.to_owned());
    match git::open(dir) {
        Ok(inner) => !canonical(&inner.common_dir).starts_with(canonical(&repository.common_dir)),
        Err(_) => git::is_repository(dir),
    }
}
