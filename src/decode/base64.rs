//! Base64, standard and URL-safe, wrapped or not (RFC 4648).

use std::ops::Range;

use super::{Decoded, Layer, window};

/// Reads the run of base64 around a place. Four characters hold three bytes, and which character
/// begins such a group is told by `phase`: how many characters before the place one does.
pub fn decode(bytes: &[u8], at: Range<usize>, phase: usize) -> Option<Decoded> {
    let source = run(bytes, &at);
    let places: Vec<usize> = source.clone().filter(|&i| value(bytes[i]).is_some()).collect();
    let hit = places.binary_search(&at.start).ok()?;
    let first = (hit + 4 - phase % 4) % 4;
    let mut decoded = Decoded::new(Layer::Base64, source);
    for group in places[first..].chunks(4) {
        push_group(&mut decoded, bytes, group);
    }
    Some(decoded)
}

fn push_group(decoded: &mut Decoded, bytes: &[u8], group: &[usize]) {
    let bits = group.iter().filter_map(|&i| value(bytes[i])).fold(0_u32, |sum, v| sum << 6 | v);
    let bits = bits << (6 * (4 - group.len()));
    for (index, pair) in group.windows(2).enumerate() {
        let byte = (bits >> (16 - 8 * index)) as u8;
        decoded.push(byte, pair[0]..pair[1] + 1);
    }
}

/// The characters around a place that can be of one encoded text. Lines may be set in, quoted, and
/// joined by a plus sign or a backslash.
fn run(bytes: &[u8], at: &Range<usize>) -> Range<usize> {
    let limits = window(bytes.len(), at);
    let mut from = at.start;
    while from > limits.start {
        match before(bytes, from, limits.start) {
            Some(next) => from = next,
            None => break,
        }
    }
    let mut to = at.end;
    while to < limits.end {
        match after(bytes, to, limits.end) {
            Some(next) => to = next,
            None => break,
        }
    }
    from..to
}

/// Where the run goes on to the left: the character before, or the one before a line break.
fn before(bytes: &[u8], from: usize, limit: usize) -> Option<usize> {
    if value(bytes[from - 1]).is_some() {
        return Some(from - 1);
    }
    let gap = bytes[limit..from].iter().rev().take_while(|&&byte| is_wrap(byte)).count();
    let next = from - gap;
    let wrapped = bytes[next..from].contains(&b'\n') || bytes[next..from].contains(&b'\\');
    (gap > 0 && wrapped && next > limit && value(bytes[next - 1]).is_some()).then(|| next - 1)
}

fn after(bytes: &[u8], to: usize, limit: usize) -> Option<usize> {
    if value(bytes[to]).is_some() {
        return Some(to + 1);
    }
    let gap = bytes[to..limit].iter().take_while(|&&byte| is_wrap(byte)).count();
    let next = to + gap;
    let wrapped = bytes[to..next].contains(&b'\n') || bytes[to..next].contains(&b'\\');
    (gap > 0 && wrapped && next < limit && value(bytes[next]).is_some()).then_some(next + 1)
}

/// What stands between the lines of a wrapped text.
fn is_wrap(byte: u8) -> bool {
    matches!(byte, b'\n' | b'\r' | b' ' | b'\t' | b'"' | b'\'' | b'\\' | b',')
}

fn value(byte: u8) -> Option<u32> {
    match byte {
        b'A'..=b'Z' => Some(u32::from(byte - b'A')),
        b'a'..=b'z' => Some(u32::from(byte - b'a') + 26),
        b'0'..=b'9' => Some(u32::from(byte - b'0') + 52),
        b'+' | b'-' => Some(62),
        b'/' | b'_' => Some(63),
        _ => None,
    }
}

/// What a text looks like within base64 when `before` bytes stand before it in its group of three:
/// the characters that do not depend on its neighbours, and how many characters before the first of
/// them a group begins.
pub fn inner(text: &[u8], before: usize) -> (Vec<u8>, usize) {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let bit = |at: usize| {
        let byte = (at / 8).checked_sub(before).and_then(|i| text.get(i)).copied().unwrap_or(0);
        byte >> (7 - at % 8) & 1
    };
    let first = (before * 8).div_ceil(6);
    let last = (before + text.len()) * 8 / 6;
    let chars = (first..last).map(|i| {
        let index = (i * 6..i * 6 + 6).fold(0, |sum, at| sum << 1 | usize::from(bit(at)));
        ALPHABET[index]
    });
    (chars.collect(), first)
}
