//! One command over a whole repository: what history holds is found wherever git keeps it.

use serde_json::Value;

use super::{scan, stripeguard};
use crate::keys::live_secret;
use crate::repo::Repo;

fn env(key: &str) -> String {
    format!("# shop\nSTRIPE_SECRET_KEY={key}\n")
}

/// The only finding of a report.
fn only(json: &Value) -> &Value {
    let findings = json["findings"].as_array().unwrap();
    assert_eq!(findings.len(), 1, "{findings:#?}");
    &findings[0]
}

#[test]
fn a_deleted_file_is_found_with_the_commit_that_brought_it() {
    let repo = Repo::new();
    repo.write("README.md", "shop\n").commit("start");
    let guilty = repo.write("config/.env", env(&live_secret(1))).commit("add payments");
    let last = repo.write("README.md", "shop 2\n").commit("unrelated");
    repo.remove("config/.env").commit("remove the key");
    let run = scan(repo.path(), &["."]);
    assert_eq!(run.code, 1);
    let json = run.json();
    let found = only(&json);
    assert_eq!(found["path"], "config/.env");
    assert_eq!(found["origin"], "history");
    assert_eq!((&found["line"], &found["column"]), (&2.into(), &19.into()));
    assert_eq!(found["commit"], guilty.as_str());
    assert_eq!(found["author"], "A U Thor <author@example.com>");
    assert_eq!(found["history"]["last"]["id"], last.as_str());
    assert_eq!(found["history"]["at_head"], false);
    assert_eq!(found["history"]["refs"][0], "HEAD");
    assert!(json["coverage"]["complete"].as_bool().unwrap());
}

#[test]
fn an_overwritten_line_is_found_beside_the_key_that_replaced_it() {
    let repo = Repo::new();
    repo.write(".env", env(&live_secret(1))).commit("one");
    repo.write(".env", env(&live_secret(2))).commit("two");
    let run = scan(repo.path(), &["."]);
    assert_eq!(run.places(), [".env:2:19 tree", ".env:2:19 history"]);
}

#[test]
fn the_same_secret_in_the_same_path_is_one_finding_however_many_commits_hold_it() {
    let repo = Repo::new();
    let first = repo.write(".env", env(&live_secret(1))).commit("one");
    for n in 0..5 {
        repo.write(".env", format!("# {n}\n{}", env(&live_secret(1)))).commit("again");
    }
    let json = scan(repo.path(), &["."]).json();
    let found = only(&json);
    assert_eq!(found["origin"], "tree");
    assert_eq!(found["history"]["first"]["id"], first.as_str());
    assert_eq!(found["history"]["at_head"], true);
    assert!(found["locations"].as_array().unwrap().len() >= 6, "{found:#}");
}

#[test]
fn a_key_on_another_branch_names_the_branch() {
    let repo = Repo::new();
    repo.write("a", "a\n").commit("start");
    repo.git(["checkout", "-q", "-b", "feature/pay"]);
    repo.write("pay.py", format!("stripe.api_key = '{}'\n", live_secret(1))).commit("pay");
    repo.git(["checkout", "-q", "main"]);
    let json = scan(repo.path(), &["."]).json();
    let found = only(&json);
    assert_eq!(found["path"], "pay.py");
    assert_eq!(found["history"]["refs"], serde_json::json!(["refs/heads/feature/pay"]));
}

#[test]
fn a_key_that_only_the_resolution_of_a_merge_brings_is_found() {
    let repo = Repo::new();
    repo.write("a", "one\n").commit("start");
    repo.git(["checkout", "-q", "-b", "side"]);
    repo.write("a", "two\n").commit("side");
    repo.git(["checkout", "-q", "main"]);
    repo.write("a", "three\n").commit("main");
    assert!(!repo.try_git(["merge", "-q", "side"]).status.success());
    let merge = repo.write("a", env(&live_secret(1))).commit("merge");
    repo.write("a", "clean\n").commit("clean");
    let json = scan(repo.path(), &["."]).json();
    assert_eq!(only(&json)["commit"], merge.as_str());
}

#[test]
fn a_commit_that_only_a_tag_reaches_is_read() {
    let repo = Repo::new();
    repo.write("a", "a\n").commit("start");
    repo.git(["checkout", "-q", "--detach"]);
    repo.write("old.env", env(&live_secret(1))).commit("tagged");
    repo.git(["tag", "v0"]);
    repo.git(["checkout", "-q", "main"]);
    let json = scan(repo.path(), &["."]).json();
    let refs = only(&json)["history"]["refs"].as_array().unwrap().clone();
    assert!(refs.contains(&"refs/tags/v0".into()), "{refs:?}");
}

