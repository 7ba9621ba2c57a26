//! `--range` and `--patch`.

use super::{scan, stripeguard, stripeguard_with_input};
use crate::keys::live_secret;
use crate::repo::Repo;

fn line(seed: u64) -> String {
    format!("key = \"{}\"\n", live_secret(seed))
}

#[test]
fn a_range_reads_what_its_commits_bring_in_and_no_more() {
    let repo = Repo::new();
    repo.write("old", line(1)).commit("one");
    let from = repo.write("b", "b\n").commit("two");
    let guilty = repo.write("new", line(2)).commit("three");
    repo.remove("new").commit("four");
    let run = scan(repo.path(), &["--range", &format!("{from}..HEAD")]);
    assert_eq!(run.places(), ["new:1:8 history"]);
    assert_eq!(run.json()["findings"][0]["commit"], guilty.as_str());
    assert_eq!(run.code, 1);
}

#[test]
fn a_range_sees_what_only_a_merge_brings_in() {
    let repo = Repo::new();
    repo.write("a", "a\n").commit("start");
    repo.git(["checkout", "-q", "-b", "side"]);
    repo.write("b", "b\n").commit("side");
    repo.git(["checkout", "-q", "main"]);
    let from = repo.write("c", "c\n").commit("main");
    repo.git(["merge", "-q", "--no-ff", "--no-commit", "side"]);
    let merge = repo.write("evil", line(1)).commit("merge");
    let run = scan(repo.path(), &["--range", &format!("{from}..main")]);
    assert_eq!(run.places(), ["evil:1:8 history"]);
    assert_eq!(run.json()["findings"][0]["commit"], merge.as_str());
}

#[test]
fn ranges_that_mean_nothing_are_usage_errors() {
    let repo = Repo::new();
    repo.write("a", "a\n").commit("start");
    for range in ["nowhere..HEAD", "HEAD~7..HEAD", "", "..nowhere"] {
        let run = stripeguard(repo.path(), &["scan", "--range", range]);
        assert_eq!(run.code, 2, "{range}: {}", run.stdout);
        assert!(run.stderr.contains("no revision"), "{range}: {}", run.stderr);
    }
    let run = scan(repo.path(), &["--range", "HEAD..HEAD"]);
    assert_eq!(run.code, 0, "an empty range is not an error");
}

#[test]
fn a_patch_is_reported_at_the_lines_of_the_new_file() {
    let repo = Repo::new();
    let text: String = (1..40).map(|n| format!("line {n}\n")).collect();
    repo.write("sub dir/a.py", &text).write("gone.py", line(9)).commit("start");
    let changed = text.replace("line 20\n", &format!("line 20\n{}", line(1)));
    repo.write("sub dir/a.py", changed.replace("line 3\n", "")).remove("gone.py");
    repo.write("né\"w", line(2));
    repo.commit("change");
    let patch = repo.git(["diff", "HEAD~1", "HEAD"]) + "\n";
    let run = stripeguard_with_input(
        repo.path(),
        &["scan", "--format", "json", "--patch", "-"],
        patch.as_bytes(),
    );
    let mut places = run.places();
    places.sort();
    assert_eq!(places, ["né\"w:1:8 patch", "sub dir/a.py:20:8 patch"], "{patch}");
    assert!(run.json()["findings"][0]["offset"].is_null());
    repo.write("p.diff", &patch);
    assert_eq!(scan(repo.path(), &["--patch", "p.diff"]).code, 1);
}

#[test]
fn the_combined_diff_of_a_merge_is_understood() {
    let repo = Repo::new();
    repo.write("a", "one\n").commit("start");
    repo.git(["checkout", "-q", "-b", "side"]);
    repo.write("a", "two\n").commit("side");
    repo.git(["checkout", "-q", "main"]);
    repo.write("a", "three\n").commit("main");
    assert!(!repo.try_git(["merge", "-q", "side"]).status.success());
    repo.write("a", format!("four\n{}", line(1))).commit("merge");
    let patch = repo.git(["show", "--format=", "HEAD"]) + "\n";
    assert!(patch.contains("@@@"), "{patch}");
    let run = stripeguard_with_input(
        repo.path(),
        &["scan", "--format", "json", "--patch", "-"],
        patch.as_bytes(),
    );
    assert_eq!(run.places(), ["a:2:8 patch"]);
}

#[test]
fn what_a_patch_does_not_show_is_a_gap() {
    let cut = format!("--- a/x\n+++ b/x\n@@ -0,0 +1,9 @@\n+{}", line(1));
    let binary = "diff --git a/x.zip b/x.zip\nBinary files /dev/null and b/x.zip differ\n";
    let dir = Repo::bare_directory();
    for (text, code) in [(cut.as_str(), 1), (binary, 3), ("no patch at all\n", 3), ("", 0)] {
        let run = stripeguard_with_input(
            dir.path(),
            &["scan", "--format", "json", "--patch", "-"],
            text.as_bytes(),
        );
        assert_eq!(run.code, code, "{text}");
        assert_eq!(run.json()["coverage"]["complete"], code == 0, "{text}");
    }
}
