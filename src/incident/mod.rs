//! What a person works through: the findings of one credential joined to an incident, and the
//! incidents of one account put together.

mod timeline;
mod worksheet;

use std::collections::{BTreeSet, HashMap};

use crate::blob::{CommitRef, Origin};
use crate::exposure::Side;
use crate::finding::{Finding, Status};
use crate::key::Severity;

pub use timeline::{Timeline, timeline};
pub use worksheet::{Step, worksheet};

/// Everything that was found of one credential, or of one practice at one place.
#[derive(Clone, Debug)]
pub struct Incident<'a> {
    /// The worst finding, and of those that are as bad the one to look at first: a file.
    pub worst: &'a Finding,
    /// All findings, that one included: those in files first.
    pub findings: Vec<&'a Finding>,
}

/// Where a credential is today, as far as was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Presence {
    /// In files, in the index, or in the commit of HEAD.
    Here,
    /// In history, but in no file of today.
    Past,
    /// In a text that is no file of today and of no known history: a message, a patch, a range.
    Elsewhere,
}

/// The incidents of one account.
#[derive(Clone, Debug)]
pub struct Account<'a> {
    /// Such as `acct_1` and 15 more characters; `None` for credentials that do not tell theirs.
    pub id: Option<&'a str>,
    /// When it was made: seconds since 1970-01-01 UTC.
    pub created: Option<i64>,
    /// Its incidents, in the order of the report.
    pub incidents: Vec<Incident<'a>>,
}

/// Joins open findings by their fingerprint, in the order of the first of each.
pub fn join<'a>(findings: impl IntoIterator<Item = &'a Finding>) -> Vec<Incident<'a>> {
    let mut incidents: Vec<Incident<'a>> = Vec::new();
    let mut index: HashMap<&str, usize> = HashMap::new();
    for finding in findings.into_iter().filter(|finding| finding.status == Status::Open) {
        let at = *index.entry(&finding.fingerprint).or_insert(incidents.len());
        match incidents.get_mut(at) {
            Some(incident) => incident.add(finding),
            None => incidents.push(Incident { worst: finding, findings: vec![finding] }),
        }
    }
    for incident in &mut incidents {
        incident.findings.sort_by_key(|finding| (finding.severity, finding.place.origin));
    }
    incidents
}

/// The incidents about credentials by account, in the order of the first of each; those without an
/// account come last.
pub fn accounts<'a>(incidents: &[Incident<'a>]) -> Vec<Account<'a>> {
    let mut accounts: Vec<Account<'a>> = Vec::new();
    for incident in incidents {
        let Some(credential) = incident.worst.credential() else { continue };
        let id = credential.facts.account.as_deref();
        match accounts.iter_mut().find(|account| account.id == id) {
            Some(account) => account.incidents.push(incident.clone()),
            None => accounts.push(Account {
                id,
                created: credential.facts.created,
                incidents: vec![incident.clone()],
            }),
        }
    }
    accounts.sort_by_key(|account| account.id.is_none());
    accounts
}

impl<'a> Incident<'a> {
    fn add(&mut self, finding: &'a Finding) {
        let key = |finding: &Finding| (finding.severity, finding.place.origin);
        if key(finding) < key(self.worst) {
            self.worst = finding;
        }
        self.findings.push(finding);
    }

    /// How bad it is.
    pub fn severity(&self) -> Severity {
        self.worst.severity
    }

    /// The side that matters: one finding that ships to clients is enough, and one of which nothing
    /// is known leaves it open.
    pub fn side(&self) -> Side {
        let has = |side| self.findings.iter().any(|finding| finding.exposure.side == side);
        match (has(Side::Client), has(Side::Unknown)) {
            (true, _) => Side::Client,
            (false, true) => Side::Unknown,
            (false, false) => Side::Server,
        }
    }

    /// The finding that tells who gets it: the one of [`Self::side`], the worst if there are several.
    pub fn exposed(&self) -> &'a Finding {
        let side = self.side();
        let all = std::iter::once(&self.worst).chain(&self.findings);
        let mut of_side = all.filter(|finding| finding.exposure.side == side);
        of_side.next().copied().unwrap_or(self.worst)
    }

    /// Where it is today.
    pub fn presence(&self) -> Presence {
        self.findings.iter().map(|finding| presence(finding)).min().unwrap_or(Presence::Elsewhere)
    }

    /// The oldest commit that is known to have it.
    pub fn first(&self) -> Option<&'a CommitRef> {
        let lineages = self.findings.iter().filter_map(|finding| finding.lineage.as_ref());
        let commits = lineages.filter_map(|lineage| lineage.first.as_ref());
        let placed = self.findings.iter().filter_map(|finding| finding.place.commit.as_ref());
        commits.chain(placed).min_by_key(|commit| (commit.date, commit.id))
    }

    /// The last commit that had it, where it is in no file of today.
    pub fn last(&self) -> Option<&'a CommitRef> {
        let lineages = self.findings.iter().filter_map(|finding| finding.lineage.as_ref());
        let commits =
            lineages.filter_map(|lineage| lineage.last.as_ref().or(lineage.first.as_ref()));
        commits.max_by_key(|commit| (commit.date, commit.id))
    }

    /// The references that reach it.
    pub fn refs(&self) -> BTreeSet<&'a str> {
        let lineages = self.findings.iter().filter_map(|finding| finding.lineage.as_ref());
        lineages.flat_map(|lineage| lineage.refs.iter().map(String::as_str)).collect()
    }

    /// The remote-tracking references that reach it: servers that have it.
    pub fn remotes(&self) -> Vec<&'a str> {
        self.refs().into_iter().filter_map(|name| name.strip_prefix("refs/remotes/")).collect()
    }

    /// In how many places it stands.
    pub fn places(&self) -> usize {
        self.findings.iter().map(|finding| 1 + finding.others.len()).sum()
    }
}

/// Where the credential of a finding is today.
pub fn presence(finding: &Finding) -> Presence {
    let lineage = finding.lineage.as_ref();
    match finding.place.origin {
        Origin::Tree | Origin::Index | Origin::Stdin | Origin::Config | Origin::Ref => {
            Presence::Here
        }
        _ if lineage.is_some_and(|lineage| lineage.at_head) => Presence::Here,
        Origin::Message(_) | Origin::Patch | Origin::Reflog => Presence::Elsewhere,
        Origin::History(_) | Origin::Name(_) if lineage.is_some() => Presence::Past,
        Origin::History(_) | Origin::Name(_) => Presence::Elsewhere,
    }
}
