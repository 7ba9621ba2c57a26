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
    "magic",
    "fortmatic",
    "culqi",
    "checkout.com",
    "recharge",
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
    "polar",
    "resend",
    "paygentic",
    "courier",
];

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
    pub fn or(self, around: Self) -> Self {
        if self == Self::Silent { around } else { self }
    }

    /// Looks around a credential in its text, and at the path of the text.
    pub fn of(bytes: &[u8], span: &Range<usize>, path: &str) -> Self {
        let left = span.start.saturating_sub(REACH);
        let right = bytes.len().min(span.end + REACH);
        let near = lower(&bytes[left..span.start], &bytes[span.end..right]);
        let line = lower(
            last_line(&bytes[left..span.start]),
            bytes[span.end..right].split(|&b| b == b'\n').next().unwrap_or_default(),
        );
        let path = path.to_ascii_lowercase();
        let names = |text: &[u8], words: &[&str]| {
            words.iter().any(|word| memmem::find(text, word.as_bytes()).is_some())
        };
        let is_stripe = names(&near, STRIPE) || names(path.as_bytes(), STRIPE);
        if names(&line, VENDORS) && !names(&line, STRIPE) {
            Self::Other
        } else if is_stripe {
            Self::Stripe
        } else if names(&near, VENDORS) || names(path.as_bytes(), VENDORS) {
            Self::Other
        } else {
            Self::Silent
        }
    }
}

fn last_line(bytes: &[u8]) -> &[u8] {
    bytes.rsplit(|&byte| byte == b'\n').next().unwrap_or_default()
}

fn lower(left: &[u8], right: &[u8]) -> Vec<u8> {
    let mut text = left.to_ascii_lowercase();
    text.push(b'\n');
    text.extend(right.iter().map(u8::to_ascii_lowercase));
    text
}

/// Whether an account key's body has the shape of another vendor's: hexadecimal digits alone
/// (Paystack 40, Medusa 64), capital hexadecimal digits (Magic), one case alone, base64 of `key_`
/// (WorkOS), or base64 of the name of a host and `$` (Clerk).
pub fn is_foreign(body: &str) -> bool {
    let has = |class: fn(&u8) -> bool| body.bytes().any(|byte| class(&byte));
    !has(u8::is_ascii_uppercase)
        || !has(u8::is_ascii_lowercase)
        || body.starts_with("a2V5Xz")
        || is_encoded_host(body)
}

fn is_encoded_host(body: &str) -> bool {
    let is_host = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-');
    let decoded = STANDARD_NO_PAD.decode(body).unwrap_or_default();
    matches!(decoded.as_slice(), [host @ .., b'$'] if host.iter().all(is_host))
}
