//! What the comments beside findings cover.

use std::collections::{BTreeMap, BTreeSet};

use super::may_be_live;
use crate::blob::Origin;
use crate::comment::Comment;
use crate::finding::{Finding, SuppressedBy, Suppression};
use crate::sighting::Place;

/// The comments of a run, and what they cover.
pub struct Comments {
    /// Fingerprints of credentials which a comment covers wherever they stand in today's files,
    /// with one of these comments. The same credential in history needs none of its own.
    everywhere: BTreeMap<String, Suppression>,
    /// Paths and lines of comments that cover something.
    used: BTreeSet<(String, u64)>,
    /// Paths and lines of comments beside a finding of their rule which they fail to name, and the
    /// beginning of the fingerprint that would name it.
    short: BTreeMap<(String, u64), (String, String)>,
}

impl Comments {
    /// Looks at the comments beside every finding.
    pub fn of(findings: &[Finding]) -> Self {
        let mut comments =
            Self { everywhere: BTreeMap::new(), used: BTreeSet::new(), short: BTreeMap::new() };
        let mut bare = BTreeSet::new();
        for finding in findings {
            for place in finding.places() {
                comments.note(finding, place);
            }
            for place in today(finding) {
                let print = finding.fingerprint.clone();
                if let Some(comment) = covering(finding, place) {
                    let all = &mut comments.everywhere;
                    all.entry(print).or_insert_with(|| suppression(place, comment));
                } else {
                    bare.insert(print);
                }
            }
        }
        comments.everywhere.retain(|print, _| !bare.contains(print));
        comments
    }

    /// The comment that covers a finding: beside every place of it in today's files, or, where it
    /// stands in history alone, beside every place there, or beside the same credential in all of
    /// today's files.
    pub fn covers(&self, finding: &Finding) -> Option<Suppression> {
        let today = today(finding);
        let is_past = today.is_empty();
        let deciding = if is_past { finding.places().collect() } else { today };
        let mut covering = deciding.iter().map(|place| (place, covering(finding, place)));
        let first = covering.next()?;
        if let (place, Some(comment)) = first
            && covering.all(|(_, comment)| comment.is_some())
        {
            return Some(suppression(place, comment));
        }
        is_past.then(|| self.everywhere.get(&finding.fingerprint).cloned()).flatten()
    }

    /// Whether a comment of a file covers something.
    pub fn is_used(&self, path: &str, line: u64) -> bool {
        self.used.contains(&(path.to_owned(), line))
    }

    /// The rule and the beginning of the fingerprint that a comment would have to name to cover
    /// the credential beside it.
    pub fn lacks(&self, path: &str, line: u64) -> Option<&(String, String)> {
        self.short.get(&(path.to_owned(), line))
    }

    fn note(&mut self, finding: &Finding, place: &Place) {
        let path = place.path.clone().unwrap_or_default();
        for comment in &place.comments {
            if names(comment, finding) {
                self.used.insert((path.clone(), comment.line));
            } else if comment.names.iter().any(|name| name.rule == finding.rule_id()) {
                let name = (finding.rule_id().to_owned(), finding.fingerprint[..6].to_owned());
                self.short.insert((path.clone(), comment.line), name);
            }
        }
    }
}

/// The places that somebody can edit: files, or where none was read what is to become of them.
/// What is staged lags behind the file, and has no say beside it.
fn today(finding: &Finding) -> Vec<&Place> {
    let of = |wanted: fn(&Place) -> bool| finding.places().filter(|p| wanted(p)).collect();
    let files: Vec<&Place> = of(|place| place.origin == Origin::Tree);
    let is_other =
        |place: &Place| matches!(place.origin, Origin::Index | Origin::Stdin | Origin::Patch);
    if files.is_empty() { of(is_other) } else { files }
}

fn covering<'f>(finding: &Finding, place: &'f Place) -> Option<&'f Comment> {
    place.comments.iter().find(|comment| names(comment, finding))
}

/// Whether a comment names a finding: its rule, and its fingerprint too if it may be live.
fn names(comment: &Comment, finding: &Finding) -> bool {
    comment.names.iter().filter(|name| name.rule == finding.rule_id()).any(|name| {
        match &name.fingerprint {
            Some(print) => print.len() >= 6 && finding.fingerprint.starts_with(print.as_str()),
            None => !may_be_live(finding),
        }
    })
}

fn suppression(place: &Place, comment: &Comment) -> Suppression {
    Suppression {
        by: SuppressedBy::Comment,
        source: format!(
            "{}:{}",
            place.path.as_deref().unwrap_or(place.origin.name()),
            comment.line
        ),
        reason: comment.reason.clone(),
    }
}
