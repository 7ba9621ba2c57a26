//! What the commits of a range bring in.

use super::commits::Reader;
use super::history::History;
use crate::coverage::Progress;
use crate::git::{Database, Repository, Resolver, RevisionError};
use crate::scan::Scanner;

/// Reads what the commits of a range bring in.
///
/// # Errors
/// If the range is not understood.
pub fn scan(
    repository: &Repository,
    range: &str,
    scanner: &Scanner,
    progress: &Progress,
) -> Result<History, RevisionError> {
    let database = Database::open(repository);
    let refs = repository.references();
    let ends = Resolver::new(repository, &refs, &database).range(range)?;
    let mut reader = Reader::new(&database, scanner, progress);
    reader.history.coverage.requested.push(format!("commits {range}"));
    reader.range(&ends, repository.id_len());
    Ok(reader.history)
}
