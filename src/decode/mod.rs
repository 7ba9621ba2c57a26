//! Texts hidden in bytes: other spellings of a text, read back.
//!
//! The spellings of the beginnings of credentials are literals too, so the one search over raw
//! bytes hits them, and only the text around a hit is read back.

mod base64;
pub mod container;
mod decoded;
mod hex;
mod joined;
mod needles;
mod substitute;
mod wide;

use std::fmt;
use std::ops::Range;

pub use decoded::Decoded;
pub use needles::{LONG_WORD, Spelled, deep_needles, needles};
pub use substitute::{Length, REPLACING, decode_body, goes_on, replaced_by};
pub use wide::{Wide, wide_texts};

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
    /// Every layer.
    const ALL: [Self; 9] = [
        Self::Utf16,
        Self::Utf32,
        Self::Base64,
        Self::Hex,
        Self::Percent,
        Self::Escape,
        Self::Entity,
        Self::QuotedPrintable,
        Self::Joined,
    ];

    /// The layer that a report calls so.
    pub fn of_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|layer| layer.name() == name)
    }

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

/// How far around a hit a text is read back.
pub const REACH: usize = 4096;

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
