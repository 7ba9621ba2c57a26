//! A project for each stack, with what is expected written where the key stands:
//! `KEY<side: part of the reason>`.

use std::fs;
use std::path::{Path, PathBuf};

use stripeguard::context::imports::{Budget, Imports};
use stripeguard::context::{Files, Graphs, Judge, Question, STACKS};

use crate::keys::live_secret;
use crate::repo::Repo;

/// A place with a key, and what is expected of it.
struct Expected {
    path: String,
    line: usize,
    place: std::ops::Range<usize>,
    side: String,
    reason: String,
}

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/exposure")
}

/// Writes the files of a fixture and returns what is expected of the keys in them.
fn build(text: &str, dir: &Repo) -> Vec<Expected> {
    let mut expected = Vec::new();
    for file in text.split("== ").skip(1) {
        let (path, content) = file.split_once('\n').expect("a path and a content");
        let mut written = String::new();
        let mut rest = content;
        while let Some((before, after)) = rest.split_once("KEY<") {
            let (said, behind) = closing(after);
            written.push_str(before);
            let begin = written.len();
            written.push_str(&live_secret(begin as u64));
            let (side, reason) = said.split_once(": ").unwrap_or((said, ""));
            expected.push(Expected {
                path: path.to_owned(),
                line: written.matches('\n').count() + 1,
                place: begin..written.len(),
                side: side.to_owned(),
                reason: reason.to_owned(),
            });
            rest = behind;
        }
        dir.write(path, written + rest);
    }
    expected
}

/// Up to the bracket that closes what is expected: `<?php` within it opens none.
fn closing(text: &str) -> (&str, &str) {
    text.split_once('>').expect("a closing bracket")
}

fn differences(name: &str, text: &str) -> Vec<String> {
    let dir = Repo::bare_directory();
    let expected = build(text, &dir);
    assert!(!expected.is_empty(), "{name} expects nothing");
    let files = Files::under(dir.path());
    let imports = Imports::new(dir.path(), Budget::default()).unwrap();
    let judge = Judge::new(&files, Some(Graphs::new(&imports)));
    let mut wrong = Vec::new();
    for one in expected {
        let text = fs::read(dir.join(&one.path)).unwrap();
        let question = Question {
            path: &one.path,
            text: Some(&text),
            place: one.place.clone(),
            in_tree: true,
        };
        let exposure = judge.exposure(&question);
        let reason = exposure.evidence.clone().unwrap_or_default();
        let is_reason = if one.reason.is_empty() && one.side == "unknown" {
            true
        } else {
            reason.contains(&one.reason)
        };
        if exposure.side.word() != one.side || !is_reason {
            wrong.push(format!(
                "{name} {}:{}\n  expected {}: {}\n  found    {}: {reason}",
                one.path,
                one.line,
                one.side,
                one.reason,
                exposure.side.word(),
            ));
        }
    }
    wrong
}

#[test]
fn every_key_is_on_the_side_and_for_the_reason_that_its_fixture_says() {
    let mut wrong = Vec::new();
    for entry in fs::read_dir(fixtures()).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        wrong.extend(differences(&name, &fs::read_to_string(&path).unwrap()));
    }
    wrong.sort();
    assert!(wrong.is_empty(), "{} differences\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn every_stack_has_a_fixture() {
    let missing: Vec<&str> = STACKS
        .iter()
        .map(|stack| stack.id)
        .filter(|id| !fixtures().join(format!("{id}.txt")).exists())
        .collect();
    assert!(missing.is_empty(), "without a fixture: {missing:?}");
}
