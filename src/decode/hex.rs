//! Pairs of hexadecimal digits, alone or with a separator between them.

use std::ops::Range;

use super::{Decoded, Layer, window};

/// Reads the pairs of digits around a place at which a pair begins.
pub fn decode(bytes: &[u8], at: Range<usize>) -> Option<Decoded> {
    let limits = window(bytes.len(), &at);
    let mut from = at.start;
    while from >= limits.start + 2 && pair(bytes, from - 2).is_some() {
        from -= 2;
    }
    let mut decoded = Decoded::new(Layer::Hex, from..limits.end);
    let mut i = from;
    while let Some(byte) = pair(bytes, i).filter(|_| i + 2 <= limits.end) {
        decoded.push(byte, i..i + 2);
        i += 2;
        // A soft break of quoted-printable, or a line that goes on.
        i += match &bytes[i..limits.end] {
            [b'=' | b'\\', b'\n', a, b, ..] if is_digits(*a, *b) => 2,
            [b'=' | b'\\', b'\r', b'\n', a, b, ..] if is_digits(*a, *b) => 3,
            _ => 0,
        };
    }
    decoded.source.end = i;
    Some(decoded)
}

fn pair(bytes: &[u8], at: usize) -> Option<u8> {
    let digit = |i: usize| bytes.get(i).and_then(|&byte| (byte as char).to_digit(16));
    Some((digit(at)? * 16 + digit(at + 1)?) as u8)
}

fn is_digits(a: u8, b: u8) -> bool {
    a.is_ascii_hexdigit() && b.is_ascii_hexdigit()
}

/// The longest part of a text whose digits are the same in either case.
pub fn inner(text: &[u8]) -> Vec<u8> {
    let is_digits = |byte: &u8| byte % 16 < 10 && byte / 16 < 10;
    let part = text.split(|byte| !is_digits(byte)).max_by_key(|part| part.len());
    let digit = |value: u8| b'0' + value;
    part.unwrap_or_default().iter().flat_map(|byte| [digit(byte / 16), digit(byte % 16)]).collect()
}
