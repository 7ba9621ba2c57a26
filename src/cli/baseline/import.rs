//! `stripeguard baseline import`: what another scanner's list names, by our own fingerprints.

use std::collections::BTreeSet;
use std::fs;
use std::io::{self, Write};

use anyhow::{Context, anyhow};

use super::super::args::baseline::Import;
use super::super::{Exit, output, today};
use super::list::List;
use crate::decode::container::Limits;
use crate::finding::Finding;
use crate::git;
use crate::import::{self, Foreign, Format, Outcome, Resolver};
use crate::report::Report;
use crate::scan::Scanner;
use crate::suppress::{Entry, Standing};

/// How many of what may be of no interest are shown.
const FEW: usize = 5;

/// What became of the entries.
#[derive(Default)]
struct Tally {
    /// How many entries name a secret.
    named: usize,
    /// Fingerprints of secrets that got a line, and of those that had one.
    added: BTreeSet<String>,
    known: BTreeSet<String>,
    not_reported: Vec<String>,
    lost: Vec<String>,
    /// About other vendors, or about nothing that could be told.
    others: Vec<String>,
}

/// Reads a list, scans the repository, and adds a line for each secret that the list names.
///
/// # Errors
/// If the list cannot be read or is none.
pub fn run(arguments: &Import) -> anyhow::Result<Exit> {
    let foreign = read(arguments)?;
    let mut list = List::new(&arguments.scan)?;
    let report = list.scan(&arguments.scan)?;
    let scanner = Scanner::new(today(), Limits::default());
    let tally = add(arguments, &foreign, &mut list, &report, &scanner)?;
    output::stdout(|out| {
        tell(out, &tally, arguments.verbose)?;
        let what = ["line of the list is left out", "lines of the list are left out"];
        section(out, what, &foreign.skipped, Some(FEW).filter(|_| !arguments.verbose))
    })?;
    let all = list.baseline.entries().count();
    list.save(&format!("{} added, {all} in all", tally.added.len()))?;
    Ok(super::say_gaps(&report))
}

fn read(arguments: &Import) -> anyhow::Result<import::List> {
    let name = arguments.list.display().to_string();
    let bytes = fs::read(&arguments.list).with_context(|| format!("{name} cannot be read"))?;
    let text = import::decode(&bytes).map_err(|why| anyhow!("{name} {why}"))?;
    let path = name.replace('\\', "/");
    let format = Format::of(&path, &text).map_err(|why| anyhow!("{name} {why}"))?;
    import::read(format, &path, &text)
        .map_err(|error| anyhow!("{name} is no {}: {error}", format.name()))
}

/// Adds the lines.
fn add(
    arguments: &Import,
    foreign: &import::List,
    list: &mut List,
    report: &Report,
    scanner: &Scanner,
) -> anyhow::Result<Tally> {
    let root = &arguments.scan.path;
    let repository = git::is_repository(root).then(|| git::open(root)).transpose()?;
    let (entries, findings) = (&foreign.entries, &report.findings);
    let resolver = Resolver::new(entries, findings, repository.as_ref(), root, scanner.detector());
    let file_name = arguments.list.file_name().unwrap_or_default().to_string_lossy();
    let mut tally = Tally::default();
    for entry in entries {
        let label = scanner.label(&entry.label);
        match resolver.resolve(entry) {
            Outcome::Finding(number) => {
                tally.named += 1;
                let line = line(&findings[number], entry, &file_name, scanner);
                let print = line.fingerprint.clone();
                if list.baseline.add(line) {
                    tally.added.insert(print);
                } else if !tally.added.contains(&print) {
                    tally.known.insert(print);
                }
            }
            Outcome::NotReported(why) => tally.not_reported.push(format!("{label}: {why}")),
            Outcome::Lost(why) => tally.lost.push(format!("{label}: {why}")),
            Outcome::Unrelated => tally.others.push(label),
        }
    }
    Ok(tally)
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

fn tell(out: &mut dyn Write, tally: &Tally, is_verbose: bool) -> io::Result<()> {
    named(out, tally)?;
    let what = [
        "entry needs no line, for it is not reported",
        "entries need no line, for they are not reported",
    ];
    section(out, what, &tally.not_reported, None)?;
    let what =
        ["entry of Stripe could not be found again", "entries of Stripe could not be found again"];
    section(out, what, &tally.lost, None)?;
    let what = [
        "entry is not about Stripe, or does not say so",
        "entries are not about Stripe, or do not say so",
    ];
    section(out, what, &tally.others, Some(FEW).filter(|_| !is_verbose))
}

/// How many secrets the entries come to: most lists name one in every commit that had it.
fn named(out: &mut dyn Write, tally: &Tally) -> io::Result<()> {
    let (added, known) = (tally.added.len(), tally.known.len());
    let entries = match tally.named {
        0 => return writeln!(out, "no entry names a secret that is found here"),
        1 => "1 entry names".to_owned(),
        count => format!("{count} entries name"),
    };
    let secrets = match added + known {
        1 => "1 secret that is found here".to_owned(),
        count => format!("{count} secrets that are found here"),
    };
    let lines = if added == 1 { "line" } else { "lines" };
    let before = match known {
        0 => String::new(),
        count => format!(", {count} in the list already"),
    };
    writeln!(out, "{entries} {secrets}: {added} {lines} added{before}")
}

/// A heading in the singular and the plural, and what stands under it: all, or the first few.
fn section(
    out: &mut dyn Write,
    what: [&str; 2],
    lines: &[String],
    most: Option<usize>,
) -> io::Result<()> {
    if lines.is_empty() {
        return Ok(());
    }
    writeln!(out, "{} {}:", lines.len(), what[usize::from(lines.len() > 1)])?;
    let shown = most.unwrap_or(lines.len()).min(lines.len());
    for line in &lines[..shown] {
        writeln!(out, "  {line}")?;
    }
    match lines.len() - shown {
        0 => Ok(()),
        rest => writeln!(out, "  … and {rest} more, which --verbose lists"),
    }
}
