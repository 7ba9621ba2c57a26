//! The list of known leaks.

use std::fs;

use super::{scan, stripeguard, stripeguard_with_input};
use crate::keys::{key, live_secret};
use crate::repo::Repo;

const LIST: &str = ".stripeguard-baseline";

fn list(repo: &Repo) -> String {
    fs::read_to_string(repo.join(LIST)).unwrap()
}

/// `status reason` of every line of the list.
fn standings(repo: &Repo) -> Vec<String> {
    let text = list(repo);
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    let fields = lines.map(|line| line.split('\t').collect::<Vec<_>>());
    fields.map(|f| format!("{} {}", f[3], f.get(6).unwrap_or(&"-"))).collect()
}

#[test]
fn a_list_is_sorted_holds_no_secret_and_stays_as_it_is() {
    let repo = Repo::new();
    let keys: Vec<String> = (0..5).map(live_secret).collect();
    repo.write("a.env", keys.join("\n")).commit("leaks");
    assert_eq!(scan(repo.path(), &["."]).code, 1);
    let run = stripeguard(repo.path(), &["baseline", "create"]);
    assert_eq!(
        (run.code, run.stdout.as_str()),
        (0, ".stripeguard-baseline: 5 added, 5 in all\n"),
        "{}",
        run.stderr
    );
    let text = list(&repo);
    let lines: Vec<&str> = text.lines().skip(1).collect();
    assert_eq!(lines.len(), 5);
    assert!(lines.is_sorted());
    for (line, fields) in lines.iter().map(|line| (line, line.split('\t').count())) {
        assert_eq!(fields, 6, "{line}");
    }
    for key in &keys {
        assert!(!text.contains(&key[10..24]) && !text.contains(&key[40..60]));
    }
    let modified = fs::metadata(repo.join(LIST)).unwrap().modified().unwrap();
    for command in ["update", "prune"] {
        assert_eq!(stripeguard(repo.path(), &["baseline", command]).code, 0);
        assert_eq!(list(&repo), text, "{command}");
    }
    assert_eq!(fs::metadata(repo.join(LIST)).unwrap().modified().unwrap(), modified);
    assert_eq!(stripeguard(repo.path(), &["baseline", "create"]).code, 2);
    let run = scan(repo.path(), &["."]);
    assert_eq!(run.code, 0, "{}", run.stdout);
    assert_eq!(run.json()["findings"][0]["suppression"]["by"], "baseline");
    assert_eq!(run.json()["stats"]["suppressed"], 5);
    assert_eq!(scan(repo.path(), &["--no-baseline", "."]).code, 1);

    repo.write("b.env", live_secret(9));
    assert_eq!(scan(repo.path(), &["."]).code, 1, "what is new is reported");
    assert_eq!(stripeguard(repo.path(), &["baseline", "update"]).code, 0);
    assert_eq!(scan(repo.path(), &["."]).code, 0);
    repo.remove("b.env");
    let unused = scan(repo.path(), &["."]);
    assert_eq!(unused.code, 0);
    assert!(unused.stdout.contains("suppression-unused"), "{}", unused.stdout);
    let run = stripeguard(repo.path(), &["baseline", "prune"]);
    assert!(run.stdout.contains("1 removed, 5 in all"), "{}", run.stdout);
    assert_eq!(list(&repo), text);
}

#[test]
fn git_merges_two_lists_by_union_and_what_it_leaves_behind_is_read() {
    let repo = Repo::new();
    repo.write("a.env", live_secret(1)).write(".gitattributes", format!("{LIST} merge=union\n"));
    stripeguard(repo.path(), &["baseline", "create"]);
    repo.commit("base");
    for (branch, seed, answer) in [("left", 2, "a\nour demo\n"), ("right", 3, "r\nrolled in May\n")]
    {
        repo.git(["checkout", "-q", "-b", branch, "main"]);
        repo.write(format!("{branch}.env"), live_secret(seed));
        stripeguard_with_input(repo.path(), &["baseline", "audit"], answer.as_bytes());
        stripeguard(repo.path(), &["baseline", "update"]);
        repo.commit(branch);
    }
    repo.git(["merge", "-q", "--no-edit", "left"]);
    let merged = list(&repo);
    let lines = merged.lines().filter(|line| !line.starts_with('#')).count();
    assert!(lines >= 3 && !merged.contains("<<<<"), "{merged}");
    let run = scan(repo.path(), &["."]);
    assert_eq!(run.code, 0, "{}\n{merged}", run.stdout);
    assert_eq!(stripeguard(repo.path(), &["baseline", "update"]).code, 0);
    let mended = list(&repo);
    assert_eq!(mended.lines().skip(1).count(), 3, "{mended}");
    assert!(mended.lines().skip(1).is_sorted());
    assert!(standings(&repo).contains(&"revoked rolled in May".to_owned()), "{mended}");
}

