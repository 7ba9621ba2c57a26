//! Lists of what git ignores: those that are none, and that all others hold as they do for git.

use std::fs;
use std::time::Duration;

use super::{Run, scan, scan_within};
use crate::keys::live_secret;
use crate::repo::Repo;

fn line(seed: u64) -> String {
    format!("key = \"{}\"\n", live_secret(seed))
}

fn skipped(run: &Run) -> String {
    run.json()["coverage"]["skipped"].to_string()
}

#[cfg(unix)]
fn link(target: &str, repo: &Repo, name: &str) {
    fs::create_dir_all(repo.join(name).parent().unwrap()).unwrap();
    std::os::unix::fs::symlink(target, repo.join(name)).unwrap();
}

#[cfg(unix)]
fn pipe(repo: &Repo, name: &str) {
    fs::create_dir_all(repo.join(name).parent().unwrap()).unwrap();
    let made = std::process::Command::new("mkfifo").arg(repo.join(name)).status().unwrap();
    assert!(made.success());
}

/// Scans a repository whose list is not one: all is read, and the report says why.
#[cfg(unix)]
fn assert_passed(repo: &Repo, name: &str, why: &str) {
    repo.write("sub/inner/a.env", line(1));
    for (dir, expected) in
        [(".", name.to_owned()), ("sub", name.trim_start_matches("sub/").to_owned())]
    {
        let run = scan_within(&repo.join(dir), &["--tree", "."], Duration::from_secs(30));
        assert_eq!((run.code, run.places().len()), (1, 1), "{dir}: {}", run.stdout);
        let told = skipped(&run);
        assert!(told.contains(&format!("{why}\"")) && told.contains(&expected), "{dir}: {told}");
    }
}

#[cfg(unix)]
#[test]
fn a_list_that_is_a_device_or_a_pipe_is_not_opened() {
    for name in [".gitignore", "sub/.gitignore", ".git/info/exclude"] {
        let why = if name.starts_with(".git/") {
            "it is no regular file"
        } else {
            "it is a link, which git does not follow"
        };
        let repo = Repo::new();
        let _ = fs::remove_file(repo.join(name));
        link("/dev/zero", &repo, name);
        assert_passed(&repo, name, why);
        let repo = Repo::new();
        let _ = fs::remove_file(repo.join(name));
        pipe(&repo, name);
        assert_passed(&repo, name, "it is no regular file");
    }
}

#[cfg(unix)]
#[test]
fn a_history_is_searched_for_nested_repositories_all_the_same() {
    let repo = Repo::new();
    repo.write("a", line(1)).commit("leak");
    link("/dev/zero", &repo, "sub/.gitignore");
    pipe(&repo, "sub/inner/.gitignore");
    pipe(&repo, "sub/other/.git");
    let run = scan_within(repo.path(), &["."], Duration::from_secs(30));
    assert!(run.places().contains(&"a:1:8 tree".to_owned()), "{}", run.stdout);
}

#[cfg(unix)]
#[test]
fn a_list_behind_a_link_is_not_obeyed_as_git_does_not() {
    let repo = Repo::new();
    repo.write("rules", "*.env\n").write("a.env", line(1)).write(".gitignore", "b.env\n");
    repo.write("sub/b.env", line(2)).write("sub/c.env", line(3));
    link("../rules", &repo, "sub/.gitignore");
    let run = scan(repo.path(), &["--tree", "."]);
    let mut places = run.places();
    places.sort();
    assert_eq!(places, ["a.env:1:8 tree", "sub/c.env:1:8 tree"]);
}

#[test]
fn a_list_that_is_too_large_is_not_obeyed_and_one_that_is_not_is() {
    let repo = Repo::new();
    repo.write("a.env", line(1)).write(".gitignore", format!("*.env\n{}", "#\n".repeat(600_000)));
    let run = scan(repo.path(), &["--tree", "."]);
    assert_eq!(run.places(), ["a.env:1:8 tree"]);
    assert!(skipped(&run).contains("larger than 1 MiB"), "{}", skipped(&run));
    repo.write(".gitignore", format!("*.env\n{}", "#\n".repeat(500_000)));
    assert_eq!(scan(repo.path(), &["--tree", "."]).places(), [""; 0]);
}

