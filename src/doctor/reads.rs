//! What code reads: names of variables, versions of the API, keys in files of settings.

use std::sync::LazyLock;

use regex::Regex;

use super::Setting;
use crate::detect::Detector;
use crate::secret::Secret;

/// A place in code that reads a variable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Read {
    /// The variable.
    pub name: String,
    /// The file.
    pub path: String,
    /// The line, from 1.
    pub line: u64,
}

/// The ways in which languages and frameworks read a variable of the environment whose name has
/// `STRIPE` in it.
static READS: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r#"(?x)
        \benv\s*\.\s*([A-Z][A-Z0-9_]*)\b
        | (?:env|environ|getenv|Getenv|ENV|_ENV|_SERVER|config|GetEnvironmentVariable)
          (?:\s*\.\s*(?:get|fetch))?\s*[\[(]\s*["']([A-Za-z][A-Za-z0-9_]*)["']
        "#,
    )
    .expect("a constant pattern that tests compile")
});

/// How clients of the SDKs pin a version of the API.
static VERSIONS: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r#"(?:apiVersion|api_version|Stripe-Version|setApiVersion|stripe_version)["']?\s*(?:[:=(,]|=>)\s*["'](20\d\d-\d\d-\d\d(?:\.[a-z]+)?)["']"#,
    )
    .expect("a constant pattern that tests compile")
});

fn line_of(text: &str, at: usize) -> u64 {
    memchr::memchr_iter(b'\n', &text.as_bytes()[..at]).count() as u64 + 1
}

/// The variables of Stripe that a text of code reads.
pub fn names_read(text: &str, path: &str) -> Vec<Read> {
    let captures = READS.captures_iter(text);
    let names = captures.filter_map(|found| found.get(1).or_else(|| found.get(2)));
    let of_stripe = names.filter(|name| name.as_str().to_ascii_uppercase().contains("STRIPE"));
    let reads = of_stripe.map(|name| Read {
        name: name.as_str().to_owned(),
        path: path.to_owned(),
        line: line_of(text, name.start()),
    });
    reads.collect()
}

/// The versions of the API that a text of code pins, with their lines.
pub fn versions(text: &str) -> Vec<(String, u64)> {
    let captures = VERSIONS.captures_iter(text).filter_map(|found| found.get(1));
    captures.map(|version| (version.as_str().to_owned(), line_of(text, version.start()))).collect()
}

/// The credentials in a file of settings (YAML, JSON, TOML, properties), each under the name that
/// stands before it.
pub fn config_settings(text: &str, source: &str, detector: &Detector) -> Vec<Setting> {
    let mut matches = Vec::new();
    detector.scan(text.as_bytes(), source, &mut matches);
    let plain = matches.into_iter().filter(|found| found.decoded.is_empty());
    let settings = plain.filter_map(|found| {
        let start = text.get(..found.span.start)?.rfind('\n').map_or(0, |at| at + 1);
        Some(Setting {
            name: name_before(text.get(start..found.span.start)?)?,
            source: source.to_owned(),
            line: Some(line_of(text, found.span.start)),
            value: Secret::new(text.get(found.span)?, 0),
            problems: Vec::new(),
        })
    });
    settings.collect()
}

/// The last name in a text that a `:` or `=` follows.
fn name_before(text: &str) -> Option<String> {
    let end = text.rfind([':', '='])?;
    let is_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.');
    let name = text[..end].trim_end_matches(|c: char| !is_name(c));
    let name = name.rsplit(|c: char| !is_name(c)).next().unwrap_or_default();
    (!name.is_empty()).then(|| name.to_owned())
}
