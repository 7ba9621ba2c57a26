//! Spellings in which some characters are replaced and the others stand as they are.

use std::ops::Range;

use super::{Decoded, Layer, window};

/// What one replaced character stands for, and how many bytes it takes.
struct Step {
    text: Option<u8>,
    len: usize,
}

/// Reads the text around a place, characters that are replaced and others alike.
pub fn decode(layer: Layer, bytes: &[u8], at: Range<usize>) -> Option<Decoded> {
    let limits = window(bytes.len(), &at);
    let mut decoded = Decoded::new(layer, limits.clone());
    let mut i = limits.start;
    while i < limits.end {
        match step(layer, &bytes[i..limits.end]) {
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
    Some(decoded)
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

/// `\u005f`, `\u{5f}`, `\U0000005f`, `\x5f`, `\137`.
fn escape(rest: &[u8]) -> Option<Step> {
    let after = rest.strip_prefix(b"\\")?;
    let (skip, len, radix) = match after.first()? {
        b'u' if after.get(1) == Some(&b'{') => {
            let digits = after.get(2..)?.iter().take(6).position(|&byte| byte == b'}')?;
            let code = number(after.get(2..2 + digits)?, 16)?;
            return ascii(code, 4 + digits);
        }
        b'u' => (1, 4, 16),
        b'U' => (1, 8, 16),
        b'x' => (1, 2, 16),
        b'0'..=b'3' => (0, 3, 8),
        _ => return None,
    };
    ascii(number(after.get(skip..skip + len)?, radix)?, 1 + skip + len)
}

/// `&#95;`, `&#x5f;`, `&lowbar;`, and what stands around text: `&quot;`, `&amp;`.
fn entity(rest: &[u8]) -> Option<Step> {
    let after = rest.strip_prefix(b"&")?;
    let end = after.iter().take(10).position(|&byte| byte == b';')?;
    let code = match &after[..end] {
        [b'#', b'x' | b'X', digits @ ..] => number(digits, 16)?,
        [b'#', digits @ ..] => number(digits, 10)?,
        b"lowbar" | b"UnderBar" => u32::from(b'_'),
        b"quot" => u32::from(b'"'),
        b"amp" => u32::from(b'&'),
        b"lt" => u32::from(b'<'),
        b"gt" => u32::from(b'>'),
        _ => return None,
    };
    ascii(code, end + 2)
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

/// What joins two pieces of a literal: a quote, an operator that joins, a quote; or a line that goes
/// on behind a backslash. Pieces of an array stand for the `_` that they are joined by.
fn joint(rest: &[u8]) -> Option<Step> {
    if let Some(len) = continuation(rest) {
        return Some(Step { text: None, len });
    }
    if !is_quote(*rest.first()?) {
        return None;
    }
    let mut at = 1;
    let mut text = None;
    let mut has_operator = false;
    while let Some(&byte) = rest.get(at).filter(|_| at < LONGEST_JOINT) {
        match byte {
            b' ' | b'\t' | b'\r' | b'\n' => {}
            b'+' | b'.' | b'&' | b'~' | b'\\' if !has_operator || byte == b'.' => {
                has_operator = true
            }
            b',' if !has_operator => (has_operator, text) = (true, Some(b'_')),
            b'$' | b'{' | b'}' | b'(' | b')' => {}
            quote if is_quote(quote) => return Some(Step { text, len: at + 1 }),
            _ => return None,
        }
        at += 1;
    }
    None
}

/// A joint may hold a line break and the indentation behind it.
const LONGEST_JOINT: usize = 120;

fn continuation(rest: &[u8]) -> Option<usize> {
    let after = rest.strip_prefix(b"\\")?;
    let newline =
        if after.starts_with(b"\r\n") { 2 } else { usize::from(after.starts_with(b"\n")) };
    if newline == 0 {
        return None;
    }
    let indent = after[newline..].iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
    Some(1 + newline + indent)
}

fn is_quote(byte: u8) -> bool {
    matches!(byte, b'"' | b'\'' | b'`')
}

/// Whether a body that ends here goes on behind a joint, a soft break or an escape.
pub fn goes_on(rest: &[u8]) -> Option<Layer> {
    let is_soft_break = rest.starts_with(b"=\r\n") || rest.starts_with(b"=\n");
    if is_soft_break {
        return Some(Layer::QuotedPrintable);
    }
    let step = joint(rest)?;
    let next = rest.get(step.len)?;
    (step.text.is_none() && next.is_ascii_alphanumeric()).then_some(Layer::Joined)
}

fn ascii(code: u32, len: usize) -> Option<Step> {
    let text = u8::try_from(code).ok().filter(u8::is_ascii)?;
    Some(Step { text: Some(text), len })
}

fn number(digits: &[u8], radix: u32) -> Option<u32> {
    let digits = std::str::from_utf8(digits).ok().filter(|text| !text.is_empty())?;
    u32::from_str_radix(digits, radix).ok()
}
