//! `--format text`: for people at a terminal.

mod frame;
mod summary;

use std::collections::{HashMap, HashSet};
use std::io::{self, Write};

use super::{Report, Style};
use crate::finding::{Finding, Status};
use crate::incident;
use crate::key::Severity;

/// Writes the report: a frame for each secret that asks somebody to act, a line for what is short-lived
/// or public, of which fixtures hold hundreds, and what was read.
///
/// # Errors
/// What the output says.
pub fn write(report: &Report, style: Style, output: &mut dyn Write) -> io::Result<()> {
    let mut told = HashSet::new();
    let incidents = incident::join(&report.findings);
    let (framed, lines): (Vec<_>, Vec<_>) =
        incidents.iter().partition(|incident| incident.severity() < Severity::Low);
    for incident in framed {
        let is_new = told.insert(incident.worst.rule_id());
        frame::write(incident, is_new, report, style, output)?;
    }
    for incident in lines {
        frame::write_line(incident, report, style, output)?;
    }
    if style.show_suppressed {
        for group in suppressed(report) {
            frame::write_suppressed(&group, report, style, output)?;
        }
    }
    summary::write(report, style, output)
}

/// Suppressed findings of one secret together.
fn suppressed(report: &Report) -> Vec<Vec<&Finding>> {
    let mut groups: Vec<Vec<&Finding>> = Vec::new();
    let mut index = HashMap::new();
    for finding in report.findings.iter().filter(|f| f.status == Status::Suppressed) {
        let at = *index.entry(&finding.fingerprint).or_insert_with(|| {
            groups.push(Vec::new());
            groups.len() - 1
        });
        groups[at].push(finding);
    }
    groups
}
