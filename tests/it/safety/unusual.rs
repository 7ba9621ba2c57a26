//! Healthy repositories of unusual shape are read to the last object, and nothing in them is a gap.

use std::collections::BTreeSet;
use std::fmt::Write;
use std::path::Path;

use super::subject::{Told, scan};
use crate::git::fixture::Fixture;
use crate::keys::live_secret;

fn line(seed: u64) -> String {
    format!("KEY={}\n", live_secret(seed))
}

/// Scans a directory: nothing is a gap, and as many objects are read as git lists.
fn whole(fixture: &Fixture, at: &Path) -> Told {
    let told = scan(at, &["--verify-objects"]);
    assert!(told.is_complete, "{:#}", told.json["coverage"]["gaps"]);
    let list = ["cat-file", "--batch-all-objects", "--batch-check=%(objectname)"];
    let listed: BTreeSet<String> = fixture.git_at(at, &list).lines().map(str::to_owned).collect();
    let read: u64 =
        told.objects.as_object().unwrap().values().filter_map(serde_json::Value::as_u64).sum();
    assert_eq!(read, listed.len() as u64);
    told
}

fn assert_clean(told: &Told) {
    assert_eq!(told.code, 0, "{}", told.stderr);
}

fn assert_found(told: &Told, count: usize) {
    assert_eq!((told.code, told.findings.len()), (1, count), "{:#}", told.json["findings"]);
}

fn leaking() -> Fixture {
    let fixture = Fixture::new();
    for n in 0..6 {
        fixture.write("file.env", line(n));
        fixture.write(format!("dir/{n}"), format!("{n}\n").repeat(50));
        fixture.commit("more");
    }
    fixture.write("file.env", "gone\n");
    fixture.commit("gone");
    fixture
}

#[test]
fn without_objects() {
    let fixture = Fixture::new();
    fixture.write("README", "x");
    assert_clean(&whole(&fixture, &fixture.root));
    let bare = fixture.beside("bare.git");
    fixture.git(&["init", "-q", "--bare", bare.to_str().unwrap()]);
    assert_clean(&whole(&fixture, &bare));
    fixture.git(&["commit", "-q", "--allow-empty", "-m", "empty"]);
    assert_clean(&whole(&fixture, &fixture.root));
}

#[test]
fn only_binaries() {
    let fixture = Fixture::new();
    for n in 0..20_u8 {
        let noise: Vec<u8> =
            (0..4_000_u32).map(|at| ((at * (u32::from(n) + 7)) >> 3) as u8).collect();
        fixture.write(format!("{n}.bin"), noise);
        fixture.write(format!("{n}.o"), [0x7f, b'E', b'L', b'F', n, 0, 0xff, 0xfe]);
        fixture.commit("more");
    }
    assert_clean(&whole(&fixture, &fixture.root));
    fixture.git(&["repack", "-adq"]);
    assert_clean(&whole(&fixture, &fixture.root));
}

/// The lender is asked for as well: what lies elsewhere is not read.
#[test]
fn borrowing() {
    let fixture = leaking();
    let to = fixture.beside("borrower");
    let url = fixture.root.to_str().unwrap();
    fixture.git(&["clone", "-q", "--shared", url, to.to_str().unwrap()]);
    let told = scan(&to, &["--verify-objects", url]);
    assert!(told.is_complete, "{:#}", told.json["coverage"]["gaps"]);
    let list = ["cat-file", "--batch-all-objects", "--batch-check=%(objectname)"];
    let listed = fixture.git_at(&to, &list).lines().count() as u64;
    let counts = told.json["coverage"]["repositories"].as_array().unwrap();
    let counts: Vec<_> = counts.iter().map(|one| one["objects"].as_u64().unwrap()).collect();
    assert_eq!(counts, [listed, listed], "both have all of them");
}