#[test]
fn a_root_commit_and_a_rename_are_followed() {
    let repo = Repo::new();
    let root = repo.write("a.env", env(&live_secret(1))).commit("root");
    repo.git(["mv", "a.env", "b.env"]);
    let moved = repo.commit("move");
    let json = scan(repo.path(), &["."]).json();
    let findings = json["findings"].as_array().unwrap();
    let found: Vec<_> = findings
        .iter()
        .map(|f| (f["path"].as_str().unwrap(), f["history"]["first"]["id"].as_str().unwrap()))
        .collect();
    assert_eq!(found, [("a.env", root.as_str()), ("b.env", moved.as_str())]);
    assert_eq!(findings[0]["fingerprint"], findings[1]["fingerprint"]);
}

#[test]
fn repositories_without_commits_are_complete() {
    let repo = Repo::new();
    let run = scan(repo.path(), &["."]);
    assert_eq!((run.code, run.json()["coverage"]["complete"].as_bool()), (0, Some(true)));
    repo.write(".env", env(&live_secret(1))).git(["add", "-A"]);
    let run = scan(repo.path(), &["."]);
    assert_eq!(run.places(), [".env:2:19 tree"]);
}

#[test]
fn what_is_staged_and_not_in_the_work_tree_any_more_is_found_in_the_index() {
    let repo = Repo::new();
    repo.write(".env", env(&live_secret(1))).git(["add", "-A"]);
    repo.write(".env", "clean\n");
    assert_eq!(scan(repo.path(), &["."]).places(), [".env:2:19 index"]);
    assert_eq!(scan(repo.path(), &["--staged"]).places(), [".env:2:19 index"]);
    assert_eq!(scan(repo.path(), &["--tree", "."]).code, 0);
}

#[test]
fn a_key_in_the_work_tree_alone_is_not_staged() {
    let repo = Repo::new();
    repo.write(".env", "clean\n").git(["add", "-A"]);
    repo.write(".env", env(&live_secret(1)));
    assert_eq!(scan(repo.path(), &["--staged"]).code, 0);
}

#[test]
fn deleting_a_leaked_file_is_never_blocked() {
    let repo = Repo::new();
    repo.write(".env", env(&live_secret(1))).write("b", "b\n").commit("leak");
    repo.git(["rm", "-q", ".env"]);
    let run = scan(repo.path(), &["--staged"]);
    assert_eq!(run.code, 0, "{}", run.stdout);
    repo.write("b", env(&live_secret(2))).git(["add", "-A"]);
    assert_eq!(scan(repo.path(), &["--staged"]).places(), ["b:2:19 index"]);
}

#[test]
fn a_bare_repository_is_read() {
    let repo = Repo::new();
    repo.write("x.env", env(&live_secret(1))).commit("leak");
    let bare = Repo::bare_directory();
    bare.git(["clone", "-q", "--bare", repo.path().to_str().unwrap(), "copy.git"]);
    let run = scan(bare.path(), &["copy.git"]);
    assert_eq!(run.places(), ["x.env:2:19 history"]);
    assert_eq!(run.json()["coverage"]["read"]["objects"]["commit"], 1);
}

#[cfg(unix)]
#[test]
fn names_with_spaces_quotes_newlines_and_other_bytes_are_reported() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;
    let repo = Repo::new();
    let names: [&[u8]; 4] = [b"with space", b"with\"quote", b"with\nnewline", b"latin\xe9"];
    for (seed, name) in names.iter().enumerate() {
        repo.write(OsStr::from_bytes(name), env(&live_secret(seed as u64)));
    }
    repo.commit("names");
    let run = scan(repo.path(), &["."]);
    let mut paths: Vec<String> = run.places();
    paths.sort();
    let expected = [
        "latin\u{fffd}:2:19 tree",
        "with space:2:19 tree",
        "with\"quote:2:19 tree",
        "with\\nnewline:2:19 tree",
    ];
    assert_eq!(paths, expected);
    let history = scan(repo.path(), &["--history", "."]);
    assert_eq!(history.places().len(), 4);
}

