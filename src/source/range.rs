//! What the commits of a range bring in: the files that they change, and their messages.

use std::collections::BTreeMap;

use super::history::History;
use crate::blob::{Blob, CommitRef, ObjectId, Origin};
use crate::coverage::{Coverage, Progress};
use crate::finding::{Lineage, Traced};
use crate::git::{self, Database, RangeChanges, Repository, Resolver, RevisionError};
use crate::scan::{Found, Scanner};

/// Reads every blob that a commit of the range has at a path where none of its parents has it,
/// merges included, and the messages of those commits.
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
    let resolver = Resolver::new(repository, &refs, &database);
    let changes = git::changes(&database, repository.id_len(), &resolver.range(range)?);
    let mut reader = Reader {
        database: &database,
        scanner,
        progress,
        coverage: Coverage { gaps: changes.gaps.clone(), ..Coverage::default() },
        traced: Vec::new(),
    };
    reader.coverage.requested.push(format!("commits {range}"));
    reader.blobs(&changes);
    for commit in &changes.commits {
        reader.object(&commit.id, &[("", commit)]);
    }
    Ok(History { coverage: reader.coverage, traced: reader.traced })
}

struct Reader<'a> {
    database: &'a Database,
    scanner: &'a Scanner,
    progress: &'a Progress,
    coverage: Coverage,
    traced: Vec<Traced>,
}

impl Reader<'_> {
    /// Each blob is read once, for all the places that a commit of the range brings it to.
    fn blobs(&mut self, changes: &RangeChanges) {
        let mut places: BTreeMap<ObjectId, Vec<(String, usize)>> = BTreeMap::new();
        for introduced in &changes.introduced {
            let path = String::from_utf8_lossy(&introduced.path).into_owned();
            places.entry(introduced.blob).or_default().push((path, introduced.commit));
        }
        self.progress.expect((places.len() + changes.commits.len()) as u64);
        for (id, places) in &places {
            let places: Vec<_> = places
                .iter()
                .filter_map(|(path, at)| Some((path.as_str(), changes.commits.get(*at)?)))
                .collect();
            self.object(id, &places);
        }
    }

    fn object(&mut self, id: &ObjectId, places: &[(&str, &CommitRef)]) {
        let (kind, bytes) = match self.database.read(id) {
            Ok(object) => object,
            Err(error) => {
                let path = places.first().map_or("", |(path, _)| path);
                return self.coverage.gap(format!("{path} (object {id})"), error.to_string());
            }
        };
        self.coverage.objects.add(kind);
        self.coverage.bytes += bytes.len() as u64;
        self.progress.step(bytes.len() as u64);
        for (path, commit) in places {
            let origin = if path.is_empty() { Origin::Message(*id) } else { Origin::History(*id) };
            let mut found = Found::default();
            self.scanner.scan(&Blob::whole(path, origin, &bytes), &mut found);
            self.coverage.gaps.append(&mut found.gaps);
            self.traced.extend(found.sightings.into_iter().map(|mut sighting| {
                let commit = self.scanner.commit(commit);
                sighting.place.commit = Some(commit.clone());
                let lineage =
                    Lineage { first: Some(commit), last: None, at_head: false, refs: Vec::new() };
                (sighting, Some(lineage))
            }));
        }
    }
}
