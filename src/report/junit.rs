//! `--format junit`: for the test views of CI servers.
//!
//! A finding that asks somebody to act is a failure, what could not be read is an error, what asks
//! nobody to act is skipped; a run with none of these has one test that passed.

use std::io::{self, Write};

use quick_junit::{NonSuccessKind, Report as Document, TestCase, TestCaseStatus, TestSuite};

use super::words::no_command;
use super::{Report, Style, place, sentence};
use crate::coverage::Note;
use crate::finding::{Finding, Status};

/// Writes the report as JUnit XML.
///
/// # Errors
/// What the output says.
pub fn write(report: &Report, _style: Style, output: &mut dyn Write) -> io::Result<()> {
    let mut suite = TestSuite::new("stripeguard");
    suite.add_test_cases(report.findings.iter().map(|finding| case(finding, report)));
    suite.add_test_cases(report.coverage.gaps.iter().map(gap));
    suite.add_test_cases(report.notices.iter().map(notice));
    let is_clean = report.findings.iter().all(|finding| finding.status != Status::Open);
    if is_clean && report.coverage.is_complete() {
        let mut passed = TestCase::new("No Stripe secrets found", TestCaseStatus::success());
        passed.set_classname("stripeguard");
        suite.add_test_case(passed);
    }
    let mut document = Document::new("stripeguard");
    document.add_test_suite(suite);
    document.serialize(output).map_err(io::Error::other)
}

fn case(finding: &Finding, report: &Report) -> TestCase {
    let place = place::name(&finding.place, report);
    let text = one_line(&sentence::about(finding));
    let mut status = match finding.status {
        Status::Open => TestCaseStatus::non_success(NonSuccessKind::Failure),
        Status::Suppressed | Status::Sample => TestCaseStatus::skipped(),
    };
    status.set_type(finding.severity.word()).set_message(text.as_str());
    if finding.status == Status::Open {
        let snippet = &finding.place.snippet.text;
        let remedy = finding.remedy();
        let lines = format!("{place}\n| {snippet}\n\n{text}\n\nWhat to do:\n{remedy}");
        let lines: Vec<String> = lines.split('\n').map(no_command).collect();
        status.set_description(lines.join("\n"));
    }
    let name = format!("{place}: {}", one_line(finding.title()));
    let mut case = TestCase::new(name, status);
    case.set_classname(finding.rule_id());
    let (path, is_there) = place::in_repository(finding, &finding.place, report);
    if is_there {
        // CI servers link a test to its file by these, as pytest writes them.
        case.extra.insert("file".into(), path.into());
        case.extra.insert("line".into(), finding.place.start.line.to_string().into());
    }
    case
}

/// An attribute keeps the lines of its text, and a log may obey what stands at the beginning of one.
fn one_line(text: &str) -> String {
    text.replace(['\r', '\n'], " ")
}

fn gap(note: &Note) -> TestCase {
    let mut status = TestCaseStatus::non_success(NonSuccessKind::Error);
    status.set_type("gap").set_message(note.why.as_str());
    status.set_description(format!("{}\n{}", note.what, note.why));
    let mut case = TestCase::new(format!("{} could not be read", note.what), status);
    case.set_classname("coverage");
    case
}

fn notice(note: &Note) -> TestCase {
    let mut status = TestCaseStatus::skipped();
    status.set_type("notice").set_message(note.why.as_str());
    let mut case = TestCase::new(note.what.as_str(), status);
    case.set_classname("configuration");
    case
}
