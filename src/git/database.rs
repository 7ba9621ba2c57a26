//! The object database: packs and loose objects of a repository, and of those it borrows from.

use std::collections::HashSet;
use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};

use sha1::{Digest, Sha1};
use sha2::Sha256;

use crate::blob::{ObjectId, ObjectKind};
use crate::coverage::{Note, unreadable};
use crate::git::pack::Pack;
use crate::git::pack::delta::Delta;
use crate::git::pack::entry::{Header, Storage};
use crate::git::pack::inflate::Inflater;
use crate::git::pack::midx::Midx;
use crate::git::{Repository, bytes_to_path, loose, read_small};

/// The object database of a repository: its own objects and those that it borrows.
pub struct Database {
    pub(crate) packs: Vec<Pack>,
    /// Directories of loose objects, the repository's own first.
    pub(crate) dirs: Vec<PathBuf>,
    pub(crate) id_len: usize,
    /// Whether it comes from a partial clone, which leaves objects out.
    pub(crate) partial: bool,
    /// Parts of the database that cannot be read.
    pub gaps: Vec<Note>,
}

/// Why an object cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReadError {
    /// It is not in the database.
    Missing,
    /// It is there and damaged, or cannot be understood.
    Damaged(String),
}

impl fmt::Display for ReadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing => f.write_str(&unread("it is not in the object database")),
            Self::Damaged(why) => f.write_str(&unread(why)),
        }
    }
}

impl std::error::Error for ReadError {}

/// An object that was read.
pub type Content = (ObjectKind, Vec<u8>);

impl Database {
    /// Opens the object directories of a repository and of those it borrows from.
    pub fn open(repository: &Repository) -> Self {
        let (dirs, gaps) = repository.object_dirs();
        let id_len = repository.id_len();
        let mut database = Self { packs: Vec::new(), dirs, id_len, partial: false, gaps };
        for number in 0..database.dirs.len() {
            let dir = database.dirs[number].join("pack");
            database.open_packs(&dir, number == 0);
        }
        database
    }

    fn open_packs(&mut self, dir: &Path, own: bool) {
        let entries = match fs::read_dir(dir) {
            Ok(entries) => entries,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return,
            Err(error) => return self.gap(dir, unreadable(&error)),
        };
        let mut paths: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
        paths.sort_unstable();
        let has = |path: &Path, extension| path.extension().is_some_and(|found| found == extension);
        self.partial |= own && paths.iter().any(|path| has(path, "promisor"));
        let indexes = self.open_midx(dir);
        for path in &paths {
            if has(path, "idx") {
                let opened = Pack::open(path, self.id_len, own);
                self.add(path, opened);
            } else if has(path, "pack") && paths.binary_search(&path.with_extension("idx")).is_err()
            {
                let listed = indexes
                    .iter()
                    .find_map(|midx| Pack::open_listed(path, midx, self.id_len, own).transpose());
                let why = "this pack has no index, so its objects were not read; \
                           `git index-pack` makes one";
                self.add(path, listed.unwrap_or_else(|| Err(why.to_owned())));
            }
        }
        for name in indexes.iter().flat_map(Midx::packs) {
            let path = dir.join(bytes_to_path(&[name, b".pack"].concat()));
            if paths.binary_search(&path).is_err() {
                let why = "the index of several packs lists this pack, and it is missing; fetch it \
                           from another copy";
                self.gap(&path, why.to_owned());
            }
        }
    }

    fn add(&mut self, path: &Path, opened: Result<(Pack, Option<String>), String>) {
        match opened {
            Ok((pack, doubt)) => {
                if let Some(why) = doubt {
                    self.gap(path, why);
                }
                self.packs.push(pack);
            }
            Err(why) => self.gap(path, why),
        }
    }

