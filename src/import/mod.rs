//! The lists of other scanners, so that a team that changes to this one keeps what it has decided.
//!
//! They name their findings by hashes, lines and commits that mean nothing elsewhere. Each format is
//! read to [`Foreign`] entries here; [`Resolver`] finds the secret that each is about in what a scan
//! of the same repository has found.

mod detect_secrets;
mod gitleaks;
mod kingfisher;
mod resolve;
mod text;
mod trufflehog;

use std::fmt;

use crate::suppress::Standing;

pub use resolve::{Outcome, Resolver};
pub use text::decode;

/// An entry of another scanner's list.
#[derive(Clone, Debug, Default)]
pub struct Foreign {
    /// The entry in words, for people: never the secret.
    pub label: String,
    /// What the other scanner calls the kind of secret.
    pub kind: String,
    /// The path, with `/`.
    pub path: Option<String>,
    /// The line, from 1.
    pub line: Option<u64>,
    /// The commit in which the line is counted, as hexadecimal digits.
    pub commit: Option<String>,
    /// What is known of the value.
    pub value: Value,
    /// What was decided about it.
    pub standing: Option<Standing>,
    /// Why.
    pub reason: Option<String>,
}

/// What an entry says of the value of the secret.
#[derive(Clone, Default)]
pub enum Value {
    /// Nothing.
    #[default]
    Unknown,
    /// All of it, or a text that holds it.
    Clear(String),
    /// The SHA-1 of what the other scanner took for it, as 40 hexadecimal digits.
    Sha1(String),
}

impl fmt::Debug for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unknown => f.write_str("Unknown"),
            Self::Clear(_) => f.write_str("Clear(…)"),
            Self::Sha1(hash) => write!(f, "Sha1({hash})"),
        }
    }
}

impl Foreign {
    /// Whether the other scanner says that it is about Stripe.
    pub fn is_of_stripe(&self) -> bool {
        let says = |text: &str| text.to_ascii_lowercase().contains("stripe");
        says(&self.kind)
    }
}

/// The lists that can be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// A report of gitleaks in JSON.
    GitleaksReport,
    /// `.gitleaksignore`.
    GitleaksIgnore,
    /// `.secrets.baseline` of detect-secrets.
    DetectSecrets,
    /// A baseline of kingfisher in YAML.
    Kingfisher,
    /// The output of `trufflehog --json`.
    Trufflehog,
}

impl Format {
    /// The name for people.
    pub fn name(self) -> &'static str {
        match self {
            Self::GitleaksReport => "gitleaks report",
            Self::GitleaksIgnore => ".gitleaksignore",
            Self::DetectSecrets => "detect-secrets baseline",
            Self::Kingfisher => "kingfisher baseline",
            Self::Trufflehog => "trufflehog output",
        }
    }

    /// The format of a list, told by its content.
    pub fn of(text: &str) -> Option<Self> {
        let text = text.trim_start();
        if text.starts_with('[') {
            Some(Self::GitleaksReport)
        } else if text.starts_with('{') && text.contains("\"SourceMetadata\"") {
            Some(Self::Trufflehog)
        } else if text.starts_with('{') && text.contains("\"results\"") {
            Some(Self::DetectSecrets)
        } else if kingfisher::is_baseline(text) {
            Some(Self::Kingfisher)
        } else {
            gitleaks::is_ignore_file(text).then_some(Self::GitleaksIgnore)
        }
    }
}

/// Reads a list, whose file has this name.
///
/// # Errors
/// What in it is not as its scanner writes it.
pub fn read(format: Format, name: &str, text: &str) -> Result<Vec<Foreign>, String> {
    match format {
        Format::GitleaksReport => gitleaks::report(text),
        Format::GitleaksIgnore => Ok(gitleaks::ignore_file(name, text)),
        Format::DetectSecrets => detect_secrets::baseline(text),
        Format::Kingfisher => kingfisher::baseline(text),
        Format::Trufflehog => trufflehog::lines(text),
    }
}
