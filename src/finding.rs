//! What a report is about: one secret in one path, with every place it stands in.

use std::collections::BTreeMap;

use crate::blob::{CommitRef, Origin};
use crate::detect::Facts;
use crate::key::{Confidence, Rule, Severity};
use crate::secret::Secret;
use crate::sighting::{Place, Sighting};

/// Whether a finding asks somebody to act.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Status {
    /// It does.
    Open,
    /// A suppression covers it.
    Suppressed,
    /// A sample from Stripe's documentation, which opens no account.
    Sample,
}

/// Which side the file ships to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Side {
    /// Browsers, phones: everybody has it.
    Client,
    /// Only a server.
    Server,
    /// Not known.
    Unknown,
}

/// What the history of a repository tells about a finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lineage {
    /// The oldest commit that brought it to this path; `None` when no commit did.
    pub first: Option<CommitRef>,
    /// The last commit that still had it there.
    pub last: Option<CommitRef>,
    /// Whether it stands there in the commit that HEAD names.
    pub at_head: bool,
    /// Full names of branches, tags and other references from which it can be reached, sorted.
    pub refs: Vec<String>,
}

/// One secret in one path, whatever the number of lines, commits and spellings it stands in.
#[derive(Clone, Debug)]
pub struct Finding {
    /// The rule that knows this credential.
    pub rule: &'static Rule,
    /// How bad it is.
    pub severity: Severity,
    /// How sure it is.
    pub confidence: Confidence,
    /// The value.
    pub secret: Secret,
    /// What the value itself says.
    pub facts: Facts,
    /// Which side the file ships to.
    pub side: Side,
    /// Whether somebody has to act.
    pub status: Status,
    /// The identity of the leak; see [`Secret::fingerprint`].
    pub fingerprint: String,
    /// The place to look at first: one that an editor can open, where there is one.
    pub place: Place,
    /// Every other place in the same path, in order.
    pub others: Vec<Place>,
    /// What history tells, where it was read.
    pub lineage: Option<Lineage>,
}

impl Finding {
    /// One sentence: what it is, of which account and age.
    pub fn message(&self) -> String {
        let mut message = self.rule.title.to_owned();
        if let Some(account) = &self.facts.account {
            message.push_str(&format!(" of account {account}"));
        }
        message
    }
}

/// A sighting, and what history tells about the path it is in.
pub type Traced = (Sighting, Option<Lineage>);

/// Joins sightings to findings: sorted, so that the same input gives the same report whatever the
/// number of threads.
pub fn assemble(sightings: Vec<Traced>) -> Vec<Finding> {
    let mut groups: BTreeMap<(String, Spot), Vec<Traced>> = BTreeMap::new();
    for traced in sightings {
        let fingerprint = traced.0.secret.fingerprint(traced.0.rule.family);
        groups.entry((fingerprint, Spot::of(&traced.0.place))).or_default().push(traced);
    }
    let mut findings: Vec<Finding> =
        groups.into_iter().filter_map(|((print, _), group)| join(print, group)).collect();
    findings.sort_by(|a, b| sort_key(a).cmp(&sort_key(b)));
    findings
}

fn sort_key(finding: &Finding) -> impl Ord + '_ {
    (
        finding.status,
        finding.severity,
        finding.place.path.is_none(),
        &finding.place.path,
        finding.place.start,
        finding.place.origin,
        &finding.fingerprint,
    )
}

/// What makes two sightings of a secret one finding: the path, or else the object or kind of place.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Spot {
    Path(String),
    Pathless(Origin),
}

impl Spot {
    fn of(place: &Place) -> Self {
        match &place.path {
            Some(path) => Self::Path(path.clone()),
            None => Self::Pathless(place.origin),
        }
    }
}

fn join(fingerprint: String, mut group: Vec<Traced>) -> Option<Finding> {
    group.sort_by(|(a, _), (b, _)| place_key(&a.place).cmp(&place_key(&b.place)));
    group.dedup_by(|(a, _), (b, _)| place_key(&a.place) == place_key(&b.place));
    let lineage = group.iter().filter_map(|(_, lineage)| lineage.clone()).reduce(merge);
    let confidence = group.iter().map(|(sighting, _)| sighting.confidence).min()?;
    let sample = group.iter().any(|(sighting, _)| sighting.sample);
    let mut sightings = group.into_iter().map(|(sighting, _)| sighting);
    let main = sightings.next()?;
    Some(Finding {
        rule: main.rule,
        severity: main.rule.severity,
        confidence,
        secret: main.secret,
        facts: main.facts,
        side: Side::Unknown,
        status: if sample { Status::Sample } else { Status::Open },
        fingerprint,
        place: main.place,
        others: sightings.map(|sighting| sighting.place).collect(),
        lineage,
    })
}

/// Places that can be opened come first, then the oldest commit.
fn place_key(place: &Place) -> impl Ord + '_ {
    let rank = match place.origin {
        Origin::History(_) | Origin::Message(_) | Origin::Name(_) => 1,
        _ => 0,
    };
    let date = place.commit.as_ref().map_or(i64::MAX, |commit| commit.date);
    (rank, date, place.origin, place.start, place.end)
}

fn merge(a: Lineage, b: Lineage) -> Lineage {
    let mut refs = a.refs;
    refs.extend(b.refs);
    refs.sort();
    refs.dedup();
    let key = |commit: &CommitRef| (commit.date, commit.id);
    Lineage {
        first: a.first.into_iter().chain(b.first).min_by_key(key),
        last: a.last.into_iter().chain(b.last).max_by_key(key),
        at_head: a.at_head || b.at_head,
        refs,
    }
}
