//! Why something is reported or not: a file, one line of it, or one leak.

use std::cmp::Reverse;
use std::fs::File;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};

use super::super::args::explain::Explain;
use super::super::{Exit, config, lints, output, today};
use crate::coverage::Progress;
use crate::decode::container::Limits;
use crate::detect::Dropped;
use crate::document::{Document, Unit};
use crate::finding::{Finding, Status};
use crate::key;
use crate::report::Report;
use crate::run::{self, Request, Scope, Sides};
use crate::scan::Scanner;
use crate::secret::Secret;
use crate::sighting::Place;
use crate::source::history;
use crate::suppress::{self, BaselineFile};

/// How much of a file is searched for what was dropped.
const LARGEST: u64 = 64 << 20;

/// How many places of a leak are listed.
const PLACES: usize = 20;

/// A path that exists, and the line if one is named behind it.
pub fn path_and_line(what: &str) -> Option<(PathBuf, Option<u64>)> {
    if Path::new(what).exists() {
        return Some((PathBuf::from(what), None));
    }
    let (path, line) = what.rsplit_once(':')?;
    let line = line.parse().ok()?;
    Path::new(path).exists().then(|| (PathBuf::from(path), Some(line)))
}

/// Says of everything in a file that begins like a credential what became of it.
///
/// # Errors
/// If the path is no file, or the configuration is wrong.
pub fn explain_path(path: &Path, line: Option<u64>, arguments: &Explain) -> anyhow::Result<Exit> {
    if !path.is_file() {
        bail!("{} is no file; `stripeguard scan` reads directories", path.display());
    }
    let scope = Scope::Paths { paths: vec![path.to_owned()], sides: Sides::Tree };
    let (request, report) = scan(scope, arguments)?;
    let scanner = Scanner::new(request.today, Limits::default());
    let mut bytes = Vec::new();
    let file = File::open(path).with_context(|| format!("{} cannot be read", path.display()))?;
    file.take(LARGEST).read_to_end(&mut bytes)?;
    let dropped = dropped(&scanner, &bytes, path);
    let document = Document::new(&bytes);
    let is_wanted =
        |place: &Place| line.is_none_or(|line| (place.start.line..=place.end.line).contains(&line));
    let mut said = 0;
    output::stdout(|out| {
        for finding in report.findings.iter().filter(|finding| is_in(finding, path)) {
            for place in places(finding).filter(|place| is_wanted(place)) {
                said += 1;
                writeln!(out, "{}", at(place))?;
                tell(out, finding, &request)?;
            }
        }
        for drop in &dropped {
            let position = document.position(drop.span.start, Unit::Byte);
            if line.is_none_or(|line| line == position.line) {
                said += 1;
                let name = scanner.label(&path.to_string_lossy());
                writeln!(out, "{name}:{}:{}", position.line, position.column)?;
                writeln!(out, "  {} begins like {}", shown(&bytes, drop), drop.rule)?;
                writeln!(out, "  dropped: {}", drop.why.text())?;
            }
        }
        for gap in &report.coverage.gaps {
            writeln!(out, "{}\n  not read: {}", gap.what, gap.why)?;
        }
        if said == 0 {
            writeln!(out, "Nothing here begins like a credential of Stripe.")?;
        }
        Ok(())
    })?;
    Ok(if report.coverage.is_complete() { Exit::Clean } else { Exit::Incomplete })
}

/// Says what is known of a leak: where it stands, and whether it is reported.
///
/// # Errors
/// If no leak of the repository here has a fingerprint that begins like this, or several have.
pub fn explain_fingerprint(print: &str, arguments: &Explain) -> anyhow::Result<Exit> {
    let scope = Scope::Paths { paths: vec![PathBuf::from(".")], sides: Sides::Auto };
    let (request, report) = scan(scope, arguments)?;
    let fits = |finding: &&Finding| finding.fingerprint.starts_with(print);
    let found: Vec<&Finding> = report.findings.iter().filter(fits).collect();
    let Some(first) = found.first() else {
        let known = request.baseline.iter().flat_map(|file| file.baseline.entries());
        let known = known.into_iter().any(|entry| entry.fingerprint.starts_with(print));
        let more = if known { "; the baseline knows it, but it is gone from here" } else { "" };
        bail!("nothing that is found here has a fingerprint that begins with {print}{more}");
    };
    if let Some(other) = found.iter().find(|finding| finding.fingerprint != first.fingerprint) {
        bail!(
            "{} and {} begin with {print}; write more of it",
            first.fingerprint,
            other.fingerprint
        );
    }
    output::stdout(|out| {
        writeln!(out, "{}", first.fingerprint)?;
        for finding in &found {
            for place in places(finding).take(PLACES) {
                writeln!(out, "{}", at(place))?;
            }
            let more = finding.others.len().saturating_sub(PLACES - 1);
            if more > 0 {
                writeln!(out, "  and {more} more places in this path")?;
            }
            tell(out, finding, &request)?;
        }
        Ok(())
    })?;
    Ok(Exit::Clean)
}

