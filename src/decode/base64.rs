//! Base64, standard and URL-safe, wrapped or not (RFC 4648).

use std::ops::Range;

use super::{Decoded, Layer, window};

/// Reads the run of base64 around a place. Four characters hold three bytes, and which character
/// begins such a group is told by `phase`: how many characters before the place one does.
pub fn decode(bytes: &[u8], at: Range<usize>, phase: usize) -> Option<Decoded> {
    let limits = window(bytes.len(), &at);
    let line = line_around(bytes, at.start, &limits);
    let mut places = before(bytes, &line, &limits);
    let hit = places.len() + (at.start - line.start);
    places.extend(line.clone());
    after(bytes, line, &limits, &mut places);
    let first = first_group(bytes, &places, hit, phase % 4);
    let places = places.get(first..)?;
    let mut decoded = Decoded::new(Layer::Base64, *places.first()?..places.last()? + 1);
    for group in places.chunks(4) {
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

/// Which character begins the first group. Where a word is glued to the text, as in the path of a
/// URL, it is the one behind the last `/`, `-`, `_` or `+` at which a group can begin.
fn first_group(bytes: &[u8], places: &[usize], hit: usize, phase: usize) -> usize {
    let aligned = (hit + 4 - phase) % 4;
    if aligned == 0 {
        return 0;
    }
    let is_glue = |index: &usize| value(bytes[places[*index - 1]]).is_some_and(|v| v >= 62);
    let starts = (aligned..hit + 1).step_by(4).rev();
    starts.filter(|index| *index > 0).find(is_glue).unwrap_or(aligned)
}

/// The unbroken run of characters around `at`.
fn line_around(bytes: &[u8], at: usize, limits: &Range<usize>) -> Range<usize> {
    let run = |text: &[u8]| text.iter().take_while(|byte| value(**byte).is_some()).count();
    let is_char = |byte: &&u8| value(**byte).is_some();
    let left = bytes[limits.start..at].iter().rev().take_while(is_char).count();
    at - left..at + run(&bytes[at..limits.end])
}

/// Lines of at least so many characters are taken for wrapped whatever their length; tools break
/// at 64 or 76. Shorter lines that end within a group are texts of their own, one on each line.
const WRAPPED: usize = 60;

/// Adds the places of the characters on the lines behind `line`.
fn after(bytes: &[u8], line: Range<usize>, limits: &Range<usize>, places: &mut Vec<usize>) {
    let mut line = line;
    loop {
        let gap = gap_len(&bytes[line.end..limits.end]);
        let next = line_around(bytes, line.end + gap, limits);
        let is_short_text = !line.len().is_multiple_of(4) && line.len() < WRAPPED;
        if !has_break(&bytes[line.end..line.end + gap]) || next.is_empty() || is_short_text {
            return;
        }
        places.extend(next.clone());
        line = next;
    }
}

/// The places of the characters on the lines before `line`, in order.
fn before(bytes: &[u8], line: &Range<usize>, limits: &Range<usize>) -> Vec<usize> {
    let mut lines = Vec::new();
    let mut line = line.clone();
    loop {
        let gap = gap_len_back(&bytes[limits.start..line.start]);
        let end = line.start - gap;
        let previous = line_around(bytes, end, &(limits.start..end));
        let is_other_text = previous.len() < WRAPPED.min(line.len());
        let is_slash = bytes[end..line.start].ends_with(b"\\");
        if !has_break(&bytes[end..line.start]) || previous.is_empty() || is_other_text && !is_slash
        {
            break;
        }
        lines.push(previous.clone());
        line = previous;
    }
    lines.into_iter().rev().flatten().collect()
}

/// The length of what stands between the lines of a wrapped text: white space, quotes, commas, the
/// escapes `\n`, `\r` and `\/` of a text within a string, and the soft breaks of quoted-printable.
fn gap_len(rest: &[u8]) -> usize {
    let mut len = 0;
    loop {
        len += match &rest[len..] {
            [b'\\', b'n' | b'r', ..] | [b'=', b'\n', ..] => 2,
            [b'=', b'\r', b'\n', ..] => 3,
            [b'\n' | b'\r' | b' ' | b'\t' | b'"' | b'\'' | b'\\' | b',', ..] => 1,
            _ => return len,
        };
    }
}

/// The same to the left.
fn gap_len_back(text: &[u8]) -> usize {
    let mut end = text.len();
    loop {
        end -= match &text[..end] {
            [.., b'\\', b'n' | b'r'] | [.., b'=', b'\n'] => 2,
            [.., b'=', b'\r', b'\n'] => 3,
            [.., b'\n' | b'\r' | b' ' | b'\t' | b'"' | b'\'' | b'\\' | b','] => 1,
            _ => return text.len() - end,
        };
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
