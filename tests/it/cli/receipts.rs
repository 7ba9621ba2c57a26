//! `scan --receipt` and `receipt verify`, against what git itself counts.

use std::fs;

use serde_json::Value;

use super::stripeguard;
use crate::container::{gzip, zip};
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

fn verify(repo: &Repo) -> super::Run {
    stripeguard(repo.path(), &["receipt", "verify", "../receipt.json"])
}

/// What changes between a scan and the check of its receipt, and what the check says of it.
#[test]
fn whatever_changes_in_a_repository_is_a_shortfall() {
    type Change = fn(&Repo);
    let changes: [(&str, Change); 8] = [
        ("HEAD, refs/heads/main came or moved", |repo| {
            repo.commit("more");
        }),
        ("refs/heads/new came or moved", |repo| drop(repo.git(["branch", "new"]))),
        ("refs/tags/v1 came or moved", |repo| drop(repo.git(["tag", "-f", "v1", "HEAD~1"]))),
        ("refs/tags/v1 went", |repo| drop(repo.git(["tag", "-d", "v1"]))),
        ("refs/heads/old went", |repo| drop(repo.git(["update-ref", "-d", "refs/heads/old"]))),
        ("7 objects then, 6 now", |repo| {
            let id = repo.git(["rev-parse", "HEAD:a"]);
            fs::remove_file(repo.join(format!(".git/objects/{}/{}", &id[..2], &id[2..]))).unwrap();
        }),
        ("7 objects then, 8 now", |repo| drop(repo.git(["hash-object", "-w", ".git/description"]))),
        ("lower limits than today's: depth", |repo| {
            repo.write("stripeguard.toml", "[limits]\ndepth = 9\n");
        }),
    ];
    for (what, change) in changes {
        let repo = nested();
        repo.write("a", "one").commit("one");
        repo.git(["branch", "old"]);
        repo.write("a", "two").commit("two");
        repo.git(["tag", "-a", "v1", "-m", "first"]);
        scanned(&repo);
        assert_eq!(verify(&repo).code, 0, "{}", verify(&repo).stdout);
        change(&repo);
        let run = verify(&repo);
        assert_eq!(run.code, 3, "{what}: {}", run.stdout);
        assert!(run.stdout.contains(what), "{what}: {}", run.stdout);
        assert!(run.stdout.contains("Run `stripeguard scan --receipt"), "{}", run.stdout);
    }
}

#[test]
fn a_receipt_of_other_rules_or_of_an_incomplete_run_is_a_shortfall() {
    let repo = nested();
    repo.write("a", "one").commit("one");
    let receipt = scanned(&repo);
    for (field, value, what) in [
        ("ruleset", Value::from("0000"), "other rules than those of this program"),
        ("version", "0.0.1".into(), "it was made by version 0.0.1"),
        ("complete", false.into(), "left 0 things unread"),
        ("limits", serde_json::json!({}), "lower limits"),
        ("repositories", serde_json::json!([]), "did not read the history"),
    ] {
        let mut other = receipt.clone();
        other[field] = value;
        fs::write(repo.join("../receipt.json"), other.to_string()).unwrap();
        let run = verify(&repo);
        assert_eq!(run.code, 3, "{field}");
        assert!(run.stdout.contains(what), "{field}: {}", run.stdout);
    }
}

/// A number behind a name in what `git count-objects -v` prints.
fn counted(list: &str, name: &str) -> u64 {
    let line = list.lines().find_map(|line| line.strip_prefix(&format!("{name}: "))).unwrap();
    line.parse().unwrap()
}

