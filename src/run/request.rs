//! What a run is asked for.

use std::path::PathBuf;

use crate::config::Settings;
use crate::git;
use crate::lint::Selection;
use crate::source::{history, push};
use crate::suppress::BaselineFile;

/// What a run is asked for.
#[derive(Clone, Debug)]
pub struct Request {
    /// What is to be read.
    pub scope: Scope,
    /// Which part of a history is reported.
    pub history: history::Scope,
    /// Compare the id of every object of a history with its content.
    pub verify_objects: bool,
    /// Read the files that git ignores as well.
    pub no_ignore: bool,
    /// Where is kept what need not be read again; `None` reads everything and keeps nothing.
    pub cache: Option<PathBuf>,
    /// Which rules about practice apply to files and to what is staged.
    pub lints: Selection,
    /// Threads; 0 lets the number of processors decide.
    pub threads: usize,
    /// The present, in seconds since 1970-01-01 UTC.
    pub today: i64,
    /// What the project has decided.
    pub settings: Settings,
    /// What it knows already.
    pub baseline: Option<BaselineFile>,
}

impl Request {
    /// Whether all is read that the configuration and the baseline can speak of.
    pub(super) fn is_whole(&self) -> bool {
        let is_all = match &self.scope {
            Scope::Paths { paths, sides } => {
                matches!(paths.as_slice(), [path] if path.is_dir())
                    && matches!(sides, Sides::Auto | Sides::Both)
            }
            _ => false,
        };
        is_all && self.history == history::Scope::Local && self.settings.anchor.is_whole()
    }
}

/// What is to be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Scope {
    /// Files and repositories.
    Paths {
        /// Files, directories, work trees, git directories.
        paths: Vec<PathBuf>,
        /// Which sides of them.
        sides: Sides,
    },
    /// What the next commit adds.
    Staged {
        /// A directory of the work tree.
        repository: PathBuf,
        /// What git says to a hook about where it lies.
        surroundings: git::Surroundings,
    },
    /// What a push sends that the other side does not have.
    Push {
        /// A directory of the work tree, or a git directory.
        repository: PathBuf,
        /// What git says to a hook about where it lies.
        surroundings: git::Surroundings,
        /// The references that it sets.
        updates: Vec<push::Update>,
        /// What the other side has besides their old values.
        known: push::Known,
        /// What is asked for, as the report puts it.
        asked: String,
    },
    /// What the commits of a range introduce.
    Range {
        /// A directory of the work tree, or a git directory.
        repository: PathBuf,
        /// As git writes it: `A..B`, `A...B`, `A^!`.
        range: String,
    },
    /// The lines that a patch adds; `-` is standard input.
    Patch(PathBuf),
    /// Standard input as one text, with the name it is to have.
    Stdin(String),
}

impl Scope {
    /// The directory from which the paths of the report begin.
    pub fn root(&self) -> PathBuf {
        let begin = match self {
            Self::Paths { paths, .. } => match paths.as_slice() {
                [path] if path.is_dir() => path.clone(),
                _ => PathBuf::from("."),
            },
            Self::Staged { repository, .. }
            | Self::Push { repository, .. }
            | Self::Range { repository, .. } => {
                git::discover(repository).unwrap_or_else(|_| repository.clone())
            }
            Self::Patch(_) | Self::Stdin(_) => PathBuf::from("."),
        };
        begin.canonicalize().unwrap_or(begin)
    }

    /// What was named to be read.
    pub(super) fn paths(&self) -> &[PathBuf] {
        match self {
            Self::Paths { paths, .. } => paths,
            _ => &[],
        }
    }

    /// The directory that holds all that is read; `None` where a path cannot be found.
    pub fn directory(&self) -> Option<PathBuf> {
        let Self::Paths { paths, .. } = self else { return Some(self.root()) };
        let mut common: Option<PathBuf> = None;
        for path in paths {
            let path = path.canonicalize().ok()?;
            let dir = if path.is_dir() { path } else { path.parent()?.to_owned() };
            common = Some(match common {
                None => dir,
                Some(before) => before.ancestors().find(|above| dir.starts_with(above))?.to_owned(),
            });
        }
        common
    }
}

/// Which sides of a path are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sides {
    /// Files, and where the path is a repository its history too.
    Auto,
    /// Files alone.
    Tree,
    /// History alone, which must be there.
    History,
    /// Files, and history, which must be there.
    Both,
}

impl Sides {
    pub(super) fn tree(self) -> bool {
        self != Self::History
    }

    pub(super) fn history(self) -> bool {
        self != Self::Tree
    }

    pub(super) fn must_have_history(self) -> bool {
        matches!(self, Self::History | Self::Both)
    }
}
