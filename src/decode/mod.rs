//! Texts hidden in bytes: other spellings of a text, read back.

use std::fmt;

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
    /// Pieces of a literal that the source code joins.
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
