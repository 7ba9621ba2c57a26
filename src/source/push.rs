//! What a push sends: the objects that the other side does not have.

use std::collections::{BTreeSet, HashSet};

use super::commits::Reader;
use super::history::History;
use crate::blob::{Blob, ObjectId, ObjectKind, Origin};
use crate::coverage::Progress;
use crate::git::{Database, RefKind, Reference, Repository, RevisionRange, tag_target};
use crate::scan::Scanner;

/// A reference that a push sets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Update {
    /// The full name of the reference on the side that receives.
    pub name: String,
    /// What it named there before; `None` for a new one.
    pub old: Option<ObjectId>,
    /// What it is to name; `None` if it is deleted.
    pub new: Option<ObjectId>,
}

/// What the other side is known to have besides the old values of the references.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Known {
    /// What the references reach under `refs/remotes/` of the remote of this name: what was last
    /// seen there.
    Remote(String),
    /// What any reference under `refs/remotes/` reaches, where nobody says which remote it is.
    SomeRemote,
    /// Nothing.
    Nothing,
    /// What any reference of this repository reaches: it is the one that receives.
    Here,
}

impl Known {
    fn covers(&self, reference: &Reference) -> bool {
        match self {
            Self::Remote(name) => {
                let prefix = format!("refs/remotes/{name}/");
                reference.name.starts_with(prefix.as_bytes())
            }
            Self::Nothing => false,
            Self::SomeRemote => reference.kind == RefKind::Remote,
            Self::Here => reference.kind != RefKind::Reflog && reference.name.starts_with(b"refs/"),
        }
    }
}

/// Reads what a push sends: what its commits bring in, their messages, annotated tags, and the
/// names of the references.
pub fn scan(
    repository: &Repository,
    updates: &[Update],
    known: &Known,
    scanner: &Scanner,
    progress: &Progress,
) -> History {
    let database = Database::open(repository);
    let mut push = Push {
        database: &database,
        reader: Reader::new(&database, scanner, progress),
        range: RevisionRange::default(),
        singles: BTreeSet::new(),
    };
    let set = updates.iter().filter_map(|update| Some((update, update.new?)));
    for (update, new) in set.clone() {
        let name = Blob::whole(&update.name, Origin::Ref, update.name.as_bytes());
        push.reader.scan(&name, None);
        push.tip(new);
    }
    if set.clone().next().is_some() {
        let old = updates.iter().filter_map(|update| update.old);
        // A reference that cannot be read excludes nothing: more is read then, and nothing missed.
        let references = repository.references();
        let seen = references.all.iter().filter(|r| known.covers(r)).map(|r| r.target);
        push.exclude(old.chain(seen).collect());
    }
    push.read(repository.id_len())
}

struct Push<'a> {
    database: &'a Database,
    reader: Reader<'a>,
    range: RevisionRange,
    /// Tags, and what references name that is no commit.
    singles: BTreeSet<ObjectId>,
}

impl Push<'_> {
    /// Follows tags to the commit, or to whatever is tagged.
    fn tip(&mut self, id: ObjectId) {
        let mut id = id;
        loop {
            match self.database.read(&id) {
                Ok((ObjectKind::Commit, _)) => return self.range.include.push(id),
                Ok((ObjectKind::Tag, bytes)) if self.singles.insert(id) => {
                    match tag_target(&bytes) {
                        Some(target) => id = target,
                        None => return,
                    }
                }
                Ok((ObjectKind::Tag, _)) => return,
                Ok((ObjectKind::Blob | ObjectKind::Tree, _)) => {
                    self.singles.insert(id);
                    return;
                }
                Err(error) => {
                    let what = format!("object {id}");
                    return self.reader.history.coverage.gap(what, error.to_string());
                }
            }
        }
    }

    /// What is reached from these is known there. One that is not here, as after somebody else
    /// pushed, excludes nothing.
    fn exclude(&mut self, ids: HashSet<ObjectId>) {
        let known = ids.iter().filter(|id| self.database.contains(id));
        let mut commits: Vec<ObjectId> = known.filter_map(|id| self.commit(*id)).collect();
        commits.sort_unstable();
        commits.dedup();
        self.singles.retain(|id| !ids.contains(id));
        self.range.exclude = commits;
    }

    fn commit(&self, id: ObjectId) -> Option<ObjectId> {
        let (mut id, mut seen) = (id, HashSet::new());
        while seen.insert(id) {
            match self.database.read(&id).ok()? {
                (ObjectKind::Commit, _) => return Some(id),
                (ObjectKind::Tag, bytes) => id = tag_target(&bytes)?,
                _ => return None,
            }
        }
        None
    }

    fn read(mut self, id_len: usize) -> History {
        self.reader.range(&self.range, id_len);
        for id in &self.singles {
            match self.database.read(id) {
                Ok((ObjectKind::Tree, _)) => self.reader.tree(*id),
                _ => self.reader.object(id, &[("", None)]),
            }
        }
        self.reader.history
    }
}
