//! UTF-16 and UTF-32 in either byte order, with a byte-order mark or without.

use std::ops::Range;

use super::{Decoded, Layer, window};

/// Reads the units around a place at which the low byte of an ASCII character stands. Characters
/// outside of ASCII matter to no credential; they are read as `?`.
pub fn decode(layer: Layer, bytes: &[u8], at: Range<usize>) -> Option<Decoded> {
    let width = if layer == Layer::Utf16 { 2 } else { 4 };
    let is_little = is_little(bytes, at.start, width);
    let start = if is_little { at.start } else { at.start.checked_sub(width - 1)? };
    let limits = window(bytes.len(), &(start..at.end));
    let from = start - (start - limits.start) / width * width;
    let mut decoded = Decoded::new(layer, from..limits.end);
    for (index, unit) in bytes[from..limits.end].chunks_exact(width).enumerate() {
        let place = from + index * width;
        decoded.push(ascii(unit, is_little), place..place + width);
    }
    Some(decoded)
}

/// Zeros stand on both sides of a character in the middle of a text. In big-endian order they must
/// stand before it, and a text that begins where its file does has it at the end of a unit.
fn is_little(bytes: &[u8], at: usize, width: usize) -> bool {
    let before = at.checked_sub(width - 1).and_then(|from| bytes.get(from..at));
    let can_be_big = before.is_some_and(|zeros| zeros.iter().all(|&byte| byte == 0));
    !can_be_big || at % width != width - 1
}

fn ascii(unit: &[u8], is_little: bool) -> u8 {
    character(unit, is_little).unwrap_or(b'?')
}

fn character(unit: &[u8], is_little: bool) -> Option<u8> {
    let (low, high) = match (is_little, unit) {
        (true, [low, high @ ..]) => (*low, high),
        (false, [high @ .., low]) => (*low, high),
        _ => return None,
    };
    (low < 0x80 && high.iter().all(|&byte| byte == 0)).then_some(low)
}

/// What a text looks like from its first character to its last: the same in both byte orders.
pub fn inner(text: &[u8], width: usize) -> Vec<u8> {
    let mut units: Vec<u8> =
        text.iter().flat_map(|&byte| [&[byte][..], &[0; 3][..width - 1]].concat()).collect();
    units.truncate(units.len() - (width - 1));
    units
}

/// A stretch of ASCII of which each character is followed by as many zeros. Which of the zeros
/// belong to a character, those before or those behind it, cannot be told in the middle of a file,
/// and makes no difference to the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wide {
    /// The first character.
    first: usize,
    /// How many there are.
    count: usize,
    /// The bytes of a unit. Text that was widened twice has 8.
    width: usize,
}

impl Wide {
    /// The text.
    pub fn read(&self, bytes: &[u8]) -> Decoded {
        let layer = if self.width == 2 { Layer::Utf16 } else { Layer::Utf32 };
        // A text that begins where its file does has its characters at the same place of each unit.
        let is_big = self.first % self.width == self.width - 1;
        let from = if is_big { self.first + 1 - self.width } else { self.first };
        let place = |index: usize| from + index * self.width;
        let mut decoded = Decoded::new(layer, self.span());
        for index in 0..self.count {
            let byte = bytes[self.first + index * self.width];
            decoded.push(byte, place(index)..place(index + 1).min(bytes.len()));
        }
        decoded
    }

    /// Where it stands.
    pub fn span(&self) -> Range<usize> {
        let start = (self.first + 1).saturating_sub(self.width);
        start..self.first + (self.count - 1) * self.width + 1
    }
}

/// Every stretch of at least `FEWEST` characters in a range. Bytes are looked at only at every
/// 32nd place until one may belong to a stretch.
pub fn wide_texts(bytes: &[u8], range: Range<usize>) -> Vec<Wide> {
    let mut found: Vec<Wide> = Vec::new();
    let mut at = range.start;
    while let Some(sample) = bytes[..range.end].get(at..at + 8).and_then(|s| s.first_chunk::<8>()) {
        let wide = may_be_wide(*sample).then(|| stretch(bytes, at)).flatten();
        at += STEP;
        if let Some(wide) = wide {
            at = at.max(wide.span().end);
            found.push(wide);
        }
    }
    found
}

/// A stretch of twice as many bytes holds a sample.
const FEWEST: usize = 20;
const STEP: usize = 32;
const _: () = assert!(2 * FEWEST > STEP + 7, "a stretch holds a whole sample");

/// Whether every other, every fourth or one alone of eight bytes is not zero.
fn may_be_wide(sample: [u8; 8]) -> bool {
    const LOW: u64 = 0x0101_0101_0101_0101;
    const HIGH: u64 = 0x8080_8080_8080_8080;
    let word = u64::from_le_bytes(sample);
    if word.wrapping_sub(LOW) & !word & HIGH == 0 {
        return false;
    }
    let bit = |(index, byte): (usize, &u8)| u8::from(*byte == 0) << index;
    let zeros = sample.iter().enumerate().map(bit).fold(0, |mask, bit| mask | bit);
    matches!(zeros, 0xaa | 0x55 | 0xee | 0xdd | 0xbb | 0x77) || zeros.count_ones() == 7
}

/// The longest stretch around a place.
fn stretch(bytes: &[u8], at: usize) -> Option<Wide> {
    let all = [8, 4, 2]
        .into_iter()
        .flat_map(|width| (0..width).filter_map(move |shift| stretch_of(bytes, at + shift, width)));
    all.filter(|wide| wide.count >= FEWEST).max_by_key(|wide| wide.count)
}

/// The stretch around a character.
fn stretch_of(bytes: &[u8], at: usize, width: usize) -> Option<Wide> {
    let is_text = |byte: u8| matches!(byte, b'\t' | b'\n' | b'\r' | b' '..=b'~');
    let is_zero = |zeros: &[u8]| zeros.iter().all(|byte| *byte == 0);
    bytes.get(at).filter(|byte| is_text(**byte))?;
    let after = bytes[at + 1..].chunks_exact(width);
    let right = after.take_while(|unit| is_zero(&unit[..width - 1]) && is_text(unit[width - 1]));
    let before = bytes[..at].rchunks_exact(width);
    let left = before.take_while(|unit| is_zero(&unit[1..]) && is_text(unit[0])).count();
    Some(Wide { first: at - left * width, count: left + 1 + right.count(), width })
}
