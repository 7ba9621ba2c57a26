//! Which secret an entry of another list is about.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fs;
use std::path::{Component, Path};

use sha1::{Digest, Sha1};

use super::{Foreign, Value};
use crate::blob::{ObjectId, Origin};
use crate::detect::Detector;
use crate::document::{Document, Unit};
use crate::finding::{Finding, Status};
use crate::git::{self, Database, Repository};
use crate::sighting::Place;

/// The shortest piece of a value that says which one it is.
const PIECE: usize = 20;

/// The largest file in which a line is looked for.
const LARGEST: u64 = 64 << 20;

/// What an entry turned out to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// This finding: its number.
    Finding(usize),
    /// Nothing that would be reported, so that no line is needed: why.
    NotReported(String),
    /// Nothing that could be found again: why.
    Lost(String),
}

/// Finds the secrets of entries in what a scan has found.
pub struct Resolver<'a> {
    findings: &'a [Finding],
    /// Findings by the SHA-1 of a beginning of the value: patterns of other scanners may end
    /// before the credential does.
    hashes: HashMap<String, Vec<usize>>,
    /// Findings by their paths.
    paths: BTreeMap<&'a str, Vec<usize>>,
    database: Option<Database>,
    root: &'a Path,
    detector: &'a Detector,
}

impl<'a> Resolver<'a> {
    /// Prepares for the entries of a repository, or of a plain directory, whose root is `root`.
    pub fn new(
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
                    hashes.entry(sha1(&value[..end])).or_default().push(number);
                }
            }
        }
        let database = repository.map(Database::open);
        Self { findings, hashes, paths, database, root, detector }
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
            None => self.without_line(entry),
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
    /// the file if the version with that line is not to be had.
    fn without_line(&self, entry: &Foreign) -> Outcome {
        let outcome = self.why_not(entry);
        let is_lost = matches!(outcome, Outcome::Lost(_));
        if is_lost && entry.is_of_stripe() && self.blob(entry).is_none() {
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

    fn by_value(&self, text: &str) -> Option<Result<usize, String>> {
        let matches = |&number: &usize| {
            self.findings[number].credential().is_some_and(|credential| {
                let value = credential.secret.reveal();
                text.contains(value) || text.len() >= PIECE && value.starts_with(text)
            })
        };
        self.one_of(&(0..self.findings.len()).filter(matches).collect::<Vec<_>>())
    }

    /// By the line in the very blob that the commit has at the path, or else in any version.
    fn by_line(&self, entry: &Foreign) -> Option<Result<usize, String>> {
        let line = entry.line?;
        let candidates = self.at_path(entry.path.as_deref()?);
        let blob = self.blob(entry);
        let stands = |place: &Place, blob: Option<ObjectId>| {
            let is_blob = match (place.origin, blob) {
                (Origin::History(id), Some(blob)) => id == blob,
                (_, Some(_)) => false,
                (_, None) => true,
            };
            is_blob && (place.start.line..=place.end.line).contains(&line)
        };
        let at = |blob: Option<ObjectId>| -> Vec<usize> {
            let places =
                |finding: &'a Finding| std::iter::once(&finding.place).chain(&finding.others);
            let fits = |&&n: &&usize| places(&self.findings[n]).any(|place| stands(place, blob));
            candidates.iter().filter(fits).copied().collect()
        };
        let exact = if blob.is_some() { at(blob) } else { Vec::new() };
        let found = if exact.is_empty() { at(None) } else { exact };
        self.one_of(&found)
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

    fn blob(&self, entry: &Foreign) -> Option<ObjectId> {
        let database = self.database.as_ref()?;
        let commit = ObjectId::from_hex(entry.commit.as_deref()?.as_bytes())?;
        git::blob_at(database, &commit, entry.path.as_deref()?)
    }

    /// Looks at the line itself for something that begins like a credential and is none.
    fn why_not(&self, entry: &Foreign) -> Outcome {
        let lost = |why: &str| Outcome::Lost(why.to_owned());
        let (Some(path), Some(line)) = (&entry.path, entry.line) else {
            return lost("it names neither a value nor a line");
        };
        let Some(bytes) = self.content(entry, path) else {
            return lost("neither its commit nor its file is here");
        };
        let (_, dropped) = self.detector.explain(&bytes, path);
        let document = Document::new(&bytes);
        let at_line = dropped
            .iter()
            .filter(|drop| document.position(drop.span.start, Unit::Byte).line == line);
        match at_line.max_by_key(|drop| drop.span.len()) {
            Some(drop) => Outcome::NotReported(drop.why.text().to_owned()),
            None if self.at_path(path).is_empty() => Outcome::NotReported(
                "nothing in any version of this file is a credential of Stripe".to_owned(),
            ),
            None => lost("nothing on its line looks like a credential of Stripe"),
        }
    }

    fn content(&self, entry: &Foreign, path: &str) -> Option<Vec<u8>> {
        if let (Some(blob), Some(database)) = (self.blob(entry), &self.database) {
            return database.read(&blob).ok().map(|(_, bytes)| bytes.to_vec());
        }
        // A list must not lead out of the directory that it is about.
        let path = Path::new(path);
        let is_inside = path.components().all(|part| matches!(part, Component::Normal(_)));
        let file = self.root.join(path);
        let metadata = fs::symlink_metadata(&file).ok()?;
        let is_small = metadata.is_file() && metadata.len() <= LARGEST;
        if is_inside && is_small { fs::read(file).ok() } else { None }
    }
}

fn sha1(text: &str) -> String {
    Sha1::digest(text.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
}
