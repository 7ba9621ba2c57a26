//! Files of a directory tree, read in place on the walker's threads.

use std::collections::HashSet;
use std::fs::{self, FileType, Metadata};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use ignore::{DirEntry, WalkBuilder, WalkState};

use super::Sink;
use super::file::Reader;
use super::ignored::Ignored;
use super::tracked;
use crate::coverage::{Coverage, unreadable};
use crate::git;

/// How a tree is to be walked.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Read what git ignores as well.
    pub no_ignore: bool,
    /// How many threads.
    pub threads: usize,
    /// What stands before every label, such as `dist/`; empty, or with a `/` at its end.
    pub prefix: String,
}

/// Reads a file, or the files under a directory, and pushes them.
///
/// Hidden files are read and `.git` is not. A path that is named is always read; what git ignores
/// under a directory only with [`Options::no_ignore`], unless it is tracked all the same.
pub fn scan(root: &Path, options: &Options, sink: Sink<'_>) -> Coverage {
    match fs::metadata(root) {
        Ok(metadata) if metadata.is_dir() => scan_directory(root, options, sink),
        Ok(metadata) => scan_named_file(root, &metadata, options, sink),
        Err(error) => {
            let mut coverage = Coverage::default();
            coverage.gap(root.to_string_lossy(), unreadable(&error));
            coverage
        }
    }
}

fn scan_named_file(
    path: &Path,
    metadata: &Metadata,
    options: &Options,
    sink: Sink<'_>,
) -> Coverage {
    let mut reader = Reader::new(sink);
    if metadata.is_file() {
        let _: ControlFlow<()> = reader.read(path, &options.prefix);
    } else {
        let why = "is neither a file nor a directory; pipe it into `stripeguard scan --stdin`";
        reader.coverage.gap(&options.prefix, why);
    }
    reader.coverage
}

fn scan_directory(root: &Path, options: &Options, sink: Sink<'_>) -> Coverage {
    // The index tells how many files there will be, more or less, before the walk has found them.
    let tracked = if options.no_ignore { Vec::new() } else { git::tracked_under(root) };
    sink.progress.expect(tracked.len() as u64);
    let seen = Mutex::new(HashSet::new());
    let total = Mutex::new(Coverage::default());
    let ignored = (!options.no_ignore).then(|| Arc::new(Ignored::under(root)));
    walker(root, options.threads, ignored.clone()).run(|| {
        let mut worker = Worker {
            root,
            prefix: &options.prefix,
            reader: Reader::new(sink),
            names: Vec::new(),
            seen: &seen,
            total: &total,
        };
        Box::new(move |entry| worker.visit(entry))
    });
    let mut coverage = total.into_inner().expect("no worker panicked");
    for (path, why) in ignored.iter().flat_map(|ignored| ignored.passed()) {
        coverage.skip(label(&options.prefix, &path), why);
    }
    let seen = seen.into_inner().expect("no worker panicked");
    let unseen = tracked.into_iter().filter(|path| !seen.contains(path));
    coverage.merge(tracked::scan(root, &options.prefix, unseen, sink));
    coverage
}

/// A walk over all files but those that are ignored.
pub fn walker(root: &Path, threads: usize, ignored: Option<Arc<Ignored>>) -> ignore::WalkParallel {
    let mut builder = WalkBuilder::new(root);
    // The crate is to open nothing but directories.
    builder.standard_filters(false).threads(threads);
    if let Some(ignored) = ignored {
        builder.filter_entry(move |entry| entry.depth() == 0 || !ignored.has(entry));
    }
    builder.build_parallel()
}

/// One thread of the walk; what it read is added up when it ends.
struct Worker<'a> {
    root: &'a Path,
    prefix: &'a str,
    reader: Reader<'a>,
    names: Vec<PathBuf>,
    seen: &'a Mutex<HashSet<PathBuf>>,
    total: &'a Mutex<Coverage>,
}

impl Worker<'_> {
    fn visit(&mut self, entry: Result<DirEntry, ignore::Error>) -> WalkState {
        let entry = match entry {
            Ok(entry) => entry,
            Err(error) => return self.fault(&error),
        };
        let Some(kind) = entry.file_type() else { return WalkState::Continue };
        if entry.depth() > 0 && entry.file_name() == ".git" {
            self.pass_git(&entry);
            return WalkState::Skip;
        }
        if kind.is_dir() {
            return WalkState::Continue;
        }
        let relative = entry.path().strip_prefix(self.root).unwrap_or(entry.path());
        let label = label(self.prefix, relative);
        if !kind.is_file() {
            self.reader.coverage.skip(label, special(kind));
            return WalkState::Continue;
        }
        self.names.push(relative.to_path_buf());
        match self.reader.read(entry.path(), &label) {
            ControlFlow::Continue(()) => WalkState::Continue,
            ControlFlow::Break(()) => WalkState::Quit,
        }
    }

    /// A directory that cannot be listed is a gap; a file that vanished meanwhile is not, nor is a
    /// faulty pattern in an ignore file.
    fn fault(&mut self, error: &ignore::Error) -> WalkState {
        match error.io_error() {
            Some(fault) if fault.kind() != std::io::ErrorKind::NotFound => {
                let path = path_of(error).unwrap_or(self.root);
                let relative = path.strip_prefix(self.root).unwrap_or(path);
                self.reader.coverage.gap(label(self.prefix, relative), unreadable(fault));
            }
            _ => {}
        }
        WalkState::Continue
    }

    fn pass_git(&mut self, entry: &DirEntry) {
        let relative = entry.path().strip_prefix(self.root).unwrap_or(entry.path());
        if relative.components().count() > 1 {
            let what = label(self.prefix, relative);
            self.reader
                .coverage
                .skip(what, "the database of a nested repository: it is read with the history");
        }
    }
}

impl Drop for Worker<'_> {
    fn drop(&mut self) {
        if let (Ok(mut total), Ok(mut seen)) = (self.total.lock(), self.seen.lock()) {
            total.merge(std::mem::take(&mut self.reader.coverage));
            seen.extend(self.names.drain(..));
        }
    }
}

/// The file or directory that an error of the walk is about.
fn path_of(error: &ignore::Error) -> Option<&Path> {
    match error {
        ignore::Error::WithPath { path, .. } => Some(path),
        ignore::Error::WithDepth { err, .. } | ignore::Error::WithLineNumber { err, .. } => {
            path_of(err)
        }
        _ => None,
    }
}

fn special(kind: FileType) -> &'static str {
    if kind.is_symlink() {
        "a symbolic link: its target is read where it stands"
    } else {
        "a device, socket or pipe"
    }
}

/// A path as reports write it: `/` between its parts on every system, invalid UTF-8 replaced.
pub fn label(prefix: &str, relative: &Path) -> String {
    let mut label = String::from(prefix);
    for (index, part) in relative.components().enumerate() {
        if index > 0 {
            label.push('/');
        }
        label.push_str(&part.as_os_str().to_string_lossy());
    }
    label
}