#[test]
fn a_directory_within_a_repository_is_read_as_files_unless_history_is_asked_for() {
    let repo = Repo::new();
    repo.write("dist/app.js", env(&live_secret(1))).write("b", env(&live_secret(2))).commit("one");
    repo.write("dist/app.js", "clean\n").commit("two");
    assert_eq!(scan(repo.path(), &["dist"]).code, 0);
    let run = scan(repo.path(), &["--history", "dist"]);
    assert_eq!(run.places(), ["dist/app.js:2:19 history"]);
}

#[test]
fn messages_of_commits_and_tags_are_read() {
    let repo = Repo::new();
    let commit = repo.write("a", "a\n").commit(&format!("deploy with {}", live_secret(1)));
    repo.git(["tag", "-a", "v1", "-m", &format!("key {}", live_secret(2))]);
    let json = scan(repo.path(), &["--history", "."]).json();
    let origins: Vec<_> = json["findings"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|f| f["origin"] == "message")
        .map(|f| (f["path"].is_null(), f["object"].as_str().unwrap().to_owned()))
        .collect();
    assert_eq!(origins.len(), 2, "{json:#}");
    assert!(origins.contains(&(true, commit)));
}

#[test]
fn history_where_there_is_none_is_a_usage_error_that_says_so() {
    let dir = Repo::bare_directory();
    dir.write("a", "a\n");
    let run = stripeguard(dir.path(), &["scan", "--history", "."]);
    assert_eq!(run.code, 2);
    assert!(run.stderr.contains("not a git repository"), "{}", run.stderr);
}

#[test]
fn an_object_that_is_missing_is_a_gap_and_the_rest_is_read() {
    let repo = Repo::new();
    repo.write("x.env", env(&live_secret(1))).write("lost", "lost\n").commit("one");
    let id = repo.git(["rev-parse", "HEAD:lost"]);
    std::fs::remove_file(repo.join(format!(".git/objects/{}/{}", &id[..2], &id[2..]))).unwrap();
    let run = scan(repo.path(), &["--history", "."]);
    assert_eq!(run.code, 1, "a finding wins over a gap");
    let gaps = run.json()["coverage"]["gaps"].to_string();
    assert!(gaps.contains(&id), "{gaps}");
    assert_eq!(run.json()["coverage"]["complete"], false);
}

#[test]
fn the_scope_of_a_history_narrows_to_references_and_to_what_was_pushed() {
    let server = Repo::bare_directory();
    server.git(["init", "-q", "--bare", "-b", "main", "."]);
    let repo = Repo::new();
    repo.git(["remote", "add", "origin", server.path().to_str().unwrap()]);
    repo.write("pushed", env(&live_secret(1))).commit("one");
    repo.git(["push", "-q", "origin", "main"]);
    repo.write("local", env(&live_secret(2))).commit("two");
    repo.git(["checkout", "-q", "--detach"]);
    repo.write("dropped", env(&live_secret(3))).commit("three");
    repo.git(["checkout", "-q", "main"]);
    let places = |scope: &str| scan(repo.path(), &["--history", "--scope", scope, "."]).places();
    let place = |name: &str, origin: &str| format!("{name}:2:19 {origin}");
    let local = [place("dropped", "history"), place("local", "index"), place("pushed", "index")];
    assert_eq!(places("local"), local);
    assert_eq!(places("refs"), [place("local", "history"), place("pushed", "history")]);
    assert_eq!(places("pushed"), [place("pushed", "history")]);
    let run = scan(server.path(), &["--scope", "pushed", "."]);
    assert_eq!(run.places(), [place("pushed", "history")]);
}

#[test]
fn references_reflogs_and_configuration_are_read() {
    let repo = Repo::new();
    repo.write("a", "a\n").commit("start");
    let url = format!("https://{}:@example.com/x.git", live_secret(1));
    repo.git(["remote", "add", "origin", &url]);
    repo.git(["branch", &format!("try/{}", live_secret(2))]);
    let run = scan(repo.path(), &["--history", "."]);
    let places = run.places();
    assert!(
        places.iter().any(|place| place.starts_with(".git/config:") && place.ends_with(" config")),
        "{places:?}"
    );
    assert!(places.iter().any(|place| place.ends_with(" ref")), "{places:?}");
    assert!(!run.stdout.contains(live_secret(2).rsplit('_').next().unwrap()), "names are redacted");
}
