//! `--format markdown`: for job summaries and comments on pull requests.

use std::collections::HashSet;
use std::io::{self, Write};

use super::date::day;
use super::words::{found, plural, read};
use super::{Report, Style, place, sentence};
use crate::coverage::Note;
use crate::finding::Status;
use crate::incident::{self, Incident, Presence};
use crate::key::Severity;

/// How many incidents are listed: a comment holds 65,536 characters.
const INCIDENTS: usize = 50;

/// How many notes of one kind are listed.
const NOTES: usize = 10;

/// Writes what was found as a table, what to do about it, and what could not be read.
///
/// # Errors
/// What the output says.
pub fn write(report: &Report, _style: Style, output: &mut dyn Write) -> io::Result<()> {
    let incidents = incident::join(&report.findings);
    writeln!(output, "## {}\n", found(&report.findings))?;
    gaps(&report.coverage.gaps, output)?;
    table(&incidents, report, output)?;
    remedies(&incidents, output)?;
    quiet(report, output)?;
    notes("Hidden by a configuration in the repository", &report.notices, output)?;
    writeln!(output, "{}", read(&report.coverage))
}

fn gaps(gaps: &[Note], output: &mut dyn Write) -> io::Result<()> {
    if gaps.is_empty() {
        return Ok(());
    }
    let count = plural(gaps.len() as u64, "thing");
    writeln!(output, "> [!WARNING]\n> **Not complete: {count} could not be read.**")?;
    for gap in gaps.iter().take(NOTES) {
        writeln!(output, "> - {}: {}", code(&gap.what), plain(&gap.why))?;
    }
    if gaps.len() > NOTES {
        writeln!(output, "> - and {} more", gaps.len() - NOTES)?;
    }
    writeln!(output)
}

fn table(incidents: &[Incident<'_>], report: &Report, output: &mut dyn Write) -> io::Result<()> {
    if incidents.is_empty() {
        return Ok(());
    }
    writeln!(output, "| | what | where | since |\n|---|---|---|---|")?;
    for incident in incidents.iter().take(INCIDENTS) {
        row(incident, report, output)?;
    }
    writeln!(output)?;
    match incidents.len().saturating_sub(INCIDENTS) {
        0 => Ok(()),
        left => writeln!(output, "And {left} more, which the other formats list.\n"),
    }
}

fn row(incident: &Incident<'_>, report: &Report, output: &mut dyn Write) -> io::Result<()> {
    let finding = incident.worst;
    let mut what = plain(&finding.message());
    if let Some(credential) = finding.credential() {
        what.push_str(&format!("<br>{}", code(&credential.secret.redacted())));
    }
    if let Some(side) = sentence::side(incident.exposed()) {
        what.push_str(&format!("<br>{}", plain(&side)));
    }
    let more = match incident.places() {
        1 => String::new(),
        places => format!("<br>and {} more", places - 1),
    };
    let place = code(&place::name(&finding.place, report));
    let severity = incident.severity();
    let since = since(incident);
    writeln!(output, "| {} {severity} | {what} | {place}{more} | {since} |", sign(severity))
}

/// From when, and until when.
fn since(incident: &Incident<'_>) -> String {
    let Some(first) = incident.first() else { return String::new() };
    let date = day(first.date).unwrap_or_default();
    let by = code(&place::short_id(first.id));
    let state = match incident.presence() {
        Presence::Here => "<br>still there",
        Presence::Past => "<br>not in the files of today",
        Presence::Elsewhere => "",
    };
    let pushed = if incident.remotes().is_empty() { "" } else { "<br>pushed" };
    format!("{date} {by}{state}{pushed}")
}

fn sign(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical => "🔴",
        Severity::High => "🟠",
        Severity::Medium => "🟡",
        Severity::Low => "🔵",
        Severity::Info => "⚪",
    }
}

/// What to do, once for each rule.
fn remedies(incidents: &[Incident<'_>], output: &mut dyn Write) -> io::Result<()> {
    let mut told = HashSet::new();
    for incident in incidents.iter().take(INCIDENTS) {
        let finding = incident.worst;
        if incident.severity() == Severity::Info || !told.insert(finding.rule_id()) {
            continue;
        }
        writeln!(output, "<details><summary>What to do: {}</summary>\n", plain(finding.title()))?;
        for step in finding.remedy().lines() {
            writeln!(output, "1. {}", plain(step))?;
        }
        writeln!(output, "\n</details>\n")?;
    }
    Ok(())
}

/// What asks nobody to act.
fn quiet(report: &Report, output: &mut dyn Write) -> io::Result<()> {
    let quiet: Vec<_> = report.findings.iter().filter(|f| f.status != Status::Open).collect();
    if quiet.is_empty() {
        return Ok(());
    }
    let count = plural(quiet.len() as u64, "finding");
    let verb = if quiet.len() == 1 { "asks" } else { "ask" };
    writeln!(output, "<details><summary>{count} that {verb} nobody to act</summary>\n")?;
    for finding in quiet.iter().take(INCIDENTS) {
        let place = code(&place::name(&finding.place, report));
        let why = sentence::status(finding).unwrap_or_default();
        writeln!(output, "- {place}: {}: {}", plain(finding.title()), plain(&why))?;
    }
    if quiet.len() > INCIDENTS {
        writeln!(output, "- and {} more", quiet.len() - INCIDENTS)?;
    }
    writeln!(output, "\n</details>\n")
}

fn notes(title: &str, notes: &[Note], output: &mut dyn Write) -> io::Result<()> {
    if notes.is_empty() {
        return Ok(());
    }
    writeln!(output, "**{title}**\n")?;
    for note in notes.iter().take(NOTES) {
        writeln!(output, "- {}: {}", code(&note.what), plain(&note.why))?;
    }
    if notes.len() > NOTES {
        writeln!(output, "- and {} more", notes.len() - NOTES)?;
    }
    writeln!(output)
}

/// Text of the scanned repository: in a code span nothing is a link, a mention or markup.
fn code(text: &str) -> String {
    if text.contains(['`', '|', '\n', '\r', '\\']) || text.trim() != text || text.is_empty() {
        return format!("<code>{}</code>", entities(text));
    }
    format!("`{text}`")
}

/// Text in which no character is markup, and no word a mention or the number of an issue.
fn plain(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '@' | '#' => plain.push_str(&format!("{c}<!-- -->")),
            '\r' | '\n' => plain.push(' '),
            c if "&<>\"'*_`[]|\\~!$".contains(c) => plain.push_str(&format!("&#{};", u32::from(c))),
            c => plain.push(c),
        }
    }
    plain
}

fn entities(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            c if c.is_ascii_punctuation() && !"./-,".contains(c) => {
                plain.push_str(&format!("&#{};", u32::from(c)));
            }
            '\r' | '\n' => plain.push(' '),
            c => plain.push(c),
        }
    }
    plain
}
