//! `--format github`: annotations of a workflow run on GitHub
//! (<https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands>).

use std::io::{self, Write};

use super::words::plural;
use super::{Report, Style, place, sentence};
use crate::finding::{Finding, Status};
use crate::incident;
use crate::key::Severity;

/// Writes a command a line, the worst first, since GitHub shows the first ten of each level: one for
/// each place in a file of today, and one for a secret that stands in none; then what could not be
/// read.
///
/// # Errors
/// What the output says.
pub fn write(report: &Report, _style: Style, output: &mut dyn Write) -> io::Result<()> {
    for incident in incident::join(&report.findings) {
        let is_there =
            |finding: &&&Finding| place::in_repository(finding, &finding.place, report).1;
        for finding in incident.findings.iter().filter(is_there) {
            annotation(finding, report, output)?;
        }
        if !incident.findings.iter().any(|finding| is_there(&finding)) {
            annotation(incident.worst, report, output)?;
        }
    }
    for gap in &report.coverage.gaps {
        let text = format!("{}: {}", gap.what, gap.why);
        command("warning", &[("title", "Not complete: this could not be read")], &text, output)?;
    }
    for notice in &report.notices {
        let text = format!("{}: {}", notice.what, notice.why);
        command("notice", &[("title", "A configuration hides something")], &text, output)?;
    }
    match quiet(&report.findings) {
        text if text.is_empty() => Ok(()),
        text => command("notice", &[("title", "Asks nobody to act")], &text, output),
    }
}

fn annotation(finding: &Finding, report: &Report, output: &mut dyn Write) -> io::Result<()> {
    let (path, is_there) = place::in_repository(finding, &finding.place, report);
    let (start, end) = (finding.place.start, finding.place.end);
    let title = format!("{} ({})", finding.title(), finding.severity);
    let numbers = [start.line, end.line, start.column, end.column].map(|n| n.to_string());
    let mut properties = vec![("title", title.as_str())];
    let mut text = sentence::about(finding);
    if is_there {
        properties.extend([
            ("file", path.as_str()),
            ("line", &numbers[0]),
            ("endLine", &numbers[1]),
        ]);
        // GitHub refuses columns of a range over several lines.
        if start.line == end.line {
            properties.extend([("col", numbers[2].as_str()), ("endColumn", &numbers[3])]);
        }
    } else {
        text = format!("{}: {text}", place::name(&finding.place, report));
    }
    let remedy = format!("{text}\nWhat to do:\n{}", finding.remedy());
    command(level(finding.severity), &properties, &remedy, output)
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical | Severity::High => "error",
        Severity::Medium | Severity::Low => "warning",
        Severity::Info => "notice",
    }
}

/// How many findings are there that ask nobody to act.
fn quiet(findings: &[Finding]) -> String {
    let count = |status| findings.iter().filter(|f| f.status == status).count() as u64;
    let counts = [
        (count(Status::Suppressed), "suppressed finding"),
        (count(Status::Sample), "published sample"),
    ];
    let parts: Vec<String> =
        counts.iter().filter(|(n, _)| *n > 0).map(|(n, what)| plural(*n, what)).collect();
    parts.join(", ")
}

fn command(
    name: &str,
    properties: &[(&str, &str)],
    text: &str,
    output: &mut dyn Write,
) -> io::Result<()> {
    let properties: Vec<String> =
        properties.iter().map(|(name, value)| format!("{name}={}", property(value))).collect();
    writeln!(output, "::{name} {}::{}", properties.join(","), data(text))
}

fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
