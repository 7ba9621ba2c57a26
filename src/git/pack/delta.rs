//! Deltas (gitformat-pack, "Deltified representation").

use crate::git::pack::collage::Collage;
use crate::git::{Margin, NEAR};

/// One piece of the object that a delta makes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Piece {
    /// Where in the object the piece begins.
    pub at: usize,
    pub len: usize,
    /// Where it comes from: a position in the base if copied, otherwise in the delta.
    pub from: usize,
    pub copied: bool,
}

/// A delta whose instructions have been checked.
pub(crate) struct Delta<'a> {
    pub base: &'a [u8],
    pub data: &'a [u8],
    pub pieces: &'a [Piece],
    /// Size of the object that it makes.
    pub size: usize,
}

/// Objects made by deltas are not larger than this: git stores files above 512 MiB whole, and a
/// delta of a few kilobytes can claim any size.
const LARGEST: u64 = 1 << 31;

impl<'a> Delta<'a> {
    /// Checks and decodes all instructions; pieces that follow each other in the base become one.
    pub fn parse(
        data: &'a [u8],
        base: &'a [u8],
        pieces: &'a mut Vec<Piece>,
    ) -> Result<Self, &'static str> {
        pieces.clear();
        let mut reader = Reader { data, at: 0 };
        let base_size = reader.varint().ok_or(DAMAGED)?;
        let size = reader.varint().ok_or(DAMAGED)?;
        if base_size != base.len() as u64 {
            return Err("its delta is made for a base of another size");
        }
        if size > LARGEST {
            return Err("its delta makes more than 2 GiB of it, which git never does");
        }
        let size = size as usize;
        let mut at = 0;
        while reader.at < data.len() {
            let (from, len, copied) = reader.instruction().ok_or(DAMAGED)?;
            let inside = !copied || from.checked_add(len).is_some_and(|end| end <= base.len());
            if !inside || len > size - at {
                return Err(DAMAGED);
            }
            match pieces.last_mut() {
                Some(last) if copied && last.copied && last.from + last.len == from => {
                    last.len += len;
                }
                _ => pieces.push(Piece { at, len, from, copied }),
            }
            at += len;
        }
        match at == size {
            true => Ok(Self { base, data, pieces, size }),
            false => Err(DAMAGED),
        }
    }

    /// The bytes of a piece.
    pub fn bytes(&self, piece: &Piece) -> &'a [u8] {
        let source = if piece.copied { self.base } else { self.data };
        &source[piece.from..piece.from + piece.len]
    }

    /// Makes the object.
    pub fn build(&self, out: &mut Vec<u8>) {
        out.clear();
        out.reserve(self.size);
        for piece in self.pieces {
            out.extend_from_slice(self.bytes(piece));
        }
    }

    /// Whether the copied pieces stand in the same order in the base and in the object and none is
    /// copied twice, so that [`edit`] can make the object out of its base.
    pub fn is_edit(&self) -> bool {
        let mut copied = self.pieces.iter().filter(|piece| piece.copied);
        let mut end = 0;
        copied.all(|piece| {
            let follows = piece.from >= end;
            end = piece.from + piece.len;
            follows
        })
    }

    /// Makes the object without the inner parts of its copied pieces: of each only what the margin
    /// asks for is left where it meets another piece.
    pub fn changes(&self, margin: Margin, out: &mut Collage) {
        self.collect(same_ends(NEAR), out);
        // Looked at only now, since each piece may have to be fetched from memory: one does not wait
        // for the other if none is looked at.
        if !out.cuts().all(|(after, before)| (margin.is_enough)(after, before)) {
            let ends = |piece: &Piece| {
                let bytes = self.bytes(piece);
                ((margin.after)(bytes), (margin.before)(bytes))
            };
            self.collect(ends, out);
        }
    }

    fn collect(&self, ends: impl Fn(&Piece) -> (usize, usize), out: &mut Collage) {
        out.clear();
        let mut end = 0;
        self.parts(ends, |part, source| {
            if part.at != end {
                out.cut();
            }
            out.push(source, part.from, part.len);
            end = part.at + part.len;
        });
        if end != self.size {
            out.cut();
        }
    }

    /// Visits the object without the inner parts of its copied pieces: each part, and what it stands
    /// in. Of a piece as many bytes are left at its beginning and at its end as `ends` says, where
    /// another piece is beside it.
    pub fn parts(
        &self,
        ends: impl Fn(&Piece) -> (usize, usize),
        mut visit: impl FnMut(Piece, &'a [u8]),
    ) {
        let last = self.pieces.len().saturating_sub(1);
        for (number, piece) in self.pieces.iter().enumerate() {
            if !piece.copied {
                visit(*piece, self.data);
                continue;
            }
            let (head, tail) = ends(piece);
            if head + tail >= piece.len {
                visit(*piece, self.base);
                continue;
            }
            if number > 0 {
                visit(Piece { len: head, ..*piece }, self.base);
            }
            if number < last {
                let skipped = piece.len - tail;
                let (at, from) = (piece.at + skipped, piece.from + skipped);
                visit(Piece { at, from, len: tail, ..*piece }, self.base);
            }
        }
    }

    /// Makes at most the first `len` bytes of the object.
    pub fn build_head(&self, len: usize, out: &mut Vec<u8>) {
        out.clear();
        for piece in self.pieces {
            let bytes = self.bytes(piece);
            out.extend_from_slice(&bytes[..bytes.len().min(len - out.len())]);
            if out.len() == len {
                break;
            }
        }
    }
}

