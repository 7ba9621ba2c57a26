//! Where a credential ends, and what its structure proves.

use super::rule::Grammar;

/// The longest body of an account key (Stripe names 255 characters for the whole key).
const LONGEST: usize = 255;

/// How the part behind a prefix is built.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Body {
    /// Its length in bytes.
    pub len: usize,
    /// What its structure proves.
    pub shape: Shape,
}

/// What the structure of a body proves, the strongest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Shape {
    /// Constants and layout that chance does not make.
    Layout,
    /// A length that Stripe has issued.
    Known,
    /// Only the alphabet fits.
    Odd,
}

/// Measures the body that begins `text`, which starts just behind the prefix. `None` if none does.
pub fn measure(grammar: Grammar, text: &[u8]) -> Option<Body> {
    match grammar {
        Grammar::AccountKey => account_key(text),
        Grammar::ModelessKey => exact(text, 29),
        Grammar::OrganizationKey => organization_key(text),
        Grammar::WebhookSecret => webhook_secret(text),
        Grammar::EphemeralKey => ephemeral_key(text),
        Grammar::RefreshToken => exact(text, 48),
        Grammar::Opaque => {
            let len = run(text, is_base62);
            (20..=LONGEST).contains(&len).then_some(Body { len, shape: Shape::Odd })
        }
        Grammar::ClientSecret => client_secret(text),
        Grammar::LegacyKey => legacy_key(text).map(|(_, body)| body),
    }
}

/// 24 characters to 2019, 34 to 2020 with `00` behind the 24th, 99 since then with `51` at the
/// start and `00` behind the 89th; longer ones are announced. The layouts also tell where a key
/// ends when the text runs on behind it.
fn account_key(text: &[u8]) -> Option<Body> {
    let len = before_next_key(text, run(text, is_base62));
    let zeros = |at: usize| text.get(at..at + 2) == Some(b"00");
    let body = |len, shape| Some(Body { len, shape });
    match len {
        99.. if text.starts_with(b"51") && zeros(89) => body(99, Shape::Layout),
        24 => body(24, Shape::Known),
        34.. if zeros(24) => body(34, Shape::Layout),
        34 | 99 => body(len, Shape::Known),
        25..=LONGEST => body(len, Shape::Odd),
        _ => None,
    }
}

/// 224 characters; `0` at the start and two constants in the middle on every one that was seen.
fn organization_key(text: &[u8]) -> Option<Body> {
    let len = run(text, is_base62);
    let holds = |at: usize, constant: &[u8]| text.get(at..at + constant.len()) == Some(constant);
    let layout = holds(42, b"3q97u979r8593BL5") && holds(120, b"05F0xg0");
    match len {
        224.. if layout => Some(Body { len: 224, shape: Shape::Layout }),
        224 => Some(Body { len, shape: Shape::Known }),
        24..=LONGEST => Some(Body { len, shape: Shape::Odd }),
        _ => None,
    }
}

/// 32 characters from the Dashboard, 64 lower-case hexadecimal digits from the CLI. What goes on
/// as base64 does is a secret of another vendor with the same prefix.
fn webhook_secret(text: &[u8]) -> Option<Body> {
    let len = run(text, is_base62);
    if is_longer_base64(text, len) {
        return None;
    }
    let is_hex = text[..len].iter().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
    match len {
        64 if is_hex => Some(Body { len, shape: Shape::Layout }),
        32 => Some(Body { len, shape: Shape::Known }),
        _ => None,
    }
}

/// Whether a run of `len` characters is only the beginning of base64: one that is padded, or as long
/// as 30, 32, 48 or 64 bytes make it. A secret before a `/` or `+` that divides is none.
fn is_longer_base64(text: &[u8], len: usize) -> bool {
    let all = run(text, |byte| is_base62(byte) || matches!(byte, b'+' | b'/'));
    let is_padded = text.get(all) == Some(&b'=') && all % 4 != 0 && all % 4 != 1;
    all > len && (is_padded || matches!(all, 40 | 44 | 64 | 88))
}

/// Pre-2012 keys have no prefix: 32 characters in quotes behind what they are given to. Returns how
/// many bytes stand between that and the key.
pub fn legacy_key(text: &[u8]) -> Option<(usize, Body)> {
    let is_glue = |byte: &u8| matches!(byte, b' ' | b'\t' | b'=' | b'(' | b':');
    let glue = text.iter().take(8).take_while(|byte| is_glue(byte)).count();
    let has_sign = text[..glue].iter().any(|byte| matches!(byte, b'=' | b'(' | b':'));
    let quote = *text.get(glue).filter(|byte| has_sign && matches!(byte, b'"' | b'\'' | b'`'))?;
    let body = exact(&text[glue + 1..], 32)?;
    (text.get(glue + 1 + body.len) == Some(&quote)).then_some((glue + 1, body))
}

/// Base64 of `acct_1…`, since 2019 followed by `_00` and 8 characters.
fn ephemeral_key(text: &[u8]) -> Option<Body> {
    let encoded = run(text, is_base62);
    if !text.starts_with(b"YWNjdF8x") || !(60..=90).contains(&encoded) {
        return None;
    }
    let tail = &text[encoded..];
    let tailed = tail.starts_with(b"_00") && run(&tail[3..], is_base62) >= 8;
    Some(Body { len: if tailed { encoded + 11 } else { encoded }, shape: Shape::Layout })
}

/// The secret of one object: 24 characters (sources, Financial Connections), 25 (payments), 31
/// (setups), 47 (customer and account sessions), `live_` or `test_` and 84 (Identity), or a longer
/// percent-encoded text (embedded Checkout).
fn client_secret(text: &[u8]) -> Option<Body> {
    let moded = text.starts_with(b"live_") || text.starts_with(b"test_");
    let start = if moded { 5 } else { usize::from(text.starts_with(b"_")) };
    let rest = &text[start..];
    let len = run(rest, is_base62);
    let shape = match len {
        _ if moded => (len == 84).then_some(Shape::Layout),
        24 | 25 | 31 | 47 => Some(Shape::Known),
        _ if rest.starts_with(b"fid") => {
            let len = run(rest, |b| is_base62(b) || b == b'%');
            return (len >= 40).then_some(Body { len: start + len, shape: Shape::Known });
        }
        _ => None,
    };
    shape.map(|shape| Body { len: start + len, shape })
}

fn exact(text: &[u8], want: usize) -> Option<Body> {
    (run(text, is_base62) == want).then_some(Body { len: want, shape: Shape::Known })
}

/// A key that is copied directly behind another one ends where the prefix of the next begins.
fn before_next_key(text: &[u8], len: usize) -> usize {
    let next = text.get(len..len + 6);
    let is_next = matches!(next, Some(b"_live_" | b"_test_"))
        && len >= 2
        && matches!(&text[len - 2..len], b"sk" | b"rk" | b"pk");
    if is_next { len - 2 } else { len }
}

/// How many bytes at the start are of a class; more than any credential has are not counted.
fn run(text: &[u8], class: impl Fn(u8) -> bool) -> usize {
    const ENOUGH: usize = 1024;
    text.iter().take(ENOUGH).take_while(|&&byte| class(byte)).count()
}

fn is_base62(byte: u8) -> bool {
    byte.is_ascii_alphanumeric()
}
