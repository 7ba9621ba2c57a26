//! `stripeguard baseline`.

mod audit;
mod import;
mod list;

use super::args::baseline::{Baseline as Arguments, BaselineScan};
use super::{Exit, output};
use crate::finding::{Finding, Status};
use crate::key::Severity;
use crate::report::Report;
use crate::suppress::{Entry, RULES};
use list::List;

/// Carries out a command on the list of known leaks.
///
/// # Errors
/// If the list or the request is wrong, or something cannot be written.
pub fn run(arguments: &Arguments) -> anyhow::Result<Exit> {
    match arguments {
        Arguments::Create(scan) => create(scan),
        Arguments::Update(scan) => update(scan),
        Arguments::Prune(scan) => prune(scan),
        Arguments::Audit(arguments) => audit::run(arguments),
        Arguments::Import(arguments) => import::run(arguments),
    }
}

fn create(arguments: &BaselineScan) -> anyhow::Result<Exit> {
    let list = List::new(arguments)?;
    list.must_not_exist()?;
    add(arguments, list)
}

fn update(arguments: &BaselineScan) -> anyhow::Result<Exit> {
    let list = List::open(arguments)?;
    add(arguments, list)
}

/// Adds every leak that asks somebody to act.
fn add(arguments: &BaselineScan, mut list: List) -> anyhow::Result<Exit> {
    let report = list.scan(arguments)?;
    let today = super::today();
    let mut added = 0;
    for finding in report.findings.iter().filter(|finding| is_open(finding)) {
        added += usize::from(list.baseline.add(Entry::of(finding, today)));
    }
    let what = format!("{added} added, {} in all", list.baseline.entries().count());
    list.save(&what)?;
    Ok(say_gaps(&report))
}

fn prune(arguments: &BaselineScan) -> anyhow::Result<Exit> {
    let mut list = List::open(arguments)?;
    list.must_be_about(arguments)?;
    let report = list.scan(arguments)?;
    if !report.coverage.is_complete() {
        output::stderr("stripeguard: nothing was removed, since not everything could be read\n");
        return Ok(say_gaps(&report));
    }
    let before = list.baseline.entries().count();
    let is_found =
        |entry: &Entry| report.findings.iter().any(|f| f.fingerprint == entry.fingerprint);
    list.baseline.retain(is_found);
    let left = list.baseline.entries().count();
    list.save(&format!("{} removed, {left} in all", before - left))?;
    Ok(Exit::Clean)
}

/// Whether a finding belongs into a list of leaks that are known. What is wrong with a suppression
/// is mended, not listed, and what is public is no leak.
fn is_open(finding: &Finding) -> bool {
    let is_rot = RULES.iter().any(|rule| rule.id == finding.rule_id());
    finding.status == Status::Open && finding.severity < Severity::Info && !is_rot
}

/// Says what could not be read, and what that means for the exit code.
fn say_gaps(report: &Report) -> Exit {
    for gap in &report.coverage.gaps {
        output::stderr(&format!("stripeguard: not read: {}: {}\n", gap.what, gap.why));
    }
    if report.coverage.is_complete() { Exit::Clean } else { Exit::Incomplete }
}
