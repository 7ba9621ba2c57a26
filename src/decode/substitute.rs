//! Spellings in which some characters are replaced and the others stand as they are.

use std::ops::Range;

use super::joined::joint;
use super::{Decoded, Layer, window};

/// What one replaced character stands for, and how many bytes it takes.
pub struct Step {
    /// The character; `None` for what stands for nothing.
    pub text: Option<u8>,
    /// The bytes.
    pub len: usize,
}

/// Reads the text around a place, characters that are replaced and others alike.
pub fn decode(layer: Layer, bytes: &[u8], at: Range<usize>) -> Option<Decoded> {
    let limits = window(bytes.len(), &at);
    Some(read(layer, bytes, limits, &|_| true))
}

/// How far a text behind a needle is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Length {
    /// As far as a credential could go, whatever stands there.
    Any,
    /// To the first space or quote behind a credential in another spelling.
    Spelled,
}

/// Reads the text from before a needle to the end of the credential that begins there.
pub fn decode_body(
    layer: Layer,
    bytes: &[u8],
    limits: Range<usize>,
    needle: &Range<usize>,
    length: Length,
) -> Option<Decoded> {
    let (longest, goes_on): (usize, fn(&u8) -> bool) = match length {
        Length::Any => (400, |_| true),
        Length::Spelled => (1500, |byte| !b" \t\"'`".contains(byte)),
    };
    let goes_on = |decoded: &Decoded| {
        let body = &decoded.text[decoded.index_of(needle.end)..];
        body.len() < longest && body.last().is_none_or(goes_on)
    };
    // A prefix that stands as it is was seen to begin a credential there: a literal before it, that
    // ends with a letter, must not be joined to it.
    let plain = if length == Length::Any { needle.start } else { limits.start };
    Some(read_behind(plain, layer, bytes, limits, &goes_on))
}

fn read(
    layer: Layer,
    bytes: &[u8],
    limits: Range<usize>,
    goes_on: &dyn Fn(&Decoded) -> bool,
) -> Decoded {
    read_behind(limits.start, layer, bytes, limits, goes_on)
}

/// Reads a text of which the part before a place is not spelled.
fn read_behind(
    plain: usize,
    layer: Layer,
    bytes: &[u8],
    limits: Range<usize>,
    goes_on: &dyn Fn(&Decoded) -> bool,
) -> Decoded {
    let mut decoded = Decoded::new(layer, limits.clone());
    let mut i = limits.start;
    while i < limits.end && goes_on(&decoded) {
        let step = if i < plain { None } else { step(layer, &bytes[i..limits.end]) };
        match step {
            Some(Step { text, len }) => {
                if let Some(byte) = text {
                    decoded.push(byte, i..i + len);
                }
                i += len.max(1);
            }
            None => {
                decoded.push(bytes[i], i..i + 1);
                i += 1;
            }
        }
    }
    decoded.source.end = i;
    decoded
}

fn step(layer: Layer, rest: &[u8]) -> Option<Step> {
    match layer {
        Layer::Percent => percent(rest),
        Layer::Escape => escape(rest),
        Layer::Entity => entity(rest),
        Layer::QuotedPrintable => quoted_printable(rest),
        Layer::Joined => joint(rest),
        Layer::Utf16 | Layer::Utf32 | Layer::Base64 | Layer::Hex => None,
    }
}

fn percent(rest: &[u8]) -> Option<Step> {
    let digits = rest.strip_prefix(b"%")?.get(..2)?;
    Some(Step { text: Some(number(digits, 16)? as u8), len: 3 })
}

