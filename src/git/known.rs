//! What an earlier run has found to be whole and without any hit, so that it need not be read again.
//!
//! Only that much is ever remembered: a repository in which every object was read, nothing hit and
//! nothing was missing. Archives of which a part could not be read are remembered by their ids and
//! opened again each time. Whatever else is not exactly as it was then is read, and as soon as
//! something hits or is missing, everything is.

use std::collections::{BTreeSet, HashMap};
use std::fs;
use std::io::{self, Write};
use std::path::Path;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use sha2::{Digest, Sha256};

use crate::blob::ObjectId;
use crate::coverage::ObjectCounts;
use crate::git::pack::Pack;
use crate::git::read_small;

/// A file, as the system describes it. Git never changes a pack, an index of one or a loose object,
/// but sets the time of a pack or a loose object anew when it would have written what is in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub(crate) struct FileMark {
    pub size: u64,
    /// Nanoseconds since 1970.
    modified: u64,
    /// When its description was last changed, which no program can set back; 0 where the system
    /// does not tell.
    changed: u64,
}

impl FileMark {
    pub fn of(path: &Path) -> io::Result<Self> {
        let metadata = fs::metadata(path)?;
        let modified = metadata.modified().map_or(0, nanoseconds);
        Ok(Self { size: metadata.len(), modified, changed: changed(&metadata) })
    }

    /// Whether a change right after `moment` could leave the mark as it is: clocks of file systems
    /// are coarse.
    fn is_fresh(&self, moment: SystemTime) -> bool {
        let settled = moment.checked_sub(Duration::from_millis(100)).map_or(0, nanoseconds);
        self.modified.max(self.changed) >= settled
    }
}

fn nanoseconds(time: SystemTime) -> u64 {
    time.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_nanos() as u64)
}

#[cfg(unix)]
fn changed(metadata: &fs::Metadata) -> u64 {
    use std::os::unix::fs::MetadataExt;
    (metadata.ctime() as u64).wrapping_mul(1_000_000_000).wrapping_add(metadata.ctime_nsec() as u64)
}

#[cfg(not(unix))]
fn changed(_: &fs::Metadata) -> u64 {
    0
}

/// A pack by its checksum, and what the system says of its two files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct PackMark {
    pub sum: ObjectId,
    pub pack: FileMark,
    pub idx: FileMark,
    /// Whether the pack was found to have its checksum when it was read. That takes a while, and is
    /// only done for packs of which git has set the time before.
    pub verified: bool,
}

/// What is known of one repository.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Known {
    /// All objects, each counted once.
    pub(crate) objects: ObjectCounts,
    /// Their bytes, unpacked.
    pub(crate) bytes: u64,
    /// Members of the archives among them.
    pub(crate) members: u64,
    pub(crate) packs: Vec<PackMark>,
    pub(crate) loose: HashMap<ObjectId, FileMark>,
    /// Archives of which a part could not be read.
    pub(crate) partly: BTreeSet<ObjectId>,
}

/// The beginning of the file; the number is that of its format.
const MAGIC: &[u8; 16] = b"stripeguard-kn2\n";
const SUM: usize = 32;

impl Known {
    /// Reads what was known. A file that is damaged, cut short, of another format or written with
    /// another `key` tells nothing.
    pub fn read(path: &Path, key: &[u8; 32]) -> Option<Self> {
        let bytes = read_small(path).ok()?;
        let (content, sum) = bytes.split_at(bytes.len().checked_sub(SUM)?);
        if Sha256::digest(content).as_slice() != sum {
            return None;
        }
        let mut rest = content.strip_prefix(MAGIC)?.strip_prefix(key)?;
        let known = Self::parse(&mut rest)?;
        rest.is_empty().then_some(known)
    }

    fn parse(rest: &mut &[u8]) -> Option<Self> {
        let mut known = Self {
            objects: ObjectCounts {
                blobs: number(rest)?,
                trees: number(rest)?,
                commits: number(rest)?,
                tags: number(rest)?,
            },
            bytes: number(rest)?,
            members: number(rest)?,
            ..Self::default()
        };
        for _ in 0..number(rest)? {
            let (sum, pack, idx) = (id(rest)?, mark(rest)?, mark(rest)?);
            let verified = number(rest)? == 1;
            known.packs.push(PackMark { sum, pack, idx, verified });
        }
        for _ in 0..number(rest)? {
            known.loose.insert(id(rest)?, mark(rest)?);
        }
        for _ in 0..number(rest)? {
            known.partly.insert(id(rest)?);
        }
        Some(known)
    }