#[test]
fn bare_mirrored_and_linked() {
    let fixture = leaking();
    let url = fixture.root.to_str().unwrap();
    for (name, how) in [("b.git", "--bare"), ("m.git", "--mirror")] {
        let to = fixture.beside(name);
        fixture.git(&["clone", "-q", how, url, to.to_str().unwrap()]);
        assert_found(&whole(&fixture, &to), 6);
    }
    let linked = fixture.beside("linked");
    fixture.git(&["worktree", "add", "-q", "--detach", linked.to_str().unwrap(), "HEAD~2"]);
    assert_found(&whole(&fixture, &linked), 6);
}

#[test]
fn sha256() {
    let fixture = Fixture::sha256();
    fixture.write("a.env", line(1));
    fixture.commit("one");
    fixture.git(&["repack", "-adq"]);
    fixture.write("b.env", line(2));
    fixture.commit("two");
    assert_found(&whole(&fixture, &fixture.root), 2);
}

#[test]
fn submodules() {
    let (inner, outer) = (leaking(), Fixture::new());
    outer.git(&["submodule", "--quiet", "add", inner.root.to_str().unwrap(), "sub"]);
    outer.commit("with a submodule");
    let told = scan(&outer.root, &["--verify-objects"]);
    assert!(told.is_complete, "{:#}", told.json["coverage"]["gaps"]);
    assert_found(&told, 6);
}

#[test]
fn every_file_that_git_makes_to_be_faster() {
    let fixture = leaking();
    fixture.git(&["repack", "-adbq"]);
    for n in 10..14 {
        fixture.write("file.env", line(n));
        fixture.commit("more");
        fixture.git(&["repack", "-dq"]);
    }
    fixture.git(&["multi-pack-index", "write", "--bitmap"]);
    fixture.git(&["commit-graph", "write", "--reachable", "--changed-paths", "--split"]);
    fixture.git(&["pack-refs", "--all"]);
    fixture.git(&["update-index", "--index-version=4", "--split-index", "--untracked-cache"]);
    assert_found(&whole(&fixture, &fixture.root), 10);
}

/// A stream for `git fast-import`: commits of one file each.
fn commits(count: usize, content: &dyn Fn(usize) -> String) -> String {
    let mut stream = String::new();
    for n in 0..count {
        let text = content(n);
        write!(
            stream,
            "commit refs/heads/main\ncommitter C <c@x> {} +0000\ndata 1\nx\n\
             M 100644 inline file\ndata {}\n{text}\n",
            1_600_000_000 + n,
            text.len()
        )
        .unwrap();
    }
    stream
}

/// Deeper than any git makes it; what of it is read is counted against what git lists.
#[test]
fn a_chain_of_100_000_deltas() {
    use crate::git::packs::{
        Instruction::{Copy, Insert},
        PackBuilder, blob_id, delta,
    };
    let version = |n: usize| format!("version {n:06}").into_bytes();
    let (fixture, mut pack) = (Fixture::new(), PackBuilder::new());
    pack.blob(&version(0));
    for n in 1..100_000 {
        let digits = format!("{n:06}");
        let delta = delta(14, 14, &[Copy(0, 8), Insert(digits.as_bytes())]);
        pack.ref_delta(blob_id(&version(n)), blob_id(&version(n - 1)), &delta);
    }
    pack.write(&fixture.root.join(".git/objects"), "pack-x");
    assert_clean(&whole(&fixture, &fixture.root));
}

#[test]
fn chains_of_4000_deltas() {
    let fixture = Fixture::new();
    let content = |n: usize| match n {
        2000 => line(7),
        _ => format!("{}{n}\n", "the same beginning of each version\n".repeat(20)),
    };
    let arguments = ["fast-import", "--quiet", "--depth=4000"];
    fixture.feed(&arguments, commits(4_100, &content).as_bytes());
    assert_found(&whole(&fixture, &fixture.root), 1);
    fixture.git(&["repack", "-adfq", "--depth=4095", "--window=2"]);
    assert_found(&whole(&fixture, &fixture.root), 1);
}