#[test]
fn a_line_that_is_none_is_an_error_with_its_line() {
    let dir = Repo::bare_directory();
    let print = "0123456789abcdef".repeat(4);
    let lines = [
        ("<<<<<<< HEAD".to_owned(), "left over from a merge"),
        ("not a fingerprint".to_owned(), "begins with no fingerprint"),
        (format!("{print}\tr\tsk…\tacepted\t-\t2026-01-01"), "did you mean 'accepted'?"),
        (format!("{print}\tr\tsk…\topen\t-\t2026-13-01"), "no day"),
        (format!("{print}\tr"), "no redacted key"),
    ];
    for (line, message) in lines {
        dir.write(LIST, format!("# x\n{line}\n"));
        let run = scan(dir.path(), &["."]);
        assert_eq!(run.code, 2, "{line}");
        assert!(run.stderr.contains(message) && run.stderr.contains(":2:"), "{}", run.stderr);
    }
}

#[test]
fn a_list_keeps_its_line_ends() {
    let dir = Repo::bare_directory();
    dir.write("a.env", live_secret(1));
    stripeguard(dir.path(), &["baseline", "create"]);
    let windows = list(&dir).replace('\n', "\r\n");
    dir.write(LIST, &windows);
    assert_eq!(scan(dir.path(), &["."]).code, 0);
    stripeguard(dir.path(), &["baseline", "update"]);
    assert_eq!(list(&dir), windows);
}

#[test]
fn an_audit_asks_once_about_each_and_keeps_what_was_decided() {
    let repo = Repo::new();
    let keys = [live_secret(1), live_secret(2), key("sk_test", 99, 3), key("rk_live", 99, 4)];
    repo.write("a.env", keys.join("\n")).commit("leaks");
    stripeguard(repo.path(), &["baseline", "create"]);
    let answers = format!("f\nan example\nx\nr\nrolled; was {}\ns\nq\n", live_secret(1));
    let run = stripeguard_with_input(
        repo.path(),
        &["baseline", "audit", "--owner", "A Person"],
        answers.as_bytes(),
    );
    assert_eq!(run.code, 0, "{}", run.stderr);
    for part in ["[1 of 4]", "[4 of 4]", "a.env:", "2 decided, 2 still open"] {
        assert!(run.stdout.contains(part), "{part} is missing in {}", run.stdout);
    }
    let text = list(&repo);
    assert!(text.contains("\tfalse-positive\tA_Person\t"), "{text}");
    assert!(!text.contains(&live_secret(1)[30..50]), "a reason holds no secret: {text}");
    let mut decided = standings(&repo);
    decided.sort();
    assert_eq!(&decided[..2], ["false-positive an example", "open -"]);
    let run = stripeguard_with_input(repo.path(), &["baseline", "audit"], b"");
    assert!(run.stdout.contains("[1 of 2]") && run.stdout.contains("0 decided"), "{}", run.stdout);
    assert_eq!(list(&repo), text);
}

#[test]
fn nothing_is_pruned_by_a_run_that_could_not_read_everything() {
    let repo = Repo::new();
    repo.write("a.env", live_secret(1)).commit("leak");
    stripeguard(repo.path(), &["baseline", "create"]);
    let before = list(&repo);
    repo.write("a.env", "clean\n").commit("clean");
    let shallow = Repo::bare_directory();
    let url = format!("file://{}", repo.path().display());
    shallow.git(["clone", "-q", "--depth", "1", &url, "clone"]);
    shallow.write(format!("clone/{LIST}"), &before);
    let run = stripeguard(&shallow.join("clone"), &["baseline", "prune"]);
    assert_eq!(run.code, 3, "{}", run.stderr);
    assert_eq!(fs::read_to_string(shallow.join("clone").join(LIST)).unwrap(), before);
    let run = stripeguard(&repo.join(".git/.."), &["baseline", "prune", ".git"]);
    assert_eq!(run.code, 2, "a list of the repository, and only a part of it read: {}", run.stdout);
    let run = scan(&shallow.join("clone"), &["."]);
    assert!(!run.stdout.contains("suppression-unused"), "{}", run.stdout);
}