/// `\u005f`, `\u{5f}`, `\U0000005f`, `\x5f`, `\137`, and the `\_` of Markdown. A text within a string
/// within a string has more backslashes before each.
fn escape(rest: &[u8]) -> Option<Step> {
    let slashes = rest.iter().take(LONGEST_ESCAPE).take_while(|byte| **byte == b'\\').count();
    let after = rest.get(slashes..).filter(|_| slashes > 0)?;
    let (skip, len, radix) = match after.first()? {
        sign @ (b'_' | b'"' | b'\'') => {
            return Some(Step { text: Some(*sign), len: slashes + 1 });
        }
        b'u' if after.get(1) == Some(&b'{') => {
            let digits = after.get(2..)?.iter().take(7).position(|&byte| byte == b'}')?;
            let code = number(after.get(2..2 + digits)?, 16)?;
            return ascii(code, slashes + 3 + digits);
        }
        b'u' => (1, 4, 16),
        b'U' => (1, 8, 16),
        b'x' => (1, 2, 16),
        b'0'..=b'3' => (0, 3, 8),
        _ => return None,
    };
    ascii(number(after.get(skip..skip + len)?, radix)?, slashes + skip + len)
}

/// How many backslashes are read as one.
const LONGEST_ESCAPE: usize = 16;

/// `&#95;`, `&#x5f;`, `&lowbar;`, and what stands around text: `&quot;`, `&lt;`. The `&` itself may
/// be spelled, as in HTML within HTML or within JSON.
fn entity(rest: &[u8]) -> Option<Step> {
    const AMPERSANDS: [&[u8]; 7] =
        [b"&amp;", b"&#38;", b"&#x26;", b"\\u0026", b"\\x26", b"%26", b"&"];
    let sign = AMPERSANDS.iter().find(|sign| rest.starts_with(sign))?;
    let after = &rest[sign.len()..];
    let end = after.iter().take(10).position(|&byte| byte == b';');
    let code = match &after[..end.unwrap_or(0)] {
        [b'#', b'x' | b'X', digits @ ..] => number(digits, 16)?,
        [b'#', digits @ ..] => number(digits, 10)?,
        b"lowbar" | b"UnderBar" => u32::from(b'_'),
        b"quot" => u32::from(b'"'),
        b"apos" => u32::from(b'\''),
        b"amp" => u32::from(b'&'),
        b"lt" => u32::from(b'<'),
        b"gt" => u32::from(b'>'),
        _ if sign.len() > 1 && sign.ends_with(b";") => return ascii(u32::from(b'&'), sign.len()),
        _ => return None,
    };
    ascii(code, sign.len() + end? + 1)
}

/// `=5F`, and `=` at the end of a line, which stands for nothing (RFC 2045).
fn quoted_printable(rest: &[u8]) -> Option<Step> {
    let after = rest.strip_prefix(b"=")?;
    if after.starts_with(b"\r\n") {
        return Some(Step { text: None, len: 3 });
    }
    if after.starts_with(b"\n") {
        return Some(Step { text: None, len: 2 });
    }
    ascii(number(after.get(..2)?, 16)?, 3)
}

/// Whether a body that ends here goes on behind a joint, a soft break or an escape.
pub fn goes_on(rest: &[u8]) -> Option<Layer> {
    let is_next = |layer: &Layer| {
        let Some(Step { text, len }) = step(*layer, rest) else { return false };
        let next = text.or_else(|| rest.get(len).copied());
        next.is_some_and(|byte| byte.is_ascii_alphanumeric())
    };
    REPLACING.into_iter().find(is_next)
}

/// The spelling in which the next character is written, if it is not written as it is.
pub fn replaced_by(rest: &[u8]) -> Option<Layer> {
    REPLACING.into_iter().find(|layer| step(*layer, rest).is_some())
}

/// The spellings in which some characters are replaced.
pub const REPLACING: [Layer; 5] =
    [Layer::QuotedPrintable, Layer::Joined, Layer::Percent, Layer::Escape, Layer::Entity];

fn ascii(code: u32, len: usize) -> Option<Step> {
    let text = u8::try_from(code).ok().filter(u8::is_ascii)?;
    Some(Step { text: Some(text), len })
}

fn number(digits: &[u8], radix: u32) -> Option<u32> {
    let is_number = digits.iter().all(u8::is_ascii_hexdigit);
    let digits = std::str::from_utf8(digits).ok().filter(|_| is_number)?;
    u32::from_str_radix(digits, radix).ok()
}
