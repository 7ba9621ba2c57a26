//! Reports of shards and matrix jobs joined to one.

use std::collections::{BTreeMap, BTreeSet};

use super::Report;
use super::place::{is_absolute, upwards_folded};
use crate::blob::Origin;
use crate::coverage::{Coverage, Stop};
use crate::exposure::Side;
use crate::finding::{self, Finding, Lineage, Status, SuppressedBy};

/// Joins reports. The same secret in the same path is one finding with the places of all; what any
/// of them could not read stays unread. Where they began in different directories of a repository,
/// paths begin at its root.
pub fn merge(mut reports: Vec<Report>) -> Report {
    let starts: BTreeSet<&str> = reports.iter().map(|report| report.within.as_str()).collect();
    let within = match starts.len() {
        1 => starts.first().map(|start| (*start).to_owned()).unwrap_or_default(),
        _ => String::new(),
    };
    if starts.len() > 1 {
        reports.iter_mut().for_each(rebase);
    }
    let mut merged = Report {
        findings: Vec::new(),
        coverage: Coverage::default(),
        base: String::new(),
        within,
        notices: Vec::new(),
    };
    let mut found: BTreeMap<(String, Spot), Finding> = BTreeMap::new();
    for report in reports {
        merged.coverage.merge(report.coverage);
        merged.notices.extend(report.notices);
        for finding in report.findings {
            let key = (finding.fingerprint.clone(), Spot::of(&finding));
            match found.remove(&key) {
                Some(other) => found.insert(key, join(other, finding)),
                None => found.insert(key, finding),
            };
        }
    }
    let coverage = &mut merged.coverage;
    coverage.repositories.sort_by(|a, b| a.path.cmp(&b.path));
    coverage.repositories.dedup();
    for notes in [&mut coverage.gaps, &mut coverage.skipped, &mut merged.notices] {
        notes.sort();
        notes.dedup();
    }
    merged.findings = found.into_values().collect();
    finding::sort(&mut merged.findings);
    merged
}

/// What makes two findings of a secret one.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Spot {
    Path(String),
    Pathless(Origin),
}

impl Spot {
    fn of(finding: &Finding) -> Self {
        match &finding.place.path {
            // Two practices that look alike may stand in one file.
            Some(path) if finding.credential().is_none() => {
                Self::Path(format!("{path}:{}", finding.place.start.offset))
            }
            Some(path) => Self::Path(path.clone()),
            None => Self::Pathless(finding.place.origin),
        }
    }
}

/// Lets the paths of a report begin at the root of its repository.
fn rebase(report: &mut Report) {
    let within = std::mem::take(&mut report.within);
    if within.is_empty() {
        return;
    }
    let moved = |path: &str| match is_absolute(path) {
        true => path.to_owned(),
        false => upwards_folded(&format!("{within}{path}")),
    };
    // What is read in a part of a repository alone is files; only the run itself has no path.
    let coverage = &mut report.coverage;
    for note in coverage.gaps.iter_mut().chain(&mut coverage.skipped) {
        if note.what != Stop::WHAT {
            note.what = moved(&note.what);
        }
    }
    // A configuration that was named may be from anywhere; the nearest one stands above.
    let is_above = |label: &str| label.starts_with("../");
    for notice in report.notices.iter_mut().filter(|notice| is_above(&notice.what)) {
        notice.what = moved(&notice.what);
    }
    for repository in &mut report.coverage.repositories {
        repository.path = moved(&repository.path);
    }
    for finding in &mut report.findings {
        for place in std::iter::once(&mut finding.place).chain(&mut finding.others) {
            if place.origin != Origin::Ref {
                place.path = place.path.as_deref().map(moved);
            }
        }
        for step in &mut finding.exposure.route {
            *step = moved(step);
        }
        for by in finding.suppression.iter_mut() {
            if by.by == SuppressedBy::Comment || is_above(&by.source) {
                by.source = moved(&by.source);
            }
        }
    }
}

/// What two runs tell of one secret in one path: what one run would have told that saw it all.
fn join(a: Finding, b: Finding) -> Finding {
    let mut places: Vec<_> = a.places().chain(b.places()).cloned().collect();
    finding::arrange(&mut places);
    let is_first = a.place == places[0];
    let (mut first, second) = if is_first { (a, b) } else { (b, a) };
    let is_same_text = first.place.origin == second.place.origin;
    let knows_more = is_same_text && second.exposure.side == Side::Client;
    if knows_more || first.exposure.side == Side::Unknown && is_same_text {
        first.exposure = second.exposure;
        first.severity = first.severity.min(second.severity);
    }
    first.confidence = first.confidence.min(second.confidence);
    let is_by_second = by(&second.suppression) < by(&first.suppression);
    if second.status == Status::Open || first.status != Status::Open && is_by_second {
        first.status = second.status;
        first.suppression = second.suppression;
    }
    first.fix = first.fix.or(second.fix);
    first.lineage = match (first.lineage, second.lineage) {
        (Some(a), Some(b)) => Some(Lineage::merge(a, b)),
        (a, b) => a.or(b),
    };
    first.place = places.remove(0);
    first.others = places;
    first
}

/// In which order it is asked what covers a finding; what nothing covers comes last.
fn by(suppression: &Option<finding::Suppression>) -> (bool, Option<SuppressedBy>) {
    (suppression.is_none(), suppression.as_ref().map(|one| one.by))
}
