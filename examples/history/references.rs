//! The references are those of git.

use std::collections::BTreeMap;

use stripeguard::git::RefKind;

use crate::{Outcome, Subject};

pub fn check(subject: &Subject) -> Outcome {
    let references = subject.repository.references();
    let ours = references
        .all
        .iter()
        .filter(|found| found.kind != RefKind::Reflog && found.name.starts_with(b"refs/"));
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let ours: BTreeMap<String, String> =
        ours.map(|found| (text(&found.name), found.target.to_string())).collect();
    let listed = text(&subject.output(&["for-each-ref", "--format=%(objectname) %(refname)"]));
    let listed = listed.lines().filter_map(|line| line.split_once(' '));
    let git: BTreeMap<String, String> =
        listed.map(|(id, name)| (name.to_owned(), id.to_owned())).collect();
    let mut outcome = Outcome::default();
    outcome.compare("how many", ours.len(), git.len());
    for (name, id) in &git {
        outcome.compare(name, ours.get(name), Some(id));
    }
    let head = text(&subject.output(&["rev-parse", "-q", "--verify", "HEAD"]));
    let head = Some(head.trim().to_owned()).filter(|head| !head.is_empty());
    outcome.compare("HEAD", references.head.commit().map(|id| id.to_string()), head);
    for name in [&"HEAD".to_owned()].into_iter().chain(git.keys().take(50)) {
        let log = text(&subject.output(&["log", "-g", "-1", "--format=%H", name, "--"]));
        if let Some(newest) = log.lines().next() {
            let ours = references.logged(name.as_bytes(), 0).map(|id| id.to_string());
            outcome.compare(name, ours, Some(newest.to_owned()));
        }
    }
    outcome
}
