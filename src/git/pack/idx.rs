//! Pack indexes (gitformat-pack, "pack-*.idx files"), versions 1 and 2.

use std::ops::Deref;
use std::path::Path;

use crate::blob::ObjectId;
use crate::map::Map;

/// The index of a pack: which objects it has, and where.
pub(crate) struct Idx {
    map: Bytes,
    id_len: usize,
    count: usize,
    version: u32,
}

/// An index file, or one made from that of several packs.
enum Bytes {
    Mapped(Map),
    Made(Vec<u8>),
}

impl Deref for Bytes {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        match self {
            Self::Mapped(map) => map,
            Self::Made(bytes) => bytes,
        }
    }
}

const HEADER: usize = 8;
const FANOUT: usize = 256 * 4;
const MAGIC: &[u8] = b"\xfftOc";

impl Idx {
    /// Maps an index and checks that its parts fit its size.
    pub fn open(path: &Path, id_len: usize) -> Result<Self, String> {
        let map = Map::open(path).map_err(|error| format!("it cannot be read: {error}"))?;
        Self::new(Bytes::Mapped(map), id_len)
    }

    /// Takes an index that was made in memory.
    pub fn made(bytes: Vec<u8>, id_len: usize) -> Result<Self, String> {
        Self::new(Bytes::Made(bytes), id_len)
    }

    /// Whether it was made in memory, and need not list every object of the pack.
    pub fn is_made(&self) -> bool {
        matches!(self.map, Bytes::Made(_))
    }

    fn new(map: Bytes, id_len: usize) -> Result<Self, String> {
        let version = match map.strip_prefix(MAGIC) {
            Some(rest) => number(rest, 0).unwrap_or(0),
            None => 1,
        };
        if !(1..=2).contains(&version) {
            return Err(format!("version {version} of pack indexes is not supported"));
        }
        let mut idx = Self { map, id_len, count: 0, version };
        let fanout: Vec<u32> = (0..256).map_while(|byte| idx.fanout(byte)).collect();
        if fanout.len() < 256 || !fanout.is_sorted() {
            return Err(DAMAGED.to_owned());
        }
        idx.count = fanout[255] as usize;
        let per_object = if version == 1 { 4 + id_len } else { 8 + id_len };
        let least = idx.table().checked_add(idx.count * per_object).map(|end| end + 2 * id_len);
        match least {
            Some(least) if least <= idx.map.len() => Ok(idx),
            _ => Err(DAMAGED.to_owned()),
        }
    }

    /// All of it, as it stands in its file.
    pub fn bytes(&self) -> &[u8] {
        &self.map
    }

    /// How many objects the pack has.
    pub fn len(&self) -> usize {
        self.count
    }

    fn table(&self) -> usize {
        if self.version == 1 { FANOUT } else { HEADER + FANOUT }
    }

    fn fanout(&self, byte: usize) -> Option<u32> {
        number(&self.map, self.table() - FANOUT + byte * 4)
    }

    /// The raw id of the object at a place in the order of ids.
    ///
    /// # Panics
    /// If there are not so many objects.
    pub fn raw_id(&self, place: usize) -> &[u8] {
        assert!(place < self.count, "place {place} of {}", self.count);
        let at = self.id_at(place);
        &self.map[at..at + self.id_len]
    }

    fn id_at(&self, place: usize) -> usize {
        match self.version {
            1 => self.table() + place * (4 + self.id_len) + 4,
            _ => self.table() + place * self.id_len,
        }
    }

    /// Hints that the id at a place in the order of ids will be asked for soon.
    pub fn prefetch(&self, place: usize) {
        if let Bytes::Mapped(map) = &self.map {
            map.prefetch(self.id_at(place) as u64);
        }
    }

    /// The id of the object at a place in the order of ids.
    pub fn id(&self, place: usize) -> ObjectId {
        ObjectId::from_bytes(self.raw_id(place)).expect("an index is opened with 20 or 32 bytes")
    }

    /// Where in the pack the object at a place in the order of ids begins.
    pub fn offset(&self, place: usize) -> Option<u64> {
        if self.version == 1 {
            return number(&self.map, self.table() + place * (4 + self.id_len)).map(u64::from);
        }
        let offsets = self.table() + self.count * (self.id_len + 4);
        let small = number(&self.map, offsets + place * 4)?;
        if small & 0x8000_0000 == 0 {
            return Some(u64::from(small));
        }
        let large = offsets + self.count * 4 + (small & 0x7fff_ffff) as usize * 8;
        let end = self.map.len() - 2 * self.id_len;
        let bytes = self.map.get(large..large.checked_add(8).filter(|&last| last <= end)?)?;
        Some(u64::from_be_bytes(bytes.try_into().ok()?))
    }

    /// The place of an object in the order of ids.
    pub fn find(&self, id: &ObjectId) -> Option<usize> {
        let place = self.first_from(id.as_bytes());
        (place < self.count && self.raw_id(place) == id.as_bytes()).then_some(place)
    }

    /// The first place whose id is not smaller than these bytes, which may be shorter than an id.
    pub fn first_from(&self, bytes: &[u8]) -> usize {
        let Some(&first) = bytes.first() else { return 0 };
        let bound = |byte: usize| self.fanout(byte).unwrap_or(0) as usize;
        let mut low = if first == 0 { 0 } else { bound(usize::from(first) - 1) };
        let mut high = bound(usize::from(first)).min(self.count);
        while low < high {
            let middle = low + (high - low) / 2;
            match self.raw_id(middle) < bytes {
                true => low = middle + 1,
                false => high = middle,
            }
        }
        low
    }

    /// The checksum that the pack must end with.
    pub fn pack_checksum(&self) -> &[u8] {
        let end = self.map.len() - self.id_len;
        &self.map[end - self.id_len..end]
    }
}

pub(crate) const DAMAGED: &str =
    "the index of this pack is damaged; `git index-pack` makes it anew";

/// The number at a place of an index.
pub(super) fn number(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_be_bytes(bytes.get(at..at + 4)?.try_into().ok()?))
}
