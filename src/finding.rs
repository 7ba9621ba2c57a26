//! What a report is about: one secret in one path, with every place it stands in, or one practice
//! at one place.

use std::collections::BTreeMap;

use sha2::{Digest, Sha256};

use crate::blob::{CommitRef, Origin};
use crate::exposure::{Exposure, Side};
use crate::fix::Fix;
use crate::key::{Confidence, Mode, Severity};
use crate::sighting::{Place, Sighting};
use crate::subject::{Credential, Practice, Subject};

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

impl Status {
    /// The word for it in reports.
    pub fn word(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Suppressed => "suppressed",
            Self::Sample => "sample",
        }
    }
}

/// Why a finding asks nobody to act.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suppression {
    /// What kind of thing covers it.
    pub by: SuppressedBy,
    /// Where that stands, such as `src/pay.ts:12`.
    pub source: String,
    /// The reason that is given there.
    pub reason: Option<String>,
}

/// What can cover a finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SuppressedBy {
    /// A comment beside it.
    Comment,
    /// An entry of the configuration.
    Config,
    /// A line of the baseline.
    Baseline,
}

impl SuppressedBy {
    /// The word for it in reports.
    pub fn word(self) -> &'static str {
        match self {
            Self::Comment => "comment",
            Self::Config => "config",
            Self::Baseline => "baseline",
        }
    }
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

impl Lineage {
    /// Whether the commit of HEAD is known to have it no longer.
    pub fn is_gone(&self) -> bool {
        self.last.is_some() && !self.at_head
    }

    /// What two parts of a history tell together.
    pub fn merge(a: Self, b: Self) -> Self {
        let mut refs = a.refs;
        refs.extend(b.refs);
        refs.sort();
        refs.dedup();
        let key = |commit: &CommitRef| (commit.date, commit.id);
        Self {
            first: a.first.into_iter().chain(b.first).min_by_key(key),
            last: a.last.into_iter().chain(b.last).max_by_key(key),
            at_head: a.at_head || b.at_head,
            refs,
        }
    }
}

/// One secret in one path, whatever the number of lines, commits and spellings it stands in; or one
/// practice at one place.
#[derive(Clone, Debug)]
pub struct Finding {
    /// What it is about.
    pub subject: Subject,
    /// How bad it is.
    pub severity: Severity,
    /// How sure it is.
    pub confidence: Confidence,
    /// Which side it ships to.
    pub exposure: Exposure,
    /// Whether somebody has to act.
    pub status: Status,
    /// Why nobody has to, where the status is [`Status::Suppressed`].
    pub suppression: Option<Suppression>,
    /// The identity of the leak: see [`crate::secret::Secret::fingerprint`]. That of a practice is
    /// made of its rule, its path and the text that breaks the rule.
    pub fingerprint: String,
    /// The place to look at first: one that an editor can open, where there is one.
    pub place: Place,
    /// Every other place in the same path, in order.
    pub others: Vec<Place>,
    /// What history tells, where it was read.
    pub lineage: Option<Lineage>,
    /// What would mend it, where that is beyond doubt.
    pub fix: Option<Fix>,
}

impl Finding {
    /// A practice at a place. `text` is the part of the file that breaks the rule; how it is
    /// indented or wrapped does not change its identity, nor does where a scan began, which is
    /// `within` the repository.
    pub fn practice(
        practice: Practice,
        severity: Severity,
        place: Place,
        within: &str,
        text: &str,
    ) -> Self {
        let path = place.path.as_deref().map(|path| format!("{within}{path}"));
        Self {
            fingerprint: practice_fingerprint(&practice.id, path.as_deref(), text),
            subject: Subject::Practice(practice),
            severity,
            confidence: Confidence::Certain,
            exposure: Exposure::default(),
            status: Status::Open,
            suppression: None,
            place,
            others: Vec::new(),
            lineage: None,
            fix: None,
        }
    }

    /// Every place of it.
    pub fn places(&self) -> impl Iterator<Item = &Place> {
        std::iter::once(&self.place).chain(&self.others)
    }

