//! Files that git tracks although a pattern ignores them: they are committed, so they are read.

use std::path::{Path, PathBuf};

use super::Sink;
use super::file::Reader;
use super::tree::label;
use crate::coverage::Coverage;

/// Reads those of the files, relative to `root`, that are there and are files.
pub fn scan(
    root: &Path,
    prefix: &str,
    files: impl Iterator<Item = PathBuf>,
    sink: Sink<'_>,
) -> Coverage {
    let mut reader = Reader::new(sink);
    for relative in files {
        let path = root.join(&relative);
        let is_file = path.symlink_metadata().is_ok_and(|metadata| metadata.is_file());
        if is_file && reader.read(&path, &label(prefix, &relative)).is_break() {
            break;
        }
    }
    reader.coverage
}
