//! The index of a work tree (gitformat-index): versions 2, 3 and 4.

use std::io;

use sha1::{Digest, Sha1};
use sha2::Sha256;

use crate::blob::ObjectId;
use crate::coverage::{Note, unreadable};
use crate::git::cached_trees::CachedTrees;
use crate::git::split_index::Link;
use crate::git::{Repository, read_small};

/// One entry of the index.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct IndexEntry {
    /// Path from the root of the work tree; it need not be UTF-8.
    pub path: Vec<u8>,
    /// 0, or 1 to 3 (base, ours, theirs) for the sides of a conflict.
    pub stage: u8,
    /// The blob that would be committed.
    pub id: ObjectId,
    /// The file mode as in tree objects, such as `0o100644`; `0o160000` is a submodule.
    pub mode: u32,
    /// Added with `git add --intent-to-add`: nothing of the content is staged.
    pub intent_to_add: bool,
}

impl IndexEntry {
    /// Whether the entry names a blob of this repository: no submodule, and not only an intention.
    pub fn has_blob(&self) -> bool {
        self.mode & 0o170_000 != 0o160_000 && !self.intent_to_add
    }
}

/// The index of a work tree.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Index {
    /// All entries, in the order of the file.
    pub entries: Vec<IndexEntry>,
    /// Why the index could not be read, or not wholly.
    pub gaps: Vec<Note>,
    pub(crate) trees: CachedTrees,
}

impl Repository {
    /// Reads the index of this work tree, or that of the commit for which git calls a hook. A
    /// repository without one has an empty index.
    pub fn index(&self) -> Index {
        let own = || self.git_dir.join("index");
        let path = self.index_file.clone().unwrap_or_else(own);
        let mut index = Index::default();
        let problem = match read_small(&path) {
            Ok(bytes) => self.read_index(&bytes, &mut index).err(),
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) => Some(unreadable(&error)),
        };
        let note = problem.map(|why| Note { what: path.display().to_string(), why });
        index.gaps.extend(note);
        index
    }
}

impl Repository {
    fn read_index(&self, bytes: &[u8], index: &mut Index) -> Result<(), String> {
        let extensions = Parser::new(bytes, self.id_len()).run(&mut index.entries)?;
        index.trees = extensions.trees;
        let link = extensions.link.filter(|link| !link.shared.is_zero());
        let Some(link) = link else { return Ok(()) };
        let name = format!("sharedindex.{}", link.shared);
        let bytes = read_small(&self.git_dir.join(&name)).map_err(|error| {
            format!(
                "the shared index {name}, which it builds on, cannot be read: {error}; `git \
                 read-tree HEAD` makes the index anew"
            )
        })?;
        let mut shared = Vec::new();
        Parser::new(&bytes, self.id_len()).run(&mut shared)?;
        let own = std::mem::take(&mut index.entries);
        index.entries = link.merge(shared, own).ok_or(DAMAGED)?;
        Ok(())
    }
}

/// What stands behind the entries.
#[derive(Default)]
struct Extensions {
    link: Option<Link>,
    trees: CachedTrees,
}

struct Parser<'a> {
    bytes: &'a [u8],
    at: usize,
    id_len: usize,
    version: u32,
}

const DAMAGED: &str = "the index is damaged; `git read-tree HEAD` makes it anew";

impl<'a> Parser<'a> {
    fn new(bytes: &'a [u8], id_len: usize) -> Self {
        Self { bytes, at: 0, id_len, version: 0 }
    }

    fn run(mut self, entries: &mut Vec<IndexEntry>) -> Result<Extensions, String> {
        if !self.checksum_matches() {
            return Err(format!("its checksum is wrong: {DAMAGED}"));
        }
        self.bytes = &self.bytes[..self.bytes.len() - self.id_len];
        if self.take(4) != Some(b"DIRC") {
            return Err(format!("it does not begin like an index: {DAMAGED}"));
        }
        self.version = self.number().unwrap_or(0);
        if !(2..=4).contains(&self.version) {
            return Err(format!("version {} of the index is not supported", self.version));
        }
        let count = self.number().ok_or(DAMAGED)?;
        let mut previous = Vec::new();
        for _ in 0..count {
            let entry = self.entry(&previous).ok_or(DAMAGED)?;
            previous.clone_from(&entry.path);
            entries.push(entry);
        }
        self.extensions()
    }

