//! Why something is reported or not.

use super::{scan, stripeguard};
use crate::keys::{key, live_secret};
use crate::repo::Repo;

fn words(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn a_file_is_explained_line_by_line() {
    let repo = Repo::new();
    let mask = "x".repeat(24);
    repo.write(
        "a.env",
        format!(
            "A={}\nB={}\nC=sk_live_{mask}\nD={}\n",
            live_secret(1),
            key("sk_test", 99, 2),
            live_secret(3)
        ),
    );
    repo.write(
        "stripeguard.toml",
        "[[allow]]\npaths = ['*.env']\nreason = 'samples'\n\
         [[allow]]\npaths = ['a.env']\nlive = true\nuntil = 2024-01-31\n",
    );
    let run = stripeguard(repo.path(), &["explain", "a.env"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    let text = words(&run.stdout);
    for part in [
        "a.env:1:3",
        "reported as critical",
        "not covered by stripeguard.toml:1: it may be live, and the entry says neither its fingerprint",
        "not covered by stripeguard.toml:4, which ended on 2024-01-31",
        "a.env:2:3",
        "suppressed by config at stripeguard.toml:1: samples",
        "a.env:3:3",
        "dropped: it is a placeholder",
    ] {
        assert!(text.contains(part), "{part} is missing in\n{}", run.stdout);
    }
    assert_eq!(text.matches("begins like").count(), 1, "{}", run.stdout);
    assert!(!run.stdout.contains(&live_secret(1)[30..50]));
    let run = stripeguard(repo.path(), &["explain", "a.env:3"]);
    assert!(
        run.stdout.contains("placeholder") && !run.stdout.contains("a.env:1"),
        "{}",
        run.stdout
    );
    let run = stripeguard(repo.path(), &["explain", "stripeguard.toml"]);
    assert!(run.stdout.contains("suppression-expired"), "{}", run.stdout);
    repo.write("b.env", "nothing\n");
    let run = stripeguard(repo.path(), &["explain", "b.env"]);
    assert!(run.stdout.contains("Nothing here begins like"), "{}", run.stdout);
}

#[test]
fn a_limit_that_was_reached_is_named() {
    let dir = Repo::bare_directory();
    dir.write("stripeguard.toml", "[limits]\nmembers = 0\n");
    dir.write("a.gz", crate::container::gzip(live_secret(1).as_bytes()));
    let run = stripeguard(dir.path(), &["explain", "a.gz"]);
    assert_eq!(run.code, 3);
    assert!(run.stdout.contains("not read: "), "{}", run.stdout);
}

#[test]
fn the_beginning_of_a_fingerprint_is_enough() {
    let repo = Repo::new();
    repo.write("a.env", live_secret(1)).commit("leak");
    repo.git(["mv", "a.env", "b.env"]);
    repo.commit("rename");
    let print =
        scan(repo.path(), &["."]).json()["findings"][0]["fingerprint"].as_str().unwrap().to_owned();
    for len in [6, 12, 64] {
        let run = stripeguard(repo.path(), &["explain", &print[..len]]);
        assert_eq!(run.code, 0, "{}", run.stderr);
        for part in [print.as_str(), "a.env:1:1 (history)", "b.env:1:1", "reported as critical"] {
            assert!(run.stdout.contains(part), "{part} is missing in {}", run.stdout);
        }
    }
    stripeguard(repo.path(), &["baseline", "create"]);
    let run = stripeguard(repo.path(), &["explain", &print[..6]]);
    assert!(
        run.stdout.contains("suppressed by baseline at .stripeguard-baseline:2: open"),
        "{}",
        run.stdout
    );
    let run = stripeguard(repo.path(), &["explain", "00000000"]);
    assert_eq!(run.code, 2);
    assert_eq!(stripeguard(repo.path(), &["explain", &print[..5]]).code, 2);
}

#[test]
fn rules_about_suppressions_are_explained_and_a_slip_is_answered() {
    let dir = Repo::bare_directory();
    let run = stripeguard(dir.path(), &["explain", "suppression-unused"]);
    assert!(run.code == 0 && run.stdout.contains("What to do"));
    let run = stripeguard(dir.path(), &["explain", "supression-unused"]);
    assert!(run.stderr.contains("did you mean the rule 'suppression-unused'?"), "{}", run.stderr);
}

#[test]
fn every_rule_that_can_be_reported_is_listed_and_explained() {
    let dir = Repo::bare_directory();
    let listed = stripeguard(dir.path(), &["rules", "--format", "json"]).json();
    let listed: Vec<&str> =
        listed.as_array().unwrap().iter().map(|rule| rule["id"].as_str().unwrap()).collect();
    for id in stripeguard::run::rule_ids() {
        assert!(listed.contains(&id), "{id} is not listed");
        let run = stripeguard(dir.path(), &["explain", id]);
        assert!(run.code == 0 && run.stdout.starts_with("# "), "{id}: {}", run.stderr);
    }
}
