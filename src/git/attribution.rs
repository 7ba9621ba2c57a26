//! What is known about the history of each hit.

use std::collections::BTreeMap;

use crate::blob::{CommitRef, ObjectId};
use crate::coverage::Note;
use crate::git::Reference;

/// How commits and references lead to each hit of a walk.
#[derive(Clone, Debug, Default)]
pub struct Attribution {
    /// For each blob that is a hit.
    pub blobs: BTreeMap<ObjectId, Exposure>,
    /// For each commit or annotated tag that is a hit.
    pub messages: BTreeMap<ObjectId, Exposure>,
    /// For each name of a file or directory that is a hit.
    pub names: BTreeMap<Vec<u8>, Exposure>,
    /// All references of the repository; the numbers elsewhere are places in this list.
    pub refs: Vec<Reference>,
    /// What could not be followed.
    pub gaps: Vec<Note>,
}

/// Where one hit is exposed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Exposure {
    /// For a blob or a name: each path under which a commit has it, sorted by path.
    pub paths: Vec<PathHistory>,
    /// For a commit or tag: the object itself.
    pub message: Option<CommitRef>,
    /// The references that reach it, through any of its paths, as numbers in
    /// [`Attribution::refs`], sorted. Empty if nothing does.
    pub refs: Vec<u32>,
}

/// The history of one path under which a hit stood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PathHistory {
    /// From the root of the tree; it need not be UTF-8. Where no commit has the tree, the path
    /// begins at the topmost tree known.
    pub path: Vec<u8>,
    /// The commit that introduced it, the oldest if several did.
    pub first: Option<CommitRef>,
    /// The newest commit that has it.
    pub last: Option<CommitRef>,
    /// Commits that have it at this path while none of their parents does, oldest first.
    pub introductions: Vec<ObjectId>,
    /// Commits that lack it at this path while each of their parents has it, oldest first.
    pub removals: Vec<ObjectId>,
    /// Whether the commit that is checked out has it at this path.
    pub at_head: bool,
    /// The references from which a commit with it at this path is reached, as numbers in
    /// [`Attribution::refs`], sorted.
    pub refs: Vec<u32>,
}
