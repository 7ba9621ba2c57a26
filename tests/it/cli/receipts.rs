//! `scan --receipt` and `receipt verify`, against what git itself counts.

use std::fs;

use serde_json::Value;

use super::stripeguard;
use crate::keys::live_secret;
use crate::repo::Repo;

fn scanned(repo: &Repo) -> Value {
    let run = stripeguard(repo.path(), &["scan", "--receipt", "../receipt.json"]);
    assert_eq!(run.stderr, "");
    serde_json::from_str(&fs::read_to_string(repo.join("../receipt.json")).unwrap()).unwrap()
}

/// A repository below a directory of its own, so that a receipt can lie beside it.
fn nested() -> Repo {
    let repo = Repo::bare_directory();
    repo.git(["init", "-q", "-b", "main", "shop"]);
    repo.inside("shop")
}

#[test]
fn counts_are_those_of_git() {
    let repo = nested();
    repo.write("a/b", "one").write("c", "two");
    repo.commit("one");
    repo.write("c", "three");
    repo.commit("two");
    repo.git(["repack", "-adq"]);
    repo.write("d", "four");
    repo.commit("three");
    repo.git(["tag", "-a", "v1", "-m", "first"]);
    let receipt = scanned(&repo);
    let kinds = repo.git(["cat-file", "--batch-all-objects", "--batch-check=%(objecttype)"]);
    let count = |kind: &str| kinds.lines().filter(|line| *line == kind).count() as u64;
    let read = &receipt["read"];
    for (name, kind) in
        [("blobs", "blob"), ("trees", "tree"), ("commits", "commit"), ("tags", "tag")]
    {
        assert_eq!(read[name], count(kind), "{kind}");
    }
    assert_eq!(receipt["repositories"][0]["objects"], kinds.lines().count() as u64);
    let reachable = repo.git(["rev-list", "--objects", "--all"]);
    assert_eq!(reachable.lines().count(), kinds.lines().count());
    let refs = repo.git(["for-each-ref", "--format=%(refname) %(objectname)"]);
    for line in refs.lines() {
        let (name, id) = line.split_once(' ').unwrap();
        assert_eq!(receipt["repositories"][0]["tips"][name], id);
    }
    let run = stripeguard(repo.path(), &["scan", "--tree", "--format", "json"]);
    assert_eq!(run.json()["coverage"]["read"]["files"], repo.git(["ls-files"]).lines().count());
}

#[test]
fn a_receipt_holds_until_the_repository_changes() {
    let repo = nested();
    repo.write("a", "one");
    repo.commit("one");
    scanned(&repo);
    let verify = || stripeguard(repo.path(), &["receipt", "verify", "../receipt.json"]);
    let run = verify();
    assert_eq!((run.code, run.stderr.as_str()), (0, ""), "{}", run.stdout);
    repo.git(["gc", "-q"]);
    assert_eq!(verify().code, 0, "packing changes nothing: {}", verify().stdout);
    repo.write("a", "two");
    repo.commit("two");
    let run = verify();
    assert_eq!(run.code, 3);
    assert!(run.stdout.contains("HEAD, refs/heads/main came or moved since"), "{}", run.stdout);
    assert!(run.stdout.contains("3 objects then, 6 now"), "{}", run.stdout);
    assert!(run.stdout.contains("stripeguard scan --receipt"), "{}", run.stdout);
    scanned(&repo);
    assert_eq!(verify().code, 0);
}

#[test]
fn a_receipt_of_files_alone_covers_no_history() {
    let repo = nested();
    repo.write("a", "one");
    repo.commit("one");
    let run = stripeguard(repo.path(), &["scan", "--tree", "--receipt", "../receipt.json"]);
    assert_eq!(run.code, 0);
    let run = stripeguard(repo.path(), &["receipt", "verify", "../receipt.json"]);
    assert_eq!(run.code, 3);
    assert!(run.stdout.contains("did not read the history"), "{}", run.stdout);
}

#[test]
fn a_receipt_holds_no_secret() {
    let repo = nested();
    let key = live_secret(5);
    repo.write("a", &key);
    repo.commit("one");
    repo.git(["branch", &format!("with-{key}")]);
    let receipt = scanned(&repo).to_string();
    assert!(!receipt.contains(&key), "{receipt}");
    assert!(receipt.contains("refs/heads/with-"), "{receipt}");
    assert_eq!(stripeguard(repo.path(), &["receipt", "verify", "../receipt.json"]).code, 0);
}

#[test]
fn a_receipt_that_cannot_be_written_or_read_is_no_success() {
    let repo = nested();
    repo.write("a", "one");
    let run = stripeguard(repo.path(), &["scan", "--receipt", "missing/receipt.json"]);
    assert_eq!(run.code, 2);
    assert!(run.stderr.contains("does its directory exist"), "{}", run.stderr);
    let run = stripeguard(repo.path(), &["receipt", "verify", "missing.json"]);
    assert_eq!(run.code, 2);
    assert!(run.stderr.contains("missing.json cannot be read"), "{}", run.stderr);
}

#[test]
fn reading_nothing_is_no_all_clear() {
    let repo = Repo::bare_directory();
    let run = stripeguard(repo.path(), &["scan"]);
    assert_eq!(run.code, 3);
    assert!(run.stdout.contains("no file was read here"), "{}", run.stdout);
    repo.git(["init", "-q"]);
    assert_eq!(stripeguard(repo.path(), &["scan"]).code, 0, "a new repository is complete");
    repo.write(".gitignore", "dist/*\n").write("dist/app.js", "x");
    assert_eq!(stripeguard(repo.path(), &["scan", "dist"]).code, 3);
    assert_eq!(stripeguard(repo.path(), &["scan", "--no-ignore", "dist"]).code, 0);
}
