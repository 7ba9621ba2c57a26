//! `stripeguard baseline import`: what another scanner's list names, by our own fingerprints.

use std::fs;

use anyhow::{Context, anyhow, bail};

use super::super::args::Import;
use super::super::{Exit, output, today};
use super::list::List;
use crate::decode::container::Limits;
use crate::finding::Finding;
use crate::git;
use crate::import::{self, Foreign, Format, Outcome, Resolver};
use crate::scan::Scanner;
use crate::suppress::{Entry, Standing};

/// What became of the entries.
#[derive(Default)]
struct Tally {
    added: usize,
    known: usize,
    not_reported: Vec<String>,
    lost: Vec<String>,
    /// About other vendors, or about nothing that could be told.
    others: usize,
}

/// Reads a list, scans the repository, and adds a line for each secret that the list names.
///
/// # Errors
/// If the list cannot be read or is none.
pub fn run(arguments: &Import) -> anyhow::Result<Exit> {
    let name = arguments.list.display();
    let bytes = fs::read(&arguments.list).with_context(|| format!("{name} cannot be read"))?;
    let text = import::decode(&bytes).map_err(|why| anyhow!("{name} {why}"))?;
    let Some(format) = Format::of(&text) else {
        bail!(
            "{name} is no list that can be imported: a JSON report or the .gitleaksignore of \
             gitleaks, a baseline of detect-secrets or kingfisher, or the output of \
             `trufflehog --json`"
        );
    };
    let file_name = arguments.list.file_name().unwrap_or_default().to_string_lossy();
    let entries = import::read(format, &file_name, &text)
        .map_err(|error| anyhow!("{name} is no {}: {error}", format.name()))?;
    let mut list = List::new(&arguments.scan)?;
    let report = list.scan(&arguments.scan)?;
    let root = &arguments.scan.path;
    let repository = git::is_repository(root).then(|| git::open(root)).transpose()?;
    let scanner = Scanner::new(today(), Limits::default());
    let resolver = Resolver::new(&report.findings, repository.as_ref(), root, scanner.detector());
    let mut tally = Tally::default();
    for entry in &entries {
        let label = scanner.label(&entry.label);
        match resolver.resolve(entry) {
            Outcome::Finding(number) => {
                let line = line(&report.findings[number], entry, &file_name, &scanner);
                let is_new = list.baseline.add(line);
                *(if is_new { &mut tally.added } else { &mut tally.known }) += 1;
            }
            _ if !entry.is_of_stripe() => tally.others += 1,
            Outcome::NotReported(why) => tally.not_reported.push(format!("{label}: {why}")),
            Outcome::Lost(why) => tally.lost.push(format!("{label}: {why}")),
        }
    }
    tell(&tally)?;
    list.save(&format!("{} added, {} in all", tally.added, list.baseline.entries().count()))?;
    Ok(super::say_gaps(&report))
}

fn line(finding: &Finding, entry: &Foreign, list: &str, scanner: &Scanner) -> Entry {
    let mut line = Entry::of(finding, today());
    let reason = match &entry.reason {
        Some(reason) => format!("{reason} ({list})"),
        None => format!("from {list}"),
    };
    let standing = entry.standing.unwrap_or(Standing::Open);
    line.decide(standing, Some(&scanner.label(&reason)), today());
    line
}

fn tell(tally: &Tally) -> anyhow::Result<()> {
    output::stdout(|out| {
        writeln!(out, "{} entries name a secret that is found here", tally.added + tally.known)?;
        if tally.known > 0 {
            writeln!(out, "  {} of them one that the list has already", tally.known)?;
        }
        if !tally.not_reported.is_empty() {
            writeln!(out, "{} need no line, for they are not reported:", tally.not_reported.len())?;
        }
        for one in &tally.not_reported {
            writeln!(out, "  {one}")?;
        }
        if tally.others > 0 {
            writeln!(out, "{} are not about Stripe, or do not say so", tally.others)?;
        }
        if !tally.lost.is_empty() {
            writeln!(out, "{} of Stripe could not be found again:", tally.lost.len())?;
        }
        for one in &tally.lost {
            writeln!(out, "  {one}")?;
        }
        Ok(())
    })
}