/// Each list holds where git has it hold; `git check-ignore` says so of every file.
#[test]
fn lists_hold_as_they_do_for_git() {
    let repo = Repo::new();
    repo.write(".gitignore", "\u{feff}*.env\r\n!keep.env\n/top/only\nbuild/\ndoc/**/x\n\\#a\n");
    repo.write(".git/info/exclude", "excluded\n!again.env\nover.env\n");
    repo.write("top/.gitignore", "!deep.env\nonly2\n*.k\n").write("top/in/.gitignore", "!*.k\n");
    let names = [
        "a.env",
        "keep.env",
        "again.env",
        "over.env",
        "top/only",
        "top/only2",
        "in/top/only",
        "build/a",
        "in/build/a",
        "doc/a/b/x",
        "doc/x",
        "doc/y",
        "#a",
        "excluded",
        "in/excluded",
        "top/deep.env",
        "in/deep.env",
        "top/a.k",
        "top/in/a.k",
        "a.k",
        "nested/a.env",
        "nested/only2",
        "nested/b.n",
        "top/nested2/a.k",
        "top/nested2/a.env",
    ];
    for (seed, name) in names.iter().enumerate() {
        repo.write(name, line(seed as u64));
    }
    let others: Vec<&str> = names.iter().copied().filter(|name| !name.contains("nested")).collect();
    let ignored = |repo: &Repo, name: &str| {
        let out = repo.try_git(["check-ignore", "-q", name]);
        out.status.success()
    };
    let read = |dir: &str| {
        let run = scan(&repo.join(dir), &["--tree", "."]);
        let prefix = if dir == "." { String::new() } else { format!("{dir}/") };
        let place = |place: String| format!("{prefix}{}", place.split(':').next().unwrap());
        let mut read: Vec<String> = run.places().into_iter().map(place).collect();
        read.sort();
        read
    };
    for dir in [".", "top", "top/in", "in", "doc/a"] {
        let within = |name: &&&str| dir == "." || name.starts_with(&format!("{dir}/"));
        let mut expected: Vec<String> = others
            .iter()
            .filter(within)
            .filter(|name| !ignored(&repo, name))
            .map(|n| (*n).to_owned())
            .collect();
        expected.sort();
        let found: Vec<String> =
            read(dir).into_iter().filter(|name| !name.contains("nested")).collect();
        assert_eq!(found, expected, "{dir}");
    }
    // A repository within another has its own lists and none from outside.
    for nested in ["nested", "top/nested2"] {
        repo.git(["init", "-q", nested]);
    }
    repo.write("nested/.gitignore", "*.n\n");
    let found = read(".").into_iter().filter(|name| name.contains("nested")).collect::<Vec<_>>();
    assert_eq!(found, ["nested/a.env", "nested/only2", "top/nested2/a.env", "top/nested2/a.k"]);
}

/// A linked work tree has the list of the repository that it belongs to.
#[test]
fn a_linked_work_tree_has_the_lists_of_its_repository() {
    let repo = Repo::new();
    repo.write("a", "a\n").commit("start");
    repo.write(".git/info/exclude", "*.env\n");
    repo.git(["worktree", "add", "-q", "tree"]);
    repo.write("tree/a.env", line(1)).write("tree/b", line(2));
    assert_eq!(scan(&repo.join("tree"), &["--tree", "."]).places(), ["b:1:8 tree"]);
}

/// Where there is no repository, nothing is ignored.
#[test]
fn a_list_outside_of_a_repository_is_none() {
    let dir = Repo::bare_directory();
    dir.write(".gitignore", "*.env\n").write("a.env", line(1));
    assert_eq!(scan(dir.path(), &["."]).places(), ["a.env:1:8 tree"]);
}
