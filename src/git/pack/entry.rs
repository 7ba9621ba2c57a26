//! The headers of entries in a pack (gitformat-pack, "pack-*.pack files").

use crate::blob::{ObjectId, ObjectKind};

/// How an entry stores its object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Storage {
    /// Whole.
    Whole(ObjectKind),
    /// As a delta to the entry of the same pack at this offset.
    OffsetDelta(u64),
    /// As a delta to an object.
    RefDelta(ObjectId),
}

/// The header of an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Header {
    pub storage: Storage,
    /// Unpacked size of what follows: the object, or the delta.
    pub size: u64,
    /// Where in the pack the compressed bytes begin.
    pub data: usize,
}

impl Header {
    /// Reads the header of the entry at an offset; `None` if it makes no sense.
    pub fn parse(pack: &[u8], offset: u64, id_len: usize) -> Option<Self> {
        let mut at = usize::try_from(offset).ok()?;
        let mut byte = *pack.get(at)?;
        at += 1;
        let kind = byte >> 4 & 7;
        let mut size = u64::from(byte & 15);
        let mut shift = 4;
        while byte & 0x80 != 0 {
            byte = *pack.get(at)?;
            at += 1;
            let part = u64::from(byte & 0x7f);
            if shift > 63 || part << shift >> shift != part {
                return None;
            }
            size |= part << shift;
            shift += 7;
        }
        let storage = match kind {
            1 => Storage::Whole(ObjectKind::Commit),
            2 => Storage::Whole(ObjectKind::Tree),
            3 => Storage::Whole(ObjectKind::Blob),
            4 => Storage::Whole(ObjectKind::Tag),
            6 => {
                let distance = distance(pack, &mut at)?;
                Storage::OffsetDelta(offset.checked_sub(distance).filter(|&base| base < offset)?)
            }
            7 => {
                let id = ObjectId::from_bytes(pack.get(at..at + id_len)?)?;
                at += id_len;
                Storage::RefDelta(id)
            }
            _ => return None,
        };
        Some(Self { storage, size, data: at })
    }
}

/// How far before an entry its base begins.
fn distance(pack: &[u8], at: &mut usize) -> Option<u64> {
    let mut value = 0u64;
    loop {
        let byte = *pack.get(*at)?;
        *at += 1;
        value = value.checked_mul(128)?.checked_add(u64::from(byte & 0x7f))?;
        if byte & 0x80 == 0 {
            return Some(value);
        }
        value = value.checked_add(1)?;
    }
}
