//! Files that git tracks although a pattern ignores them: they are committed, so they are read.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use super::Sink;
use super::file::Reader;
use super::tree::label;
use crate::coverage::Coverage;
use crate::git;

/// Reads the tracked files under `root` that the walk has not seen. A `root` outside of any
/// repository has none.
pub fn scan(root: &Path, prefix: &str, seen: &HashSet<PathBuf>, sink: Sink<'_>) -> Coverage {
    let mut reader = Reader::new(sink);
    for relative in git::tracked_under(root) {
        let path = root.join(&relative);
        let is_file = path.symlink_metadata().is_ok_and(|metadata| metadata.is_file());
        if !seen.contains(&relative)
            && is_file
            && reader.read(&path, &label(prefix, &relative)).is_break()
        {
            break;
        }
    }
    reader.coverage
}
