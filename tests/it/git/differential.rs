//! The pack reader against libgit2 and against git itself.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;

use stripeguard::blob::{ObjectId, ObjectKind};
use stripeguard::git::{self, Attribution, Database, Exposure, Object, Repository};

use super::fixture::{Fixture, PROBE, hex, progress, visit};
use super::reference::Reference;

/// What both readers say, in a form that can be compared.
fn ours(repository: &Repository) -> (git::Walk, BTreeSet<(Vec<u8>, bool)>, Attribution) {
    let shown = Mutex::new(BTreeSet::new());
    let record = |object: &Object<'_>| {
        let hit = visit(object);
        if hit {
            shown.lock().unwrap().insert((object.bytes.to_vec(), object.kind == ObjectKind::Tree));
        }
        hit
    };
    let walk = git::walk(repository, &PROBE, &record, 2, &progress());
    let attribution = git::attribute(repository, &walk);
    (walk, shown.into_inner().unwrap(), attribution)
}

/// Compares the pack reader with libgit2 on everything that both can say.
pub fn agree(repository: &Repository) -> (git::Walk, Attribution) {
    let (walk, shown, attribution) = ours(repository);
    let theirs_shown = Mutex::new(BTreeSet::new());
    let record = |object: &Object<'_>| {
        let hit = visit(object);
        if hit {
            let entry = (object.bytes.to_vec(), object.kind == ObjectKind::Tree);
            theirs_shown.lock().unwrap().insert(entry);
        }
        hit
    };
    let mut theirs = Reference::read(repository, &PROBE, &record);
    assert_eq!(walk.blobs, Vec::from_iter(theirs.blobs.iter().copied()));
    assert_eq!(walk.messages, Vec::from_iter(theirs.messages.iter().copied()));
    assert_eq!(walk.names, Vec::from_iter(theirs.names.iter().cloned()));
    assert_eq!(shown, theirs_shown.into_inner().unwrap());
    assert_eq!(walk.coverage.objects, theirs.objects);
    assert_eq!(walk.coverage.bytes, theirs.bytes);
    let expected = theirs.attribute(repository);
    assert_eq!(in_commits(&attribution.blobs), expected.blobs);
    assert_eq!(in_commits(&attribution.names), expected.names);
    assert_eq!(attribution.messages, expected.messages);
    (walk, attribution)
}

/// Without the paths in trees that no commit has, which the plain reader does not look for.
fn in_commits<K: Ord + Clone>(exposures: &BTreeMap<K, Exposure>) -> BTreeMap<K, Exposure> {
    let mut exposures = exposures.clone();
    for exposure in exposures.values_mut() {
        exposure.paths.retain(|path| !path.introductions.is_empty());
    }
    exposures
}

/// Every object that git lists can be read, has the kind and the bytes that git says, and was
/// counted.
fn reads_all(fixture: &Fixture, walk: &git::Walk) {
    let list = fixture.git(&[
        "cat-file",
        "--batch-all-objects",
        "--batch-check=%(objectname) %(objecttype) %(objectsize)",
    ]);
    let database = Database::open(&fixture.open());
    let mut count = 0;
    for line in list.lines() {
        let words: Vec<&str> = line.split(' ').collect();
        let (kind, bytes) = database.read(&hex(words[0])).unwrap();
        assert_eq!(kind.name(), words[1]);
        assert_eq!(bytes.len().to_string(), words[2]);
        count += 1;
    }
    assert_eq!(walk.coverage.objects.total(), count);
}

