//! Texts hidden in bytes: other spellings of a text, read back.
//!
//! The spellings of the beginnings of credentials are literals too, so the one search over raw
//! bytes hits them, and only the text around a hit is read back.

mod base64;
pub mod container;
mod decoded;
mod hex;
mod joined;
mod substitute;
mod wide;

use std::fmt;
use std::ops::Range;

pub use decoded::Decoded;
pub use substitute::goes_on;

/// A spelling through which a text was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Layer {
    /// UTF-16 in either byte order.
    Utf16,
    /// UTF-32 in either byte order.
    Utf32,
    /// Base64, standard or URL-safe.
    Base64,
    /// Pairs of hexadecimal digits.
    Hex,
    /// Percent-encoding, as in URLs.
    Percent,
    /// Backslash escapes: `\u005f`, `\x5f`, `\137`.
    Escape,
    /// Character references of HTML and XML.
    Entity,
    /// Quoted-printable, as in mail.
    QuotedPrintable,
    /// Pieces of a literal that the source code or a line break joins.
    Joined,
}

impl Layer {
    /// The word for it in reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Utf16 => "utf-16",
            Self::Utf32 => "utf-32",
            Self::Base64 => "base64",
            Self::Hex => "hex",
            Self::Percent => "percent-encoding",
            Self::Escape => "escapes",
            Self::Entity => "entities",
            Self::QuotedPrintable => "quoted-printable",
            Self::Joined => "joined literals",
        }
    }
}

impl fmt::Display for Layer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A literal whose presence says that the beginning of a credential stands here in another
/// spelling.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spelled {
    /// The literal.
    pub needle: Vec<u8>,
    /// The spelling.
    pub layer: Layer,
    /// In base64, how many characters before the literal a group of four begins.
    pub phase: usize,
}

/// How far around a hit a text is read back.
pub const REACH: usize = 4096;

/// The literals to search for: the spellings of `stems`, such as `_live_`.
pub fn needles(stems: &[&str]) -> Vec<Spelled> {
    let spelled = |layer, needle: Vec<u8>| Spelled { needle, layer, phase: 0 };
    let stems = || stems.iter().map(|stem| stem.as_bytes());
    let mut all: Vec<_> = stems().map(|stem| spelled(Layer::Utf16, wide::inner(stem, 2))).collect();
    all.extend(stems().map(|stem| spelled(Layer::Utf32, wide::inner(stem, 4))));
    all.extend(FRAGMENTS.iter().map(|(layer, text)| spelled(*layer, text.as_bytes().to_vec())));
    all.extend(stems().map(|stem| spelled(Layer::Hex, hex::inner(stem))));
    all.extend(stems().flat_map(base64_needles));
    all
}

/// A stem in base64 at each place in its group of three bytes, and each of these in base64 again;
/// a stem that begins a credential is encoded twice only where a text begins with it.
fn base64_needles(stem: &[u8]) -> Vec<Spelled> {
    let spelled = |(needle, phase)| Spelled { needle, layer: Layer::Base64, phase };
    let once = || (0..3).map(|before| base64::inner(stem, before));
    let inner = once().take(if stem.starts_with(b"_") { 3 } else { 1 });
    let twice = inner.flat_map(|(text, _)| (0..3).map(move |before| base64::inner(&text, before)));
    once().chain(twice).map(spelled).collect()
}

/// Beginnings of which the underscore is spelled, alone or with all other characters, and first
/// pieces of joined literals.
const FRAGMENTS: &[(Layer, &str)] = &[
    (Layer::Joined, "sk_\""),
    (Layer::Joined, "sk_'"),
    (Layer::Joined, "rk_\""),
    (Layer::Joined, "rk_'"),
    (Layer::Joined, "pk_\""),
    (Layer::Joined, "pk_'"),
    (Layer::Joined, "\"sk\""),
    (Layer::Joined, "'sk'"),
    (Layer::Joined, "\"rk\""),
    (Layer::Joined, "'rk'"),
    (Layer::Joined, "\"pk\""),
    (Layer::Joined, "'pk'"),
    (Layer::Joined, "k_live\""),
    (Layer::Joined, "k_live'"),
    (Layer::Joined, "k_test\""),
    (Layer::Joined, "k_test'"),
    (Layer::Entity, "#95;"),
    (Layer::Entity, "#095;"),
    (Layer::Entity, "#x5f;"),
    (Layer::Entity, "#x5F;"),
    (Layer::Entity, "&lowbar;"),
    (Layer::Escape, "\\u005f"),
    (Layer::Escape, "\\u005F"),
    (Layer::Escape, "\\x5f"),
    (Layer::Escape, "\\x5F"),
    (Layer::Escape, "\\137"),
    (Layer::Escape, "\\u{5f}"),
    (Layer::Escape, "\\u{5F}"),
    (Layer::Escape, "k\\_live"),
    (Layer::Escape, "k\\_test"),
    (Layer::Escape, "whsec\\_"),
    (Layer::Percent, "k%5F"),
    (Layer::Percent, "k%5f"),
    (Layer::Percent, "6B%5F"),
    (Layer::Percent, "6b%5f"),
    (Layer::Percent, "63%5F"),
    (Layer::Percent, "63%5f"),
    (Layer::Percent, "%255F"),
    (Layer::Percent, "%255f"),
    (Layer::Percent, "whsec%5F"),
    (Layer::Percent, "whsec%5f"),
    (Layer::QuotedPrintable, "k=5F"),
    (Layer::QuotedPrintable, "whsec=5F"),
];

/// Reads the text around a hit back from its spelling, at most [`REACH`] bytes to each side.
pub fn decode(layer: Layer, phase: usize, bytes: &[u8], at: Range<usize>) -> Option<Decoded> {
    match layer {
        Layer::Base64 => base64::decode(bytes, at, phase),
        Layer::Hex => hex::decode(bytes, at),
        Layer::Utf16 | Layer::Utf32 => wide::decode(layer, bytes, at),
        _ => substitute::decode(layer, bytes, at),
    }
}

fn window(len: usize, at: &Range<usize>) -> Range<usize> {
    at.start.saturating_sub(REACH)..len.min(at.end + REACH)
}
