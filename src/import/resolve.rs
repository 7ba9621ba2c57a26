//! Which secret an entry of another list is about.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::Path;

use memchr::memmem;
use sha1::{Digest, Sha1};

use super::versions::Versions;
use super::{Foreign, Scope, Value};
use crate::blob::{ObjectId, Origin};
use crate::detect::Detector;
use crate::document::{Document, Unit};
use crate::finding::{Finding, Status};
use crate::git::Repository;
use crate::sighting::Place;

/// The shortest piece of a value that says which one it is.
const PIECE: usize = 20;

/// How far beyond a value on its line the text may reach of which there is a hash, in bytes.
const REACH: usize = 200;

/// What an entry turned out to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// This finding: its number.
    Finding(usize),
    /// Nothing that would be reported, so that no line is needed: why.
    NotReported(String),
    /// Nothing that could be found again: why.
    Lost(String),
    /// No secret that is found, and the entry does not say that it is about Stripe.
    Unrelated,
}

/// Finds the secrets of entries in what a scan has found.
pub struct Resolver<'a> {
    findings: &'a [Finding],
    /// Findings by the SHA-1 of a beginning of the value: patterns of other scanners may end
    /// before the credential does.
    hashes: HashMap<String, Vec<usize>>,
    /// Findings by their paths.
    paths: BTreeMap<&'a str, Vec<usize>>,
    versions: Versions<'a>,
    detector: &'a Detector,
}

impl<'a> Resolver<'a> {
    /// Prepares for the entries of a repository, or of a plain directory, whose root is `root`.
    pub fn new(
        entries: &[Foreign],
        findings: &'a [Finding],
        repository: Option<&Repository>,
        root: &'a Path,
        detector: &'a Detector,
    ) -> Self {
        let mut hashes: HashMap<String, Vec<usize>> = HashMap::new();
        let mut paths: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        for (number, finding) in findings.iter().enumerate() {
            if let Some(path) = &finding.place.path {
                paths.entry(path).or_default().push(number);
            }
            if let Some(credential) = finding.credential() {
                let value = credential.secret.reveal();
                for end in
                    (PIECE.min(value.len())..=value.len()).filter(|&e| value.is_char_boundary(e))
                {
                    hashes.entry(sha1(&value.as_bytes()[..end])).or_default().push(number);
                }
            }
        }
        let versions = Versions::new(repository, root, entries);
        Self { findings, hashes, paths, versions, detector }
    }

    /// What an entry is about. An entry that may be about one of several secrets is about none: a
    /// wrong guess would hide a leak.
    pub fn resolve(&self, entry: &Foreign) -> Outcome {
        let found = match &entry.value {
            Value::Sha1(hash) => self.hashes.get(hash).and_then(|numbers| self.one_of(numbers)),
            Value::Clear(text) => self.by_value(text),
            Value::Unknown => None,
        };
        match found.or_else(|| self.by_line(entry)) {
            Some(found) => self.outcome(found),
            None if entry.scope() == Scope::Stripe => self.without_line(entry),
            None => Outcome::Unrelated,
        }
    }

    fn outcome(&self, found: Result<usize, String>) -> Outcome {
        match found {
            Ok(number) if self.findings[number].status == Status::Sample => {
                Outcome::NotReported("it is a sample that Stripe publishes".to_owned())
            }
            Ok(number) => Outcome::Finding(number),
            Err(why) => Outcome::Lost(why),
        }
    }

    /// Where nothing that is found stands on the line: what does stand there, or what else is in
    /// the file if the version with that line is not to be had. What is known of a value must not
    /// lead to another one.
    fn without_line(&self, entry: &Foreign) -> Outcome {
        let outcome = self.why_not(entry);
        let is_lost = matches!(outcome, Outcome::Lost(_));
        let is_unknown = matches!(entry.value, Value::Unknown);
        if is_lost && is_unknown && self.versions.blob(entry).is_none() {
            let all = entry.path.as_deref().map(|path| self.at_path(path)).unwrap_or_default();
            return self.one_of(&all).map_or(outcome, |found| self.outcome(found));
        }
        outcome
    }