    /// The last bytes are a hash of all others, or zeros with `index.skipHash`.
    fn checksum_matches(&self) -> bool {
        let Some(split) = self.bytes.len().checked_sub(self.id_len) else { return false };
        let (content, sum) = self.bytes.split_at(split);
        let same = match self.id_len {
            20 => Sha1::digest(content).as_slice() == sum,
            _ => Sha256::digest(content).as_slice() == sum,
        };
        same || sum.iter().all(|&byte| byte == 0)
    }

    fn take(&mut self, count: usize) -> Option<&'a [u8]> {
        let taken = self.bytes.get(self.at..self.at.checked_add(count)?)?;
        self.at += count;
        Some(taken)
    }

    fn number(&mut self) -> Option<u32> {
        let bytes = self.take(4)?;
        Some(u32::from_be_bytes(bytes.try_into().ok()?))
    }

    fn entry(&mut self, previous: &[u8]) -> Option<IndexEntry> {
        let start = self.at;
        self.take(24)?;
        let mode = self.number()?;
        self.take(12)?;
        let id = ObjectId::from_bytes(self.take(self.id_len)?)?;
        let flags = u16::from_be_bytes(self.take(2)?.try_into().ok()?);
        let extended = match flags & 0x4000 {
            0 => 0,
            _ => u16::from_be_bytes(self.take(2)?.try_into().ok()?),
        };
        let path = if self.version == 4 { self.prefixed(previous)? } else { self.padded(start)? };
        let stage = (flags >> 12 & 3) as u8;
        Some(IndexEntry { path, stage, id, mode, intent_to_add: extended & 0x2000 != 0 })
    }

    /// Up to a NUL; filled up with one to eight NULs to a multiple of eight bytes.
    fn padded(&mut self, start: usize) -> Option<Vec<u8>> {
        let path = self.until_nul()?;
        let length = self.at - 1 - start;
        self.at = start + (length + 8) / 8 * 8;
        (self.at <= self.bytes.len()).then_some(path)
    }

    /// Version 4: how much of the previous path to drop, then what to append.
    fn prefixed(&mut self, previous: &[u8]) -> Option<Vec<u8>> {
        let mut drop = 0usize;
        loop {
            let byte = self.take(1)?[0];
            drop = drop.checked_mul(128)?.checked_add(usize::from(byte & 0x7f))?;
            if byte & 0x80 == 0 {
                break;
            }
            drop = drop.checked_add(1)?;
        }
        let kept = previous.get(..previous.len().checked_sub(drop)?)?;
        let rest = self.until_nul()?;
        Some([kept, &rest].concat())
    }

    fn until_nul(&mut self) -> Option<Vec<u8>> {
        let rest = self.bytes.get(self.at..)?;
        let end = memchr::memchr(0, rest)?;
        self.at += end + 1;
        Some(rest[..end].to_owned())
    }

    /// Of the extensions only these matter here: the others repeat or speed up.
    fn extensions(&mut self) -> Result<Extensions, String> {
        let mut found = Extensions::default();
        while self.at < self.bytes.len() {
            let name = self.take(4).ok_or(DAMAGED)?;
            let size = self.number().ok_or(DAMAGED)?;
            let content = self.take(size as usize).ok_or(DAMAGED)?;
            match name {
                b"link" => found.link = Some(Link::parse(content, self.id_len).ok_or(DAMAGED)?),
                b"TREE" => found.trees = CachedTrees::parse(content, self.id_len),
                _ => {}
            }
        }
        Ok(found)
    }
}