/// As many bytes at both ends of every piece; all of a piece that has no more than both.
pub(crate) fn same_ends(len: usize) -> impl Fn(&Piece) -> (usize, usize) {
    move |piece| if piece.len <= 2 * len { (piece.len, 0) } else { (len, len) }
}

/// Makes an object out of its base, for a delta that [`Delta::is_edit`]. Costs less than making it
/// anew: what neither changes nor moves is not touched. Pieces that move left never reach those that
/// move right, so each kind is moved in the order in which none overwrites the next.
pub(crate) fn edit(bytes: &mut Vec<u8>, pieces: &[Piece], data: &[u8], size: usize) {
    if bytes.len() < size {
        bytes.resize(size, 0);
    }
    let moved = |bytes: &mut Vec<u8>, piece: &Piece| {
        bytes.copy_within(piece.from..piece.from + piece.len, piece.at);
    };
    let copied = || pieces.iter().filter(|piece| piece.copied);
    copied().filter(|piece| piece.at < piece.from).for_each(|piece| moved(bytes, piece));
    copied().rev().filter(|piece| piece.at > piece.from).for_each(|piece| moved(bytes, piece));
    for piece in pieces.iter().filter(|piece| !piece.copied) {
        let inserted = &data[piece.from..piece.from + piece.len];
        bytes[piece.at..piece.at + piece.len].copy_from_slice(inserted);
    }
    bytes.truncate(size);
}

const DAMAGED: &str = "its delta is damaged; fetch it again from another copy";

struct Reader<'a> {
    data: &'a [u8],
    at: usize,
}

impl Reader<'_> {
    fn byte(&mut self) -> Option<u8> {
        let byte = *self.data.get(self.at)?;
        self.at += 1;
        Some(byte)
    }

    fn varint(&mut self) -> Option<u64> {
        let (mut value, mut shift) = (0u64, 0);
        loop {
            let byte = self.byte()?;
            let part = u64::from(byte & 0x7f);
            if shift > 63 || part << shift >> shift != part {
                return None;
            }
            value |= part << shift;
            if byte & 0x80 == 0 {
                return Some(value);
            }
            shift += 7;
        }
    }

    /// Where from, how much, and whether from the base.
    fn instruction(&mut self) -> Option<(usize, usize, bool)> {
        let code = self.byte()?;
        if code & 0x80 == 0 {
            let (from, len) = (self.at, usize::from(code));
            self.at += len;
            return (len > 0 && self.at <= self.data.len()).then_some((from, len, false));
        }
        let packed = self.up_to_eight(code.count_ones() as usize - 1)?;
        let (mut number, mut taken) = (0, 0);
        // Which bytes are there differs from one instruction to the next, so there is no branch on it.
        for bit in 0..7 {
            let present = u64::from(code >> bit & 1);
            number |= (packed >> taken & 0xff & present.wrapping_neg()) << (8 * bit);
            taken += 8 * present;
        }
        let (from, len) = (number as u32 as usize, (number >> 32) as usize);
        Some((from, if len == 0 { 0x10000 } else { len }, true))
    }

    /// The next bytes as a number, the first of them lowest; those behind them mean nothing.
    fn up_to_eight(&mut self, count: usize) -> Option<u64> {
        let rest = self.data.get(self.at..).filter(|rest| rest.len() >= count)?;
        self.at += count;
        let bytes = rest.first_chunk().copied().unwrap_or_else(|| {
            let mut bytes = [0; 8];
            bytes[..rest.len()].copy_from_slice(rest);
            bytes
        });
        Some(u64::from_le_bytes(bytes))
    }
}