    /// The secret that several findings are about.
    fn one_of(&self, numbers: &[usize]) -> Option<Result<usize, String>> {
        let print = |&number: &usize| self.findings[number].fingerprint.as_str();
        let prints: BTreeSet<&str> = numbers.iter().map(print).collect();
        match (numbers.first(), prints.len()) {
            (None, _) => None,
            (Some(&number), 1) => Some(Ok(number)),
            (Some(_), count) => Some(Err(format!("{count} secrets may be meant"))),
        }
    }

    /// By a text that holds the value, in any spelling, or is a long beginning of it.
    fn by_value(&self, text: &str) -> Option<Result<usize, String>> {
        let mut read = Vec::new();
        self.detector.scan(text.as_bytes(), "", &mut read);
        let matches = |&number: &usize| {
            self.findings[number].credential().is_some_and(|credential| {
                let value = credential.secret.reveal();
                text.contains(value)
                    || text.len() >= PIECE && value.starts_with(text)
                    || read.iter().any(|found| found.secret.reveal() == value)
            })
        };
        self.one_of(&(0..self.findings.len()).filter(matches).collect::<Vec<_>>())
    }

    /// By the line in the very blob that the commit has at the path, or else in any version. An
    /// entry whose rule or value says that it is about something else means nothing on its line.
    fn by_line(&self, entry: &Foreign) -> Option<Result<usize, String>> {
        let line = entry.line.filter(|_| entry.scope() != Scope::Others)?;
        let candidates = self.at_path(entry.path.as_deref()?);
        let blob = self.versions.blob(entry);
        let mut found = self.standing(&candidates, line, blob);
        if found.is_empty() {
            found = self.standing(&candidates, line, None);
            // A line of another version says nothing if this one is here and has something else.
            if let Some(own) = found.first().and_then(|_| self.versions.own(entry)) {
                found.retain(|&number| {
                    !self.is_comparable(number) || self.holds(&own, line, number)
                });
            }
        }
        found.retain(|&number| self.may_mean(entry, line, number));
        self.one_of(&found)
    }

    /// Those that stand on a line, of a blob or of any version.
    fn standing(&self, candidates: &[usize], line: u64, blob: Option<ObjectId>) -> Vec<usize> {
        let stands = |place: &Place| {
            let is_blob = match (place.origin, blob) {
                (Origin::History(id), Some(blob)) => id == blob,
                (_, Some(_)) => false,
                (_, None) => true,
            };
            is_blob && (place.start.line..=place.end.line).contains(&line)
        };
        let fits = |&&number: &&usize| self.places(number).any(stands);
        candidates.iter().filter(fits).copied().collect()
    }

    fn places(&self, number: usize) -> impl Iterator<Item = &Place> {
        let finding = &self.findings[number];
        std::iter::once(&finding.place).chain(&finding.others)
    }

    fn value(&self, number: usize) -> &[u8] {
        let credential = self.findings[number].credential();
        credential.map(|credential| credential.secret.reveal().as_bytes()).unwrap_or_default()
    }

    /// Whether a value stands in its files as it is, so that texts can be compared with it.
    fn is_comparable(&self, number: usize) -> bool {
        self.places(number).all(|place| place.decoded.is_empty())
    }

    fn holds(&self, bytes: &[u8], line: u64, number: usize) -> bool {
        line_of(bytes, line).is_some_and(|text| memmem::find(text, self.value(number)).is_some())
    }

