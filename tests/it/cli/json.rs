//! The contract of `--format json`.

use std::fs;
use std::path::Path;

use super::{scan, stripeguard};
use crate::keys::live_secret;
use crate::repo::Repo;

#[test]
fn the_committed_schema_is_the_one_that_the_program_prints() {
    let run = stripeguard(Path::new("."), &["schema"]);
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("rules/report.schema.json");
    let committed = fs::read_to_string(&path).unwrap_or_default();
    let same = committed.replace("\r\n", "\n") == run.stdout;
    assert!(same, "run `cargo run -- schema > rules/report.schema.json`");
}

#[test]
fn absent_things_are_null_and_never_missing() {
    let dir = Repo::bare_directory();
    dir.write("a.txt", format!("x {}\n", live_secret(7)));
    let json = scan(dir.path(), &["."]).json();
    assert_eq!(json["schema"], "stripeguard.report/1");
    assert_eq!(json["tool"]["name"], "stripeguard");
    let found = json["findings"][0].as_object().unwrap();
    for (name, value) in [("commit", "null"), ("author", "null"), ("date", "null")] {
        assert_eq!(found[name].to_string(), value);
    }
    let expected = [
        ("kind", "\"secret\""),
        ("severity", "\"critical\""),
        ("path", "\"a.txt\""),
        ("line", "1"),
        ("column", "3"),
        ("end_line", "1"),
        ("offset", "2"),
        ("origin", "\"tree\""),
        ("side", "\"unknown\""),
        ("decoded", "[]"),
        ("status", "\"open\""),
        ("locations", "[]"),
    ];
    for (name, value) in expected {
        assert_eq!(found[name].to_string(), value, "{name}");
    }
    let end = 3 + live_secret(7).len();
    assert_eq!(found["end_column"], end, "the column just behind the span");
    assert_eq!(found["fingerprint"].as_str().unwrap().len(), 64);
    assert!(found["secret"].get("value").is_none());
    assert_eq!(found["secret"]["mode"], "live");
    assert_eq!(found["secret"]["type"], "secret");
}

#[test]
fn columns_count_characters_and_offsets_count_bytes() {
    let dir = Repo::bare_directory();
    dir.write("a.txt", format!("é\n→ü \"{}\"\n", live_secret(7)));
    let json = scan(dir.path(), &["."]).json();
    let found = &json["findings"][0];
    assert_eq!(
        (&found["line"], &found["column"], &found["offset"]),
        (&2.into(), &5.into(), &10.into())
    );
}

#[test]
fn the_value_is_there_only_when_it_is_asked_for() {
    let dir = Repo::bare_directory();
    let key = live_secret(7);
    dir.write("a.txt", format!("x {key}\n"));
    let json = scan(dir.path(), &["--reveal", "."]).json();
    assert_eq!(json["findings"][0]["secret"]["value"], key.as_str());
    for format in ["text", "json"] {
        let run = stripeguard(dir.path(), &["scan", "--format", format, "."]);
        let body = key.rsplit('_').next().unwrap();
        assert!(!run.stdout.contains(body) && !run.stderr.contains(body), "{format}");
        for part in body.as_bytes().windows(8) {
            let part = std::str::from_utf8(part).unwrap();
            let account = json["findings"][0]["secret"]["account"].as_str().unwrap_or("");
            let public = account.contains(part) || format!("5{account}").contains(part);
            assert!(public || !run.stdout.contains(part), "{format} shows {part}");
        }
    }
}

#[test]
fn a_report_is_written_whole_or_not_at_all() {
    let dir = Repo::bare_directory();
    dir.write("in/a.txt", format!("x {}\n", live_secret(7)));
    let run = stripeguard(dir.path(), &["scan", "in", "--format", "json", "-o", "report.json"]);
    assert_eq!((run.code, run.stdout.as_str()), (1, ""));
    let text = fs::read_to_string(dir.join("report.json")).unwrap();
    assert!(serde_json::from_str::<serde_json::Value>(&text).is_ok());
    let run = stripeguard(dir.path(), &["scan", "in", "-o", "missing/report.txt"]);
    assert_eq!(run.code, 2);
    assert!(run.stderr.contains("missing"), "{}", run.stderr);
    assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 2, "nothing is left behind");
}
