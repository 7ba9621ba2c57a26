//! Where the paths of a report lie and begin.

use std::path::{Component, Path, PathBuf};

use super::Scope;
use crate::expose::Ground;
use crate::git;
use crate::source::tree;

/// Where the paths of a report lie.
pub fn ground(scope: &Scope) -> Ground {
    match scope {
        Scope::Paths { paths, sides } => {
            let ground = match paths.as_slice() {
                [path] if path.is_dir() => Ground::of(path),
                _ => Ground::of(Path::new(".")),
            };
            let prefix = if sides.must_have_history() { String::new() } else { ground.prefix };
            Ground { prefix, ..ground }
        }
        Scope::Staged { repository, surroundings }
        | Scope::Push { repository, surroundings, .. } => Ground {
            prefix: String::new(),
            repository: git::open_within(repository, surroundings).ok(),
            ..Ground::of(repository)
        },
        Scope::Range { repository, .. } => {
            Ground { prefix: String::new(), ..Ground::of(repository) }
        }
        Scope::Patch(_) | Scope::Stdin(_) => Ground::default(),
    }
}

/// What leads from the root of the repository to where the paths of a report begin. Where history is
/// asked for, they begin at the root.
pub fn beginning(scope: &Scope) -> String {
    match scope {
        Scope::Paths { paths, sides } if !sides.must_have_history() => match paths.as_slice() {
            [path] if path.is_dir() => within(path),
            _ => within(Path::new(".")),
        },
        _ => String::new(),
    }
}

/// What leads from the root of the repository that holds a directory to it: `packages/api/`.
pub fn within(dir: &Path) -> String {
    let inside = || {
        let absolute = dir.canonicalize().ok()?;
        let root = absolute.ancestors().find(|dir| git::is_repository(dir))?;
        Some(tree::label("", absolute.strip_prefix(root).ok()?))
    };
    inside().filter(|label| !label.is_empty()).map_or_else(String::new, |label| label + "/")
}

/// What leads to the root of a repository, if `to_dir` leads to a directory `within` it.
pub fn root_of(to_dir: &str, within: &str) -> String {
    match to_dir.strip_suffix(within) {
        Some(root) => root.to_owned(),
        None => to_dir.to_owned() + &"../".repeat(within.matches('/').count()),
    }
}

/// Which part of the repository a path is, with `/` and one at the end; empty for all of it.
pub fn path_within(repository: &git::Repository, path: &Path) -> String {
    let root = repository.work_tree.as_ref().and_then(|root| root.canonicalize().ok());
    let absolute = path.canonicalize().ok();
    match (root, absolute) {
        (Some(root), Some(path)) => match path.strip_prefix(&root) {
            Ok(inside) if inside.as_os_str().is_empty() => String::new(),
            Ok(inside) if path.is_dir() => tree::label("", inside) + "/",
            Ok(inside) => tree::label("", inside),
            Err(_) => String::new(),
        },
        _ => String::new(),
    }
}

/// A path as the beginning of labels: with `/`, one at the end of a directory, and without `./`.
pub fn prefix(path: &Path) -> String {
    let parts = path.components().filter(|part| *part != Component::CurDir);
    let clean: PathBuf = parts.collect();
    let mut text = clean.to_string_lossy().replace(std::path::MAIN_SEPARATOR, "/");
    if path.is_dir() && !text.is_empty() && !text.ends_with('/') {
        text.push('/');
    }
    text
}
