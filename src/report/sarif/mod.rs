//! `--format sarif`: SARIF 2.1.0, as GitHub's code scanning and other viewers take it.
//!
//! What GitHub asks of an upload and shows of it:
//! <https://docs.github.com/en/code-security/reference/code-scanning/sarif-files/sarif-support-for-code-scanning>.

mod model;
mod result;
mod rules;
mod uri;

use std::collections::BTreeMap;
use std::io::{self, Write};

use model::{
    BaseId, Descriptor, Driver, Invocation, Log, Notification, NotificationKind, Run,
    RunProperties, Text, Tool,
};

use super::rule::HOME;
use super::words::plural;
use super::{Report, Style};
use crate::coverage::{Coverage, Note};
use crate::finding::Finding;

/// GitHub shows no more results of one run, and refuses more than five times as many.
const RESULTS: usize = 5000;

/// What notifications of a run are about; each names its index.
const NOTIFICATIONS: [(&str, &str); 3] = [
    ("gap", "Something that was asked for could not be read"),
    ("notice", "A configuration in the scanned repository hid something"),
    ("cut", "Results beyond the number that viewers show were left out"),
];

/// Writes the report as one SARIF log with one run.
///
/// # Errors
/// What the output says.
pub fn write(report: &Report, _style: Style, output: &mut dyn Write) -> io::Result<()> {
    let log = Log {
        schema: "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
        version: "2.1.0",
        runs: [run(report)],
    };
    serde_json::to_writer_pretty(&mut *output, &log)?;
    writeln!(output)
}

fn run(report: &Report) -> Run {
    let shown: Vec<&Finding> = report.findings.iter().take(RESULTS).collect();
    let (rules, index) = rules::of(&shown);
    let results =
        shown.iter().map(|finding| result::of(finding, index[finding.rule_id()], report)).collect();
    Run {
        tool: Tool {
            driver: Driver {
                name: env!("CARGO_PKG_NAME"),
                organization: env!("CARGO_PKG_NAME"),
                semantic_version: env!("CARGO_PKG_VERSION"),
                version: env!("CARGO_PKG_VERSION"),
                information_uri: HOME,
                rules,
                notifications: NOTIFICATIONS.map(kind).into(),
            },
        },
        invocations: [invocation(report)],
        original_uri_base_ids: BTreeMap::from([(
            uri::ROOT,
            BaseId { description: Text::of("The root of the repository, or where the scan began") },
        )]),
        column_kind: "unicodeCodePoints",
        redaction_tokens: ["…"],
        results,
        properties: coverage(&report.coverage),
    }
}

fn kind((id, text): (&'static str, &str)) -> NotificationKind {
    NotificationKind { id, short_description: Text::of(text) }
}

fn invocation(report: &Report) -> Invocation {
    let mut execution: Vec<_> =
        report.coverage.gaps.iter().map(|gap| notification(0, "error", sentence(gap))).collect();
    let left = report.findings.len().saturating_sub(RESULTS);
    if left > 0 {
        let text = format!(
            "{} left out, the least urgent: viewers show {RESULTS} of a run. Other formats have all.",
            plural(left as u64, "result")
        );
        execution.push(notification(2, "warning", text));
    }
    let notices = report.notices.iter().map(|note| notification(1, "warning", sentence(note)));
    Invocation {
        execution_successful: report.coverage.is_complete(),
        tool_execution_notifications: execution,
        tool_configuration_notifications: notices.collect(),
    }
}

fn notification(index: usize, level: &'static str, text: String) -> Notification {
    let (id, _) = NOTIFICATIONS[index];
    Notification { descriptor: Descriptor { id, index }, level, message: Text::of(text) }
}

fn sentence(note: &Note) -> String {
    format!("{}: {}", note.what, note.why)
}

/// What was read, and what was passed over on purpose.
fn coverage(coverage: &Coverage) -> RunProperties {
    RunProperties {
        requested: coverage.requested.clone(),
        files: coverage.files,
        objects: coverage.objects.total(),
        bytes: coverage.bytes,
        skipped: coverage.skipped.iter().map(sentence).collect(),
    }
}