    /// The indexes of several packs: one file, or a chain of them in a directory of its own.
    fn open_midx(&mut self, dir: &Path) -> Vec<Midx> {
        let chain = dir.join("multi-pack-index.d");
        let list = read_small(&chain.join("multi-pack-index-chain")).unwrap_or_default();
        let links = list.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
        let links = links.filter_map(|line| std::str::from_utf8(line).ok()?.trim().into());
        let links = links.map(|hash| chain.join(format!("multi-pack-index-{hash}.midx")));
        let mut found = Vec::new();
        for path in std::iter::once(dir.join("multi-pack-index")).chain(links) {
            match Midx::open(&path, self.id_len) {
                Ok(midx) => found.push(midx),
                Err(why) if path.exists() => self.gap(&path, why),
                Err(_) => {}
            }
        }
        found
    }

    fn gap(&mut self, path: &Path, why: String) {
        let advice = "`git fsck` tells what is lost, and a fresh clone has it";
        self.gaps.push(Note { what: path.display().to_string(), why: advised(&why, advice) });
    }

    /// Reads an object whole and checks that it has the id that it goes by.
    ///
    /// # Errors
    /// If it is missing or damaged.
    pub fn read(&self, id: &ObjectId) -> Result<Content, ReadError> {
        let content = self.read_unchecked(id)?;
        match hash(content.0, &content.1, self.id_len) == *id {
            true => Ok(content),
            false => Err(ReadError::Damaged("its content does not have this id".to_owned())),
        }
    }

    /// Tries every copy of the object; the error is that of the first one.
    pub(crate) fn read_unchecked(&self, id: &ObjectId) -> Result<Content, ReadError> {
        let mut problem = ReadError::Missing;
        let packed = self.packs.iter().filter_map(|pack| Some((pack, pack.idx.find(id)?)));
        let packed = packed.map(|(pack, place)| self.read_packed(pack, place));
        let loose = self.dirs.iter().map(|dir| loose::read(&loose::path(dir, id)));
        for attempt in packed.chain(loose) {
            match attempt {
                Ok(content) => return Ok(content),
                Err(ReadError::Missing) => {}
                Err(error) if problem == ReadError::Missing => problem = error,
                Err(_) => {}
            }
        }
        Err(problem)
    }

    /// Whether there is an object with this id, readable or not.
    pub fn contains(&self, id: &ObjectId) -> bool {
        self.packs.iter().any(|pack| pack.idx.find(id).is_some())
            || self.dirs.iter().any(|dir| loose::path(dir, id).exists())
    }

    /// Whether the object is in the repository itself, and not only where it borrows from.
    pub(crate) fn owns(&self, id: &ObjectId) -> bool {
        self.packs.iter().any(|pack| pack.own && pack.idx.find(id).is_some())
            || loose::path(&self.dirs[0], id).exists()
    }

    /// The ids that begin with these hexadecimal digits, sorted; none for fewer than four digits.
    pub fn with_prefix(&self, hex: &str) -> Vec<ObjectId> {
        let hex = hex.to_ascii_lowercase();
        let padded = format!("{hex:0<width$}", width = self.id_len * 2);
        let Some(first) = ObjectId::from_hex(padded.as_bytes()).filter(|_| hex.len() >= 4) else {
            return Vec::new();
        };
        let mut found: Vec<ObjectId> = Vec::new();
        for pack in &self.packs {
            let from = pack.idx.first_from(first.as_bytes())..pack.idx.len();
            let ids = from.map(|place| pack.idx.id(place));
            found.extend(ids.take_while(|id| id.to_string().starts_with(&hex)));
        }
        for dir in &self.dirs {
            let names = fs::read_dir(dir.join(&hex[..2])).into_iter().flatten().flatten();
            let names = names.filter_map(|entry| entry.file_name().into_string().ok());
            let names = names.map(|name| format!("{}{name}", &hex[..2]));
            let names = names.filter(|name| name.starts_with(&hex));
            found.extend(names.filter_map(|name| ObjectId::from_hex(name.as_bytes())));
        }
        found.sort_unstable();
        found.dedup();
        found
    }

