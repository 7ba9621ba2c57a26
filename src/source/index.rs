//! What would be committed: the blobs that the index names, not the files of the work tree.

use std::collections::HashMap;
use std::ops::ControlFlow;

use super::Sink;
use crate::blob::{Blob, ObjectId, Origin};
use crate::coverage::Coverage;
use crate::git::{Database, Index, IndexEntry};

/// Pushes the blobs of an index that a commit would change: those that differ from `head`, which
/// maps the paths of the commit that is checked out to their blobs. With an empty `head` these are
/// all. A file that is deleted is nothing to be read.
pub fn scan(
    index: &Index,
    head: &HashMap<Vec<u8>, ObjectId>,
    database: &Database,
    sink: Sink<'_>,
) -> Coverage {
    let mut coverage = Coverage { gaps: index.gaps.clone(), ..Coverage::default() };
    let changed =
        |entry: &&IndexEntry| entry.has_blob() && head.get(&entry.path) != Some(&entry.id);
    for entry in index.entries.iter().filter(changed) {
        if push(entry, database, sink, &mut coverage).is_break() {
            break;
        }
    }
    coverage
}

fn push(
    entry: &IndexEntry,
    database: &Database,
    sink: Sink<'_>,
    coverage: &mut Coverage,
) -> ControlFlow<()> {
    let path = String::from_utf8_lossy(&entry.path);
    match database.read(&entry.id) {
        Ok((_, bytes)) => {
            coverage.files += 1;
            coverage.bytes += bytes.len() as u64;
            sink.progress.step(bytes.len() as u64);
            (sink.visit)(&Blob::whole(&path, Origin::Index, &bytes))
        }
        Err(error) => {
            coverage.gap(path, format!("staged, but object {} is not readable: {error}", entry.id));
            ControlFlow::Continue(())
        }
    }
}