#[test]
fn trees_of_100_000_entries_and_commits_of_1000_parents() {
    let fixture = Fixture::new();
    let mut stream = String::new();
    for n in 0..1_000 {
        let head = format!("commit refs/heads/p{n}\ncommitter C <c@x> {n} +0000\ndata 1\nx\n\n");
        stream.push_str(&head);
    }
    fixture.feed(&["fast-import", "--quiet"], stream.as_bytes());
    let blob = |text: &str| fixture.feed(&["hash-object", "-w", "--stdin"], text.as_bytes());
    let (plain, leak) = (blob("plain\n"), blob(&line(3)));
    let entry = |n| format!("100644 blob {}\t{n}\n", if n == 75_000 { &leak } else { &plain });
    let entries: String = (0..100_000).map(entry).collect();
    let wide = fixture.feed(&["mktree"], entries.as_bytes());
    let tree = fixture.feed(&["mktree"], format!("040000 tree {wide}\twide\n").as_bytes());
    let parents = fixture.git(&["for-each-ref", "--format=parent %(objectname)", "refs/heads/p*"]);
    let commit = format!(
        "tree {tree}\n{parents}\nauthor A <a@x> 1 +0000\ncommitter C <c@x> 1 +0000\n\n{}\n",
        line(4)
    );
    let id = fixture.feed(&["hash-object", "-t", "commit", "-w", "--stdin"], commit.as_bytes());
    fixture.git(&["update-ref", "refs/heads/octopus", &id]);
    assert_found(&whole(&fixture, &fixture.root), 2);
}

#[test]
fn fifty_thousand_references() {
    let fixture = leaking();
    let head = fixture.git(&["rev-parse", "HEAD~1"]);
    let line = |n: usize| format!("{head} refs/heads/many/{}/{n:05}\n", n % 7);
    let mut lines: Vec<String> = (0..50_000).map(line).collect();
    lines.sort_by(|a, b| a[41..].cmp(&b[41..]));
    fixture.write(".git/packed-refs", format!("# pack-refs with: sorted\n{}", lines.concat()));
    let create = |n: usize| format!("create refs/heads/loose/{}/{n} {head}\n", n % 7);
    let refs: String = (0..2_000).map(create).collect();
    fixture.feed(&["update-ref", "--stdin"], refs.as_bytes());
    let count = fixture.git(&["for-each-ref", "--format=%(refname)"]).lines().count();
    let told = whole(&fixture, &fixture.root);
    assert_found(&told, 6);
    let tips = told.json["coverage"]["repositories"][0]["tips"].as_object().unwrap();
    assert_eq!((count, tips.len()), (52_001, count + 1), "all of them, and HEAD");
}

/// Git shows other objects in the place of these; what is in the database is what counts.
#[test]
fn replaced_and_grafted_commits() {
    let fixture = leaking();
    let (head, root) = (fixture.id("HEAD"), fixture.id("HEAD~6"));
    fixture.git(&["replace", "HEAD~3", "HEAD~5"]);
    fixture.git(&["replace", "--graft", "HEAD~1"]);
    fixture.write(".git/info/grafts", format!("{head} {root}\n"));
    assert_found(&whole(&fixture, &fixture.root), 6);
}

#[test]
fn names_that_are_not_utf_8() {
    let fixture = Fixture::new();
    let text = line(9);
    let mut stream =
        b"commit refs/heads/\xffmain\ncommitter \xfe <c@x> 1 +0000\ndata 3\n\xff\xfe\n\n".to_vec();
    stream.extend(
        format!("M 100644 inline \"d\\377/\\376.env\"\ndata {}\n{text}\n", text.len()).bytes(),
    );
    fixture.feed(&["fast-import", "--quiet"], &stream);
    assert_found(&whole(&fixture, &fixture.root), 1);
}
