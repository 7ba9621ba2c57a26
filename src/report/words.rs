//! Numbers in sentences.

use std::collections::{BTreeMap, HashSet};

use crate::coverage::Coverage;
use crate::finding::{Finding, Status};
use crate::key::Severity;

/// How much was found, in a line.
pub fn found(findings: &[Finding]) -> String {
    let mut by_severity: BTreeMap<Severity, HashSet<&str>> = BTreeMap::new();
    let open = || findings.iter().filter(|f| f.status == Status::Open);
    for finding in open().filter(|f| f.credential().is_some()) {
        by_severity.entry(finding.severity).or_default().insert(&finding.fingerprint);
    }
    let public = by_severity.remove(&Severity::Info).map_or(0, |prints| prints.len());
    let parts: Vec<String> = by_severity
        .iter()
        .map(|(severity, prints)| format!("{} {severity}", prints.len()))
        .collect();
    let secrets: usize = by_severity.values().map(HashSet::len).sum();
    let mut text = match secrets {
        0 => "No Stripe secrets found".to_owned(),
        1 => format!("1 Stripe secret found: {}", parts.join(", ")),
        n => format!("{n} Stripe secrets found: {}", parts.join(", ")),
    };
    let samples = findings.iter().filter(|f| f.status == Status::Sample);
    let samples = samples.map(|f| &f.fingerprint).collect::<HashSet<_>>().len();
    let practices = open().filter(|f| f.credential().is_none());
    let (advice, mend): (Vec<_>, Vec<_>) = practices.partition(|f| f.severity == Severity::Info);
    if !mend.is_empty() {
        text.push_str(&format!("; {} to mend", plural(mend.len() as u64, "practice")));
    }
    if !advice.is_empty() {
        text.push_str(&format!("; {} of advice", plural(advice.len() as u64, "piece")));
    }
    for (count, what) in [(public, "publishable key"), (samples, "published sample")] {
        if count > 0 {
            text.push_str(&format!("; {}", plural(count as u64, what)));
        }
    }
    text.push_str(&suppressed(findings));
    text
}

/// How many are suppressed, and by what.
fn suppressed(findings: &[Finding]) -> String {
    let mut by: BTreeMap<&str, HashSet<&str>> = BTreeMap::new();
    for finding in findings {
        if let Some(suppression) = &finding.suppression {
            by.entry(suppression.by.word()).or_default().insert(&finding.fingerprint);
        }
    }
    let total: usize = by.values().map(HashSet::len).sum();
    let parts: Vec<String> =
        by.iter().map(|(word, prints)| format!("{} by {word}", prints.len())).collect();
    if total == 0 { String::new() } else { format!("; {total} suppressed ({})", parts.join(", ")) }
}

/// What was read, as a sentence.
pub fn read(coverage: &Coverage) -> String {
    let mut parts = Vec::new();
    if coverage.files > 0 || coverage.objects.total() == 0 {
        parts.push(plural(coverage.files, "file"));
    }
    let objects = coverage.objects;
    if objects.total() > 0 {
        parts.push(format!(
            "{} ({}, {}, {}, {})",
            plural(objects.total(), "git object"),
            plural(objects.blobs, "blob"),
            plural(objects.trees, "tree"),
            plural(objects.commits, "commit"),
            plural(objects.tags, "tag"),
        ));
    }
    let read = format!("Read {}: {}.", parts.join(" and "), size(coverage.bytes));
    match coverage.known {
        0 => read,
        known => format!(
            "{read}\nOf these, {} were clean in an earlier run and are as they were, so they were not \
             read again.",
            plural(known, "git object")
        ),
    }
}

/// `1 file`, `1,234 files`.
pub fn plural(count: u64, what: &str) -> String {
    match count {
        1 => format!("1 {what}"),
        n => format!("{} {what}s", grouped(n)),
    }
}

/// Digits in groups of three.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

fn size(bytes: u64) -> String {
    const UNITS: [&str; 5] = ["bytes", "kB", "MB", "GB", "TB"];
    let mut value = bytes as f64;
    let mut unit = 0;
    while value >= 1000.0 && unit + 1 < UNITS.len() {
        value /= 1000.0;
        unit += 1;
    }
    if unit == 0 { format!("{bytes} bytes") } else { format!("{value:.1} {}", UNITS[unit]) }
}

/// A line that a workflow run on GitHub does not take for a command: those begin with `::`.
pub fn no_command(line: &str) -> String {
    match line.trim_start().strip_prefix("::") {
        Some(rest) => format!("{}: :{rest}", &line[..line.len() - rest.len() - 2]),
        None => line.to_owned(),
    }
}

/// Wrapping that cuts no word, however long: paths are there to be copied.
pub fn whole_words(options: textwrap::Options<'_>) -> textwrap::Options<'_> {
    options.break_words(false).word_splitter(textwrap::WordSplitter::NoHyphenation)
}