/// A history with a bit of everything: long files that change here and there, hits that come, move
/// and go, branches, merges, tags, names of all kinds.
fn rich(fixture: &Fixture) {
    let lines = |version: usize| -> String {
        (0..400)
            .map(|n| format!("line {n} {}\n", if n % 40 == version % 40 { version } else { 0 }))
            .collect()
    };
    for version in 0..30 {
        fixture.write("src/deep/er/long.txt", lines(version));
        let body = if version % 7 == 3 { "NEEDLE_1" } else { "NEEDLE_x" };
        fixture.write("src/deep/config", format!("{}key = {body}\n{}", lines(1), lines(version)));
        if version % 5 == 0 {
            fixture.write(format!("src/{version}/a b\"c\n\u{e9}"), format!("NEEDLE_{version}"));
        }
        if version == 12 {
            fixture.git(&["mv", "src/5", "moved"]);
        }
        if version == 20 {
            fixture.git(&["rm", "-rq", "src/10"]);
        }
        fixture
            .commit(&format!("version {version} {}", if version == 9 { "NEEDLE_9" } else { "" }));
        if version == 15 {
            fixture.git(&["branch", "side"]);
            fixture.git(&["tag", "-a", "-m", "NEEDLE_7 in a tag", "v1"]);
        }
    }
    fixture.git(&["checkout", "-q", "side"]);
    fixture.write("side/NEEDLE_3.txt", "its name");
    fixture.write("src/deep/config", "NEEDLE_4 on a side");
    fixture.commit("side");
    fixture.git(&["checkout", "-q", "main"]);
    let merge = fixture.command(&fixture.root).args(["merge", "-q", "side"]).output().unwrap();
    assert!(!merge.status.success());
    fixture.write("src/deep/config", "NEEDLE_5 of the resolution");
    fixture.commit("merge");
    fixture.git(&["checkout", "-q", "--orphan", "alone"]);
    fixture.write("orphan", "NEEDLE_6");
    fixture.commit("orphan");
    fixture.git(&["checkout", "-q", "main"]);
    fixture.git(&["branch", "-q", "-D", "alone"]);
    fixture.feed(&["hash-object", "-w", "--stdin"], b"NEEDLE_8 dangling");
    let blob = fixture.feed(&["hash-object", "-w", "--stdin"], b"NEEDLE_9 tagged blob");
    fixture.git(&["tag", "blob-tag", &blob]);
}

/// Trees of hundreds of entries, of which each commit changes a few. Their names are shorter and
/// longer than what is looked at around a change.
fn wide(fixture: &Fixture) {
    let mut seed = 7u64;
    let mut next = |below: u64| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (seed >> 33) % below
    };
    let mut stream = String::new();
    for version in 0..150 {
        let date = 1_700_000_000 + version;
        stream += &format!("commit refs/heads/main\ncommitter T <t@t> {date} +0000\ndata 1\nx\n");
        let changes = if version == 0 { 250 } else { 1 + next(3) };
        for _ in 0..changes {
            let number = next(300);
            let name = match number {
                17 => "NEEDLE_4 in a name".to_owned(),
                _ => format!("{}{number}", "long ".repeat(number as usize % 24)),
            };
            let path = match number % 5 {
                0 => format!("{name}/inner/{}", next(9)),
                1 => format!("dir/{name}"),
                _ => name,
            };
            let content = match next(9) {
                0 => format!("NEEDLE_{}", next(10)),
                _ => format!("{version} {}", next(1000)),
            };
            stream += &match next(6) {
                0 => format!("D {path}\n"),
                _ => format!("M 100644 inline {path}\ndata {}\n{content}\n", content.len()),
            };
        }
    }
    fixture.feed(&["fast-import", "--quiet"], stream.as_bytes());
    fixture.git(&["repack", "-adfq", "--depth=60", "--window=60"]);
}

#[test]
fn trees_of_many_entries_with_short_and_long_names() {
    let fixture = Fixture::new();
    wide(&fixture);
    let (walk, attribution) = agree(&fixture.open());
    assert_eq!(walk.coverage.gaps, []);
    assert_eq!(walk.names, [b"NEEDLE_4 in a name"]);
    assert!(attribution.blobs.len() > 5, "{} hits", attribution.blobs.len());
    let trees = fixture.git(&["rev-list", "--objects", "--all", "--filter=object:type=tree"]);
    let removed = attribution.blobs.values().flat_map(|hit| &hit.paths);
    assert!(trees.lines().count() > 300 && removed.clone().any(|path| !path.removals.is_empty()));
}

#[test]
fn loose_objects() {
    let fixture = Fixture::new();
    rich(&fixture);
    let (walk, _) = agree(&fixture.open());
    reads_all(&fixture, &walk);
    assert!(walk.blobs.len() > 15);
    assert_eq!(walk.names, [b"NEEDLE_3.txt"]);
    assert_eq!(walk.messages.len(), 2);
    assert_eq!(walk.coverage.gaps, []);
}

#[test]
fn one_pack_with_deep_chains() {
    let fixture = Fixture::new();
    rich(&fixture);
    fixture.git(&["repack", "-adfq", "--depth=4000", "--window=50", "--keep-unreachable"]);
    fixture.git(&["prune-packed"]);
    let (walk, _) = agree(&fixture.open());
    reads_all(&fixture, &walk);
    assert_eq!(walk.coverage.gaps, []);
}

