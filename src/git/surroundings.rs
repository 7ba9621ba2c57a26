//! Where git says that the parts of a repository lie while it runs a hook.

use std::path::{Path, PathBuf};

use crate::git::repository::{open_git_dir, unquote};
use crate::git::{OpenError, Repository, bytes_to_path, discover};

/// What git hands to its hooks (git, "Environment Variables"). Only a command that git itself calls
/// may take it from the environment: for any other it would be a way to be sent elsewhere.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Surroundings {
    /// `GIT_DIR`: the repository, where it is not found from the current directory.
    pub git_dir: Option<PathBuf>,
    /// `GIT_INDEX_FILE`: the index of the commit that is made, which is another one than that of
    /// the work tree in `git commit -a` and `git commit FILE`.
    pub index: Option<PathBuf>,
    /// `GIT_OBJECT_DIRECTORY`: where new objects are written; on a server that receives a push, the
    /// quarantine (git-receive-pack, "Quarantine Environment").
    pub objects: Option<PathBuf>,
    /// `GIT_ALTERNATE_OBJECT_DIRECTORIES`: further object directories.
    pub alternates: Vec<PathBuf>,
}

impl Surroundings {
    /// Reads the list of `GIT_ALTERNATE_OBJECT_DIRECTORIES`: separated like `PATH`; an entry that
    /// begins with a double quote is quoted as git quotes paths.
    pub fn split_alternates(list: &[u8]) -> Vec<PathBuf> {
        let separator = if cfg!(windows) { b';' } else { b':' };
        let mut found = Vec::new();
        let mut rest = list;
        while !rest.is_empty() {
            let end = end_of_entry(rest, separator);
            let (entry, behind) = rest.split_at(end);
            if !entry.is_empty() {
                found.push(bytes_to_path(&unquote(entry)));
            }
            rest = behind.get(1..).unwrap_or_default();
        }
        found
    }
}

/// A separator within quotes is part of the path.
fn end_of_entry(list: &[u8], separator: u8) -> usize {
    let mut quoted = list.first() == Some(&b'"');
    let mut at = usize::from(quoted);
    while at < list.len() {
        match list[at] {
            b'\\' if quoted => at += 1,
            b'"' if quoted => quoted = false,
            byte if byte == separator && !quoted => return at,
            _ => {}
        }
        at += 1;
    }
    list.len()
}

/// Opens the repository that holds `directory`, or the one that the surroundings name.
///
/// # Errors
/// If there is none, or one that cannot be read.
pub fn open_within(directory: &Path, surroundings: &Surroundings) -> Result<Repository, OpenError> {
    let mut repository = match &surroundings.git_dir {
        Some(git_dir) => open_git_dir(directory.join(git_dir), Some(directory))?,
        None => crate::git::open(&discover(directory)?)?,
    };
    let absolute = |path: &PathBuf| directory.join(path);
    repository.index_file = surroundings.index.as_ref().map(absolute);
    repository.object_store = surroundings.objects.as_ref().map(absolute);
    repository.more_objects = surroundings.alternates.iter().map(absolute).collect();
    Ok(repository)
}
