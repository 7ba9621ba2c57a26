//! Reports of shards and matrix jobs joined to one.

use std::collections::{BTreeMap, BTreeSet};

use super::Report;
use super::place::is_absolute;
use crate::blob::Origin;
use crate::coverage::Coverage;
use crate::exposure::Side;
use crate::finding::{self, Finding, Lineage};
use crate::sighting::Place;

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
    let moved = |path: &str| match is_absolute(path) {
        true => path.to_owned(),
        false => format!("{within}{path}"),
    };
    for finding in &mut report.findings {
        for place in std::iter::once(&mut finding.place).chain(&mut finding.others) {
            if place.origin != Origin::Ref {
                place.path = place.path.as_deref().map(moved);
            }
        }
        for step in &mut finding.exposure.route {
            *step = moved(step);
        }
    }
}

/// The worst of two findings of one secret in one path, with the places of both.
fn join(a: Finding, b: Finding) -> Finding {
    let is_better = |one: &Finding| (one.status, one.severity, one.place.origin, one.place.start);
    let (mut first, second) = if is_better(&b) < is_better(&a) { (b, a) } else { (a, b) };
    first.confidence = first.confidence.min(second.confidence);
    if (first.exposure.side, second.exposure.side).1 == Side::Client
        || first.exposure.side == Side::Unknown
    {
        first.exposure = second.exposure;
    }
    for place in std::iter::once(second.place).chain(second.others) {
        let known = std::iter::once(&first.place).chain(&first.others);
        if !known.into_iter().any(|other| is_same(other, &place)) {
            first.others.push(place);
        }
    }
    first.lineage = match (first.lineage, second.lineage) {
        (Some(a), Some(b)) => Some(Lineage::merge(a, b)),
        (a, b) => a.or(b),
    };
    first
}

fn is_same(a: &Place, b: &Place) -> bool {
    (a.origin, a.start, a.end) == (b.origin, b.start, b.end)
}
