//! Files: what is read, what is not, and how it is said.

use std::fs;

use super::{scan, stripeguard, stripeguard_with_input};
use crate::keys::{live_secret, test_publishable};
use crate::repo::Repo;

fn line(seed: u64) -> String {
    format!("key = \"{}\"\n", live_secret(seed))
}

#[test]
fn hidden_files_are_read_and_ignored_ones_only_when_asked_for_or_named() {
    let repo = Repo::new();
    repo.write(".gitignore", "*.secret\n").write(".hidden/.env", line(1));
    repo.write("a.secret", line(2));
    assert_eq!(scan(repo.path(), &["."]).places(), [".hidden/.env:1:8 tree"]);
    assert_eq!(scan(repo.path(), &["--no-ignore", "."]).places().len(), 2);
    assert_eq!(scan(repo.path(), &["a.secret"]).places(), ["a.secret:1:8 tree"]);
}

#[test]
fn a_file_that_is_tracked_is_read_even_if_a_pattern_ignores_it() {
    let repo = Repo::new();
    repo.write("sub/.env", line(1)).commit("leak");
    repo.write(".gitignore", ".env\n");
    assert_eq!(scan(repo.path(), &["--tree", "."]).places(), ["sub/.env:1:8 tree"]);
    assert_eq!(scan(repo.path(), &["sub"]).places(), [".env:1:8 tree"]);
}

#[test]
fn dot_git_is_not_walked_as_files() {
    let repo = Repo::new();
    repo.write("a", "a\n").commit("start");
    repo.write(".git/stray", line(1));
    assert_eq!(scan(repo.path(), &["--tree", "--no-ignore", "."]).code, 0);
}

#[test]
fn publishable_keys_are_information_and_do_not_fail() {
    let dir = Repo::bare_directory();
    dir.write("a.js", format!("Stripe('{}')\n", test_publishable(1)));
    let run = scan(dir.path(), &["."]);
    assert_eq!((run.code, run.json()["findings"][0]["severity"].as_str()), (0, Some("info")));
    assert_eq!(scan(dir.path(), &["--fail-on", "info", "."]).code, 1);
}

#[test]
fn the_severity_that_fails_is_chosen_by_the_user() {
    let dir = Repo::bare_directory();
    dir.write("a", line(1));
    assert_eq!(scan(dir.path(), &["--fail-on", "critical", "."]).code, 1);
    let run = stripeguard(dir.path(), &["scan", "--fail-on", "nonsense", "."]);
    assert_eq!(run.code, 2);
}

#[test]
fn a_path_that_does_not_exist_is_a_usage_error() {
    let dir = Repo::bare_directory();
    dir.write("a", line(1));
    let run = stripeguard(dir.path(), &["scan", "a", "nowhere"]);
    assert_eq!((run.code, run.stdout.as_str()), (2, ""));
    assert!(run.stderr.contains("nowhere does not exist"), "{}", run.stderr);
}

#[test]
fn several_paths_keep_their_names() {
    let dir = Repo::bare_directory();
    dir.write("x/a", line(1)).write("y/b", line(2)).write("c", line(3));
    let run = scan(dir.path(), &["x", "./y", "c"]);
    let mut places = run.places();
    places.sort();
    assert_eq!(places, ["c:1:8 tree", "x/a:1:8 tree", "y/b:1:8 tree"]);
}

#[test]
fn standard_input_has_the_name_it_is_given() {
    let dir = Repo::bare_directory();
    let run = stripeguard_with_input(
        dir.path(),
        &["scan", "--format", "json", "--stdin", "--stdin-path", "log.txt"],
        line(1).as_bytes(),
    );
    assert_eq!(run.places(), ["log.txt:1:8 stdin"]);
}

