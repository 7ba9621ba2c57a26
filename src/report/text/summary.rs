//! The last lines: how much was found, what was read, and what could not be.

use std::collections::BTreeMap;
use std::collections::HashSet;
use std::io::{self, Write};

use crate::coverage::{Coverage, Note};
use crate::finding::{Finding, Status};
use crate::key::Severity;
use crate::report::{Report, Style};

/// How many notes of one kind are listed before the rest is only counted.
const NOTES: usize = 10;

/// Writes the summary.
pub fn write(report: &Report, style: Style, output: &mut dyn Write) -> io::Result<()> {
    let paint = Paint { color: style.color };
    writeln!(output, "{}", paint.bold(&found(&report.findings)))?;
    writeln!(output, "{}", textwrap::fill(&read(&report.coverage), style.width))?;
    skipped(&report.coverage.skipped, style.width, output)?;
    gaps(&report.coverage.gaps, paint, style.width, output)
}

fn found(findings: &[Finding]) -> String {
    let mut by_severity: BTreeMap<Severity, HashSet<&str>> = BTreeMap::new();
    for finding in findings.iter().filter(|f| f.status == Status::Open) {
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
    for (count, what) in [(public, "publishable key"), (samples, "published sample")] {
        if count > 0 {
            text.push_str(&format!("; {}", plural(count as u64, what)));
        }
    }
    text
}

fn read(coverage: &Coverage) -> String {
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
            "{read}\n{} of them were clean in an earlier run and are as they were, so they were \
             not read again.",
            plural(known, "git object")
        ),
    }
}

fn skipped(notes: &[Note], width: usize, output: &mut dyn Write) -> io::Result<()> {
    let mut reasons: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for note in notes {
        reasons.entry(&note.why).or_default().push(&note.what);
    }
    for (why, what) in reasons {
        let more = match what.len() - 1 {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        let text = format!("Not read: {}{more}: {why}", what[0]);
        writeln!(output, "{}", textwrap::fill(&text, width))?;
    }
    Ok(())
}

fn gaps(notes: &[Note], paint: Paint, width: usize, output: &mut dyn Write) -> io::Result<()> {
    if notes.is_empty() {
        return Ok(());
    }
    let count = plural(notes.len() as u64, "thing");
    writeln!(output, "{}", paint.bold(&format!("Not complete: {count} could not be read:")))?;
    for note in notes.iter().take(NOTES) {
        let text = format!("{}: {}", note.what, note.why);
        let options =
            textwrap::Options::new(width).initial_indent("  - ").subsequent_indent("    ");
        writeln!(output, "{}", textwrap::fill(&text, options))?;
    }
    if notes.len() > NOTES {
        writeln!(output, "  and {} more; `--format json` lists them all", notes.len() - NOTES)?;
    }
    Ok(())
}

#[derive(Clone, Copy)]
struct Paint {
    color: bool,
}

impl Paint {
    fn bold(self, text: &str) -> String {
        if self.color { format!("\x1b[1m{text}\x1b[0m") } else { text.to_owned() }
    }
}

fn plural(count: u64, what: &str) -> String {
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
