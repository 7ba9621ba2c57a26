//! What code reads: names of variables, versions of the API, keys in files of settings.

use std::sync::LazyLock;

use regex::Regex;

use super::Setting;
use super::role::Role;
use super::value::is_reference;
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
        | (?:env!?|environ|getenv|Getenv|LookupEnv|GetString|ENV|_ENV|_SERVER|config|env\s*::\s*var
            |GetEnvironmentVariable)
          (?:\s*\.\s*(?:get|fetch|str))?\s*[\[(]\s*["']([A-Za-z][A-Za-z0-9_]*)["']
        | \$\{([A-Z][A-Z0-9_]*)(?::[^}]*)?\}
        | %env\((?:\w+:)*([A-Z][A-Z0-9_]*)\)%
        "#,
    )
    .expect("a constant pattern that tests compile")
});

/// `const { STRIPE_SECRET_KEY } = process.env`.
static TAKEN: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"\{([^{}]*)\}\s*=\s*(?:process\.env|import\.meta\.env)\b")
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
    let names = captures.filter_map(|found| (1..=4).find_map(|group| found.get(group)));
    let named = names.map(|name| (name.as_str(), name.start()));
    let taken = TAKEN.captures_iter(text).filter_map(|found| found.get(1)).flat_map(|names| {
        let parts = names.as_str().split(',');
        let name =
            |part: &str| part.split([':', '=']).next().map(str::trim).unwrap_or_default().len();
        parts.scan(names.start(), move |at, part| {
            let start = *at + part.len() - part.trim_start().len();
            *at += part.len() + 1;
            Some((&part.trim_start()[..name(part)], start))
        })
    });
    let of_stripe =
        named.chain(taken).filter(|(name, _)| name.to_ascii_uppercase().contains("STRIPE"));
    let reads = of_stripe.map(|(name, at)| Read {
        name: name.to_owned(),
        path: path.to_owned(),
        line: line_of(text, at),
    });
    reads.collect()
}

/// The versions of the API that a text of code pins, with their lines.
pub fn versions(text: &str) -> Vec<(String, u64)> {
    let captures = VERSIONS.captures_iter(text).filter_map(|found| found.get(1));
    captures.map(|version| (version.as_str().to_owned(), line_of(text, version.start()))).collect()
}

/// The settings of Stripe in a file of YAML, JSON, TOML or properties: credentials under the name that
/// stands before them, and what stands where a name or section of Stripe promises one.
pub fn config_settings(text: &str, source: &str, detector: &Detector) -> Vec<Setting> {
    let mut settings = credentials(text, source, detector);
    let known: Vec<Option<u64>> = settings.iter().map(|setting| setting.line).collect();
    settings.extend(promised(text, source).into_iter().filter(|one| !known.contains(&one.line)));
    settings
}

/// Values that a name promises to be a credential of Stripe, or a section of that name: one that is
/// indented below `stripe:`, or stands in an object or table of that name.
fn promised(text: &str, source: &str) -> Vec<Setting> {
    let mut section: Option<usize> = None;
    let mut settings = Vec::new();
    for (number, line) in text.lines().enumerate() {
        let content = line.trim();
        if content.is_empty() || content.starts_with(['#', ';', '/']) {
            continue;
        }
        let indent = line.len() - line.trim_start().len();
        let is_table = content.starts_with('[') && content.ends_with(']');
        let (name, value) = content.split_once([':', '=']).unwrap_or((content, ""));
        let is_around = |c: char| c.is_whitespace() || matches!(c, '"' | '\'' | ',' | '-');
        let (name, value) = (name.trim_matches(is_around), value.trim().trim_end_matches(','));
        let speaks = name.to_ascii_lowercase().contains("stripe");
        if is_table || section.is_some_and(|outer| indent <= outer && !content.starts_with('}')) {
            section = None;
        }
        if speaks && (is_table || matches!(value, "" | "{")) {
            section = Some(if is_table { 0 } else { indent });
        } else if (speaks || section.is_some()) && Role::of(name) != Role::Other {
            let value = value.trim_matches(['"', '\'']);
            if !value.is_empty() && !is_reference(value) && !value.contains(['(', '{', '[']) {
                settings.push(Setting {
                    name: name.to_owned(),
                    source: source.to_owned(),
                    line: Some(number as u64 + 1),
                    value: Secret::new(value, 0),
                    problems: Vec::new(),
                });
            }
        }
    }
    settings
}

/// The credentials in a text, each under the name that stands before it.
pub fn credentials(text: &str, source: &str, detector: &Detector) -> Vec<Setting> {
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
