//! Other vendors whose credentials begin like those of Stripe.

use std::ops::Range;

use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use memchr::memmem;

/// How far around a credential words are looked for that say whose it is.
pub const REACH: usize = 4096;

/// Vendors that use `sk_`, `pk_` or `whsec_` for their own credentials.
const VENDORS: &[&str] = &[
    "paystack",
    "clerk",
    "workos",
    "highnote",
    "apideck",
    "fortmatic",
    "culqi",
    "checkout.com",
    "moyasar",
    "monei",
    "digitalriver",
    "deepstack",
    "mundipagg",
    "pagarme",
    "medusa",
    "svix",
    "standardwebhooks",
    "standard-webhooks",
    "paygentic",
];

/// Vendors whose names are words of the language too. They count only where they are written as a
/// name is: with a capital, or with a sign at one of their sides that no sentence has there.
const COMMON_VENDORS: &[&str] = &["magic", "recharge", "polar", "resend", "courier"];

/// Words of Stripe's own: the name, its headers, and functions of its libraries.
const STRIPE: &[&str] = &["stripe", "constructevent", "construct_event"];

/// What the surroundings of a credential say about whose it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Context {
    /// A word of Stripe stands near, and no other vendor is named on the line.
    Stripe,
    /// Another vendor is named on the line, or near while Stripe is not.
    Other,
    /// Nothing is said.
    Silent,
}

impl Context {
    /// What is said here or, where nothing is, in the text around this one.
    pub fn or_else(self, around: &dyn Fn() -> Self) -> Self {
        if self == Self::Silent { around() } else { self }
    }

    /// Looks around a credential in its text, and at the path of the text.
    pub fn of(bytes: &[u8], span: &Range<usize>, path: &str) -> Self {
        let left = span.start.saturating_sub(REACH);
        let right = bytes.len().min(span.end + REACH);
        let near = Words::new(&bytes[left..span.start], &bytes[span.end..right]);
        let line = Words::new(
            last_line(&bytes[left..span.start]),
            bytes[span.end..right].split(|&b| b == b'\n').next().unwrap_or_default(),
        );
        let path = Words::new(path.as_bytes(), b"");
        if line.name_a_vendor() && !line.name_stripe() {
            Self::Other
        } else if near.name_stripe() || path.name_stripe() {
            Self::Stripe
        } else if near.name_a_vendor() || path.name_a_vendor() {
            Self::Other
        } else {
            Self::Silent
        }
    }
}

fn last_line(bytes: &[u8]) -> &[u8] {
    bytes.rsplit(|&byte| byte == b'\n').next().unwrap_or_default()
}

/// A text in which words are looked for: parts of identifiers such as `STRIPE_KEY`, `stripeKey` or
/// `stripe.com` are words, parts of words such as `polarization` are not.
struct Words {
    text: Vec<u8>,
    lower: Vec<u8>,
}

impl Words {
    fn new(left: &[u8], right: &[u8]) -> Self {
        let text = [left, b"\n", right].concat();
        Self { lower: text.to_ascii_lowercase(), text }
    }

    fn name_stripe(&self) -> bool {
        // "striped" and "stripes" are patterns.
        let is_pattern = |at: usize| matches!(self.lower.get(at), Some(b'd' | b's'));
        let is_stripe = |found: &Range<usize>| {
            let end = found.end;
            !is_pattern(end) || self.lower.get(end + 1).is_some_and(u8::is_ascii_lowercase)
        };
        STRIPE.iter().any(|word| self.places(word).any(|found| is_stripe(&found)))
    }

    fn name_a_vendor(&self) -> bool {
        let has_word = |word: &&str| self.places(word).any(|found| self.is_word(&found));
        let has_name = |word: &&str| {
            self.places(word).any(|found| self.is_word(&found) && self.is_name(&found))
        };
        VENDORS.iter().any(has_word) || COMMON_VENDORS.iter().any(has_name)
    }

    fn places(&self, word: &str) -> impl Iterator<Item = Range<usize>> {
        let len = word.len();
        memmem::find_iter(&self.lower, word.as_bytes()).map(move |at| at..at + len)
    }

