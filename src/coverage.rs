//! What was asked for, what was read, and what could not be read.
//!
//! Gaps are data of the report, never only a line in a log: a scan that could not read something it
//! was asked to read ends with exit code 3, or 1 if it found something as well.

use std::io;
use std::sync::atomic::{AtomicU8, AtomicU64, Ordering};

use crate::blob::ObjectKind;

/// Something that was not read, and why.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Note {
    /// A path, an object or another place.
    pub what: String,
    /// The reason, as a sentence for people that says what to do where something can be done.
    pub why: String,
}

/// Why something cannot be read, in the words of the system, and what to do about it.
pub fn unreadable(error: &io::Error) -> String {
    let advice = match error.kind() {
        io::ErrorKind::PermissionDenied => {
            "run this as a user who may read it, or exclude its path in the configuration"
        }
        _ => "mend or restore it, or exclude its path in the configuration",
    };
    format!("cannot be read: {error}; {advice}")
}

/// How many git objects of each kind were read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ObjectCounts {
    /// Blobs.
    pub blobs: u64,
    /// Trees.
    pub trees: u64,
    /// Commits.
    pub commits: u64,
    /// Annotated tags.
    pub tags: u64,
}

impl ObjectCounts {
    /// Counts one object.
    pub fn add(&mut self, kind: ObjectKind) {
        match kind {
            ObjectKind::Blob => self.blobs += 1,
            ObjectKind::Tree => self.trees += 1,
            ObjectKind::Commit => self.commits += 1,
            ObjectKind::Tag => self.tags += 1,
        }
    }

    /// Objects of all kinds.
    pub fn total(&self) -> u64 {
        self.blobs + self.trees + self.commits + self.tags
    }
}

/// A repository, as it was when its whole database was read or listed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RepositoryState {
    /// Where it is: the label of its root; that of a submodule ends with `:`.
    pub path: String,
    /// Full names of `HEAD` and of everything under `refs/`, with the ids they name; sorted.
    pub tips: Vec<(String, String)>,
    /// Objects of its database, each counted once.
    pub objects: u64,
}

/// The receipt of one run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Coverage {
    /// What was asked for, in the words of the command line.
    pub requested: Vec<String>,
    /// Files read, from directories, the index, patches and standard input.
    pub files: u64,
    /// Bytes searched, unpacked: files and objects.
    pub bytes: u64,
    /// Git objects read.
    pub objects: ObjectCounts,
    /// How many of these objects were not read now, since an earlier run had found them to be whole
    /// and without any hit, and they are as they were then.
    pub known: u64,
    /// Members of archives opened, nested ones too.
    pub members: u64,
    /// The repositories of which every object was to be read.
    pub repositories: Vec<RepositoryState>,
    /// What was passed over on purpose.
    pub skipped: Vec<Note>,
    /// What should have been read and could not be.
    pub gaps: Vec<Note>,
}

impl Coverage {
    /// Whether everything that was asked for was read.
    pub fn is_complete(&self) -> bool {
        self.gaps.is_empty()
    }

    /// Notes something that could not be read.
    pub fn gap(&mut self, what: impl Into<String>, why: impl Into<String>) {
        self.gaps.push(Note { what: what.into(), why: why.into() });
    }

    /// Notes something that was passed over on purpose.
    pub fn skip(&mut self, what: impl Into<String>, why: impl Into<String>) {
        self.skipped.push(Note { what: what.into(), why: why.into() });
    }

    /// Adds what another part of the same run read.
    pub fn merge(&mut self, other: Coverage) {
        self.requested.extend(other.requested);
        self.files += other.files;
        self.bytes += other.bytes;
        self.objects.blobs += other.objects.blobs;
        self.objects.trees += other.objects.trees;
        self.objects.commits += other.objects.commits;
        self.objects.tags += other.objects.tags;
        self.known += other.known;
        self.members += other.members;
        self.repositories.extend(other.repositories);
        self.skipped.extend(other.skipped);
        self.gaps.extend(other.gaps);
    }
}

/// Why a run is to end before it is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stop {
    /// Somebody interrupted it.
    Interrupted = 1,
    /// The time it may take is over.
    TimeIsUp = 2,
}

impl Stop {
    /// What a report calls what was not read then.
    pub const WHAT: &str = "the run";

    /// What a report says about it.
    pub fn reason(self) -> &'static str {
        match self {
            Self::Interrupted => "the run was interrupted, so the rest was not read; run it again",
            Self::TimeIsUp => {
                "the time of --time-limit is over, so the rest was not read; give it more, or name \
                 less to be read"
            }
        }
    }
}

/// What a run and its surroundings tell each other while it goes on: counters that a progress bar
/// reads, and the wish that it end. Relaxed: nothing else depends on the order.
#[derive(Debug, Default)]
pub struct Progress {
    /// Files or objects done.
    pub done: AtomicU64,
    /// Files or objects known of so far.
    pub total: AtomicU64,
    /// Bytes searched.
    pub bytes: AtomicU64,
    /// Microseconds in which it was judged where findings ship to.
    pub judging: AtomicU64,
    /// The part of these that import graphs took.
    pub graphs: AtomicU64,
    stop: AtomicU8,
}

impl Progress {
    /// One file or object of so many bytes is done.
    pub fn step(&self, bytes: u64) {
        self.add(1, bytes);
    }

    /// Several files or objects are done.
    pub fn add(&self, count: u64, bytes: u64) {
        self.done.fetch_add(count, Ordering::Relaxed);
        self.bytes.fetch_add(bytes, Ordering::Relaxed);
    }

    /// So many more files or objects are to be done.
    pub fn expect(&self, count: u64) {
        self.total.fetch_add(count, Ordering::Relaxed);
    }

    /// Asks the run to end soon, with what it has so far. The first reason stands.
    pub fn stop(&self, why: Stop) {
        let set = (Ordering::Relaxed, Ordering::Relaxed);
        // If a reason is there already, it is kept.
        let _ = self.stop.compare_exchange(0, why as u8, set.0, set.1);
    }

    /// Whether the run is to end, and why.
    pub fn stopped(&self) -> Option<Stop> {
        match self.stop.load(Ordering::Relaxed) {
            0 => None,
            1 => Some(Stop::Interrupted),
            _ => Some(Stop::TimeIsUp),
        }
    }
}