    /// Writes beside the file and renames, so that a reader finds all of it or nothing. Only the
    /// user may read it. It holds checksums, ids and sizes: no path, and nothing of any content.
    ///
    /// # Errors
    /// What the system says.
    pub fn write(&self, path: &Path, key: &[u8; 32]) -> io::Result<()> {
        let mut bytes = [MAGIC.as_slice(), key].concat();
        let ObjectCounts { blobs, trees, commits, tags } = self.objects;
        for count in [blobs, trees, commits, tags, self.bytes, self.members] {
            bytes.extend(count.to_be_bytes());
        }
        bytes.extend((self.packs.len() as u64).to_be_bytes());
        for pack in &self.packs {
            push(&mut bytes, &pack.sum, &[pack.pack, pack.idx]);
            bytes.extend(u64::from(pack.verified).to_be_bytes());
        }
        bytes.extend((self.loose.len() as u64).to_be_bytes());
        let mut loose: Vec<_> = self.loose.iter().collect();
        loose.sort_unstable_by_key(|(id, _)| **id);
        for (id, mark) in loose {
            push(&mut bytes, id, &[*mark]);
        }
        bytes.extend((self.partly.len() as u64).to_be_bytes());
        self.partly.iter().for_each(|id| push(&mut bytes, id, &[]));
        bytes.extend(Sha256::digest(&bytes));
        let part = path.with_extension(format!("{}.part", std::process::id()));
        let written = create(&part, &bytes).and_then(|()| fs::rename(&part, path));
        if written.is_err() {
            // The first error is the one to tell.
            let _ = fs::remove_file(&part);
        }
        written
    }

    /// With what was seen of archives: so many members more than were known of before, and those of
    /// which a part could not be read.
    pub fn with_archives(self, more: u64, partly: BTreeSet<ObjectId>) -> Self {
        Self { members: self.members + more, partly, ..self }
    }

    /// Whether every file is settled enough for its mark to show any later change. `begun` is when
    /// the run began that read them.
    pub(crate) fn is_settled(&self, begun: SystemTime) -> bool {
        let packs = self.packs.iter().flat_map(|pack| [pack.pack, pack.idx]);
        let mut marks = packs.chain(self.loose.values().copied());
        !marks.any(|mark| mark.is_fresh(begun))
    }
}

impl PackMark {
    /// Whether this may be the same pack at another time.
    pub fn resembles(&self, other: &Self) -> bool {
        self.sum == other.sum && self.idx == other.idx && self.pack.size == other.pack.size
    }

    /// Whether nothing has touched the pack.
    pub fn is_same(&self, other: &Self) -> bool {
        self.resembles(other) && self.pack == other.pack
    }

    pub fn of(pack: &Pack) -> Option<Self> {
        let sum = ObjectId::from_bytes(pack.idx.pack_checksum())?;
        let (pack, idx) = pack.marks?;
        Some(Self { sum, pack, idx, verified: false })
    }
}

fn push(bytes: &mut Vec<u8>, id: &ObjectId, marks: &[FileMark]) {
    bytes.push(id.as_bytes().len() as u8);
    bytes.extend(id.as_bytes());
    for mark in marks {
        for number in [mark.size, mark.modified, mark.changed] {
            bytes.extend(number.to_be_bytes());
        }
    }
}

fn number(rest: &mut &[u8]) -> Option<u64> {
    let (first, behind) = rest.split_first_chunk::<8>()?;
    *rest = behind;
    Some(u64::from_be_bytes(*first))
}

fn id(rest: &mut &[u8]) -> Option<ObjectId> {
    let (len, behind) = rest.split_first()?;
    let id = ObjectId::from_bytes(behind.get(..usize::from(*len))?)?;
    *rest = &behind[usize::from(*len)..];
    Some(id)
}

fn mark(rest: &mut &[u8]) -> Option<FileMark> {
    Some(FileMark { size: number(rest)?, modified: number(rest)?, changed: number(rest)? })
}

#[cfg(unix)]
fn create(path: &Path, bytes: &[u8]) -> io::Result<()> {
    use std::os::unix::fs::OpenOptionsExt;
    let mut file = fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
    file.write_all(bytes)
}

#[cfg(not(unix))]
fn create(path: &Path, bytes: &[u8]) -> io::Result<()> {
    fs::File::create_new(path)?.write_all(bytes)
}
