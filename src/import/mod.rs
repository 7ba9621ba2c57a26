//! The lists of other scanners, so that a team that changes to this one keeps what it has decided.
//!
//! They name their findings by hashes, lines and commits that mean nothing elsewhere. Each format is
//! read to [`Foreign`] entries here; [`Resolver`] finds the secret that each is about in what a scan
//! of the same repository has found.

mod detect_secrets;
mod gitleaks;
mod kingfisher;
mod resolve;
mod scope;
mod text;
mod trufflehog;
mod versions;

use std::collections::BTreeMap;
use std::fmt;

use crate::suppress::Standing;

pub use resolve::{Outcome, Resolver};
pub use scope::Scope;
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
    /// Whose secret it may be, by what the other scanner calls its kind.
    pub fn scope(&self) -> Scope {
        Scope::of(&self.kind)
    }
}

/// What a list holds.
#[derive(Clone, Debug, Default)]
pub struct List {
    /// Its entries.
    pub entries: Vec<Foreign>,
    /// What in it is none, in words, with the number of the line and without its text.
    pub skipped: Vec<String>,
}

impl From<Vec<Foreign>> for List {
    fn from(entries: Vec<Foreign>) -> Self {
        Self { entries, skipped: Vec::new() }
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

    /// The format of a list with this path, told by its content.
    ///
    /// # Errors
    /// What it is instead, as the rest of a sentence that begins with its name.
    pub fn of(path: &str, text: &str) -> Result<Self, String> {
        let text = text.trim_start();
        let is_object = text.starts_with('{');
        if trufflehog::is_output(text) {
            Ok(Self::Trufflehog)
        } else if text.starts_with('[') {
            Ok(Self::GitleaksReport)
        } else if is_object && text.contains("\"runs\"") {
            Err(SARIF.to_owned())
        } else if is_object && text.contains("\"results\"") {
            Ok(Self::DetectSecrets)
        } else if kingfisher::is_baseline(text) {
            Ok(Self::Kingfisher)
        } else if gitleaks::is_ignore_file(path, text) {
            Ok(Self::GitleaksIgnore)
        } else {
            Err(NO_LIST.to_owned())
        }
    }
}

const SARIF: &str = "is a SARIF report, which cannot be imported; the JSON report of gitleaks can \
                     (`--report-format json`)";

const NO_LIST: &str = "is no list that can be imported: a JSON report or the .gitleaksignore of \
                       gitleaks, a baseline of detect-secrets or kingfisher, or the output of \
                       `trufflehog --json`";

/// Reads a list that has this path.
///
/// # Errors
/// What in it is not as its scanner writes it.
pub fn read(format: Format, path: &str, text: &str) -> Result<List, String> {
    let mut list = match format {
        Format::GitleaksReport => gitleaks::report(text)?.into(),
        Format::GitleaksIgnore => gitleaks::ignore_file(path, text),
        Format::DetectSecrets => detect_secrets::baseline(text)?.into(),
        Format::Kingfisher => kingfisher::baseline(text)?.into(),
        Format::Trufflehog => trufflehog::output(text)?,
    };
    tell_apart(&mut list.entries);
    Ok(list)
}

/// Entries that differ in nothing but their commits name them.
fn tell_apart(entries: &mut [Foreign]) {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for entry in entries.iter() {
        *counts.entry(entry.label.clone()).or_default() += 1;
    }
    for entry in entries.iter_mut().filter(|entry| counts[&entry.label] > 1) {
        if let Some(commit) = entry.commit.as_deref().and_then(|commit| commit.get(..SHORT)) {
            entry.label.push_str(&format!(" in {commit}"));
        }
    }
}

/// How many digits of a commit tell it from others.
const SHORT: usize = 9;
