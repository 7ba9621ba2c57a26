//! Every rule: its file, its documentation, its examples.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use stripeguard::blob::Position;
use stripeguard::lint::{Example, LINTS, Level, Linter, Rule, examples};
use tempfile::TempDir;

use super::{all, embedded, lint, places};
use crate::cli::stripeguard;

#[test]
fn every_file_is_a_rule_and_every_rule_a_file() {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("rules/lints");
    let mut files: Vec<String> = fs::read_dir(dir)
        .unwrap()
        .map(|entry| entry.unwrap().path().file_stem().unwrap().to_str().unwrap().to_owned())
        .collect();
    files.sort();
    let ids: Vec<&str> = LINTS.iter().map(|lint| lint.id).collect();
    assert_eq!(files, ids);
    for (lint, rule) in LINTS.iter().zip(embedded()) {
        assert_eq!((lint.id, lint.level), (rule.id.as_str(), rule.level));
    }
}

#[test]
fn every_rule_says_what_it_is_about() {
    for rule in embedded() {
        let Rule { id, title, message, remedy, what, why, references, .. } = &rule;
        for (name, text) in [("title", title), ("message", message), ("remedy", remedy)] {
            assert!(text.len() > 10, "{id}: {name}");
        }
        assert!(what.len() > 40 && why.len() > 80, "{id}: documentation");
        assert!(title.len() <= 60, "{id}: the title is too long for a frame");
        assert!(message.ends_with('.'), "{id}: the message is a sentence");
        let is_stripe =
            |url: &String| url.contains("stripe.com/") || url.contains("github.com/stripe");
        assert!(references.iter().any(is_stripe), "{id}: a page of Stripe");
        assert!(!rule.patterns.is_empty() || rule.check.is_some(), "{id}: patterns or a check");
    }
}

#[test]
fn every_rule_has_three_examples_of_either_kind_in_different_languages() {
    for rule in embedded() {
        let formats = |examples: &[Example]| {
            let mut paths: Vec<&str> = examples.iter().map(|e| e.path.as_str()).collect();
            paths.sort();
            paths.dedup();
            paths.len()
        };
        assert!(formats(&rule.examples.bad) >= 3, "{}: bad examples", rule.id);
        assert!(formats(&rule.examples.good) >= 3, "{}: good examples", rule.id);
    }
}

/// Every rule runs over every rule's good examples: a new rule shows its false positives here.
#[test]
fn every_rule_fires_in_its_bad_examples_and_none_in_any_good_one() {
    let linter = Linter::new(&all(), Vec::new());
    let failures: Vec<String> = embedded()
        .iter()
        .flat_map(|rule| examples::run(rule, &linter))
        .map(|failure| format!("{}: {} {}", failure.rule, failure.path, failure.why))
        .collect();
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

#[test]
fn the_pages_of_the_rules_are_those_that_the_program_writes() {
    let dir = TempDir::new().unwrap();
    let run = stripeguard(dir.path(), &["rules", "docs", "--output", "pages"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    let read = |dir: &Path| -> BTreeMap<String, String> {
        let entries = fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().path());
        let page = |path: PathBuf| {
            let name = path.file_name().unwrap().to_str().unwrap().to_owned();
            (name, fs::read_to_string(path).unwrap().replace("\r\n", "\n"))
        };
        entries.map(page).collect()
    };
    let kept = read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/rules"));
    let written = read(&dir.path().join("pages"));
    assert_eq!(kept.keys().collect::<Vec<_>>(), written.keys().collect::<Vec<_>>());
    for (name, page) in &written {
        assert_eq!(&kept[name], page, "run `stripeguard rules docs`");
    }
}

#[test]
fn errors_are_few() {
    let count = |level| LINTS.iter().filter(|lint| lint.level == level).count();
    assert!(count(Level::Error) * 2 <= LINTS.len());
}

/// Where a fix was written, its rule has nothing more to say.
#[test]
fn a_fix_mends_what_its_rule_finds() {
    let linter = Linter::new(&all(), Vec::new());
    let mut fixes = 0;
    for rule in embedded().iter().filter(|rule| rule.patterns.iter().any(|p| p.fix.is_some())) {
        for example in &rule.examples.bad {
            let files = [(example.path.as_str(), example.code.as_str())];
            let found = lint(&linter, &files).findings;
            for fix in
                found.iter().filter(|f| f.rule_id() == rule.id).filter_map(|f| f.fix.as_ref())
            {
                let mut mended = example.code.clone();
                for edit in fix.edits.iter().rev() {
                    let at = |position: Position| usize::try_from(position.offset).unwrap();
                    mended.replace_range(at(edit.start)..at(edit.end), &edit.text);
                }
                let left = places(&lint(&linter, &[(example.path.as_str(), mended.as_str())]));
                let is_left = left.iter().any(|place| place.starts_with(&format!("{} ", rule.id)));
                assert!(!is_left, "{}: {mended}", rule.id);
                fixes += 1;
            }
        }
    }
    assert!(fixes >= 6, "{fixes} fixes were tried");
}

#[test]
fn the_table_of_practices_names_every_rule() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/linting.md");
    let text = fs::read_to_string(path).unwrap();
    for lint in LINTS {
        assert!(text.contains(&format!("`{}`", lint.id)), "docs/linting.md lacks {}", lint.id);
    }
}
