//! `--format json`: the contract that other programs build on, `stripeguard.report/1`.
//!
//! The structs here are the contract and nothing else uses them. Absent things are `null`; only
//! `secret.value` is left out, unless the run was told to reveal values. The schema of the
//! contract is made from these structs.

use std::io::{self, Write};

use schemars::JsonSchema;
use serde::Serialize;

use super::date::rfc3339;
use super::{Report, Style};
use crate::blob::{CommitRef, Origin};
use crate::coverage::{Coverage, Note};
use crate::finding::{self, Finding, Status};
use crate::key::Severity;
use crate::sighting::Place;
use crate::subject;

/// Writes the report as one JSON document with a line end behind it.
///
/// # Errors
/// What the output says.
pub fn write(report: &Report, style: Style, output: &mut dyn Write) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *output, &Document::of(report, style))?;
    writeln!(output)
}

/// The JSON Schema of the contract.
pub fn schema() -> String {
    let schema = schemars::schema_for!(Document);
    serde_json::to_string_pretty(&schema).expect("a schema is plain JSON") + "\n"
}

/// A report of stripeguard.
#[derive(Serialize, JsonSchema)]
#[schemars(title = "stripeguard.report/1")]
struct Document<'a> {
    /// The name and version of this contract.
    schema: &'static str,
    tool: Tool,
    findings: Vec<Entry<'a>>,
    coverage: Receipt<'a>,
    /// What a configuration suppressed, disabled or played down, and where it says so.
    notices: Vec<Remark<'a>>,
    stats: Stats,
}

#[derive(Serialize, JsonSchema)]
struct Tool {
    name: &'static str,
    version: &'static str,
}

/// One secret in one path.
#[derive(Serialize, JsonSchema)]
struct Entry<'a> {
    /// The id of the rule.
    rule: &'a str,
    /// `secret` or `lint`.
    kind: &'static str,
    /// `critical`, `high`, `medium`, `low` or `info`.
    severity: String,
    /// `certain`, `likely` or `possible`.
    confidence: String,
    message: String,
    #[serde(flatten)]
    location: Location<'a>,
    /// `client`, `server` or `unknown`.
    side: &'static str,
    /// Why, as a sentence for people; null where nothing is known.
    evidence: Option<&'a str>,
    /// The files that lead from where what ships begins to this one, where imports prove it.
    route: &'a [String],
    /// The identity of the leak: 64 hexadecimal digits, the same wherever the secret stands.
    fingerprint: &'a str,
    /// `open`, `suppressed` or `sample`.
    status: &'static str,
    /// What covers it; null unless it is suppressed.
    suppression: Option<Suppression<'a>>,
    /// Every other place of the same secret in the same path.
    locations: Vec<Location<'a>>,
    /// What history tells; null where it was not read or does not know the path.
    history: Option<History<'a>>,
    secret: Option<Credential<'a>>,
}

/// What keeps a finding from asking somebody to act.
#[derive(Serialize, JsonSchema)]
struct Suppression<'a> {
    /// `comment`, `config` or `baseline`.
    by: &'static str,
    /// Where that stands, such as `stripeguard.toml:12`.
    source: &'a str,
    /// Why, if it says so.
    reason: Option<&'a str>,
}

/// A place. Lines and columns count from 1, columns in Unicode characters; the end is just behind
/// the last character; the offset counts bytes.
#[derive(Serialize, JsonSchema)]
struct Location<'a> {
    /// Relative to where the scan began, with `/`; a member of an archive is `outer!/inner`. Null
    /// where there is no path, as for a commit message.
    path: Option<&'a str>,
    line: u64,
    column: u64,
    end_line: u64,
    end_column: u64,
    /// Null in a patch, which does not tell it.
    offset: Option<u64>,
    /// `tree`, `index`, `history`, `message`, `name`, `ref`, `reflog`, `config`, `stdin` or `patch`.
    origin: &'static str,
    /// The git object that holds it.
    object: Option<String>,
    /// The commit that introduced it.
    commit: Option<String>,
    author: Option<&'a str>,
    /// RFC 3339, UTC.
    date: Option<String>,
    /// The spellings through which it was read, the outermost first.
    decoded: Vec<&'static str>,
}

/// What the history of the repository tells about a finding.
#[derive(Serialize, JsonSchema)]
struct History<'a> {
    first: Option<Commit<'a>>,
    /// The last commit that still had it.
    last: Option<Commit<'a>>,
    /// Whether the commit of HEAD has it.
    at_head: bool,
    /// The references that reach it.
    refs: &'a [String],
}

#[derive(Serialize, JsonSchema)]
struct Commit<'a> {
    id: String,
    author: &'a str,
    /// RFC 3339, UTC.
    date: Option<String>,
    subject: &'a str,
}

/// What is known about the credential itself.
#[derive(Serialize, JsonSchema)]
struct Credential<'a> {
    /// `secret`, `restricted`, `publishable`, `organization`, `webhook` …
    r#type: String,
    /// `live`, `test`, or null where the credential does not say.
    mode: Option<String>,
    /// The account id that stands in the key.
    account: Option<&'a str>,
    /// When that account was created: RFC 3339, UTC.
    created: Option<String>,
    redacted: String,
    /// The value in clear text: only with `--reveal`.
    #[serde(skip_serializing_if = "Option::is_none")]
    value: Option<&'a str>,
}

/// What was asked for and what was read.
#[derive(Serialize, JsonSchema)]
struct Receipt<'a> {
    complete: bool,
    requested: &'a [String],
    read: Read,
    skipped: Vec<Remark<'a>>,
    gaps: Vec<Remark<'a>>,
}