    /// Whether it is a secret in what ships to clients, so that everybody who wants it has it.
    pub fn is_given_away(&self) -> bool {
        let is_secret = self.credential().is_some_and(|one| one.rule.kind.is_for_servers());
        is_secret && self.exposure.side == Side::Client
    }

    /// Makes a secret that ships as bad as it is: critical, and high where it opens test data alone,
    /// since the place of a test key is where a live one will stand.
    pub fn escalate(&mut self) {
        if self.is_given_away() {
            let mode = self.credential().and_then(|one| one.rule.mode);
            let worst = if mode == Some(Mode::Test) { Severity::High } else { Severity::Critical };
            self.severity = self.severity.min(worst);
        }
    }

    /// The credential that it is about, if it is about one.
    pub fn credential(&self) -> Option<&Credential> {
        match &self.subject {
            Subject::Credential(credential) => Some(credential),
            Subject::Practice(_) => None,
        }
    }

    /// The id of the rule.
    pub fn rule_id(&self) -> &str {
        match &self.subject {
            Subject::Credential(credential) => credential.rule.id,
            Subject::Practice(practice) => &practice.id,
        }
    }

    /// What it is, in a few words.
    pub fn title(&self) -> &str {
        match &self.subject {
            Subject::Credential(credential) => credential.rule.title,
            Subject::Practice(practice) => &practice.title,
        }
    }

    /// One sentence: what it is, of which account.
    pub fn message(&self) -> String {
        match &self.subject {
            Subject::Credential(Credential { rule, facts, .. }) => match &facts.account {
                Some(account) => format!("{} of account {account}", rule.title),
                None => rule.title.to_owned(),
            },
            Subject::Practice(practice) => practice.message.clone(),
        }
    }

    /// What to do about it.
    pub fn remedy(&self) -> &str {
        match &self.subject {
            Subject::Credential(credential) => credential.rule.remedy.trim(),
            Subject::Practice(practice) => practice.remedy.trim(),
        }
    }
}

/// SHA-256 over a domain, the rule, the path and the text with its white space evened out.
fn practice_fingerprint(rule: &str, path: Option<&str>, text: &str) -> String {
    let text: Vec<&str> = text.split_whitespace().collect();
    let mut hash = Sha256::new();
    for part in ["stripeguard/lint/1", rule, path.unwrap_or_default(), &text.join(" ")] {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part.as_bytes());
    }
    hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
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
    sort(&mut findings);
    findings
}

/// Sorts findings: what asks somebody to act first, the worst first, then by place.
pub fn sort(findings: &mut [Finding]) {
    findings.sort_by(|a, b| sort_key(a).cmp(&sort_key(b)));
}

fn sort_key(finding: &Finding) -> impl Ord + '_ {
    (
        finding.status,
        finding.severity,
        finding.place.path.is_none(),
        &finding.place.path,
        finding.place.start,
        finding.place.origin,
        finding.rule_id(),
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
    let lineage = group.iter().filter_map(|(_, lineage)| lineage.clone()).reduce(Lineage::merge);
    let confidence = group.iter().map(|(sighting, _)| sighting.confidence).min()?;
    let sample = group.iter().any(|(sighting, _)| sighting.sample);
    let mut sightings = group.into_iter().map(|(sighting, _)| sighting);
    let main = sightings.next()?;
    Some(Finding {
        severity: main.rule.severity,
        subject: Subject::Credential(Credential {
            rule: main.rule,
            secret: main.secret,
            facts: main.facts,
        }),
        confidence,
        exposure: Exposure::default(),
        status: if sample { Status::Sample } else { Status::Open },
        suppression: None,
        fingerprint,
        place: main.place,
        others: sightings.map(|sighting| sighting.place).collect(),
        lineage,
        fix: None,
    })
}

/// Puts the places of one finding in the order in which reports have them, each once.
pub fn arrange(places: &mut Vec<Place>) {
    places.sort_by(|a, b| place_key(a).cmp(&place_key(b)));
    places.dedup_by(|a, b| place_key(a) == place_key(b));
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
