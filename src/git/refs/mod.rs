//! References: branches, tags, remote-tracking branches, stashes, `HEAD`s and reflogs.

mod logs;
mod reader;
mod tables;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use crate::blob::ObjectId;
use crate::coverage::Note;
use crate::git::path_to_bytes;

/// What a reference is for, from its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RefKind {
    /// `refs/heads/…`.
    Branch,
    /// `refs/tags/…`.
    Tag,
    /// `refs/remotes/…`: what the server was last seen to have.
    Remote,
    /// `HEAD` of this or of another work tree.
    Head,
    /// `refs/stash`.
    Stash,
    /// Any other reference: notes, pull requests, `ORIG_HEAD`, `FETCH_HEAD`.
    Other,
    /// No reference, but a reflog names the commit.
    Reflog,
}

impl RefKind {
    fn of(name: &[u8]) -> Self {
        let starts = |prefix: &[u8]| name.starts_with(prefix);
        match name {
            b"refs/stash" => Self::Stash,
            b"HEAD" => Self::Head,
            _ if starts(b"refs/heads/") => Self::Branch,
            _ if starts(b"refs/tags/") => Self::Tag,
            _ if starts(b"refs/remotes/") => Self::Remote,
            _ if starts(b"worktrees/") && name.ends_with(b"/HEAD") => Self::Head,
            _ => Self::Other,
        }
    }
}

/// A reference and the object that it names.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Reference {
    /// The whole name, such as `refs/heads/main`; it need not be UTF-8. References of another work
    /// tree are called `worktrees/<id>/…`; a reflog has the name of its file below `.git`.
    pub name: Vec<u8>,
    /// What it is for.
    pub kind: RefKind,
    /// The object, which may be an annotated tag.
    pub target: ObjectId,
}

/// What is checked out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Head {
    /// A branch that has a commit.
    Branch(Vec<u8>, ObjectId),
    /// A branch without any commit, as in a repository that was just made.
    Unborn(Vec<u8>),
    /// A commit, and no branch.
    Detached(ObjectId),
    /// `HEAD` cannot be read.
    #[default]
    Broken,
}

impl Head {
    /// The commit that is checked out.
    pub fn commit(&self) -> Option<ObjectId> {
        match self {
            Self::Branch(_, id) | Self::Detached(id) => Some(*id),
            Self::Unborn(_) | Self::Broken => None,
        }
    }
}

/// Every reference of a repository.
#[derive(Clone, Debug, Default)]
pub struct References {
    /// What is checked out in this work tree.
    pub head: Head,
    /// All references and all commits that reflogs name, sorted by name.
    pub all: Vec<Reference>,
    /// References that cannot be read.
    pub gaps: Vec<Note>,
    /// For each reference with a reflog, what it was set to, oldest first.
    logs: BTreeMap<Vec<u8>, Vec<ObjectId>>,
}

impl References {
    /// What a reference was set to, `count` changes ago: `name@{count}`.
    pub fn logged(&self, name: &[u8], count: usize) -> Option<ObjectId> {
        self.logs.get(name)?.iter().rev().nth(count).copied()
    }

    /// The object that a full name stands for.
    pub fn get(&self, name: &[u8]) -> Option<ObjectId> {
        let is_ref = |found: &&Reference| found.name == name && found.kind != RefKind::Reflog;
        let first = self.all.partition_point(|reference| reference.name.as_slice() < name);
        self.all[first..].iter().take_while(|r| r.name == name).find(is_ref).map(|r| r.target)
    }
}

/// The directories in a directory, by name.
pub(crate) fn subdirectories(dir: &Path) -> Vec<(Vec<u8>, PathBuf)> {
    let entries = fs::read_dir(dir).into_iter().flatten().flatten();
    let mut found: Vec<_> = entries
        .filter(|entry| entry.path().is_dir())
        .map(|entry| (path_to_bytes(Path::new(&entry.file_name())), entry.path()))
        .collect();
    found.sort_unstable();
    found
}