#[derive(Serialize, JsonSchema)]
struct Read {
    files: u64,
    bytes: u64,
    objects: Objects,
    /// How many of the objects were known to be clean from an earlier run and not read again.
    known: u64,
}

#[derive(Serialize, JsonSchema)]
struct Objects {
    blob: u64,
    tree: u64,
    commit: u64,
    tag: u64,
}

#[derive(Serialize, JsonSchema)]
struct Remark<'a> {
    what: &'a str,
    why: &'a str,
}

/// Open findings by severity, and what asks nobody to act.
#[derive(Default, Serialize, JsonSchema)]
struct Stats {
    critical: u64,
    high: u64,
    medium: u64,
    low: u64,
    info: u64,
    suppressed: u64,
    samples: u64,
}

impl<'a> Document<'a> {
    fn of(report: &'a Report, style: Style) -> Self {
        Self {
            schema: "stripeguard.report/1",
            tool: Tool { name: env!("CARGO_PKG_NAME"), version: env!("CARGO_PKG_VERSION") },
            findings: report.findings.iter().map(|finding| Entry::of(finding, style)).collect(),
            coverage: Receipt::of(&report.coverage),
            notices: report.notices.iter().map(Remark::of).collect(),
            stats: Stats::of(&report.findings),
        }
    }
}

impl<'a> Entry<'a> {
    fn of(finding: &'a Finding, style: Style) -> Self {
        Self {
            rule: finding.rule_id(),
            kind: finding.subject.kind(),
            severity: finding.severity.to_string(),
            confidence: finding.confidence.to_string(),
            message: finding.message(),
            location: Location::of(&finding.place),
            side: finding.exposure.side.word(),
            evidence: finding.exposure.evidence.as_deref(),
            route: &finding.exposure.route,
            fingerprint: &finding.fingerprint,
            status: finding.status.word(),
            suppression: finding.suppression.as_ref().map(Suppression::of),
            locations: finding.others.iter().map(Location::of).collect(),
            history: finding.lineage.as_ref().map(|lineage| History {
                first: lineage.first.as_ref().map(Commit::of),
                last: lineage.last.as_ref().map(Commit::of),
                at_head: lineage.at_head,
                refs: &lineage.refs,
            }),
            secret: finding.credential().map(|credential| Credential::of(credential, style)),
        }
    }
}

impl<'a> Suppression<'a> {
    fn of(suppression: &'a finding::Suppression) -> Self {
        Self {
            by: suppression.by.word(),
            source: &suppression.source,
            reason: suppression.reason.as_deref(),
        }
    }
}

impl<'a> Location<'a> {
    fn of(place: &'a Place) -> Self {
        Self {
            path: place.path.as_deref(),
            line: place.start.line,
            column: place.start.column,
            end_line: place.end.line,
            end_column: place.end.column,
            offset: (place.origin != Origin::Patch).then_some(place.start.offset),
            origin: place.origin.name(),
            object: place.origin.object().map(|id| id.to_string()),
            commit: place.commit.as_ref().map(|commit| commit.id.to_string()),
            author: place.commit.as_ref().map(|commit| commit.author.as_str()),
            date: place.commit.as_ref().and_then(|commit| rfc3339(commit.date)),
            decoded: place.decoded.iter().map(|layer| layer.name()).collect(),
        }
    }
}

impl<'a> Commit<'a> {
    fn of(commit: &'a CommitRef) -> Self {
        Self {
            id: commit.id.to_string(),
            author: &commit.author,
            date: rfc3339(commit.date),
            subject: &commit.subject,
        }
    }
}

impl<'a> Credential<'a> {
    fn of(credential: &'a subject::Credential, style: Style) -> Self {
        let subject::Credential { rule, secret, facts } = credential;
        Self {
            r#type: rule.kind.to_string(),
            mode: rule.mode.map(|mode| mode.to_string()),
            account: facts.account.as_deref(),
            created: facts.created.and_then(rfc3339),
            redacted: secret.redacted(),
            value: style.reveal.then(|| secret.reveal()),
        }
    }
}

impl<'a> Receipt<'a> {
    fn of(coverage: &'a Coverage) -> Self {
        let objects = coverage.objects;
        Self {
            complete: coverage.is_complete(),
            requested: &coverage.requested,
            read: Read {
                files: coverage.files,
                bytes: coverage.bytes,
                objects: Objects {
                    blob: objects.blobs,
                    tree: objects.trees,
                    commit: objects.commits,
                    tag: objects.tags,
                },
                known: coverage.known,
            },
            skipped: coverage.skipped.iter().map(Remark::of).collect(),
            gaps: coverage.gaps.iter().map(Remark::of).collect(),
        }
    }
}

impl<'a> Remark<'a> {
    fn of(note: &'a Note) -> Self {
        Self { what: &note.what, why: &note.why }
    }
}

impl Stats {
    fn of(findings: &[Finding]) -> Self {
        let mut stats = Self::default();
        for finding in findings {
            *match (finding.status, finding.severity) {
                (Status::Sample, _) => &mut stats.samples,
                (Status::Suppressed, _) => &mut stats.suppressed,
                (Status::Open, Severity::Critical) => &mut stats.critical,
                (Status::Open, Severity::High) => &mut stats.high,
                (Status::Open, Severity::Medium) => &mut stats.medium,
                (Status::Open, Severity::Low) => &mut stats.low,
                (Status::Open, Severity::Info) => &mut stats.info,
            } += 1;
        }
        stats
    }
}
