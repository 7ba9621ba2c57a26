//! `--format csv`: a table for spreadsheets, one finding a row, and a row for each gap and notice.

use std::io::{self, Write};

use super::date::rfc3339;
use super::{Report, Style};
use crate::blob::{CommitRef, Origin};
use crate::coverage::Note;
use crate::finding::Finding;

/// The columns. The first says what a row is: `secret`, `lint`, `gap` or `notice`.
const COLUMNS: [&str; 33] = [
    "kind",
    "status",
    "severity",
    "confidence",
    "rule",
    "message",
    "path",
    "line",
    "column",
    "end_line",
    "end_column",
    "origin",
    "object",
    "commit",
    "author",
    "date",
    "decoded",
    "places",
    "side",
    "evidence",
    "type",
    "mode",
    "account",
    "created",
    "redacted",
    "value",
    "fingerprint",
    "first_commit",
    "first_date",
    "last_commit",
    "at_head",
    "refs",
    "suppressed_by",
];

/// Writes the table with its header. A cell that a spreadsheet would take for a formula begins with
/// an apostrophe (<https://owasp.org/www-community/attacks/CSV_Injection>).
///
/// # Errors
/// What the output says.
pub fn write(report: &Report, style: Style, output: &mut dyn Write) -> io::Result<()> {
    let mut table = csv::Writer::from_writer(output);
    table.write_record(COLUMNS)?;
    for finding in &report.findings {
        table.write_record(finding_row(finding, style).iter().map(|cell| inert(cell)))?;
    }
    for (kind, notes) in [("gap", &report.coverage.gaps), ("notice", &report.notices)] {
        for note in notes {
            table.write_record(note_row(kind, note).iter().map(|cell| inert(cell)))?;
        }
    }
    table.flush()
}

/// A cell that is no formula, and one line: a log may obey what stands at the beginning of one.
fn inert(cell: &str) -> String {
    let cell = cell.replace(['\r', '\n'], " ");
    if cell.starts_with(['=', '+', '-', '@', '\t', ' ', '\'']) {
        return format!("'{cell}");
    }
    cell
}

fn note_row(kind: &str, note: &Note) -> Vec<String> {
    let cell = |column: &&str| match *column {
        "kind" => kind.to_owned(),
        "message" => note.why.clone(),
        "path" => note.what.clone(),
        _ => String::new(),
    };
    COLUMNS.iter().map(cell).collect()
}

fn finding_row(finding: &Finding, style: Style) -> Vec<String> {
    let mut row = vec![
        finding.subject.kind().to_owned(),
        finding.status.word().to_owned(),
        finding.severity.to_string(),
        finding.confidence.to_string(),
        finding.rule_id().to_owned(),
        finding.message(),
    ];
    row.extend(place_cells(finding));
    row.extend([
        finding.exposure.side.word().to_owned(),
        finding.exposure.evidence.clone().unwrap_or_default(),
    ]);
    row.extend(secret_cells(finding, style));
    row.push(finding.fingerprint.clone());
    row.extend(history_cells(finding));
    let source = finding.suppression.as_ref();
    row.push(
        source.map(|source| format!("{} {}", source.by.word(), source.source)).unwrap_or_default(),
    );
    row
}

fn place_cells(finding: &Finding) -> [String; 12] {
    let place = &finding.place;
    let commit = place.commit.as_ref();
    let decoded: Vec<_> = place.decoded.iter().map(|layer| layer.name()).collect();
    let is_text = !matches!(place.origin, Origin::Ref | Origin::Name(_));
    let number = |number: u64| if is_text { number.to_string() } else { String::new() };
    [
        place.path.clone().unwrap_or_default(),
        number(place.start.line),
        number(place.start.column),
        number(place.end.line),
        number(place.end.column),
        place.origin.name().to_owned(),
        place.origin.object().map(|id| id.to_string()).unwrap_or_default(),
        commit.map(|commit| commit.id.to_string()).unwrap_or_default(),
        commit.map(|commit| commit.author.clone()).unwrap_or_default(),
        date(commit),
        decoded.join(", "),
        (1 + finding.others.len()).to_string(),
    ]
}

fn secret_cells(finding: &Finding, style: Style) -> [String; 6] {
    let Some(credential) = finding.credential() else { return Default::default() };
    let value = credential.secret.value().filter(|_| style.reveal).unwrap_or_default();
    [
        credential.rule.kind.to_string(),
        credential.rule.mode.map(|mode| mode.to_string()).unwrap_or_default(),
        credential.facts.account.clone().unwrap_or_default(),
        credential.facts.created.and_then(rfc3339).unwrap_or_default(),
        credential.secret.redacted(),
        value.to_owned(),
    ]
}

fn history_cells(finding: &Finding) -> [String; 5] {
    let Some(lineage) = &finding.lineage else { return Default::default() };
    let id = |commit: Option<&CommitRef>| commit.map(|commit| commit.id.to_string());
    [
        id(lineage.first.as_ref()).unwrap_or_default(),
        date(lineage.first.as_ref()),
        id(lineage.last.as_ref()).unwrap_or_default(),
        lineage.at_head.to_string(),
        lineage.refs.join(" "),
    ]
}

fn date(commit: Option<&CommitRef>) -> String {
    commit.and_then(|commit| rfc3339(commit.date)).unwrap_or_default()
}