#[test]
fn counts_are_those_of_indexes_and_directories() {
    let repo = nested();
    for n in 0..30 {
        repo.write(format!("{}/{n}", n % 4), format!("{n}\n")).commit("more");
        if n % 10 == 5 {
            repo.git(["repack", "-dq"]);
        }
    }
    // One pack repeats what the others have, and one object is loose and packed.
    let all = repo.git(["rev-list", "--objects", "--no-object-names", "HEAD~12"]);
    let list = repo.join("../list");
    fs::write(&list, all + "\n").unwrap();
    let base = repo.join(".git/objects/pack/pack");
    let pack = format!("git pack-objects -q '{}' < '{}'", base.display(), list.display());
    repo.git(["-c", &format!("alias.again=!{pack}"), "again"]);
    let receipt = scanned(&repo);
    let count = repo.git(["count-objects", "-v"]);
    let indexes = fs::read_dir(repo.join(".git/objects/pack")).unwrap().flatten();
    let indexes = indexes.filter(|entry| entry.path().extension().is_some_and(|e| e == "idx"));
    let listed: u64 = indexes
        .map(|entry| {
            let bytes = fs::read(entry.path()).unwrap();
            u64::from(u32::from_be_bytes(bytes[8 + 255 * 4..8 + 256 * 4].try_into().unwrap()))
        })
        .sum();
    assert_eq!(listed, counted(&count, "in-pack"));
    let different = repo.git(["cat-file", "--batch-all-objects", "--batch-check=%(objectname)"]);
    let different = different.lines().count() as u64;
    let repeated = listed + counted(&count, "count") - different;
    assert!(repeated > 20, "{count}");
    let read = &receipt["read"];
    let kinds = ["blobs", "trees", "commits", "tags"].map(|kind| read[kind].as_u64().unwrap());
    assert_eq!(kinds.iter().sum::<u64>(), listed + counted(&count, "count") - repeated);
    let reachable = repo.git(["rev-list", "--objects", "--all"]).lines().count() as u64;
    assert_eq!(receipt["repositories"][0]["objects"], reachable);
    let sizes = repo.git(["cat-file", "--batch-all-objects", "--batch-check=%(objectsize)"]);
    let sizes: u64 = sizes.lines().map(|size| size.parse::<u64>().unwrap()).sum();
    let files: u64 = (0..30).map(|n| format!("{n}\n").len() as u64).sum();
    let around = read["bytes"].as_u64().unwrap() - sizes - files;
    assert!(around < 200_000, "references, reflogs and the like: {around}");
}

#[test]
fn a_receipt_says_all_that_was_asked_and_read() {
    let repo = nested();
    let env = format!("KEY={}\n", live_secret(1));
    let inner = zip(&[("a/b.env", env.as_bytes())]);
    repo.write("all.zip", zip(&[("in.zip", &inner[..]), ("y", b"y"), ("z", b"z")]));
    repo.write("log.gz", gzip(env.as_bytes()));
    repo.write("broken.gz", b"\x1f\x8b\x08\x00not deflate");
    let spelled: String = env.bytes().map(|byte| format!("%{byte:02X}")).collect();
    repo.write("spelled.txt", spelled);
    #[cfg(unix)]
    std::os::unix::fs::symlink("all.zip", repo.join("link")).unwrap();
    let run = stripeguard(repo.path(), &["scan", "--tree", "--receipt", "../receipt.json"]);
    assert_eq!(run.code, 1);
    let text = fs::read_to_string(repo.join("../receipt.json")).unwrap();
    let receipt: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(receipt["version"], env!("CARGO_PKG_VERSION"));
    assert_eq!(receipt["ruleset"].as_str().map(str::len), Some(64));
    assert_eq!(receipt["requested"], serde_json::json!(["files under ."]));
    assert_eq!(receipt["complete"], false);
    let names =
        ["depth", "member_bytes", "members", "ratio", "run_bytes", "run_members", "unpacked_bytes"];
    let limits = receipt["limits"].as_object().unwrap();
    assert_eq!(limits.keys().collect::<Vec<_>>(), names);
    assert_eq!(receipt["read"]["files"], 4);
    let sizes = ["all.zip", "log.gz", "broken.gz", "spelled.txt"]
        .map(|name| fs::metadata(repo.join(name)).unwrap().len());
    assert_eq!(receipt["read"]["bytes"], sizes.iter().sum::<u64>());
    // Three in the outer archive, one in the inner one, and what the two streams hold.
    assert_eq!(receipt["read"]["members"], 6);
    assert_eq!(receipt["decoded"]["percent-encoding"], 1, "{}", receipt["decoded"]);
    assert_eq!(receipt["gaps"][0]["what"], "broken.gz");
    assert!(receipt["gaps"][0]["why"].as_str().unwrap().contains("make it anew"));
    #[cfg(unix)]
    {
        assert_eq!(receipt["skipped"][0]["what"], "link");
        assert!(receipt["skipped"][0]["why"].as_str().unwrap().contains("symbolic link"));
    }
    assert!(receipt["open_findings"].as_u64() > Some(2));
}