#[test]
fn ref_deltas_and_index_version_1() {
    let fixture = Fixture::new();
    rich(&fixture);
    let before = agree(&fixture.open());
    let list = fixture.git(&["cat-file", "--batch-all-objects", "--batch-check=%(objectname)"]);
    let objects = fixture.root.join(".git/objects");
    let base = objects.join("pack/pack");
    fixture.feed(
        &["pack-objects", "-q", "--index-version=1", "--depth=50", base.to_str().unwrap()],
        list.as_bytes(),
    );
    fixture.git(&["prune-packed"]);
    let after = agree(&fixture.open());
    reads_all(&fixture, &after.0);
    assert_eq!(before.0.blobs, after.0.blobs);
    assert_eq!(before.1.blobs, after.1.blobs);
}

#[test]
fn several_packs_with_repeated_objects() {
    let fixture = Fixture::new();
    rich(&fixture);
    fixture.git(&["repack", "-dq"]);
    fixture.write("later", "NEEDLE_2 later");
    fixture.commit("later");
    fixture.git(&["repack", "-dq"]);
    let kept = std::fs::read_dir(fixture.root.join(".git/objects/pack")).unwrap();
    for entry in kept.flatten().filter(|e| e.path().extension().is_some_and(|e| e == "pack")) {
        std::fs::write(entry.path().with_extension("keep"), "").unwrap();
    }
    fixture.git(&["-c", "repack.packKeptObjects=true", "repack", "-aq"]);
    let (walk, _) = agree(&fixture.open());
    reads_all(&fixture, &walk);
    assert_eq!(walk.coverage.gaps, []);
}

#[test]
fn borrowed_objects() {
    let fixture = Fixture::new();
    rich(&fixture);
    let borrower = fixture.beside("borrower");
    fixture.git(&["clone", "-q", "--shared", ".", borrower.to_str().unwrap()]);
    let repository = git::open(&borrower).unwrap();
    let (walk, _, attribution) = ours(&repository);
    assert_eq!(walk.coverage.gaps, []);
    assert_eq!(walk.blobs, agree(&fixture.open()).0.blobs);
    let dangling: ObjectId = hex(&fixture.feed(&["hash-object", "--stdin"], b"NEEDLE_8 dangling"));
    assert!(walk.blobs.contains(&dangling));
    assert!(!attribution.blobs.contains_key(&dangling), "it is the lender's");
    let mut expected = Reference::read(&repository, &PROBE, &visit).attribute(&repository).blobs;
    expected.retain(|_, exposure| !exposure.refs.is_empty());
    assert_eq!(attribution.blobs, expected);
}

#[test]
fn sha256() {
    let fixture = Fixture::sha256();
    rich(&fixture);
    let (loose, _, before) = ours(&fixture.open());
    reads_all(&fixture, &loose);
    fixture.git(&["repack", "-adfq", "--keep-unreachable"]);
    fixture.git(&["prune-packed"]);
    let (packed, _, after) = ours(&fixture.open());
    reads_all(&fixture, &packed);
    assert_eq!(loose.blobs, packed.blobs);
    assert_eq!(before.blobs, after.blobs);
    assert_eq!(packed.coverage.gaps, []);
    let other = Fixture::new();
    rich(&other);
    let (same, _, _) = ours(&other.open());
    assert_eq!(same.blobs.len(), packed.blobs.len());
}

#[test]
fn empty_unborn_and_bare() {
    let fixture = Fixture::new();
    let (walk, _) = agree(&fixture.open());
    assert!(walk.is_empty() && walk.coverage.is_complete());
    rich(&fixture);
    let bare = fixture.beside("bare.git");
    fixture.git(&["clone", "-q", "--bare", ".", bare.to_str().unwrap()]);
    agree(&git::open(&bare).unwrap());
}

