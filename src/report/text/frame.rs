//! One secret: the line it stands on, what it is, where else it stands and what to do.

use std::io::{self, Write};

use annotate_snippets::{
    AnnotationKind, Group, Level, Origin as Header, Renderer, Snippet as Source,
};

use crate::blob::{CommitRef, Origin};
use crate::finding::{Finding, Lineage};
use crate::key::{Confidence, Severity};
use crate::report::Style;
use crate::report::date::day;
use crate::sighting::Place;
use crate::subject::{Credential, Subject};

/// How many further places are listed before the rest is only counted.
const PLACES: usize = 6;

/// Writes the findings of one secret. What to do is written in full for the first secret of a
/// rule, and referred to for the others.
pub fn write(
    group: &[&Finding],
    with_remedy: bool,
    base: &str,
    style: Style,
    output: &mut dyn Write,
) -> io::Result<()> {
    let Some(finding) = group.first() else { return Ok(()) };
    let notes = notes(group, with_remedy, base, style);
    let title = level(finding.severity).primary_title(finding.title()).id(finding.rule_id());
    let place = &finding.place;
    let label = label(finding);
    let mut frame = Group::with_title(title);
    frame = frame.element(
        Header::path(where_is(place, base))
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
        writeln!(output, "{line}")?;
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
    group: &[&Finding],
    base: &str,
    style: Style,
    output: &mut dyn Write,
) -> io::Result<()> {
    let Some(finding) = group.first() else { return Ok(()) };
    let value = value(finding, style);
    let place = place_name(&finding.place, base);
    let places: usize = group.iter().map(|f| 1 + f.others.len()).sum();
    let more = if places > 1 { format!(" and {} more", places - 1) } else { String::new() };
    writeln!(output, "{}[{}]: {value} in {place}{more}", finding.severity, finding.rule_id())
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

fn notes(group: &[&Finding], with_remedy: bool, base: &str, style: Style) -> Vec<Note> {
    let finding = group[0];
    let mut notes = Vec::new();
    match &finding.subject {
        Subject::Credential(credential) => notes.extend(facts(credential, style)),
        Subject::Practice(practice) => notes.push(("why", practice.message.clone())),
    }
    if let Some(lineage) = &finding.lineage {
        notes.push(("history", history(lineage, finding.place.origin)));
    }
    let also = also(group, base);
    if !also.is_empty() {
        notes.push(("also", also));
    }
    let remedy = if with_remedy {
        finding.remedy().to_owned()
    } else {
        format!("as above, or `stripeguard explain {}`", finding.rule_id())
    };
    notes.push(("do", remedy));
    notes.into_iter().map(|(name, text)| (name, wrap(&text, name, style.width))).collect()
}

fn facts(credential: &Credential, style: Style) -> Vec<Note> {
    let mut notes = Vec::new();
    if style.reveal {
        notes.push(("value", credential.secret.reveal().to_owned()));
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
    let wrap = |line| textwrap::wrap(line, textwrap::Options::new(width).subsequent_indent("  "));
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
    let named: Vec<&str> = lineage.refs.iter().map(|name| short_ref(name)).collect();
    lines.push(match named.as_slice() {
        [] => "no branch or tag reaches it".to_owned(),
        few if few.len() <= 4 => format!("reached by {}", few.join(", ")),
        many => format!("reached by {} and {} more", many[..3].join(", "), many.len() - 3),
    });
    lines.join("\n")
}

fn short_ref(name: &str) -> &str {
    ["refs/heads/", "refs/remotes/", "refs/"]
        .iter()
        .find_map(|prefix| name.strip_prefix(prefix))
        .unwrap_or(name)
}

fn commit(commit: &CommitRef) -> String {
    let id = commit.id.to_string();
    let date = day(commit.date).unwrap_or_default();
    format!("{} of {date} by {}\n  \"{}\"", &id[..12], commit.author, commit.subject)
}

fn also(group: &[&Finding], base: &str) -> String {
    let others = group[0].others.iter().chain(group[1..].iter().map(|finding| &finding.place));
    let more: usize = group[1..].iter().map(|finding| finding.others.len()).sum();
    let mut names: Vec<String> = Vec::new();
    for place in others {
        let name = place_name(place, base);
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

fn place_name(place: &Place, base: &str) -> String {
    format!("{}:{}:{}", where_is(place, base), place.start.line, place.start.column)
}

/// The place in words that lead a person to it.
fn where_is(place: &Place, base: &str) -> String {
    let short = |id: crate::blob::ObjectId| id.to_string()[..12].to_owned();
    let path = place.path.as_deref();
    match (place.origin, path) {
        (Origin::Tree, Some(path)) => format!("{base}{path}"),
        (Origin::History(id), Some(path)) => match &place.commit {
            Some(commit) => format!("{}:{path}", short(commit.id)),
            None => format!("{path} in object {}", short(id)),
        },
        (Origin::History(id), None) => format!("object {}", short(id)),
        (Origin::Message(id), _) => format!("message of {}", short(id)),
        (Origin::Name(id), path) => {
            format!("file name {} in tree {}", path.unwrap_or("?"), short(id))
        }
        (Origin::Index, Some(path)) => format!("index:{path}"),
        (origin, path) => path.unwrap_or(origin.name()).to_owned(),
    }
}

fn value(finding: &Finding, style: Style) -> String {
    match &finding.subject {
        Subject::Credential(credential) if style.reveal => credential.secret.reveal().to_owned(),
        Subject::Credential(credential) => credential.secret.redacted(),
        Subject::Practice(practice) => practice.message.clone(),
    }
}
