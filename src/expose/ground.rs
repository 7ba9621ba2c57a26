//! Where the paths of a report lie: what may be read to judge them.

use std::path::{Path, PathBuf};

use crate::git::{self, Repository};

/// Where the paths of a report lie.
#[derive(Debug, Default)]
pub struct Ground {
    /// The directory under which files may be read; `None` where there are none.
    pub root: Option<PathBuf>,
    /// What leads from there to where paths begin, such as `packages/api/`.
    pub prefix: String,
    /// The repository that holds them.
    pub repository: Option<Repository>,
    /// How many threads.
    pub threads: usize,
}

impl Ground {
    /// The ground of what is read at a path: the work tree of the repository that holds it, or else
    /// the directory itself.
    pub fn of(path: &Path) -> Self {
        let Ok(absolute) = path.canonicalize() else { return Self::default() };
        let dir = if absolute.is_dir() {
            absolute.as_path()
        } else {
            absolute.parent().unwrap_or(&absolute)
        };
        let repository = dir.ancestors().find_map(|dir| git::open(dir).ok());
        let work_tree =
            repository.as_ref().and_then(|one| one.work_tree.as_ref()?.canonicalize().ok());
        let is_bare = repository.is_some() && work_tree.is_none();
        let root = work_tree.filter(|root| dir.starts_with(root));
        let root = root.unwrap_or_else(|| dir.to_owned());
        let inside = dir.strip_prefix(&root).unwrap_or(Path::new(""));
        let mut prefix = String::new();
        for part in inside.components() {
            prefix.push_str(&part.as_os_str().to_string_lossy());
            prefix.push('/');
        }
        Self { root: (!is_bare).then_some(root), prefix, repository, threads: 1 }
    }

    /// A path of the report, relative to the root.
    pub fn path(&self, label: &str) -> String {
        format!("{}{}", self.prefix, label.trim_start_matches("./"))
    }
}
