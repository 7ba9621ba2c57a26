//! Reports of parts joined to one.

use std::fs;

use serde_json::Value;

use super::{FORMATS, merged, shop};
use crate::cli::stripeguard;
use crate::keys::live_secret;
use crate::repo::Repo;

#[test]
fn a_report_that_is_read_back_says_in_every_format_what_the_scan_said() {
    let shop = shop();
    let report: Value = serde_json::from_str(&shop.report("json")).unwrap();
    for format in FORMATS {
        let again = merged(&report, &["--format", format]);
        assert_eq!((again.code, again.stderr.as_str()), (1, ""), "{format}");
        assert_eq!(again.stdout, shop.report(format), "{format}");
    }
}

#[test]
fn values_come_back_only_where_both_runs_reveal_them() {
    let shop = shop();
    let key = &shop.secrets[0];
    let shown: Value =
        serde_json::from_str(&shop.run(&["--format", "json", "--reveal"]).stdout).unwrap();
    let hidden: Value = serde_json::from_str(&shop.report("json")).unwrap();
    for (report, arguments, expected) in [
        (&shown, vec!["--reveal"], true),
        (&shown, vec![], false),
        (&hidden, vec!["--reveal"], false),
    ] {
        for format in ["text", "json", "csv", "html"] {
            let run = merged(report, &[&arguments[..], &["--format", format]].concat());
            assert_eq!(run.stdout.contains(key.as_str()), expected, "{format} {arguments:?}");
        }
    }
}

fn part(repo: &Repo, from: &str, path: &str, name: &str) {
    let dir = repo.join(from);
    let file = repo.join(name).to_str().unwrap().to_owned();
    let run = stripeguard(&dir, &["scan", path, "--format", &format!("json={file}")]);
    assert_eq!(run.stderr, "");
}

#[test]
fn parts_that_began_in_different_directories_meet_at_the_root() {
    let repo = Repo::new();
    repo.write("packages/a/.env", format!("K={}\n", live_secret(1)));
    repo.write("packages/b/.env", format!("K={}\n", live_secret(1))).commit("one");
    repo.write("packages/b/broken.gz", b"\x1f\x8b\x08\x00not deflate");
    let out = Repo::bare_directory();
    for (from, path, name) in
        [("packages/a", ".", "1.json"), ("", "packages/b", "2.json"), ("packages", "a", "3.json")]
    {
        part(&repo, from, path, out.join(name).to_str().unwrap());
    }
    let files = ["1.json", "2.json", "3.json"];
    let run =
        stripeguard(out.path(), &[&["report", "merge", "--format", "json"], &files[..]].concat());
    assert_eq!(run.places(), ["packages/a/.env:1:3 tree", "packages/b/.env:1:3 tree"]);
    let json = run.json();
    assert_eq!(json["coverage"]["read"]["files"], 4);
    assert_eq!(json["coverage"]["complete"], false);
    assert_eq!((run.code, json["within"].as_str()), (1, Some("")));
}

#[test]
fn a_part_that_is_not_complete_makes_the_whole_incomplete() {
    let dir = Repo::bare_directory();
    dir.write("in/broken.gz", b"\x1f\x8b\x08\x00not deflate").write("ok/a", "clean\n");
    part(&dir, "", "in", "1.json");
    part(&dir, "", "ok", "2.json");
    let merge = |files: &[&str]| stripeguard(dir.path(), &[&["report", "merge"], files].concat());
    assert_eq!(merge(&["1.json", "2.json"]).code, 3);
    assert_eq!(merge(&["2.json"]).code, 0);
}

#[test]
fn what_is_no_report_is_refused_in_words() {
    let dir = Repo::bare_directory();
    dir.write("a.json", "{\"x\": 1}").write("b.json", "not json");
    dir.write("c.json", "{\"schema\": \"stripeguard.report/9\"}");
    part(&dir, "", "a.json", "d.json");
    let text = fs::read_to_string(dir.join("d.json")).unwrap();
    dir.write("e.json", text.replace("\"complete\": true", "\"complete\": 7"));
    dir.write("deep.json", format!("{{\"x\": {}", "[".repeat(200_000)));
    for (file, word) in [
        ("a.json", "schema"),
        ("b.json", "b.json"),
        ("c.json", "stripeguard.report/9"),
        ("e.json", "line"),
        ("deep.json", "EOF"),
        ("missing.json", "missing.json"),
    ] {
        let run = stripeguard(dir.path(), &["report", "merge", file]);
        assert_eq!(run.code, 2, "{file}");
        assert!(run.stderr.contains(word) && run.stdout.is_empty(), "{file}: {}", run.stderr);
    }
}

#[test]
fn a_rule_of_another_version_is_named() {
    let shop = shop();
    let mut report: Value = serde_json::from_str(&shop.report("json")).unwrap();
    report["findings"][0]["rule"] = "stripe-key-of-tomorrow".into();
    report["tool"]["version"] = "9.9.9".into();
    let run = merged(&report, &[]);
    assert_eq!(run.code, 2);
    for word in ["stripe-key-of-tomorrow", "9.9.9"] {
        assert!(run.stderr.contains(word), "{}", run.stderr);
    }
}
