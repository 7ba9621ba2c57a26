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
    let (low, high) = match (is_little, unit) {
        (true, [low, high @ ..]) => (*low, high),
        (false, [high @ .., low]) => (*low, high),
        _ => return b'?',
    };
    if high.iter().all(|&byte| byte == 0) && low < 0x80 { low } else { b'?' }
}

/// What a text looks like from its first character to its last: the same in both byte orders.
pub fn inner(text: &[u8], width: usize) -> Vec<u8> {
    let mut units: Vec<u8> =
        text.iter().flat_map(|&byte| [&[byte][..], &[0; 3][..width - 1]].concat()).collect();
    units.truncate(units.len() - (width - 1));
    units
}
