//! The files of a commit.

use std::collections::{HashMap, HashSet};

use crate::blob::{ObjectId, ObjectKind};
use crate::git::commit::Commit;
use crate::git::tree::{Entries, EntryKind};
use crate::git::{Database, ReadError};

/// More directories than this no work tree has.
const MOST: usize = 1 << 18;

/// The blobs of a commit by their paths.
///
/// # Errors
/// If the commit or one of its trees cannot be read, or if there are too many.
pub fn files_of(
    database: &Database,
    commit: &ObjectId,
) -> Result<HashMap<Vec<u8>, ObjectId>, ReadError> {
    let (_, bytes) = database.read(commit)?;
    let commit = Commit::parse(&bytes)
        .ok_or_else(|| ReadError::Damaged("the commit of HEAD cannot be understood".to_owned()))?;
    let mut files = HashMap::new();
    let mut open_trees = HashSet::new();
    let mut pending = vec![(Vec::new(), commit.tree)];
    while let Some((prefix, id)) = pending.pop() {
        // A tree cannot hold itself, except in a database whose ids are not those of its objects.
        if !open_trees.insert((prefix.clone(), id)) || prefix.len() > 1 << 16 {
            continue;
        }
        // Trees that name each other many times have more paths than there is time.
        if open_trees.len() > MOST {
            let why = "it has more directories than a work tree can have";
            return Err(ReadError::Damaged(why.to_owned()));
        }
        let (kind, bytes) = database.read(&id)?;
        if kind != ObjectKind::Tree {
            return Err(ReadError::Damaged(format!("{id} is no tree")));
        }
        for entry in Entries::new(&bytes, id.as_bytes().len()) {
            let path = [&prefix, entry.name].concat();
            match entry.kind {
                EntryKind::Blob => drop(files.insert(path, entry.id)),
                EntryKind::Tree => pending.push(([path.as_slice(), b"/"].concat(), entry.id)),
                EntryKind::Submodule => {}
            }
        }
    }
    Ok(files)
}
