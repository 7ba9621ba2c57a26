//! What the next commit would add: index blobs that the commit of HEAD does not have.

use std::collections::HashMap;

use super::{Sink, index};
use crate::blob::ObjectId;
use crate::coverage::Coverage;
use crate::git::{Database, Repository, files_of};

/// Pushes the staged blobs of a repository. Work-tree files are not looked at, and what is only
/// deleted is nothing to be read.
pub fn scan(repository: &Repository, sink: Sink<'_>) -> Coverage {
    let database = Database::open(repository);
    let mut head = HashMap::<Vec<u8>, ObjectId>::new();
    let mut coverage = Coverage::default();
    if let Some(commit) = repository.references().head.commit() {
        match files_of(&database, &commit) {
            Ok(files) => head = files,
            Err(error) => coverage.gap("HEAD", error.to_string()),
        }
    }
    coverage.requested.push("the index".to_owned());
    coverage.merge(index::scan(&repository.index(), &head, &database, sink));
    coverage
}
