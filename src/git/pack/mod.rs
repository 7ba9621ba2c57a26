//! Pack files: many objects in one file, most of them as deltas to others.

pub(crate) mod collage;
pub(crate) mod delta;
pub(crate) mod entry;
pub(crate) mod forest;
pub(crate) mod idx;
pub(crate) mod inflate;
pub(crate) mod midx;
mod order;
pub(crate) mod pass;
mod touched;
pub(crate) mod traverse;

use std::path::{Path, PathBuf};

use sha1::{Digest, Sha1};
use sha2::Sha256;

use crate::coverage::Note;
use crate::git::known::FileMark;
use crate::git::path_to_bytes;
use crate::map::Map;
use entry::Header;
use idx::Idx;
use midx::Midx;

/// Signature, version and number of objects.
const HEADER: usize = 12;

/// A pack with its index.
pub(crate) struct Pack {
    /// Its index, or the pack itself where it has none of its own.
    pub path: PathBuf,
    pub map: Map,
    pub idx: Idx,
    pub id_len: usize,
    /// Whether it lies in the repository itself, and not where that borrows from.
    pub own: bool,
    /// What the system says of the pack and of its index; taken before they are opened.
    pub marks: Option<(FileMark, FileMark)>,
}

impl Pack {
    /// Opens the pack that belongs to an index file. A pack that can be read, but not wholly be
    /// trusted, comes with the reason.
    pub fn open(idx: &Path, id_len: usize, own: bool) -> Result<(Self, Option<String>), String> {
        let path = idx.with_extension("pack");
        let marks = FileMark::of(&path).ok().zip(FileMark::of(idx).ok());
        let map = map_pack(&path)?;
        let found = Idx::open(idx, id_len)?;
        let pack = Self { path: idx.to_owned(), map, idx: found, id_len, own, marks };
        let doubt = pack.check()?;
        Ok((pack, doubt))
    }

    /// Opens a pack without an index of its own through that of several packs; `None` if that does
    /// not cover it. The pack is hashed, for no index says what its checksum should be.
    #[allow(clippy::type_complexity)]
    pub fn open_listed(
        path: &Path,
        midx: &Midx,
        id_len: usize,
        own: bool,
    ) -> Result<Option<(Self, Option<String>)>, String> {
        let Some(stem) = path.file_stem().map(|stem| path_to_bytes(Path::new(stem))) else {
            return Ok(None);
        };
        let map = map_pack(path)?;
        let checksum = digest(&map[..map.len().saturating_sub(id_len)], id_len);
        let Some(index) = midx.index_of(&stem, &checksum) else { return Ok(None) };
        let idx = Idx::made(index, id_len)?;
        let pack = Self { path: path.to_owned(), map, idx, id_len, own, marks: None };
        let mut doubt = pack.check()?;
        if doubt.is_none() && !ends_with_checksum(midx.bytes(), id_len) {
            doubt = Some(midx::DAMAGED.to_owned());
        }
        Ok(Some((pack, doubt)))
    }

    fn check(&self) -> Result<Option<String>, String> {
        let long_enough = self.map.len() >= HEADER + self.id_len;
        let header = self.map.first_chunk::<HEADER>().filter(|_| long_enough);
        let header = header.ok_or("the pack is cut short")?;
        let version = u32::from_be_bytes([header[4], header[5], header[6], header[7]]);
        let count = u32::from_be_bytes([header[8], header[9], header[10], header[11]]);
        if !header.starts_with(b"PACK") || !(2..=3).contains(&version) {
            return Err("it does not begin like a pack of version 2 or 3".to_owned());
        }
        let is_part = self.idx.is_made() && self.idx.len() < count as usize;
        if count as usize != self.idx.len() && !is_part {
            let listed = self.idx.len();
            return Ok(Some(format!(
                "it has {count} objects and its index lists {listed}; the others were not read; \
                 `git index-pack` makes the index anew"
            )));
        }
        if !self.map.ends_with(self.idx.pack_checksum()) {
            return Ok(Some(
                "its checksum is not the one that its index expects; parts of it may \
                            be missing"
                    .to_owned(),
            ));
        }
        Ok(None)
    }

    /// Whether the pack ends with the checksum of all that is before.
    pub fn has_its_checksum(&self) -> bool {
        let found = ends_with_checksum(&self.map, self.id_len);
        self.map.release(0..self.map.len());
        found && self.map.ends_with(self.idx.pack_checksum())
    }

    /// What is wrong if the index is not what was written. A bit that flips in an id of it would give
    /// an object another name, and so take from what it holds the path that leads to it.
    pub fn doubt_of_index(&self) -> Option<Note> {
        let is_whole = self.idx.is_made() || ends_with_checksum(self.idx.bytes(), self.id_len);
        let what = || self.path.display().to_string();
        (!is_whole).then(|| Note { what: what(), why: idx::DAMAGED.to_owned() })
    }

    /// The header of the entry at an offset.
    pub fn header(&self, offset: u64) -> Option<Header> {
        let end = self.map.len().checked_sub(self.id_len)?;
        Header::parse(&self.map[..end], offset, self.id_len)
    }

    /// The compressed bytes of an entry and whatever follows it.
    pub fn data(&self, header: &Header) -> &[u8] {
        let end = self.map.len() - self.id_len;
        &self.map[header.data.min(end)..end]
    }
}

/// Whether bytes end with the checksum of all that is before.
fn ends_with_checksum(bytes: &[u8], id_len: usize) -> bool {
    let end = bytes.len().checked_sub(id_len);
    end.is_some_and(|end| digest(&bytes[..end], id_len) == bytes[end..])
}

fn digest(content: &[u8], id_len: usize) -> Vec<u8> {
    match id_len {
        20 => Sha1::digest(content).to_vec(),
        _ => Sha256::digest(content).to_vec(),
    }
}

fn map_pack(path: &Path) -> Result<Map, String> {
    Map::open(path).map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => "the pack of this index is missing".to_owned(),
        _ => format!("its pack cannot be read: {error}"),
    })
}