/// By `git log -m --raw`: for each path and blob the commits that introduce it, which are those
/// that show it against every parent.
fn introductions(fixture: &Fixture) -> BTreeMap<(Vec<u8>, ObjectId), BTreeSet<ObjectId>> {
    let args = [
        "log",
        "--reflog",
        "--all",
        "--root",
        "-m",
        "-r",
        "-z",
        "--raw",
        "--no-renames",
        "--no-abbrev",
        "--format=commit %H %P",
    ];
    let output = fixture.command(&fixture.root).args(args).output().unwrap();
    assert!(output.status.success());
    let (mut commit, mut parents) = (None, 1);
    let mut counts: BTreeMap<(Vec<u8>, ObjectId, ObjectId), usize> = BTreeMap::new();
    let mut enough = BTreeMap::new();
    let mut fields = output.stdout.split(|byte| *byte == 0);
    while let Some(field) = fields.next() {
        let field = field.strip_prefix(b"\n").unwrap_or(field);
        if let Some(ids) = field.strip_prefix(b"commit ") {
            let ids = String::from_utf8(ids.to_vec()).unwrap();
            let ids: Vec<ObjectId> = ids.split_whitespace().map(hex).collect();
            (commit, parents) = (Some(ids[0]), ids.len().max(2) - 1);
        } else if field.starts_with(b":") {
            let words: Vec<&[u8]> = field.split(|byte| *byte == b' ').collect();
            let blob = ObjectId::from_hex(words[3]).unwrap();
            let path = fields.next().unwrap().to_vec();
            *counts.entry((path, blob, commit.unwrap())).or_default() += 1;
            enough.insert(commit.unwrap(), parents);
        }
    }
    let mut found: BTreeMap<_, BTreeSet<ObjectId>> = BTreeMap::new();
    for ((path, blob, commit), count) in counts {
        if count == enough[&commit] && !blob.is_zero() {
            found.entry((path, blob)).or_default().insert(commit);
        }
    }
    found
}

#[test]
fn introductions_and_references_are_those_of_git() {
    let fixture = Fixture::new();
    rich(&fixture);
    fixture.git(&["repack", "-adfq", "--depth=50", "--keep-unreachable"]);
    let (walk, attribution) = agree(&fixture.open());
    let expected = introductions(&fixture);
    let mut compared = 0;
    for (blob, exposure) in &attribution.blobs {
        for path in exposure.paths.iter().filter(|path| !path.introductions.is_empty()) {
            let ours: BTreeSet<ObjectId> = path.introductions.iter().copied().collect();
            if let Some(theirs) = expected.get(&(path.path.clone(), *blob)) {
                assert_eq!(&ours, theirs);
                compared += 1;
            }
            let named = |number: &u32| attribution.refs[*number as usize].name.clone();
            let ours: BTreeSet<Vec<u8>> = path.refs.iter().map(named).collect();
            let mut theirs = BTreeSet::new();
            for commit in &path.introductions {
                let id = commit.to_string();
                let listed =
                    fixture.git(&["for-each-ref", "--contains", &id, "--format=%(refname)"]);
                theirs.extend(listed.lines().map(|line| line.as_bytes().to_vec()));
            }
            let only_refs = |name: &Vec<u8>| name.starts_with(b"refs/");
            assert_eq!(ours.into_iter().filter(only_refs).collect::<BTreeSet<_>>(), theirs);
            let spec = format!("HEAD:{}", String::from_utf8(path.path.clone()).unwrap());
            let output =
                fixture.command(&fixture.root).args(["rev-parse", &spec]).output().unwrap();
            let at_head = String::from_utf8(output.stdout).unwrap().trim() == blob.to_string();
            assert_eq!(path.at_head, at_head);
        }
    }
    let known = |(path, blob): &(Vec<u8>, ObjectId)| {
        let exposure = attribution.blobs.get(blob);
        exposure.is_some_and(|found| found.paths.iter().any(|known| known.path == *path))
    };
    for place in expected.keys().filter(|(_, blob)| walk.blobs.contains(blob)) {
        assert!(known(place), "{place:?}");
    }
    assert!(compared > 10, "{compared} of {}", expected.len());
}

#[test]
fn threads_change_nothing() {
    let fixture = Fixture::new();
    rich(&fixture);
    fixture.git(&["repack", "-adfq", "--depth=50", "--keep-unreachable"]);
    let repository = fixture.open();
    let run = |threads| {
        let walk = git::walk(&repository, &PROBE, &visit, threads, &progress());
        let attribution = git::attribute(&repository, &walk);
        (walk.coverage, walk.blobs, walk.messages, walk.names, attribution.blobs, attribution.names)
    };
    let one = run(1);
    assert!((2..6).all(|threads| run(threads) == one));
    assert_eq!(run(0), one);
}
