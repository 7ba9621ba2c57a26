//! What commits bring in: blobs where no parent has them, names of files, and messages.

use std::collections::BTreeMap;

use super::history::History;
use crate::blob::{Blob, CommitRef, ObjectId, ObjectKind, Origin};
use crate::coverage::{Coverage, Note, Progress};
use crate::git::{self, Database, RangeChanges, RevisionRange};
use crate::scan::{Found, Scanner};

/// Reads objects of one database one after another.
pub struct Reader<'a> {
    database: &'a Database,
    scanner: &'a Scanner,
    progress: &'a Progress,
    /// What was read and found so far.
    pub history: History,
}

impl<'a> Reader<'a> {
    /// A reader that has read nothing yet.
    pub fn new(database: &'a Database, scanner: &'a Scanner, progress: &'a Progress) -> Self {
        let history = History { coverage: Coverage::default(), traced: Vec::new() };
        Self { database, scanner, progress, history }
    }

    /// Reads every blob that a commit of the range has at a path where none of its parents has it,
    /// merges included, the name of that path, and the messages of those commits.
    pub fn range(&mut self, range: &RevisionRange, id_len: usize) {
        let changes = git::changes(self.database, id_len, range);
        self.history.coverage.gaps.extend(changes.gaps.iter().cloned());
        self.blobs(&changes);
        for commit in &changes.commits {
            self.object(&commit.id, &[("", Some(commit))]);
        }
    }

    /// Each blob is read once, for all the places that a commit of the range brings it to.
    fn blobs(&mut self, changes: &RangeChanges) {
        let mut places: BTreeMap<ObjectId, Vec<(String, usize)>> = BTreeMap::new();
        for introduced in &changes.introduced {
            let path = String::from_utf8_lossy(&introduced.path).into_owned();
            places.entry(introduced.blob).or_default().push((path, introduced.commit));
        }
        self.progress.expect((places.len() + changes.commits.len()) as u64);
        for (id, places) in &places {
            let places: Vec<_> =
                places.iter().map(|(path, at)| (path.as_str(), changes.commits.get(*at))).collect();
            self.object(id, &places);
            for (path, commit) in places {
                let name = Blob::whole(path, Origin::Name(*id), path.as_bytes());
                self.scan(&name, commit);
            }
        }
    }

    /// Reads an object that stands at these paths since these commits. A message has no path.
    pub fn object(&mut self, id: &ObjectId, places: &[(&str, Option<&CommitRef>)]) {
        let (kind, bytes) = match self.database.read(id) {
            Ok(object) => object,
            Err(error) => {
                let path = places.first().map_or("", |(path, _)| path);
                let what = format!("{path} (object {id})");
                return self.history.coverage.gap(what, error.to_string());
            }
        };
        self.history.coverage.objects.add(kind);
        self.history.coverage.bytes += bytes.len() as u64;
        self.progress.step(bytes.len() as u64);
        for (path, commit) in places {
            let origin = match kind {
                ObjectKind::Blob => Origin::History(*id),
                _ => Origin::Message(*id),
            };
            self.scan(&Blob::whole(path, origin, &bytes), *commit);
        }
    }

    /// Reads a tree that a reference names, with all that is in it.
    pub fn tree(&mut self, tree: ObjectId) {
        let mut gaps = BTreeMap::new();
        for (path, blob) in git::introduced(self.database, tree, &[], &mut gaps) {
            let path = String::from_utf8_lossy(&path);
            self.object(&blob, &[(&path, None)]);
        }
        let gaps = gaps.into_iter().map(|(what, why)| Note { what, why });
        self.history.coverage.gaps.extend(gaps);
    }

    /// Scans bytes that came with a commit.
    pub fn scan(&mut self, blob: &Blob<'_>, commit: Option<&CommitRef>) {
        let mut found = Found::default();
        self.scanner.scan(blob, &mut found);
        self.history.coverage.gaps.append(&mut found.gaps);
        self.history.coverage.members += found.members;
        self.history.traced.extend(found.sightings.into_iter().map(|mut sighting| {
            sighting.place.commit = commit.map(|commit| self.scanner.commit(commit));
            (sighting, None)
        }));
    }
}
