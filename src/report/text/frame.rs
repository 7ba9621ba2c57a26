//! One secret: the line it stands on, what it is, where else it stands and what to do.

use std::io::{self, Write};

use annotate_snippets::{
    AnnotationKind, Group, Level, Origin as Header, Renderer, Snippet as Source,
};

use crate::blob::{CommitRef, Origin};
use crate::exposure::Side;
use crate::finding::{Finding, Lineage, SuppressedBy};
use crate::incident::Incident;
use crate::key::{Confidence, Severity};
use crate::report::date::day;
use crate::report::{Report, Style, place, sentence, words};
use crate::subject::{Credential, Subject};

/// What to do first about a secret that ships.
const GIVEN_AWAY: &str =
    "Revoke it: everybody who loads this already has it, and no commit takes it back.";

/// How many further places are listed before the rest is only counted.
const PLACES: usize = 6;

/// Writes the findings of one secret. What to do is written in full for the first secret of a
/// rule, and referred to for the others.
pub fn write(
    incident: &Incident<'_>,
    with_remedy: bool,
    report: &Report,
    style: Style,
    output: &mut dyn Write,
) -> io::Result<()> {
    let finding = incident.worst;
    let notes = notes(incident, with_remedy, report, style);
    let title = level(finding.severity).primary_title(finding.title()).id(finding.rule_id());
    let place = &finding.place;
    let label = label(finding);
    let mut frame = Group::with_title(title);
    frame = frame.element(
        Header::path(place::path(place, report))
            .line(place.start.line as usize)
            .char_column(place.start.column as usize),
    );
    frame = frame.element(
        Source::source(place.snippet.text.as_str())
            .line_start(place.start.line as usize)
            .annotation(AnnotationKind::Primary.span(place.snippet.mark.clone()).label(label)),
    );
    for (name, text) in &notes {
        frame = frame.element(Level::NOTE.with_name(*name).message(text.as_str()));
    }
    let renderer = if style.color { Renderer::styled() } else { Renderer::plain() };
    let text = renderer.term_width(style.width).render(&[frame]);
    for line in text.lines().filter(|line| !is_bare_separator(line)) {
        writeln!(output, "{}", words::no_command(line))?;
    }
    writeln!(output)
}

/// The header names a column that the snippet, being cut, does not know; so the snippet has no path
/// of its own, and the renderer puts an empty `:::` between them.
fn is_bare_separator(line: &str) -> bool {
    let mut plain = String::new();
    let mut rest = line;
    while let Some((before, code)) = rest.split_once('\x1b') {
        plain.push_str(before);
        rest = code.split_once('m').map_or("", |(_, after)| after);
    }
    plain.push_str(rest);
    plain.trim() == ":::"
}

/// Writes the findings of one credential as a line.
pub fn write_line(
    incident: &Incident<'_>,
    report: &Report,
    style: Style,
    output: &mut dyn Write,
) -> io::Result<()> {
    let finding = incident.worst;
    let value = value(finding, style);
    let place = place::name(&finding.place, report);
    let places = incident.places();
    let more = if places > 1 { format!(" and {} more", places - 1) } else { String::new() };
    writeln!(output, "{}[{}]: {value} in {place}{more}", finding.severity, finding.rule_id())
}

/// Writes the suppressed findings of one secret as a line, and what covers them as another.
pub fn write_suppressed(
    group: &[&Finding],
    report: &Report,
    style: Style,
    output: &mut dyn Write,
) -> io::Result<()> {
    let Some(finding) = group.first() else { return Ok(()) };
    let (value, place) = (value(finding, style), place::name(&finding.place, report));
    let places: usize = group.iter().map(|finding| 1 + finding.others.len()).sum();
    let more = if places > 1 { format!(" and {} more", places - 1) } else { String::new() };
    let (severity, rule) = (finding.severity, finding.rule_id());
    writeln!(output, "suppressed {severity}[{rule}]: {value} in {place}{more}")?;
    let Some(suppression) = &finding.suppression else { return Ok(()) };
    let reason = suppression.reason.as_deref().unwrap_or("no reason is given");
    let by = match suppression.by {
        SuppressedBy::Comment => "the comment",
        SuppressedBy::Config => "the configuration",
        SuppressedBy::Baseline => "the baseline",
    };
    let text = format!("by {by} at {}: {reason}", suppression.source);
    let options = textwrap::Options::new(style.width).initial_indent("  ").subsequent_indent("  ");
    for line in textwrap::wrap(&text, words::whole_words(options)) {
        writeln!(output, "{}", words::no_command(&line))?;
    }
    Ok(())
}

fn level(severity: Severity) -> Level<'static> {
    match severity {
        Severity::Critical => Level::ERROR.with_name("critical"),
        Severity::High => Level::ERROR.with_name("high"),
        Severity::Medium => Level::WARNING.with_name("medium"),
        Severity::Low => Level::WARNING.with_name("low"),
        Severity::Info => Level::INFO.with_name("info"),
    }
}

fn label(finding: &Finding) -> String {
    let mut label = match finding.confidence {
        Confidence::Certain => String::new(),
        Confidence::Likely => "likely".to_owned(),
        Confidence::Possible => "possibly".to_owned(),
    };
    if !finding.place.decoded.is_empty() {
        let layers: Vec<_> = finding.place.decoded.iter().map(|layer| layer.name()).collect();
        let gap = if label.is_empty() { "" } else { "; " };
        label.push_str(&format!("{gap}read through {}", layers.join(", ")));
    }
    label
}