    /// Whether no letter that belongs to the same word stands left or right.
    fn is_word(&self, found: &Range<usize>) -> bool {
        let at = |i: usize| self.text.get(i).copied().unwrap_or(b' ');
        let is_seam = |a: u8, b: u8| {
            !a.is_ascii_alphabetic()
                || !b.is_ascii_alphabetic()
                || a.is_ascii_lowercase() && b.is_ascii_uppercase()
        };
        let before = found.start.checked_sub(1).map_or(b' ', at);
        is_seam(before, at(found.start)) && is_seam(at(found.end - 1), at(found.end))
    }

    /// Whether a word is written as a name: `Magic(`, `MAGIC_KEY`, `magic.link`, `"resend"`.
    fn is_name(&self, found: &Range<usize>) -> bool {
        let at = |i: usize| self.text.get(i).copied().unwrap_or(b' ');
        let is_sign = |byte: u8| b"_-@/\"'`".contains(&byte);
        let before = found.start.checked_sub(1).map_or(b' ', at);
        let domain = at(found.end) == b'.' && at(found.end + 1).is_ascii_lowercase();
        self.text[found.start].is_ascii_uppercase()
            || domain
            || is_sign(before)
            || is_sign(at(found.end))
    }
}

/// Whether an account key's body has the shape of another vendor's: hexadecimal digits alone
/// (Paystack 40, Medusa 64), capital hexadecimal digits (Magic), one case alone, base64 of `key_`
/// (WorkOS), or base64 of the name of a host and `$` (Clerk).
pub fn is_foreign(body: &str) -> bool {
    let has = |class: fn(&u8) -> bool| body.bytes().any(|byte| class(&byte));
    !has(u8::is_ascii_uppercase)
        || !has(u8::is_ascii_lowercase)
        || body.starts_with(WORKOS)
        || is_encoded_host(body)
}

/// Base64 of `key_`.
const WORKOS: &str = "a2V5Xz";

fn is_encoded_host(body: &str) -> bool {
    let is_host = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-');
    let decoded = STANDARD_NO_PAD.decode(body).unwrap_or_default();
    matches!(decoded.as_slice(), [host @ .., b'$'] if host.iter().all(is_host))
}

/// Whose credential has this shape behind this prefix.
pub fn vendor_of(prefix: &str, word: &str) -> Option<&'static str> {
    let len = word.len();
    let is_hex = |upper: bool| {
        let is_digit = |b: u8| {
            b.is_ascii_digit()
                || if upper { (b'A'..=b'F').contains(&b) } else { (b'a'..=b'f').contains(&b) }
        };
        word.bytes().all(is_digit)
    };
    let dashes: Vec<usize> = word.match_indices('-').map(|(at, _)| at).collect();
    let has_base64_sign = word.contains(['+', '/', '=']);
    Some(match prefix {
        "whsec_" if has_base64_sign || len == 44 => {
            "a signing secret in base64: Svix, Clerk, Polar, Resend and others have such"
        }
        "whsec_" => return None,
        _ if len == 40 && is_hex(false) => "40 hexadecimal digits: keys of Paystack have such",
        _ if len == 64 && is_hex(false) => "64 hexadecimal digits: keys of Medusa have such",
        _ if len == 16 && is_hex(true) => "16 hexadecimal digits: keys of Magic have such",
        _ if word.starts_with(WORKOS) => "base64 of key_: keys of WorkOS and Highnote have such",
        _ if word.starts_with("1x1_") => "a token of Recharge",
        _ if len == 36 && dashes == [8, 13, 18, 23] => "a UUID: keys of Checkout.com have such",
        _ if len > 60 && !dashes.is_empty() => "keys of Apideck have a hyphen in them",
        _ if is_encoded_host(word) => "base64 of a host: publishable keys of Clerk have such",
        _ if len == 16 && word.bytes().all(|b| b.is_ascii_alphanumeric()) => {
            "16 characters: keys of Culqi have such"
        }
        _ => return None,
    })
}
