//! Packs made by hand, to have in them what git would never write.

use std::io::Write;
use std::path::Path;

use flate2::{Compression, write::ZlibEncoder};
use sha1::{Digest, Sha1};
use stripeguard::blob::ObjectId;

/// The types of entries.
pub const COMMIT: u8 = 1;
pub const TREE: u8 = 2;
pub const BLOB: u8 = 3;
pub const TAG: u8 = 4;
pub const REF_DELTA: u8 = 7;
pub const OFS_DELTA: u8 = 6;

/// A pack and the ids and places of its entries.
pub struct PackBuilder {
    bytes: Vec<u8>,
    entries: Vec<(ObjectId, usize)>,
    large_offsets: bool,
}

impl PackBuilder {
    pub fn new() -> Self {
        Self {
            bytes: b"PACK\0\0\0\x02\0\0\0\0".to_vec(),
            entries: Vec::new(),
            large_offsets: false,
        }
    }

    /// Has the index keep all offsets in its table for those of 64 bits.
    pub fn with_large_offsets(self) -> Self {
        Self { large_offsets: true, ..self }
    }

    /// Where the next entry will begin.
    pub fn next(&self) -> usize {
        self.bytes.len()
    }

    /// Adds an entry: its type, the size that it claims, what stands for its base, its content.
    pub fn entry(&mut self, id: ObjectId, kind: u8, size: u64, base: &[u8], content: &[u8]) {
        self.packed_entry(id, kind, size, &[base, &deflate(content)].concat());
    }

    /// Adds an entry of which what follows the header is packed already.
    pub fn packed_entry(&mut self, id: ObjectId, kind: u8, size: u64, packed: &[u8]) {
        self.entries.push((id, self.bytes.len()));
        let mut rest = size >> 4;
        let mut byte = kind << 4 | (size & 15) as u8;
        while rest > 0 {
            self.bytes.push(byte | 0x80);
            byte = (rest & 0x7f) as u8;
            rest >>= 7;
        }
        self.bytes.push(byte);
        self.bytes.extend_from_slice(packed);
    }

    pub fn blob(&mut self, content: &[u8]) -> ObjectId {
        let id = blob_id(content);
        self.entry(id, BLOB, content.len() as u64, b"", content);
        id
    }

    /// Adds a delta to an object.
    pub fn ref_delta(&mut self, id: ObjectId, base: ObjectId, delta: &[u8]) {
        self.entry(id, REF_DELTA, delta.len() as u64, base.as_bytes(), delta);
    }

    /// Adds a delta to the entry so many bytes before.
    pub fn ofs_delta(&mut self, id: ObjectId, distance: usize, delta: &[u8]) {
        let mut encoded = vec![(distance & 0x7f) as u8];
        let mut rest = distance >> 7;
        while rest > 0 {
            rest -= 1;
            encoded.insert(0, (rest & 0x7f) as u8 | 0x80);
            rest >>= 7;
        }
        self.entry(id, OFS_DELTA, delta.len() as u64, &encoded, delta);
    }

    /// Writes pack and index.
    pub fn write(mut self, objects: &Path, name: &str) {
        let dir = objects.join("pack");
        std::fs::create_dir_all(&dir).unwrap();
        let count = (self.entries.len() as u32).to_be_bytes();
        self.bytes[8..12].copy_from_slice(&count);
        let sum = Sha1::digest(&self.bytes);
        self.bytes.extend_from_slice(&sum);
        std::fs::write(dir.join(format!("{name}.pack")), &self.bytes).unwrap();
        self.entries.sort();
        let mut idx = b"\xfftOc\0\0\0\x02".to_vec();
        for byte in 0..=255u8 {
            let upto = self.entries.partition_point(|(id, _)| id.as_bytes()[0] <= byte);
            idx.extend((upto as u32).to_be_bytes());
        }
        self.entries.iter().for_each(|(id, _)| idx.extend_from_slice(id.as_bytes()));
        self.entries.iter().for_each(|_| idx.extend([0; 4]));
        for (row, (_, at)) in self.entries.iter().enumerate() {
            let word = if self.large_offsets { 1 << 31 | row as u32 } else { *at as u32 };
            idx.extend(word.to_be_bytes());
        }
        if self.large_offsets {
            self.entries.iter().for_each(|(_, at)| idx.extend((*at as u64).to_be_bytes()));
        }
        idx.extend_from_slice(&sum);
        let own = Sha1::digest(&idx);
        idx.extend_from_slice(&own);
        std::fs::write(dir.join(format!("{name}.idx")), idx).unwrap();
    }
}

pub fn deflate(content: &[u8]) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(content).unwrap();
    encoder.finish().unwrap()
}

pub fn blob_id(content: &[u8]) -> ObjectId {
    object_id("blob", content)
}

pub fn object_id(kind: &str, content: &[u8]) -> ObjectId {
    let sum = Sha1::new()
        .chain_update(format!("{kind} {}\0", content.len()))
        .chain_update(content)
        .finalize();
    ObjectId::from_bytes(&sum).unwrap()
}

/// A delta: the sizes of base and object, then instructions.
pub fn delta(base: usize, size: usize, instructions: &[Instruction<'_>]) -> Vec<u8> {
    let mut bytes = [varint(base), varint(size)].concat();
    for instruction in instructions {
        match instruction {
            Instruction::Copy(from, len) => {
                bytes.push(0xff);
                bytes.extend(&(*from as u32).to_le_bytes());
                bytes.extend(&(*len as u32).to_le_bytes()[..3]);
            }
            Instruction::Insert(text) => {
                bytes.push(text.len() as u8);
                bytes.extend_from_slice(text);
            }
        }
    }
    bytes
}

pub enum Instruction<'a> {
    Copy(usize, usize),
    Insert(&'a [u8]),
}

fn varint(mut value: usize) -> Vec<u8> {
    let mut bytes = Vec::new();
    while value > 0x7f {
        bytes.push((value & 0x7f) as u8 | 0x80);
        value >>= 7;
    }
    bytes.push(value as u8);
    bytes
}
