//! `--format gitlab`: GitLab's secret detection report, schema 15.1.4
//! (<https://gitlab.com/gitlab-org/security-products/security-report-schemas>).

use std::io::{self, Write};

use serde::Serialize;

use super::date::rfc3339;
use super::rule::{HOME, RuleText};
use super::{Report, Style, place, sentence};
use crate::coverage::Note;
use crate::finding::{Finding, Status};
use crate::key::Severity;

/// The longest `solution` that the schema takes, in characters.
const SOLUTION: usize = 7000;

#[derive(Serialize)]
struct Document {
    version: &'static str,
    schema: &'static str,
    scan: Scan,
    vulnerabilities: Vec<Vulnerability>,
}

#[derive(Serialize)]
struct Scan {
    analyzer: Program,
    scanner: Program,
    r#type: &'static str,
    start_time: String,
    end_time: String,
    status: &'static str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    messages: Vec<Message>,
}

#[derive(Serialize)]
struct Program {
    id: &'static str,
    name: &'static str,
    url: &'static str,
    version: &'static str,
    vendor: Vendor,
}

#[derive(Serialize)]
struct Vendor {
    name: &'static str,
}

#[derive(Serialize)]
struct Message {
    level: &'static str,
    value: String,
}

#[derive(Serialize)]
struct Vulnerability {
    id: String,
    category: &'static str,
    name: String,
    description: String,
    severity: &'static str,
    solution: String,
    identifiers: Vec<Identifier>,
    links: Vec<Link>,
    location: Location,
    raw_source_code_extract: String,
}

#[derive(Serialize)]
struct Identifier {
    r#type: &'static str,
    name: String,
    value: String,
    url: String,
}

#[derive(Serialize)]
struct Link {
    url: String,
}

#[derive(Serialize)]
struct Location {
    file: String,
    commit: Commit,
    start_line: u64,
    end_line: u64,
}

#[derive(Serialize)]
struct Commit {
    sha: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    author: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    date: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<String>,
}

/// Writes what asks somebody to act. What is suppressed or a sample is only counted: GitLab would
/// take each for a vulnerability.
///
/// # Errors
/// What the output says.
pub fn write(report: &Report, style: Style, output: &mut dyn Write) -> io::Result<()> {
    let open = report.findings.iter().filter(|finding| finding.status == Status::Open);
    let document = Document {
        version: "15.1.4",
        schema: "https://gitlab.com/gitlab-org/security-products/security-report-schemas/-/raw/v15.1.4/dist/secret-detection-report-format.json",
        scan: scan(report, style),
        vulnerabilities: open.map(|finding| vulnerability(finding, report)).collect(),
    };
    serde_json::to_writer_pretty(&mut *output, &document)?;
    writeln!(output)
}

fn scan(report: &Report, style: Style) -> Scan {
    let program = || Program {
        id: env!("CARGO_PKG_NAME"),
        name: env!("CARGO_PKG_NAME"),
        url: HOME,
        version: env!("CARGO_PKG_VERSION"),
        vendor: Vendor { name: env!("CARGO_PKG_NAME") },
    };
    // The schema asks for a time without a zone.
    let now = rfc3339(style.now).unwrap_or_default().trim_end_matches('Z').to_owned();
    Scan {
        analyzer: program(),
        scanner: program(),
        r#type: "secret_detection",
        start_time: now.clone(),
        end_time: now,
        status: if report.coverage.is_complete() { "success" } else { "failure" },
        messages: messages(report),
    }
}

fn messages(report: &Report) -> Vec<Message> {
    let text = |note: &Note| format!("{}: {}", note.what, note.why);
    let gaps = report
        .coverage
        .gaps
        .iter()
        .map(|gap| Message { level: "warn", value: format!("could not be read: {}", text(gap)) });
    let notices =
        report.notices.iter().map(|notice| Message { level: "info", value: text(notice) });
    let quiet = report.findings.iter().filter(|finding| finding.status != Status::Open);
    let quiet = quiet.map(|finding| Message {
        level: "info",
        value: format!(
            "{}: {} {}",
            place::name(&finding.place, report),
            sentence::what(finding),
            sentence::status(finding).unwrap_or_default()
        ),
    });
    gaps.chain(notices).chain(quiet).collect()
}

fn vulnerability(finding: &Finding, report: &Report) -> Vulnerability {
    let rule = RuleText::of(finding);
    Vulnerability {
        id: uuid(finding),
        category: "secret_detection",
        name: rule.title.chars().take(255).collect(),
        description: markdown(&sentence::about(finding)),
        severity: severity(finding.severity),
        solution: rule.remedy.chars().take(SOLUTION).collect(),
        identifiers: vec![Identifier {
            r#type: "stripeguard_rule_id",
            name: format!("stripeguard rule {}", rule.id),
            value: rule.id.to_owned(),
            url: rule.page().to_owned(),
        }],
        links: rule.references.iter().map(|link| Link { url: (*link).to_owned() }).collect(),
        location: location(finding, report),
        raw_source_code_extract: finding.place.snippet.text.clone(),
    }
}

/// A UUID of version 8 (RFC 9562) of the leak and its place, so that a run names what the last one
/// named.
fn uuid(finding: &Finding) -> String {
    use sha2::{Digest, Sha256};
    let mut hash = Sha256::new();
    hash.update(finding.fingerprint.as_bytes());
    hash.update(finding.place.path.as_deref().unwrap_or_default().as_bytes());
    hash.update(finding.place.origin.object().map(|id| id.to_string()).unwrap_or_default());
    let mut bytes: Vec<u8> = hash.finalize().iter().copied().take(16).collect();
    bytes[6] = bytes[6] & 0x0f | 0x80;
    bytes[8] = bytes[8] & 0x3f | 0x80;
    let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    [&hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..]].join("-")
}

fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical => "Critical",
        Severity::High => "High",
        Severity::Medium => "Medium",
        Severity::Low => "Low",
        Severity::Info => "Info",
    }
}

fn location(finding: &Finding, report: &Report) -> Location {
    let place = &finding.place;
    let (file, _) = place::in_repository(finding, place, report);
    let commit = place.commit.as_ref();
    Location {
        file,
        commit: Commit {
            // What GitLab's own analyzer writes where there is no commit.
            sha: commit.map_or_else(|| "0000000".to_owned(), |commit| commit.id.to_string()),
            author: commit.map(|commit| commit.author.clone()),
            date: commit.and_then(|commit| rfc3339(commit.date)),
            message: commit.map(|commit| commit.subject.clone()),
        },
        start_line: place.start.line,
        end_line: place.end.line,
    }
}

/// Text in which no character is markup of GitLab, and no word a mention.
fn markdown(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_ascii_punctuation() && !".,:;/-()".contains(c) {
            plain.push('\\');
        }
        plain.push(c);
    }
    plain
}
