//! What the next commit adds: index blobs that none of the commits has that it builds on.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::Sink;
use crate::blob::{Blob, ObjectId, Origin};
use crate::coverage::Coverage;
use crate::git::{Database, Head, Repository, Staged, StagedChanges, staged_changes};

/// What is staged, compared with what was committed before.
pub struct Stage {
    database: Database,
    changes: StagedChanges,
    coverage: Coverage,
}

/// How many files a thread takes at a time.
const SHARE: usize = 16;

impl Stage {
    /// Compares the index of a repository with `HEAD`, and in a merge with the commits that are
    /// joined, too. Files of the work tree are not looked at.
    pub fn new(repository: &Repository) -> Self {
        let database = Database::open(repository);
        let mut coverage = Coverage::default();
        coverage.requested.push("the index".to_owned());
        let head = repository.head();
        if head == Head::Broken {
            let why = "what is checked out cannot be read, so that everything in the index was \
                       taken for new";
            coverage.gap("HEAD", why);
        }
        let mut parents: Vec<ObjectId> = head.commit().into_iter().collect();
        parents.extend(repository.merge_heads());
        let mut index = repository.index();
        coverage.gaps.append(&mut index.gaps);
        let mut changes = staged_changes(&database, &index, &parents);
        coverage.gaps.append(&mut changes.gaps);
        Self { database, changes, coverage }
    }

    /// Pushes the blobs that the commit adds, and the names of files that it adds.
    pub fn scan(&self, threads: usize, sink: Sink<'_>) -> Coverage {
        let staged = &self.changes.staged;
        sink.progress.expect(staged.len() as u64);
        let (next, total) = (AtomicUsize::new(0), Mutex::new(self.coverage.clone()));
        let work = || {
            let mut coverage = Coverage::default();
            while let Some(rest) = staged.get(next.fetch_add(SHARE, Ordering::Relaxed)..) {
                rest.iter().take(SHARE).for_each(|file| self.push(file, sink, &mut coverage));
                if rest.len() <= SHARE {
                    break;
                }
            }
            total.lock().expect("no worker panicked").merge(coverage);
        };
        std::thread::scope(|scope| {
            for _ in 1..threads.min(staged.len().div_ceil(SHARE)) {
                scope.spawn(work);
            }
            work();
        });
        total.into_inner().expect("no worker panicked")
    }

    fn push(&self, file: &Staged, sink: Sink<'_>, coverage: &mut Coverage) {
        let path = String::from_utf8_lossy(&file.path);
        if file.before.is_empty() {
            let name = Blob::whole(&path, Origin::Name(file.blob), &file.path);
            let _ = (sink.visit)(&name);
        }
        match self.database.read(&file.blob) {
            Ok((_, bytes)) => {
                coverage.files += 1;
                coverage.bytes += bytes.len() as u64;
                sink.progress.step(bytes.len() as u64);
                let _ = (sink.visit)(&Blob::whole(&path, Origin::Index, &bytes));
            }
            Err(error) => {
                let why = format!("staged, but object {} is not readable: {error}", file.blob);
                coverage.gap(path, why);
            }
        }
    }

    /// Pushes what the files that change held before, under the same paths.
    pub fn scan_before(&self, sink: Sink<'_>) {
        for file in &self.changes.staged {
            let path = String::from_utf8_lossy(&file.path);
            for id in &file.before {
                if let Ok((_, bytes)) = self.database.read(id) {
                    let _ = (sink.visit)(&Blob::whole(&path, Origin::Index, &bytes));
                }
            }
        }
    }

    /// Pushes what the files held that the commit takes away, by deleting or renaming them.
    pub fn scan_removed(&self, sink: Sink<'_>) {
        for id in self.changes.removed_blobs(&self.database) {
            if let Ok((_, bytes)) = self.database.read(&id) {
                let _ = (sink.visit)(&Blob::whole("", Origin::History(id), &bytes));
            }
        }
    }
}

/// Passes on the wanted files of the index, whether or not the next commit changes them. What cannot
/// be read is left out: it only helps to judge other files.
pub fn manifests(repository: &Repository, wanted: fn(&str) -> bool, visit: &dyn Fn(&str, &[u8])) {
    let database = Database::open(repository);
    for entry in repository.index().entries.iter().filter(|entry| entry.has_blob()) {
        let path = String::from_utf8_lossy(&entry.path);
        if wanted(&path)
            && let Ok((_, bytes)) = database.read(&entry.id)
        {
            visit(&path, &bytes);
        }
    }
}
