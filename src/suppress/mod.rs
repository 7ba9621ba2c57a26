//! The only place that decides that a finding is not reported: by a comment beside it, by the
//! configuration, or by the baseline, in this order.
//!
//! A suppression covers what it names and nothing more. A rule or a path alone never names a
//! credential that may be live; its fingerprint does. What is suppressed stays in the report with
//! the reason, and a suppression that has outlived its purpose is a finding itself.

mod baseline;
mod comments;
mod covered;
mod decided;
mod notices;
mod rot;
mod rules;

use std::collections::{BTreeMap, BTreeSet};

use time::{Date, OffsetDateTime};

use crate::comment::Comment;
use crate::config::Settings;
use crate::coverage::Note;
use crate::finding::{Finding, Status, SuppressedBy, Suppression};
use crate::key::{Mode, Severity};
use crate::scan::Scanner;
use crate::sighting::Place;
use comments::Comments;
use covered::Covered;

pub use baseline::{Baseline, BaselineFile, Entry, Standing};
pub use decided::near;
pub use rules::{RULES, RotRule};

/// What there is to decide by.
#[derive(Clone, Copy)]
pub struct Inputs<'a> {
    /// The configuration.
    pub settings: &'a Settings,
    /// The baseline, if there is one.
    pub baseline: Option<&'a BaselineFile>,
    /// Every comment in the texts that were read and that somebody can edit.
    pub comments: &'a [(Comment, Place)],
    /// The ids of all rules that exist.
    pub rules: &'a [&'a str],
    /// Whether a rule looked at everything that was read, so that its silence means something.
    pub has_run: &'a dyn Fn(&str) -> bool,
    /// Whether everything was read that the configuration and the baseline are about.
    pub is_whole: bool,
    /// The present, in seconds since 1970-01-01 UTC.
    pub today: i64,
    /// What redacts lines.
    pub scanner: &'a Scanner,
    /// What leads from the root of the repository to where paths begin.
    pub within: &'a str,
}

impl Inputs<'_> {
    fn day(&self) -> Date {
        day(self.today)
    }
}

fn day(today: i64) -> Date {
    OffsetDateTime::from_unix_timestamp(today).map_or(Date::MIN, OffsetDateTime::date)
}

/// What is covered, and by what.
#[derive(Clone, Default)]
struct Used {
    /// What each entry of `[[allow]]` covers, by its number.
    allow: BTreeMap<usize, Covered>,
    /// How many findings rules cover that are off.
    off: BTreeMap<String, Count>,
    /// The same for paths that are excluded.
    excluded: Count,
    /// Lines of the baseline.
    baseline: BTreeSet<String>,
}

/// How many findings something covers.
#[derive(Clone, Copy, Debug, Default)]
struct Count {
    all: usize,
    live: usize,
}

impl Count {
    /// A published sample is covered, too, but would not have been reported anyway.
    fn add(&mut self, finding: &Finding) {
        if finding.status == Status::Open {
            self.all += 1;
            self.live += usize::from(may_be_live(finding));
        }
    }
}

/// Marks the findings that a suppression covers, adds those about suppressions that have rotted,
/// and says what the configuration keeps from being reported.
pub fn apply(findings: &mut Vec<Finding>, inputs: &Inputs<'_>) -> Vec<Note> {
    let mut used = Used::default();
    let comments = Comments::of(findings);
    for finding in findings.iter_mut() {
        let covered = comments
            .covers(finding)
            .or_else(|| decided::covers(finding, inputs, &mut used))
            .or_else(|| known(finding, inputs, &mut used));
        if finding.status == Status::Open && covered.is_some() {
            finding.status = Status::Suppressed;
            finding.suppression = covered;
        }
    }
    let mut rotten = rot::of_lines(findings, inputs, &comments, &used);
    decide(&mut rotten, inputs, &mut used);
    // An entry is used, too, where it covers what is said of another one.
    let mut with_entries = used.clone();
    decide(&mut rot::of_entries(inputs, &used), inputs, &mut with_entries);
    let mut entries = rot::of_entries(inputs, &with_entries);
    decide(&mut entries, inputs, &mut used);
    findings.extend(rotten.into_iter().chain(entries));
    notices::of(inputs, &used)
}

/// Decides about suppressions that have rotted, which nothing but the configuration covers.
fn decide(rotten: &mut [Finding], inputs: &Inputs<'_>, used: &mut Used) {
    for finding in rotten {
        if let Some(suppression) = decided::covers(finding, inputs, used) {
            finding.status = Status::Suppressed;
            finding.suppression = Some(suppression);
        }
    }
}

/// Decides about comments for findings that several runs have found together: what one of them saw in
/// a file speaks of what another saw in history.
pub fn by_comments(findings: &mut [Finding]) {
    let comments = Comments::of(findings);
    for finding in findings.iter_mut().filter(|finding| finding.status == Status::Open) {
        if let Some(suppression) = comments.covers(finding) {
            finding.status = Status::Suppressed;
            finding.suppression = Some(suppression);
        }
    }
}

/// Whether it is about a credential that may open a live account. Only then does a suppression
/// have to name it by its fingerprint.
pub fn may_be_live(finding: &Finding) -> bool {
    finding.credential().is_some_and(|credential| {
        let rule = credential.rule;
        rule.mode != Some(Mode::Test) && rule.severity < Severity::Info
    })
}

fn known(finding: &Finding, inputs: &Inputs<'_>, used: &mut Used) -> Option<Suppression> {
    let file = inputs.baseline?;
    let entry = file.baseline.get(&finding.fingerprint)?;
    used.baseline.insert(entry.fingerprint.clone());
    Some(Suppression {
        by: SuppressedBy::Baseline,
        source: format!("{}:{}", file.label, entry.line),
        reason: Some(inputs.scanner.label(&entry.why())),
    })
}
