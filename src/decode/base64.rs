//! Base64, standard and URL-safe, wrapped or not (RFC 4648).

use std::ops::Range;

use super::{Decoded, Layer, window};

/// Reads the run of base64 around a place. Four characters hold three bytes, and which character
/// begins such a group is told by `phase`: how many characters before the place one does.
pub fn decode(bytes: &[u8], at: Range<usize>, phase: usize) -> Option<Decoded> {
    let limits = window(bytes.len(), &at);
    let mut places = before(bytes, at.start, limits.start);
    let hit = places.len();
    places.extend(after(bytes, at.start, limits.end));
    let source = *places.first()?..places.last()? + 1;
    let first = (hit + 4 - phase % 4) % 4;
    let mut decoded = Decoded::new(Layer::Base64, source);
    for group in places.get(first..)?.chunks(4) {
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

/// The places of the characters from `at` on, over line breaks between them.
fn after(bytes: &[u8], at: usize, limit: usize) -> Vec<usize> {
    let mut places = Vec::new();
    let mut i = at;
    while i < limit {
        if value(bytes[i]).is_some() {
            places.push(i);
            i += 1;
            continue;
        }
        let mut next = i;
        while let Some(len) = wrap_len(&bytes[next..limit]) {
            next += len;
        }
        if !has_break(&bytes[i..next]) {
            break;
        }
        i = next;
    }
    places
}

/// The places of the characters before `at`, in order, over line breaks between them.
fn before(bytes: &[u8], at: usize, limit: usize) -> Vec<usize> {
    let mut places = Vec::new();
    let mut i = at;
    while i > limit {
        let gap = wrap_len_back(&bytes[limit..i]);
        if gap == 0 && value(bytes[i - 1]).is_some() {
            places.push(i - 1);
            i -= 1;
            continue;
        }
        let mut next = i - gap;
        while next > limit && wrap_len_back(&bytes[limit..next]) > 0 {
            next -= wrap_len_back(&bytes[limit..next]);
        }
        if gap == 0 || !has_break(&bytes[next..i]) {
            break;
        }
        i = next;
    }
    places.reverse();
    places
}

/// The length of one piece of what stands between the lines of a wrapped text: white space, quotes,
/// commas, and the escapes `\n`, `\r` and `\/` of a text within a string.
fn wrap_len(rest: &[u8]) -> Option<usize> {
    match rest {
        [b'\\', b'n' | b'r', ..] => Some(2),
        [b'\n' | b'\r' | b' ' | b'\t' | b'"' | b'\'' | b'\\' | b',', ..] => Some(1),
        _ => None,
    }
}

/// The same to the left; 0 if none ends there.
fn wrap_len_back(text: &[u8]) -> usize {
    match text {
        [.., b'\\', b'n' | b'r'] => 2,
        [.., b'\n' | b'\r' | b' ' | b'\t' | b'"' | b'\'' | b'\\' | b','] => 1,
        _ => 0,
    }
}

/// Whether what stands between two characters is the end of a line, or the escape of a slash.
fn has_break(gap: &[u8]) -> bool {
    gap.contains(&b'\n') || gap.contains(&b'\\')
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