    /// Whether what an entry says of its value lets it be about a finding on its line.
    fn may_mean(&self, entry: &Foreign, line: u64, number: usize) -> bool {
        let value = self.value(number);
        match &entry.value {
            Value::Unknown => true,
            Value::Clear(text) => memmem::find(value, text.as_bytes()).is_some(),
            Value::Sha1(hash) => {
                let mut lines = self
                    .versions
                    .all(entry)
                    .filter(|bytes| self.holds(bytes, line, number))
                    .filter_map(|bytes| line_of(&bytes, line).map(<[u8]>::to_vec))
                    .peekable();
                lines.peek().is_none() || lines.any(|text| is_hash_of_either(&text, value, hash))
            }
        }
    }

    /// The findings in a path, which in the list may begin further out.
    fn at_path(&self, path: &str) -> Vec<usize> {
        if let Some(numbers) = self.paths.get(path) {
            return numbers.clone();
        }
        let mut inner = self
            .paths
            .iter()
            .filter(|(ours, _)| path.strip_suffix(**ours).is_some_and(|rest| rest.ends_with('/')));
        match (inner.next(), inner.next()) {
            (Some((_, numbers)), None) => numbers.clone(),
            _ => Vec::new(),
        }
    }

    /// Looks at the line itself for something that begins like a credential and is none.
    fn why_not(&self, entry: &Foreign) -> Outcome {
        let lost = |why: &str| Outcome::Lost(why.to_owned());
        let (Some(path), Some(line)) = (&entry.path, entry.line) else {
            return lost("it names neither a value nor a line");
        };
        let mut versions = self.versions.all(entry).peekable();
        if versions.peek().is_none() {
            return lost(match &entry.commit {
                Some(_) => "neither its commit nor its file is here",
                None => "its file is neither here nor in history",
            });
        }
        match versions.find_map(|bytes| self.dropped(&bytes, path, line)) {
            Some(why) => Outcome::NotReported(why),
            None if self.at_path(path).is_empty() => Outcome::NotReported(
                "nothing in any version of this file is a credential of Stripe".to_owned(),
            ),
            None => lost("nothing on its line looks like a credential of Stripe"),
        }
    }

    /// Why what begins like a credential on a line is none.
    fn dropped(&self, bytes: &[u8], path: &str, line: u64) -> Option<String> {
        let (_, dropped) = self.detector.explain(bytes, path);
        let document = Document::new(bytes);
        let at_line = dropped
            .iter()
            .filter(|drop| document.position(drop.span.start, Unit::Byte).line == line);
        at_line.max_by_key(|drop| drop.span.len()).map(|drop| drop.why.text().to_owned())
    }
}

fn line_of(bytes: &[u8], line: u64) -> Option<&[u8]> {
    let before = usize::try_from(line.checked_sub(1)?).ok()?;
    bytes.split(|&byte| byte == b'\n').nth(before)
}

/// The keyword plugin of detect-secrets before version 1 made its lines lower-case.
fn is_hash_of_either(text: &[u8], value: &[u8], hash: &str) -> bool {
    is_hash_around(text, value, hash)
        || is_hash_around(&text.to_ascii_lowercase(), &value.to_ascii_lowercase(), hash)
}

/// Whether a hash is that of a text on a line that holds a value, or the end of it: a URL, or a string
/// with something before the value. Such a text begins and ends where a word does.
fn is_hash_around(text: &[u8], value: &[u8], hash: &str) -> bool {
    let is_edge = |&at: &usize| {
        let is_word = |at: usize| text.get(at).is_some_and(u8::is_ascii_alphanumeric);
        at == 0 || !is_word(at - 1) || !is_word(at)
    };
    memmem::find_iter(text, value).any(|start| {
        let end = start + value.len();
        let last = end.saturating_sub(PIECE).max(start);
        let starts = (start.saturating_sub(REACH)..=last).filter(is_edge);
        let ends = || (end..=text.len().min(end + REACH)).filter(is_edge);
        starts.flat_map(|start| ends().map(move |end| start..end)).any(|at| sha1(&text[at]) == hash)
    })
}

fn sha1(text: &[u8]) -> String {
    Sha1::digest(text).iter().map(|byte| format!("{byte:02x}")).collect()
}
