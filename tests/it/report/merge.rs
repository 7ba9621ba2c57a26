//! Reports of parts joined to one.

use std::fs;

use serde_json::Value;

use super::{FORMATS, merged, shop};
use crate::cli::stripeguard;
use crate::keys::{key, live_secret};
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

/// A repository with a bit of everything that reports show: two packages, a key that is taken out, one
/// in a message, one that a comment covers today and in history, an archive, a practice and a gap.
fn packages() -> Repo {
    let repo = Repo::new();
    let mark = concat!("stripeguard", ":allow[stripe-secret-key-test]");
    let (live, test) = (live_secret(1), key("sk_test", 99, 2));
    repo.write("package.json", r#"{"dependencies": {"stripe": "^18"}}"#);
    repo.write("a/pay.js", format!("require('stripe')('{live}');\nres.json(process.env);\n"));
    repo.write("a/old.py", format!("k = '{live}'\nk = '{test}'\n"));
    repo.write("b/test.js", format!("const k = '{test}';\n"));
    repo.commit(&format!("use {}", live_secret(3)));
    repo.remove("a/old.py");
    repo.write(
        "a/pay.js",
        format!("// moved\nrequire('stripe')('{live}');\nres.json(process.env);\n"),
    );
    repo.write("b/test.js", format!("const k = '{test}'; // {mark} demo\n"));
    let mut zip = zip::ZipWriter::new(fs::File::create(repo.join("b/keys.zip")).unwrap());
    zip.start_file("k", zip::write::SimpleFileOptions::default()).unwrap();
    std::io::Write::write_all(&mut zip, format!("{live}\n").as_bytes()).unwrap();
    zip.finish().unwrap();
    repo.commit("second");
    repo.write("b/broken.gz", b"\x1f\x8b\x08\x00not deflate");
    repo
}

#[test]
fn shards_together_say_what_one_run_says() {
    let repo = packages();
    let out = Repo::bare_directory();
    let file = |name: &str| out.join(name).to_str().unwrap().to_owned();
    let shards: [&[&str]; 4] =
        [&["--history", "."], &["--tree", "a"], &["--tree", "b"], &["--tree", "package.json"]];
    let mut files = Vec::new();
    for (number, shard) in shards.iter().enumerate() {
        let to = file(&format!("{number}.json"));
        let format = format!("json={to}");
        let run = stripeguard(repo.path(), &[&["scan", "--format", &format], *shard].concat());
        assert_eq!(run.stderr, "", "{shard:?}");
        files.push(to);
    }
    let whole = file("whole.json");
    let format = format!("json={whole}");
    stripeguard(repo.path(), &["scan", "--tree", "--history", "--format", &format, "."]);
    // What was asked for is what differs.
    let requested = ["a", "b", "history", "package.json"].map(str::to_owned);
    for name in files.iter().chain([&whole]) {
        let mut report: Value = serde_json::from_str(&fs::read_to_string(name).unwrap()).unwrap();
        report["coverage"]["requested"] = Value::from(Vec::from(match name == &whole {
            true => &requested[..],
            false => &[],
        }));
        fs::write(name, report.to_string()).unwrap();
    }
    let mut asked: Value = serde_json::from_str(&fs::read_to_string(&files[0]).unwrap()).unwrap();
    asked["coverage"]["requested"] = Value::from(Vec::from(&requested[..]));
    fs::write(&files[0], asked.to_string()).unwrap();
    let merge = |files: &[&str], format: &str| {
        stripeguard(out.path(), &[&["report", "merge", "--format", format], files].concat())
    };
    let mut orders = vec![files.iter().map(String::as_str).collect::<Vec<_>>()];
    orders.push(orders[0].iter().rev().copied().collect());
    for format in FORMATS {
        let one = merge(&[&whole], format);
        assert_eq!(one.code, 1);
        for order in &orders {
            let all = merge(order, format);
            assert_eq!((all.code, all.stderr.as_str()), (1, ""), "{format}");
            assert_eq!(all.stdout, one.stdout, "{format}");
        }
    }
    let json = merge(&[&whole], "json").json();
    assert!(json["coverage"]["read"]["members"].as_u64().unwrap() > 0);
    assert_eq!(
        json["coverage"]["repositories"][0]["tips"]["HEAD"].as_str().map(str::len),
        Some(40)
    );
    assert!(json["stats"]["suppressed"].as_u64().unwrap() > 0);
    assert!(json["findings"].as_array().unwrap().iter().any(|f| !f["fix"].is_null()));
}
