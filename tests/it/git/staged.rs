//! What a commit adds, against `git diff-index`.

use std::collections::BTreeSet;
use std::fs;

use stripeguard::git::{self, Database, staged_changes};

use super::fixture::Fixture;

/// Paths that `git diff-index --cached` calls added or changed, with their blobs.
fn by_git(fixture: &Fixture) -> BTreeSet<(String, String)> {
    let text =
        fixture.git(&["diff-index", "--cached", "--no-renames", "-r", "--diff-filter=AMT", "HEAD"]);
    let lines = text.lines().map(|line| {
        let (fields, path) = line.split_once('\t').unwrap();
        (path.to_owned(), fields.split(' ').nth(3).unwrap().to_owned())
    });
    lines.collect()
}

fn by_us(fixture: &Fixture) -> BTreeSet<(String, String)> {
    let repository = git::open(&fixture.root).unwrap();
    let database = Database::open(&repository);
    let index = repository.index();
    let parents: Vec<_> = repository.head().commit().into_iter().collect();
    let changes = staged_changes(&database, &index, &parents);
    assert!(changes.gaps.is_empty() && index.gaps.is_empty());
    let pairs = changes
        .staged
        .iter()
        .map(|file| (String::from_utf8(file.path.clone()).unwrap(), file.blob.to_string()));
    pairs.collect()
}

fn write(fixture: &Fixture, path: &str, text: &str) {
    let path = fixture.root.join(path);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

#[test]
fn the_index_differs_from_head_as_git_says() {
    for fixture in [Fixture::new(), Fixture::sha256()] {
        for n in 0..60 {
            write(&fixture, &format!("d{}/e{}/f{n}", n % 4, n % 3), &format!("{n}\n"));
            write(&fixture, &format!("d{}.x/f{n}", n % 4), &format!("{n}\n"));
        }
        fixture.git(&["add", "-A"]);
        fixture.git(&["commit", "-q", "-m", "one"]);
        assert_eq!(by_us(&fixture), BTreeSet::new());
        write(&fixture, "d0/e0/f0", "changed\n");
        write(&fixture, "d1/e1/new", "new\n");
        write(&fixture, "d9/deep/er/new", "new\n");
        fs::remove_file(fixture.root.join("d2/e2/f2")).unwrap();
        fs::remove_dir_all(fixture.root.join("d3")).unwrap();
        write(&fixture, "d3", "a file now\n");
        fixture.git(&["add", "-A"]);
        let expected = by_git(&fixture);
        assert!(expected.len() == 4, "{expected:?}");
        assert_eq!(by_us(&fixture), expected, "without trees in the index");
        fixture.git(&["write-tree"]);
        assert_eq!(by_us(&fixture), expected, "with trees in the index");
        fixture.git(&["update-index", "--split-index"]);
        write(&fixture, "d1/e1/f1", "split\n");
        fixture.git(&["add", "-A"]);
        assert_eq!(by_us(&fixture), by_git(&fixture), "with a split index");
    }
}

#[test]
fn a_sparse_index_is_expanded_where_it_differs() {
    let fixture = Fixture::new();
    for n in 0..20 {
        write(&fixture, &format!("d{}/e/f{n}", n % 4), &format!("{n}\n"));
    }
    fixture.git(&["add", "-A"]);
    fixture.git(&["commit", "-q", "-m", "one"]);
    write(&fixture, "d3/e/f3", "changed\n");
    fixture.git(&["commit", "-q", "-a", "-m", "two"]);
    fixture.git(&["sparse-checkout", "set", "--cone", "--sparse-index", "d0"]);
    assert_eq!(by_us(&fixture), BTreeSet::new());
    fixture.git(&["reset", "-q", "--soft", "HEAD~1"]);
    let found = by_us(&fixture);
    assert_eq!(found.iter().map(|(path, _)| path.as_str()).collect::<Vec<_>>(), ["d3/e/f3"]);
}

#[test]
fn what_a_commit_takes_away_is_known() {
    let fixture = Fixture::new();
    write(&fixture, "a/b/gone", "gone\n");
    write(&fixture, "a/stays", "stays\n");
    write(&fixture, "moved", "moved\n");
    fixture.git(&["add", "-A"]);
    fixture.git(&["commit", "-q", "-m", "one"]);
    let mut expected: Vec<String> =
        ["HEAD:a/b/gone", "HEAD:moved"].map(|name| fixture.git(&["rev-parse", name])).into();
    expected.sort();
    fixture.git(&["rm", "-q", "-r", "a/b"]);
    fixture.git(&["mv", "moved", "elsewhere"]);
    let repository = git::open(&fixture.root).unwrap();
    let database = Database::open(&repository);
    let parents: Vec<_> = repository.head().commit().into_iter().collect();
    let changes = staged_changes(&database, &repository.index(), &parents);
    let removed = changes.removed_blobs(&database);
    assert_eq!(removed.iter().map(ToString::to_string).collect::<Vec<_>>(), expected);
}