    /// Collects the chain of deltas down to an object that is stored whole, which may lie in
    /// another pack, and applies them from there.
    pub(crate) fn read_packed(&self, pack: &Pack, place: usize) -> Result<Content, ReadError> {
        let damaged = |why: &str| ReadError::Damaged(why.to_owned());
        let mut at = (pack, pack.idx.offset(place).ok_or_else(|| damaged(BAD_OFFSET))?);
        let mut chain: Vec<(&Pack, Header)> = Vec::new();
        let mut seen = HashSet::new();
        let (kind, mut bytes) = loop {
            let (pack, offset) = at;
            if !seen.insert((pack.map.as_ptr(), offset)) {
                return Err(damaged(CYCLE));
            }
            let header = pack.header(offset).ok_or_else(|| damaged(BAD_ENTRY))?;
            match header.storage {
                Storage::Whole(kind) => break (kind, unpack(pack, &header)?),
                Storage::OffsetDelta(base) => at = (pack, base),
                Storage::RefDelta(id) => match self.locate(pack, &id) {
                    Some(found) => at = found,
                    None => {
                        chain.push((pack, header));
                        break self.read_loose(&id)?;
                    }
                },
            }
            chain.push((pack, header));
        };
        let (mut pieces, mut target) = (Vec::new(), Vec::new());
        for (pack, header) in chain.into_iter().rev() {
            let data = unpack(pack, &header)?;
            let delta = Delta::parse(&data, &bytes, &mut pieces).map_err(damaged)?;
            delta.build(&mut target);
            std::mem::swap(&mut bytes, &mut target);
        }
        Ok((kind, bytes))
    }

    /// Where an object is packed, preferring the pack that asks.
    fn locate<'a>(&'a self, pack: &'a Pack, id: &ObjectId) -> Option<(&'a Pack, u64)> {
        std::iter::once(pack).chain(&self.packs).find_map(|pack| {
            let place = pack.idx.find(id)?;
            Some((pack, pack.idx.offset(place)?))
        })
    }

    fn read_loose(&self, id: &ObjectId) -> Result<Content, ReadError> {
        let mut attempts = self.dirs.iter().map(|dir| loose::read(&loose::path(dir, id)));
        let missing = format!("the object {id}, which it is a delta to, is missing");
        attempts.find_map(Result::ok).ok_or(ReadError::Damaged(missing))
    }
}

/// Says what to do about something that cannot be read, unless it says so itself.
fn advised(why: &str, advice: &str) -> String {
    let is_advised = ["`git ", "fetch it", "restore it"].iter().any(|word| why.contains(word));
    if is_advised { why.to_owned() } else { format!("{why}; {advice}") }
}

/// Why an object cannot be read, and what to do about it.
pub(crate) fn unread(why: &str) -> String {
    advised(why, "fetch it again from another copy")
}

/// Why an entry of a pack cannot be found by its index.
pub(crate) const BAD_OFFSET: &str =
    "the index of its pack is damaged; `git index-pack` makes it anew";
/// Why an entry of a pack cannot be read.
pub(crate) const BAD_ENTRY: &str =
    "its entry in the pack is damaged; fetch it again from another copy";
/// Why an entry of a pack cannot be rebuilt.
pub(crate) const CYCLE: &str = "its deltas lead back to themselves";

fn unpack(pack: &Pack, header: &Header) -> Result<Vec<u8>, ReadError> {
    let mut bytes = Vec::new();
    Inflater::new()
        .inflate(pack.data(header), header.size, &mut bytes)
        .map_err(ReadError::Damaged)?;
    bytes.truncate(header.size as usize);
    Ok(bytes)
}

/// The id that git gives to an object.
pub(crate) fn hash(kind: ObjectKind, bytes: &[u8], id_len: usize) -> ObjectId {
    let header = format!("{} {}\0", kind.name(), bytes.len());
    let sum = match id_len {
        20 => Sha1::new().chain_update(header).chain_update(bytes).finalize().to_vec(),
        _ => Sha256::new().chain_update(header).chain_update(bytes).finalize().to_vec(),
    };
    ObjectId::from_bytes(&sum).expect("the digests have 20 and 32 bytes")
}
