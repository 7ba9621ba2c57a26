//! Walking a directory on several threads, past what git ignores.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use ignore::{DirEntry, Error, WalkBuilder, WalkState};

use crate::git;

/// What is told of every entry of a walk, on the thread that comes to it.
pub type Visitor<'a> = Box<dyn FnMut(Result<DirEntry, Error>) -> WalkState + Send + 'a>;

/// A list of patterns that is larger than this is not written by people.
const LARGEST: u64 = 1 << 20;

/// Walks a directory, `.git` included. With `obey` what git ignores is passed over, except where the
/// list that says so is no file or one without an end: there nothing is ignored, and the list is
/// returned.
pub fn walk<'a>(
    root: &Path,
    obey: bool,
    threads: usize,
    mut visitor: impl FnMut() -> Visitor<'a>,
) -> Vec<PathBuf> {
    let unfit: Arc<Mutex<Vec<(PathBuf, PathBuf)>>> = Arc::default();
    let mut lists = Vec::new();
    let own = if obey { unfit_list(root) } else { None };
    let above = if obey { unfit_above(root) } else { None };
    let mut walker = builder(root, obey && own.is_none() && above.is_none(), threads);
    lists.extend(own.into_iter().chain(above));
    if obey {
        let unfit = Arc::clone(&unfit);
        walker.filter_entry(move |entry| may_enter(entry, &unfit));
    }
    walker.build_parallel().run(&mut visitor);
    let set_aside = std::mem::take(&mut *unfit.lock().unwrap_or_else(PoisonError::into_inner));
    for (directory, list) in set_aside {
        builder(&directory, false, threads).build_parallel().run(&mut visitor);
        lists.push(list);
    }
    lists
}

fn builder(root: &Path, obey: bool, threads: usize) -> WalkBuilder {
    let mut builder = WalkBuilder::new(root);
    builder.hidden(false).ignore(false).parents(obey);
    builder.git_ignore(obey).git_global(obey).git_exclude(obey).threads(threads);
    builder
}

/// Directories of which the list must not be read are set aside.
fn may_enter(entry: &DirEntry, unfit: &Mutex<Vec<(PathBuf, PathBuf)>>) -> bool {
    let is_directory = entry.file_type().is_some_and(|kind| kind.is_dir());
    // The visitor does not enter databases.
    if entry.file_name() == ".git" {
        return true;
    }
    let list = if is_directory { unfit_list(entry.path()) } else { None };
    let may_enter = list.is_none();
    if let Some(list) = list {
        let mut unfit = unfit.lock().unwrap_or_else(PoisonError::into_inner);
        unfit.push((entry.path().to_owned(), list));
    }
    may_enter
}

/// The walk reads the lists of all directories above as well.
fn unfit_above(root: &Path) -> Option<PathBuf> {
    let root = root.canonicalize().ok()?;
    root.ancestors().skip(1).find_map(unfit_list)
}

/// The list of a directory that has no end, or may have none: it is opened by whoever walks.
fn unfit_list(directory: &Path) -> Option<PathBuf> {
    let list = directory.join(".gitignore");
    if is_unfit(&list) {
        return Some(list);
    }
    let dot_git = directory.join(".git");
    let list = match fs::metadata(&dot_git) {
        Err(_) => return None,
        Ok(metadata) if metadata.is_dir() => dot_git.join("info/exclude"),
        Ok(_) => match git::open(directory) {
            Ok(repository) => repository.common_dir.join("info/exclude"),
            Err(_) => return Some(dot_git),
        },
    };
    is_unfit(&list).then_some(list)
}

fn is_unfit(list: &Path) -> bool {
    fs::metadata(list)
        .is_ok_and(|there| !there.is_dir() && (!there.is_file() || there.len() > LARGEST))
}
