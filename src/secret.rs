//! The value of a credential, wrapped so that it cannot be printed by accident.

use std::fmt;

use sha2::{Digest, Sha256};
use zeroize::Zeroize;

/// A credential's value. It has no `Display` and no `Serialize`; its `Debug` is redacted. The value
/// itself leaves only through `Secret::reveal`, which the crate alone can call.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Secret {
    value: Box<str>,
    /// How many leading bytes are a public prefix such as `sk_live_`.
    prefix: usize,
    /// Whether the value is not known, and what stands for it is redacted already.
    redacted: bool,
}

impl Secret {
    /// Wraps a value of which the first `prefix` bytes are public by nature. A prefix that is
    /// longer than the value or ends inside a character counts as none.
    pub fn new(value: impl Into<Box<str>>, prefix: usize) -> Self {
        let value = value.into();
        let prefix = if value.is_char_boundary(prefix) { prefix } else { 0 };
        Self { value, prefix, redacted: false }
    }

    /// A secret of which a report tells nothing but the redacted form.
    pub fn redacted_only(shown: impl Into<Box<str>>) -> Self {
        Self { value: shown.into(), prefix: 0, redacted: true }
    }

    /// The value in clear text, for a run that asked for it; `None` if it is not known.
    pub(crate) fn value(&self) -> Option<&str> {
        (!self.redacted).then_some(&self.value)
    }

    /// The value in clear text, for a run that asked for it.
    pub(crate) fn reveal(&self) -> &str {
        &self.value
    }

    /// The length of the whole value in bytes.
    pub fn len(&self) -> usize {
        self.value.len()
    }

    /// Whether there is nothing in it.
    pub fn is_empty(&self) -> bool {
        self.value.is_empty()
    }

    /// The public prefix, two characters of the body and its last four: `sk_live_51…abcd`. Short
    /// bodies show less: never more than a quarter of what is secret.
    pub fn redacted(&self) -> String {
        if self.redacted {
            return self.value.to_string();
        }
        let (prefix, body) = self.value.split_at(self.prefix);
        let chars: Vec<char> = body.chars().collect();
        let tail = (chars.len() / 6).min(4);
        let head = (chars.len() / 12).min(2);
        let first: String = chars[..head].iter().collect();
        let last: String = chars[chars.len() - tail..].iter().collect();
        format!("{prefix}{first}…{last}")
    }

    /// SHA-256 over a domain, the family of the rule and the value, as 64 hexadecimal digits: the
    /// same leak has one identity wherever it stands, and another credential never has it.
    pub fn fingerprint(&self, family: &str) -> String {
        let mut hash = Sha256::new();
        for part in ["stripeguard/secret/1", family, &self.value] {
            hash.update((part.len() as u64).to_be_bytes());
            hash.update(part.as_bytes());
        }
        hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

/// The value does not stay in memory that is freed.
impl Drop for Secret {
    fn drop(&mut self) {
        self.value.zeroize();
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Secret({})", self.redacted())
    }
}
