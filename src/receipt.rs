//! The receipt of a run: what was asked, what was read and with which rules, as a file that a
//! pipeline can demand and hold against the repository as it is now.
//!
//! It is no proof against somebody who forges it: it is not signed.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::coverage::{Coverage, Note, RepositoryState};
use crate::finding::{Finding, Status};

/// The contract that receipts follow.
const SCHEMA: &str = "stripeguard.receipt/1";

/// How many references are named one by one.
const MOST_NAMED: usize = 5;

/// What one run was asked for and what it read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Receipt {
    /// `stripeguard.receipt/1`.
    pub schema: String,
    /// The version of the program.
    pub version: String,
    /// SHA-256 of the rules and of the code that applies them.
    pub ruleset: String,
    /// Limits of what is unpacked: counts and bytes.
    pub limits: BTreeMap<String, u64>,
    /// Whether all that was asked for was read.
    pub complete: bool,
    /// What was asked for.
    pub requested: Vec<String>,
    /// Repositories of which every object was to be read.
    pub repositories: Vec<Repository>,
    /// What was read.
    pub read: Read,
    /// Through how many layers of each kind of spelling credentials were read.
    pub decoded: BTreeMap<String, u64>,
    /// What was passed over on purpose, and why.
    pub skipped: Vec<Remark>,
    /// What could not be read, and why.
    pub gaps: Vec<Remark>,
    /// How many findings ask somebody to act.
    pub open_findings: u64,
    /// How many are covered by a suppression.
    pub suppressed_findings: u64,
}

/// A repository as it was when it was read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Repository {
    /// Where it is: the label of its root; that of a submodule ends with `:`.
    pub path: String,
    /// How many objects its database listed, each counted once.
    pub objects: u64,
    /// Full names of references, with the ids that they named.
    pub tips: BTreeMap<String, String>,
}

/// What was read.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Read {
    /// Files.
    pub files: u64,
    /// Bytes, unpacked.
    pub bytes: u64,
    /// Blobs of git.
    pub blobs: u64,
    /// Trees of git.
    pub trees: u64,
    /// Commits.
    pub commits: u64,
    /// Annotated tags.
    pub tags: u64,
    /// Members of archives.
    pub members: u64,
}

/// Something that was not read, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Remark {
    /// A path, an object or another place.
    pub what: String,
    /// The reason.
    pub why: String,
}

impl Receipt {
    /// The receipt of a run of this program.
    pub fn new(
        coverage: &Coverage,
        findings: &[Finding],
        ruleset: &str,
        limits: &[(&str, u64)],
    ) -> Self {
        let count = |status| findings.iter().filter(|f| f.status == status).count() as u64;
        Self {
            schema: SCHEMA.to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            ruleset: ruleset.to_owned(),
            limits: limits.iter().map(|(name, value)| ((*name).to_owned(), *value)).collect(),
            complete: coverage.is_complete(),
            requested: coverage.requested.clone(),
            repositories: coverage.repositories.iter().map(Repository::of).collect(),
            read: Read::of(coverage),
            decoded: decoded(findings),
            skipped: coverage.skipped.iter().map(Remark::of).collect(),
            gaps: coverage.gaps.iter().map(Remark::of).collect(),
            open_findings: count(Status::Open),
            suppressed_findings: count(Status::Suppressed),
        }
    }

    /// Reads a receipt.
    ///
    /// # Errors
    /// If it is not one, or one of another version of the contract: a sentence for people.
    pub fn parse(text: &str) -> Result<Self, String> {
        let receipt: Self = serde_json::from_str(text)
            .map_err(|error| format!("it is no receipt of stripeguard: {error}"))?;
        match receipt.schema == SCHEMA {
            true => Ok(receipt),
            false => Err(format!("it follows {}, and {SCHEMA} is understood", receipt.schema)),
        }
    }