/// What begins like a credential and is none, each place once, by the rule that fits it best.
fn dropped(scanner: &Scanner, bytes: &[u8], path: &Path) -> Vec<Dropped> {
    let (matches, mut dropped) = scanner.detector().explain(bytes, &path.to_string_lossy());
    dropped.sort_by_key(|drop| (drop.span.start, Reverse(drop.span.end)));
    dropped.dedup_by_key(|drop| drop.span.start);
    let is_within = |drop: &Dropped| {
        let next = matches.partition_point(|found| found.span.end <= drop.span.start);
        matches.get(next).is_some_and(|found| found.span.start < drop.span.end)
    };
    dropped.retain(|drop| !is_within(drop));
    dropped
}

/// Whether a finding is about a file: what is wrong with the configuration stands elsewhere.
fn is_in(finding: &Finding, file: &Path) -> bool {
    let outer = finding.place.path.as_deref().and_then(|path| path.split("!/").next());
    outer.and_then(|path| Path::new(path).file_name()) == file.file_name()
}

fn scan(scope: Scope, arguments: &Explain) -> anyhow::Result<(Request, Report)> {
    let settings = config::load(&arguments.config, &scope)?;
    let baseline: Option<BaselineFile> = config::baseline(&arguments.baseline, &scope)?;
    let request = Request {
        lints: lints::selection(None, &settings.config),
        scope,
        settings,
        baseline,
        history: history::Scope::Local,
        verify_objects: false,
        no_ignore: true,
        cache: None,
        threads: 0,
        today: today(),
    };
    let report = run::run(&request, &Progress::default())?;
    Ok((request, report))
}

fn places(finding: &Finding) -> impl Iterator<Item = &Place> {
    std::iter::once(&finding.place).chain(&finding.others)
}

fn at(place: &Place) -> String {
    let path = place.path.as_deref().unwrap_or(place.origin.name());
    let origin = match place.origin {
        crate::blob::Origin::Tree => String::new(),
        origin => format!(" ({})", origin.name()),
    };
    format!("{path}:{}:{}{origin}", place.start.line, place.start.column)
}

/// What a finding is, whether it is reported, and what almost covers it.
fn tell(out: &mut dyn Write, finding: &Finding, request: &Request) -> io::Result<()> {
    let value = finding.credential().map(|credential| credential.secret.redacted());
    writeln!(out, "  {}: {}", finding.rule_id(), value.unwrap_or_else(|| finding.message()))?;
    writeln!(out, "  fingerprint {}; {}", &finding.fingerprint[..12], finding.confidence)?;
    match (&finding.suppression, finding.status) {
        (Some(suppression), _) => {
            let (by, source) = (suppression.by.word(), &suppression.source);
            let reason = suppression.reason.as_deref().unwrap_or("no reason is given");
            writeln!(out, "  suppressed by {by} at {source}: {reason}")?;
        }
        (None, Status::Sample) => {
            writeln!(out, "  not reported: it is a sample that Stripe publishes")?;
        }
        (None, _) => writeln!(out, "  reported as {}", finding.severity)?,
    }
    if finding.status == Status::Open {
        for near in suppress::near(finding, &request.settings, request.today) {
            writeln!(out, "  not covered by {near}")?;
        }
    }
    Ok(())
}

/// What was dropped, redacted as if it were a credential.
fn shown(bytes: &[u8], drop: &Dropped) -> String {
    let text = bytes.get(drop.span.clone()).unwrap_or_default();
    let prefixes = key::rule(drop.rule).map_or(&[][..], |rule| rule.prefixes);
    let prefix = prefixes.iter().find(|prefix| text.starts_with(prefix.as_bytes()));
    let secret = Secret::new(String::from_utf8_lossy(text), prefix.map_or(0, |p| p.len()));
    crate::snippet::neutral(&secret.redacted())
}
