//! Multi-pack indexes (gitformat-pack, "multi-pack-index (MIDX) files"): one index for many packs.
//!
//! Packs are read by their own indexes. Where one has none, what the index for all says of it is put
//! into that form.

use std::ops::Range;
use std::path::Path;

use crate::git::pack::idx::number;
use crate::map::Map;

/// An index of several packs.
pub(crate) struct Midx {
    map: Map,
    id_len: usize,
    count: usize,
    /// Names of packs, each without its extension.
    packs: Vec<Vec<u8>>,
    ids: Range<usize>,
    offsets: Range<usize>,
    large: Range<usize>,
}

const HEADER: usize = 12;
pub(crate) const DAMAGED: &str =
    "this index of packs is damaged; `git multi-pack-index write` makes it anew";

impl Midx {
    /// Maps an index and checks that its parts fit its size.
    pub fn open(path: &Path, id_len: usize) -> Result<Self, String> {
        let map = Map::open(path).map_err(|error| format!("it cannot be read: {error}"))?;
        let header = map.first_chunk::<HEADER>().ok_or(DAMAGED)?;
        let hash = if id_len == 20 { 1 } else { 2 };
        if !header.starts_with(b"MIDX") || header[5] != hash {
            return Err(DAMAGED.to_owned());
        }
        if !(1..=2).contains(&header[4]) {
            return Err(format!("version {} of indexes of packs is not supported", header[4]));
        }
        let chunk = |name: &[u8; 4]| find_chunk(&map, usize::from(header[6]), name);
        let names = map.get(chunk(b"PNAM").ok_or(DAMAGED)?).ok_or(DAMAGED)?;
        let (ids, offsets) = (chunk(b"OIDL").ok_or(DAMAGED)?, chunk(b"OOFF").ok_or(DAMAGED)?);
        let large = chunk(b"LOFF").unwrap_or(0..0);
        let wanted = u32::from_be_bytes([header[8], header[9], header[10], header[11]]) as usize;
        let names = names.split(|byte| *byte == 0).filter(|name| !name.is_empty());
        let packs: Vec<Vec<u8>> = names.map(stem).collect();
        let count = ids.len() / id_len;
        let fits = [&ids, &offsets, &large].iter().all(|part| part.end <= map.len());
        match fits && offsets.len() == count * 8 && packs.len() == wanted {
            true => Ok(Self { id_len, count, packs, ids, offsets, large, map }),
            false => Err(DAMAGED.to_owned()),
        }
    }

    /// All of it, as it stands in its file.
    pub fn bytes(&self) -> &[u8] {
        &self.map
    }

    /// The names of the packs that it covers, without extensions.
    pub fn packs(&self) -> impl Iterator<Item = &[u8]> {
        self.packs.iter().map(Vec::as_slice)
    }

    /// What it lists of a pack, as an index of version 2 that ends with `checksum` and zeros. An
    /// object that another of its packs has too may be missing from it.
    pub fn index_of(&self, pack: &[u8], checksum: &[u8]) -> Option<Vec<u8>> {
        let number = self.packs.iter().position(|name| name == pack)? as u32;
        let entries: Vec<(&[u8], u64)> =
            (0..self.count).filter_map(|place| self.entry(place, number)).collect();
        let mut index = b"\xfftOc\0\0\0\x02".to_vec();
        for first in 0..=255u8 {
            let upto = entries.partition_point(|(id, _)| id[0] <= first) as u32;
            index.extend(upto.to_be_bytes());
        }
        entries.iter().for_each(|(id, _)| index.extend_from_slice(id));
        index.resize(index.len() + 4 * entries.len(), 0);
        let mut large: Vec<u8> = Vec::new();
        for (_, offset) in &entries {
            let small = u32::try_from(*offset).ok().filter(|small| small >> 31 == 0);
            let word = small.unwrap_or(1 << 31 | (large.len() / 8) as u32);
            index.extend(word.to_be_bytes());
            if small.is_none() {
                large.extend(offset.to_be_bytes());
            }
        }
        index.extend(large);
        index.extend_from_slice(checksum);
        index.resize(index.len() + self.id_len, 0);
        Some(index)
    }

    /// The id and the offset of the object at a place, if it is in this pack.
    fn entry(&self, place: usize, pack: u32) -> Option<(&[u8], u64)> {
        let at = self.offsets.start + place * 8;
        if number(&self.map, at)? != pack {
            return None;
        }
        let id = &self.map[self.ids.start + place * self.id_len..][..self.id_len];
        let small = number(&self.map, at + 4)?;
        if small >> 31 == 0 || self.large.is_empty() {
            return Some((id, u64::from(small)));
        }
        let large = &self.map[self.large.clone()];
        let row = large.get((small & 0x7fff_ffff) as usize * 8..)?.first_chunk()?;
        Some((id, u64::from_be_bytes(*row)))
    }
}

/// Where a chunk lies: it ends where the next one in the table begins.
fn find_chunk(map: &[u8], chunks: usize, name: &[u8; 4]) -> Option<Range<usize>> {
    let row = |number: usize| map.get(HEADER + number * 12..)?.first_chunk::<12>();
    let start = |row: &[u8; 12]| {
        let [_, _, _, _, offset @ ..] = row;
        usize::try_from(u64::from_be_bytes(*offset)).ok()
    };
    let found = (0..chunks).find(|number| row(*number).is_some_and(|row| row.starts_with(name)))?;
    let part = start(row(found)?)?..start(row(found + 1)?)?;
    (part.start <= part.end && part.end <= map.len()).then_some(part)
}

fn stem(name: &[u8]) -> Vec<u8> {
    let end = memchr::memrchr(b'.', name).unwrap_or(name.len());
    name[..end].to_owned()
}