#[test]
fn the_number_of_threads_never_changes_the_output() {
    let dir = Repo::bare_directory();
    for n in 0..60 {
        dir.write(format!("d{}/f{n}", n % 7), line(n % 11).repeat(3));
    }
    let one = scan(dir.path(), &["--threads", "1", "."]).stdout;
    for threads in ["2", "3", "8", "0"] {
        assert_eq!(scan(dir.path(), &["--threads", threads, "."]).stdout, one);
    }
}

#[test]
fn a_key_is_found_once_wherever_it_stands_in_a_file_of_several_windows() {
    let dir = Repo::bare_directory();
    let window = 8 << 20;
    for at in [0, window - 150, window - 60, window + 1, window + (64 << 10), 2 * window + 90_000] {
        let mut text = vec![b'.'; 3 * window];
        for end in (99..text.len()).step_by(100) {
            text[end] = b'\n';
        }
        let key = live_secret(at as u64);
        text[at] = b'\n';
        text[at + 1..=at + key.len()].copy_from_slice(key.as_bytes());
        text[at + key.len() + 1] = b'\n';
        dir.write("big.log", &text);
        let run = scan(dir.path(), &["--reveal", "."]);
        let json = run.json();
        let found = json["findings"].as_array().unwrap();
        assert_eq!(found.len(), 1, "at {at}");
        assert_eq!(found[0]["secret"]["value"], key.as_str());
        assert_eq!(found[0]["offset"], at + 1);
        let line = text[..=at].iter().filter(|&&byte| byte == b'\n').count() + 1;
        assert_eq!((&found[0]["line"], &found[0]["column"]), (&line.into(), &1.into()), "at {at}");
        assert_eq!(json["coverage"]["read"]["bytes"], text.len());
    }
}

#[cfg(unix)]
#[test]
fn links_are_not_followed_and_pipes_are_counted() {
    let outside = Repo::bare_directory();
    outside.write("secret", line(1));
    let dir = Repo::bare_directory();
    dir.write("a", "a\n");
    std::os::unix::fs::symlink(outside.join("secret"), dir.join("link")).unwrap();
    std::os::unix::fs::symlink(outside.path(), dir.join("linked")).unwrap();
    let made = std::process::Command::new("mkfifo").arg(dir.join("pipe")).status().unwrap();
    assert!(made.success());
    let run = scan(dir.path(), &["."]);
    assert_eq!((run.code, run.places().len()), (0, 0));
    let skipped = run.json()["coverage"]["skipped"].to_string();
    for name in ["link", "linked", "pipe"] {
        assert!(skipped.contains(&format!("\"{name}\"")), "{skipped}");
    }
}

#[cfg(unix)]
#[test]
fn what_cannot_be_read_is_a_gap_and_the_rest_is_read() {
    use std::os::unix::fs::PermissionsExt;
    let dir = Repo::bare_directory();
    dir.write("locked/a", line(1)).write("shut", line(2)).write("open", line(3));
    let lock = |name: &str, mode| {
        fs::set_permissions(dir.join(name), fs::Permissions::from_mode(mode)).unwrap();
    };
    lock("locked", 0o000);
    lock("shut", 0o000);
    let is_root = fs::read(dir.join("shut")).is_ok();
    let run = scan(dir.path(), &["."]);
    lock("locked", 0o755);
    lock("shut", 0o644);
    if is_root {
        return assert_eq!(run.places().len(), 3, "nothing is locked for root");
    }
    assert_eq!((run.code, run.places()), (1, vec!["open:1:8 tree".to_owned()]));
    assert_eq!(run.json()["coverage"]["gaps"].as_array().unwrap().len(), 2);
}

#[test]
fn a_nested_repository_is_read_as_files_and_its_history_is_named_as_not_read() {
    let repo = Repo::new();
    repo.write("a", "a\n").commit("start");
    repo.git(["init", "-q", "inner/repo"]);
    repo.write("inner/repo/b", line(1));
    let run = scan(repo.path(), &["--tree", "."]);
    assert_eq!(run.places(), ["inner/repo/b:1:8 tree"]);
    assert!(run.json()["coverage"]["skipped"].to_string().contains("inner/repo/.git"));
}
