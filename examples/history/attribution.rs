//! Every path, introduction and removal of a sample of blobs is that of `git log -m --raw`.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::io::{BufRead, BufReader};

use stripeguard::blob::{ObjectId, ObjectKind};
use stripeguard::coverage::Progress;
use stripeguard::git::{self, Attribution, Probe};
use stripeguard::source::history::MARGIN;

use crate::{Outcome, Subject};

/// Commits that bring a blob to a path, and that take it away.
#[derive(Debug, Default, PartialEq, Eq)]
struct Events {
    brought: BTreeSet<ObjectId>,
    removed: BTreeSet<ObjectId>,
}

type Places = BTreeMap<(ObjectId, Vec<u8>), Events>;

pub fn check(subject: &Subject) -> Outcome {
    let sample = sample(subject);
    let probe = Probe { candidates: &|_, _| {}, margin: MARGIN, reach: (0, 0), whole: &|_| true };
    let visit =
        |object: &git::Object<'_>| object.kind == ObjectKind::Blob && sample.contains(&object.id);
    let walk = git::walk(&subject.repository, &probe, &visit, 2, &Progress::default());
    let attribution = git::attribute(&subject.repository, &walk);
    let (git, commits) = by_git(subject, &sample);
    let ours = by_us(&attribution, &commits);
    let mut outcome = Outcome::default();
    outcome.compare("how many blobs", walk.blobs.len(), sample.len());
    outcome.compare("how many places", ours.len(), git.len());
    for (place, events) in &git {
        let what = format!("{} at {}", place.0, String::from_utf8_lossy(&place.1));
        outcome.compare(&what, ours.get(place), Some(events));
    }
    heads(subject, &attribution, &mut outcome);
    references(subject, &attribution, &mut outcome);
    outcome
}

/// Blobs with the smallest ids, which are random enough: they are hashes.
fn sample(subject: &Subject) -> HashSet<ObjectId> {
    let size = std::env::var("SAMPLE").ok().and_then(|size| size.parse().ok()).unwrap_or(400);
    let listed = subject.output(&[
        "cat-file",
        "--batch-all-objects",
        "--batch-check=%(objecttype) %(objectname)",
    ]);
    let blobs = listed.split(|b| *b == b'\n').filter_map(|line| line.strip_prefix(b"blob "));
    blobs.filter_map(ObjectId::from_hex).take(size).collect()
}

fn by_us(attribution: &Attribution, commits: &HashSet<ObjectId>) -> Places {
    let mut places = Places::new();
    for (blob, exposure) in &attribution.blobs {
        for path in &exposure.paths {
            // Git's log does not show commits that nothing reaches.
            let listed = |ids: &[ObjectId]| -> BTreeSet<ObjectId> {
                ids.iter().copied().filter(|id| commits.contains(id)).collect()
            };
            let (brought, removed) = (listed(&path.introductions), listed(&path.removals));
            if !brought.is_empty() {
                places.insert((*blob, path.path.clone()), Events { brought, removed });
            }
        }
    }
    places
}

/// What the commits of a log did to the sample, and all commits of the log. A merge is shown once
/// for every parent: it brings what it has and no parent has, and removes what all of them have.
fn by_git(subject: &Subject, sample: &HashSet<ObjectId>) -> (Places, HashSet<ObjectId>) {
    let mut log = subject.git(&[
        "log",
        "--all",
        "--reflog",
        "--root",
        "-m",
        "-r",
        "-z",
        "--raw",
        "--no-renames",
        "--no-abbrev",
        "--format=commit %H %P",
    ]);
    let mut child = log.spawn().unwrap();
    let mut fields = BufReader::new(child.stdout.take().unwrap()).split(0);
    let mut counts: BTreeMap<(ObjectId, Vec<u8>, ObjectId), (usize, usize)> = BTreeMap::new();
    let mut parents: BTreeMap<ObjectId, usize> = BTreeMap::new();
    let mut commit = None;
    while let Some(Ok(field)) = fields.next() {
        let field = field.strip_prefix(b"\n").unwrap_or(&field);
        if let Some(ids) = field.strip_prefix(b"commit ") {
            let mut ids = ids.split(|b| b.is_ascii_whitespace()).filter_map(ObjectId::from_hex);
            commit = ids.next();
            parents.extend(commit.map(|commit| (commit, ids.count().max(1))));
        } else if let (Some(line), Some(commit)) = (field.strip_prefix(b":"), commit) {
            let words: Vec<&[u8]> = line.split(|b| *b == b' ').collect();
            let Some(Ok(path)) = fields.next() else { break };
            let id = |word: usize| words.get(word).and_then(|hex| ObjectId::from_hex(hex));
            if id(2) == id(3) {
                continue;
            }
            if let Some(blob) = id(3).filter(|blob| sample.contains(blob)) {
                counts.entry((blob, path.clone(), commit)).or_default().0 += 1;
            }
            if let Some(blob) = id(2).filter(|blob| sample.contains(blob)) {
                counts.entry((blob, path, commit)).or_default().1 += 1;
            }
        }
    }
    child.wait().unwrap();
    let mut places = Places::new();
    for ((blob, path, commit), (brought, removed)) in counts {
        let all = parents[&commit];
        if brought == all {
            places.entry((blob, path.clone())).or_default().brought.insert(commit);
        }
        if removed == all {
            places.entry((blob, path)).or_default().removed.insert(commit);
        }
    }
    (places, parents.into_keys().collect())
}

/// Which of the places are in the commit that is checked out.
fn heads(subject: &Subject, attribution: &Attribution, outcome: &mut Outcome) {
    let listed = subject.output(&["ls-tree", "-r", "-z", "HEAD"]);
    let lines = listed.split(|b| *b == 0).filter_map(|line| {
        let tab = line.iter().position(|b| *b == b'\t')?;
        let id = line[..tab].rsplit(|b| *b == b' ').next()?;
        Some((ObjectId::from_hex(id)?, line[tab + 1..].to_vec()))
    });
    let git: BTreeSet<_> = lines.filter(|(blob, _)| attribution.blobs.contains_key(blob)).collect();
    let mut ours = BTreeSet::new();
    for (blob, exposure) in &attribution.blobs {
        let here = exposure.paths.iter().filter(|path| path.at_head);
        ours.extend(here.map(|path| (*blob, path.path.clone())));
    }
    outcome.compare("at HEAD", ours, git);
}

/// The references that reach the first places, by asking git for every commit that brings them.
fn references(subject: &Subject, attribution: &Attribution, outcome: &mut Outcome) {
    let asked = attribution.blobs.iter().filter(|(_, exposure)| !exposure.paths.is_empty());
    for (blob, exposure) in asked.take(12) {
        let mut git = BTreeSet::new();
        for commit in exposure.paths.iter().flat_map(|path| &path.introductions) {
            let id = commit.to_string();
            let listed =
                subject.output(&["for-each-ref", "--contains", &id, "--format=%(refname)"]);
            let names = listed.split(|b| *b == b'\n').filter(|name| !name.is_empty());
            git.extend(names.map(<[u8]>::to_vec));
        }
        let ours = exposure.refs.iter().map(|number| &attribution.refs[*number as usize].name);
        let ours: BTreeSet<Vec<u8>> =
            ours.filter(|name| name.starts_with(b"refs/")).cloned().collect();
        outcome.compare(&format!("references of {blob}"), ours, git);
    }
}