    /// Why the run does not cover repositories as they are now: nothing if it does. `now` is the
    /// repository that was asked about, and behind it its submodules.
    pub fn shortfalls(
        &self,
        now: &[RepositoryState],
        ruleset: &str,
        limits: &[(&str, u64)],
    ) -> Vec<String> {
        let mut why = Vec::new();
        if !self.complete {
            why.push(format!("the run left {} things unread", self.gaps.len()));
        }
        if self.ruleset != ruleset || self.version != env!("CARGO_PKG_VERSION") {
            why.push(format!(
                "it was made by version {} with other rules than those of this program",
                self.version
            ));
        }
        let lower = limits.iter().filter(|(name, now)| self.limits.get(*name) < Some(now));
        let lower: Vec<&str> = lower.map(|(name, _)| *name).collect();
        if !lower.is_empty() {
            why.push(format!("it was made with lower limits than today's: {}", lower.join(", ")));
        }
        now.iter().for_each(|state| why.extend(self.missed(state)));
        why
    }

    /// What of one repository the run does not cover.
    fn missed(&self, now: &RepositoryState) -> Vec<String> {
        let is_submodule = |path: &str| path.ends_with(':');
        let same_kind = |then: &&Repository| match is_submodule(&now.path) {
            true => then.path.ends_with(&now.path),
            false => !is_submodule(&then.path),
        };
        let candidates = self.repositories.iter().filter(same_kind);
        let missed = candidates.map(|then| then.missed(now)).min_by_key(Vec::len);
        missed.unwrap_or_else(|| {
            vec![format!("the run did not read the history of {}", name(&now.path))]
        })
    }
}

impl Repository {
    fn of(state: &RepositoryState) -> Self {
        Self {
            path: state.path.clone(),
            objects: state.objects,
            tips: state.tips.iter().cloned().collect(),
        }
    }

    /// No object and no reference may have come, gone or moved. What is gone was read, but it cannot
    /// be told from what was lost, and is not what the run speaks of.
    fn missed(&self, now: &RepositoryState) -> Vec<String> {
        let is_new = |tip: &&(String, String)| self.tips.get(&tip.0) != Some(&tip.1);
        let moved: BTreeSet<&str> =
            now.tips.iter().filter(is_new).map(|(name, _)| name.as_str()).collect();
        let mut why = Vec::new();
        if !moved.is_empty() {
            why.push(format!("{}: {} came or moved since", name(&now.path), some(&moved)));
        }
        let here: BTreeSet<&str> = now.tips.iter().map(|(name, _)| name.as_str()).collect();
        let then = self.tips.keys().map(String::as_str);
        let gone: BTreeSet<&str> = then.filter(|name| !here.contains(name)).collect();
        if !gone.is_empty() {
            why.push(format!("{}: {} went since", name(&now.path), some(&gone)));
        }
        if now.objects != self.objects {
            let (then, now_) = (self.objects, now.objects);
            why.push(format!("{}: {then} objects then, {now_} now", name(&now.path)));
        }
        why
    }
}

/// The first few names.
fn some(names: &BTreeSet<&str>) -> String {
    let named: Vec<&str> = names.iter().copied().take(MOST_NAMED).collect();
    let more = match names.len().saturating_sub(MOST_NAMED) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    named.join(", ") + &more
}

/// A repository in a sentence.
fn name(path: &str) -> &str {
    match path.trim_end_matches([':', '/']) {
        "" => "the repository",
        path => path,
    }
}

impl Read {
    fn of(coverage: &Coverage) -> Self {
        let objects = coverage.objects;
        Self {
            files: coverage.files,
            bytes: coverage.bytes,
            blobs: objects.blobs,
            trees: objects.trees,
            commits: objects.commits,
            tags: objects.tags,
            members: coverage.members,
        }
    }
}

impl Remark {
    fn of(note: &Note) -> Self {
        Self { what: note.what.clone(), why: note.why.clone() }
    }
}

fn decoded(findings: &[Finding]) -> BTreeMap<String, u64> {
    let mut counts = BTreeMap::new();
    let places = findings.iter().flat_map(Finding::places);
    for layer in places.flat_map(|place| &place.decoded) {
        *counts.entry(layer.name().to_owned()).or_default() += 1;
    }
    counts
}
