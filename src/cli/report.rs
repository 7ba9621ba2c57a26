//! `stripeguard report`.

use std::fs;
use std::io::{self, Read};
use std::path::Path;

use anyhow::Context;

use super::Exit;
use super::args::report::{Merge, ReportCommand};
use crate::finding;
use crate::key::Severity;
use crate::report::{self, merge};
use crate::suppress;

/// Carries out what is to be done with reports.
///
/// # Errors
/// If one of them cannot be read, or the result cannot be written.
pub fn run(command: &ReportCommand) -> anyhow::Result<Exit> {
    match command {
        ReportCommand::Merge(arguments) => merge_all(arguments),
    }
}

fn merge_all(arguments: &Merge) -> anyhow::Result<Exit> {
    let targets = arguments.report.targets()?;
    let mut reports = Vec::new();
    for path in &arguments.files {
        let text = read(path).with_context(|| format!("{} cannot be read", path.display()))?;
        reports.push(report::read(&text).with_context(|| path.display().to_string())?);
    }
    let is_joined = reports.len() > 1;
    let mut report = merge::merge(reports);
    if is_joined {
        suppress::by_comments(&mut report.findings);
        finding::sort(&mut report.findings);
    }
    arguments.report.write(&report, &targets)?;
    // No configuration stands beside a report, so its default counts.
    Ok(arguments.report.exit(&report, Severity::Low))
}

fn read(path: &Path) -> io::Result<Vec<u8>> {
    if path == Path::new("-") {
        let mut text = Vec::new();
        io::stdin().lock().read_to_end(&mut text)?;
        return Ok(text);
    }
    fs::read(path)
}