type Note = (&'static str, String);

fn notes(incident: &Incident<'_>, with_remedy: bool, report: &Report, style: Style) -> Vec<Note> {
    let finding = incident.worst;
    let mut notes = Vec::new();
    match &finding.subject {
        Subject::Credential(credential) => notes.extend(facts(credential, style)),
        Subject::Practice(practice) => notes.push(("why", practice.message.clone())),
    }
    notes.extend(exposure(finding));
    if let Some(first) = finding.place.commit.as_ref().filter(|_| finding.lineage.is_none()) {
        notes.push(("commit", commit(first)));
    } else if let Some((traced, lineage)) = traced(incident) {
        let mut text = history(lineage, traced.place.origin);
        if traced.place.path != finding.place.path {
            text = format!("{}: {text}", traced.place.path.as_deref().unwrap_or("elsewhere"));
        }
        notes.push(("history", text));
    }
    let also = also(incident, report);
    if !also.is_empty() {
        notes.push(("also", also));
    }
    if finding.is_given_away() {
        notes.push(("now", GIVEN_AWAY.to_owned()));
    }
    let remedy = if with_remedy {
        finding.remedy().to_owned()
    } else {
        format!("as above, or `stripeguard explain {}`", finding.rule_id())
    };
    notes.push(("do", remedy));
    notes.into_iter().map(|(name, text)| (name, wrap(&text, name, style.width))).collect()
}

/// The worst finding if its history is known, or else the first of which it is.
fn traced<'a>(incident: &Incident<'a>) -> Option<(&'a Finding, &'a Lineage)> {
    let mut all = std::iter::once(&incident.worst).chain(&incident.findings);
    all.find_map(|finding| Some((*finding, finding.lineage.as_ref()?)))
}

/// Which side it ships to, where something is known of that.
fn exposure(finding: &Finding) -> Option<Note> {
    let evidence = finding.exposure.evidence.clone()?;
    if matches!(finding.subject, Subject::Practice(_)) {
        return None;
    }
    let name = match finding.exposure.side {
        Side::Client => "ships",
        Side::Server => "server",
        Side::Unknown => "side",
    };
    Some((name, evidence))
}

fn facts(credential: &Credential, style: Style) -> Vec<Note> {
    let mut notes = Vec::new();
    if let Some(value) = credential.secret.value().filter(|_| style.reveal) {
        notes.push(("value", value.to_owned()));
    }
    if let Some(account) = &credential.facts.account {
        let created = credential.facts.created.and_then(day);
        let since = created.map(|day| format!(", created {day}")).unwrap_or_default();
        notes.push(("account", format!("{account}{since}")));
    }
    notes
}

/// Notes stand behind ` = name: `, and the lines that follow are set in below their text.
fn wrap(text: &str, name: &str, width: usize) -> String {
    let inset = name.len() + 8;
    let width = width.saturating_sub(inset).max(24);
    let options = words::whole_words(textwrap::Options::new(width).subsequent_indent("  "));
    let wrap = |line| textwrap::wrap(line, &options);
    let lines: Vec<_> = text.lines().flat_map(wrap).collect();
    lines.join("\n")
}

/// When it entered, whether it is still there, and from where it can be reached.
fn history(lineage: &Lineage, origin: Origin) -> String {
    let mut lines = Vec::new();
    let is_message = matches!(origin, Origin::Message(_));
    if let Some(first) = lineage.first.as_ref().filter(|_| !is_message) {
        lines.push(format!("entered in {}", commit(first)));
    }
    match (&lineage.last, lineage.at_head) {
        _ if is_message => lines.extend(lineage.first.as_ref().map(commit)),
        (_, true) => lines.push("still there at HEAD".to_owned()),
        (last, false) if last == &lineage.first && last.is_some() => {
            lines.push("only that commit has it; not at HEAD".to_owned());
        }
        (Some(last), false) => lines.push(format!("not at HEAD; last in {}", commit(last))),
        (None, false) => lines.push("in no commit, but the object can be read".to_owned()),
    }
    lines.push(sentence::reached(lineage));
    lines.join("\n")
}

fn commit(commit: &CommitRef) -> String {
    let id = place::short_id(commit.id);
    let date = day(commit.date).unwrap_or_default();
    format!("{id} of {date} by {}\n  \"{}\"", commit.author, commit.subject)
}

fn also(incident: &Incident<'_>, report: &Report) -> String {
    let worst = incident.worst;
    let rest = incident.findings.iter().filter(|finding| !std::ptr::eq(**finding, worst));
    let more: usize = rest.clone().map(|finding| finding.others.len()).sum();
    let mut names: Vec<String> = Vec::new();
    for place in worst.others.iter().chain(rest.map(|finding| &finding.place)) {
        let name = place::name(place, report);
        if !names.contains(&name) {
            names.push(name);
        }
    }
    let left = names.len().saturating_sub(PLACES) + more;
    names.truncate(PLACES);
    let mut text = names.join("\n");
    if left > 0 && !names.is_empty() {
        text.push_str(&format!("\nand {left} more"));
    }
    text
}

fn value(finding: &Finding, style: Style) -> String {
    match &finding.subject {
        Subject::Credential(Credential { secret, .. }) => match secret.value() {
            Some(value) if style.reveal => value.to_owned(),
            _ => secret.redacted(),
        },
        Subject::Practice(practice) => practice.message.clone(),
    }
}
