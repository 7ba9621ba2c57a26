//! Reading git repositories: every object of the database, the index, references and ranges, and
//! who introduced what.
//!
//! ```text
//! open(path) -> Repository -> walk(probe, visit) -> Walk -> attribute -> Attribution
//! ```
//!
//! A [`walk()`] reads every object, reachable or not, and gives those that may hold something to a
//! function of the caller. [`attribute()`] then says of each that did hold something, by which
//! commits, under which paths, and from which references it can be reached.
//!
//! How a walk does it, from the outside in: `walk` has a `plan` of packs and loose objects; each
//! pack is walked along its deltas (`pack::traverse`), once for contents (`content_pass`, `scan`)
//! and once for trees (`tree_pass`), which leaves a log of how trees differ (`tree_log`). From that
//! log alone `history` knows which trees lead to hits, and `events` what the commits of the `graph`
//! did to them.
//!
//! No `git` program is run and no configuration is obeyed, so that a hostile repository can do no
//! more than fail to be read.

mod attribution;
pub mod bundle;
mod cached_trees;
mod checkout;
mod commit;
mod commits;
mod config;
mod connectivity;
mod content_pass;
mod counted_trees;
mod database;
mod events;
mod fast_hash;
mod files;
mod floor;
mod graph;
mod head;
mod history;
mod hit_set;
mod id_table;
mod index;
mod known;
mod listing;
mod loose;
mod pack;
mod places;
mod plan;
mod presence;
mod range;
mod ref_sets;
mod refs;
mod reftable;
mod renew;
mod repository;
mod revision;
mod scan;
mod split_index;
mod staged;
mod stream;
mod surroundings;
mod tips;
mod tree;
mod tree_log;
mod tree_marks;
mod tree_pass;
mod tree_view;
mod verify;
mod versions;
mod walk;

use std::fs;
use std::io::{self, Read};
use std::ops::Range;
use std::path::{Path, PathBuf};

use crate::blob::{ObjectId, ObjectKind};

pub use attribution::{Attribution, Exposure, PathHistory, attribute};
pub use checkout::{blob_at, tracked_under};
pub use commit::tag_target;
pub use database::{Database, ReadError};
pub use files::files_of;
pub use floor::inflate_everything;
pub use index::{Index, IndexEntry};
pub use known::Known;
pub use listing::state;
pub use places::{places, submodules};
pub(crate) use range::introduced;
pub use range::{Introduced, RangeChanges, changes};
pub use ref_sets::RefSet;
pub use refs::{Head, RefKind, Reference, References};
pub use renew::{Since, walk_since};
pub use repository::{OpenError, Repository, discover, is_repository, open};
pub use revision::{Resolver, RevisionError, RevisionRange};
pub use staged::{Staged, StagedChanges, staged_changes};
pub use surroundings::{Surroundings, open_within};
pub use verify::verify_objects;
pub use versions::versions;
pub use walk::{Walk, walk};

/// A place in a window that [`Probe::candidates`] reports.
pub type Report<'a> = &'a mut dyn FnMut(Range<usize>);

/// What a walk looks for.
#[derive(Clone, Copy)]
pub struct Probe<'a> {
    /// Calls back with the range of each literal in the window with which something begins that
    /// may count. It is called for parts of objects, so it must look at nothing but the literal.
    pub candidates: &'a (dyn Fn(&[u8], Report<'_>) + Sync),
    /// How much beside a change must be seen for that.
    pub margin: Margin,
    /// How many bytes left of a candidate's start, and how many right of it, decide whether it
    /// counts. A candidate of which so many bytes were copied from another version of an object is
    /// judged as it was there.
    pub reach: (usize, usize),
    /// Whether the head of an object, up to [`HEAD_LEN`] bytes, says that it must be read whole
    /// whatever `candidates` says: archives, images, UTF-16.
    pub whole: &'a (dyn Fn(&[u8]) -> bool + Sync),
}

/// So many bytes beside a change are enough in most texts.
pub const NEAR: usize = 16;

/// How many bytes beside a place where something changes can make a candidate together with it, or
/// decide whether there is one.
#[derive(Clone, Copy, Debug)]
pub struct Margin {
    /// Whether [`NEAR`] bytes behind a change, and as many before the next, are enough.
    pub is_enough: fn(&[u8; NEAR], &[u8; NEAR]) -> bool,
    /// If not: of the bytes that end at the change, how many at their end.
    pub before: fn(&[u8]) -> usize,
    /// Of the bytes that begin at the change, how many at their beginning.
    pub after: fn(&[u8]) -> usize,
    /// So many are enough on both sides if there is no NUL.
    pub name: usize,
    /// So many are always enough.
    pub most: usize,
}

/// No file system takes a longer path, in bytes. What is deeper is said to be where this ends.
const LONGEST_PATH: usize = 4096;

/// How many bytes of the beginning of an object [`Probe::whole`] is shown.
pub const HEAD_LEN: usize = 512;

/// An object that may hold something.
#[derive(Clone, Copy, Debug)]
pub struct Object<'a> {
    /// Its id.
    pub id: ObjectId,
    /// Its kind. A tree is shown for the sake of one name in it.
    pub kind: ObjectKind,
    /// The whole content of a blob, commit or tag; the name alone of an entry of a tree.
    pub bytes: &'a [u8],
}

/// A function that is told of every object that may hold something, on several threads at once,
/// and answers whether it does.
pub type Visit<'a> = dyn Fn(&Object<'_>) -> bool + Sync + 'a;

/// The largest file of a git directory that is read as a whole: reflogs and `packed-refs` of the
/// largest known repositories stay far below.
const SMALL_FILE: u64 = 1 << 28;

/// Reads a regular file of a git directory. Devices, pipes and the like are refused, for they might
/// never end.
fn read_small(path: &Path) -> io::Result<Vec<u8>> {
    let metadata = fs::metadata(path)?;
    if !metadata.is_file() {
        return Err(io::Error::other("it is not a regular file"));
    }
    if metadata.len() > SMALL_FILE {
        return Err(io::Error::other("it is larger than 256 MiB"));
    }
    let mut content = Vec::with_capacity(metadata.len() as usize);
    fs::File::open(path)?.take(SMALL_FILE).read_to_end(&mut content)?;
    Ok(content)
}

#[cfg(unix)]
fn bytes_to_path(bytes: &[u8]) -> PathBuf {
    use std::os::unix::ffi::OsStrExt;
    PathBuf::from(std::ffi::OsStr::from_bytes(bytes))
}

#[cfg(not(unix))]
fn bytes_to_path(bytes: &[u8]) -> PathBuf {
    PathBuf::from(String::from_utf8_lossy(bytes).into_owned())
}

#[cfg(unix)]
fn path_to_bytes(path: &Path) -> Vec<u8> {
    use std::os::unix::ffi::OsStrExt;
    path.as_os_str().as_bytes().to_owned()
}

#[cfg(not(unix))]
fn path_to_bytes(path: &Path) -> Vec<u8> {
    path.to_string_lossy().into_owned().into_bytes()
}
