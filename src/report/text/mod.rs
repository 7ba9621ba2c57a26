//! `--format text`: for people at a terminal.

mod frame;
mod summary;

use std::collections::HashSet;
use std::io::{self, Write};

use super::{Report, Style};
use crate::finding::{Finding, Status};
use crate::key::Severity;

/// Writes the report: a frame for each secret that asks somebody to act, a line for what is short-lived
/// or public, of which fixtures hold hundreds, and what was read.
///
/// # Errors
/// What the output says.
pub fn write(report: &Report, style: Style, output: &mut dyn Write) -> io::Result<()> {
    let mut told = HashSet::new();
    for group in groups(report, |f| f.severity < Severity::Low) {
        let is_new = told.insert(group[0].rule_id());
        frame::write(&group, is_new, &report.base, style, output)?;
    }
    for group in groups(report, |f| f.severity >= Severity::Low) {
        frame::write_line(&group, &report.base, style, output)?;
    }
    summary::write(report, style, output)
}

/// Open findings of one secret together, in the order of the worst of each.
fn groups(report: &Report, wanted: impl Fn(&Finding) -> bool) -> Vec<Vec<&Finding>> {
    let mut groups: Vec<Vec<&Finding>> = Vec::new();
    let mut index = std::collections::HashMap::new();
    for finding in report.findings.iter().filter(|f| f.status == Status::Open && wanted(f)) {
        let at = *index.entry(&finding.fingerprint).or_insert_with(|| {
            groups.push(Vec::new());
            groups.len() - 1
        });
        groups[at].push(finding);
    }
    groups
}
