//! The configuration as a user meets it.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use serde_json::Value;

use super::{scan, stripeguard};
use crate::keys::{key, live_secret};
use crate::repo::Repo;

fn severities(json: &Value) -> Vec<&str> {
    json["findings"].as_array().unwrap().iter().map(|f| f["severity"].as_str().unwrap()).collect()
}

#[test]
fn the_committed_schema_of_the_configuration_is_the_one_that_the_program_prints() {
    let run = stripeguard(Path::new("."), &["schema", "--config"]);
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("rules/config.schema.json");
    let committed = fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(
        committed.replace("\r\n", "\n"),
        run.stdout,
        "run `cargo run -- schema --config > rules/config.schema.json`"
    );
}

#[test]
fn a_dump_is_a_configuration_that_says_the_same_and_fits_the_schema() {
    let dir = Repo::bare_directory();
    dir.write(
        "stripeguard.toml",
        "fail-on = 'high'\nlints = 'all'\nrequire-reason = true\n\
         [rules]\nstripe-webhook-secret = 'critical'\nstripe-client-secret = 'off'\n\
         [paths]\ninclude = ['/src/']\nexclude = ['*.snap', '!a.snap']\n\
         [limits]\ndepth = 2\nmembers = 3\nmember-bytes = 4\nunpacked-bytes = 5\n\
         [[allow]]\npaths = ['/docs/']\nrules = ['stripe-secret-key-test']\n\
         fingerprints = ['ABCDEF12']\nreason = 'r'\nowner = 'o'\nuntil = 2027-01-31\nlive = true\n",
    );
    let first = stripeguard(dir.path(), &["scan", "--dump-config"]);
    assert_eq!((first.code, first.stderr.as_str()), (0, ""));
    dir.write("dumped/stripeguard.toml", &first.stdout);
    let second = stripeguard(dir.path(), &["scan", "--dump-config", "dumped"]);
    assert_eq!(first.stdout, second.stdout);

    let schema = stripeguard(dir.path(), &["schema", "--config"]).json();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let dumped: Value = toml::from_str(&first.stdout).unwrap();
    let faults: Vec<_> = validator.iter_errors(&dumped).map(|e| e.to_string()).collect();
    assert!(faults.is_empty(), "{faults:?}");
    let named = dumped.as_object().unwrap().keys().collect::<BTreeSet<_>>();
    let known = schema["properties"].as_object().unwrap().keys().collect::<BTreeSet<_>>();
    assert_eq!(named, known, "the dump names every key of the schema");
    assert!(!validator.is_valid(&serde_json::json!({ "exlude": [] })));
    assert!(!validator.is_valid(&serde_json::json!({ "allow": [{ "reason": "x" }] })));
}

#[test]
fn ten_kinds_of_mistakes_give_ten_errors_each_with_its_line_and_a_suggestion() {
    let dir = Repo::bare_directory();
    let text = "fial-on = 'high'\n\
                lints = 'al'\n\
                require-reason = 'yes'\n\
                [rules]\n\
                stripe-secret-key-liv = 'off'\n\
                stripe-webhook-secret = 'sever'\n\
                [paths]\n\
                exclude = '*.snap'\n\
                include = ['a{']\n\
                [limits]\n\
                depth = -1\n\
                [[allow]]\n\
                fingerprints = ['xyz']\n\
                [[allow]]\n\
                reason = 'names nothing'\n\
                [[allow]]\n\
                path = ['docs/']\n\
                until = '31.1.2027'\n";
    dir.write("stripeguard.toml", text).write("a.env", live_secret(1));
    let run = stripeguard(dir.path(), &["scan"]);
    assert_eq!((run.code, run.stdout.as_str()), (2, ""), "{}", run.stderr);
    let expected = [
        (1, "no key 'fial-on'", "did you mean 'fail-on'?"),
        (2, "'al' is not understood", "did you mean 'all'?"),
        (3, "'require-reason' is yes or no", "write true or false"),
        (5, "no rule 'stripe-secret-key-liv'", "did you mean 'stripe-secret-key-live'?"),
        (6, "'sever' is not understood", "one of off, on, critical"),
        (8, "a string, not a list", "write [\"*.snap\"]"),
        (9, "no pattern", "write it as in .gitignore"),
        (11, "a number from 0", "write digits alone"),
        (13, "'xyz' is no fingerprint", "the first 6 or more"),
        (14, "names nothing that it allows", "add 'paths', 'rules' or 'fingerprints'"),
        (17, "no key 'path'", "did you mean 'paths'?"),
        (18, "no day", "write it as 2027-01-31"),
    ];
    let errors: Vec<&str> = run.stderr.split("error: ").skip(1).collect();
    assert_eq!(errors.len(), expected.len(), "{}", run.stderr);
    for (error, (line, message, help)) in errors.iter().zip(expected) {
        let place = format!("stripeguard.toml:{line}:");
        let unwrapped = error.split_whitespace().collect::<Vec<_>>().join(" ");
        for part in [place.as_str(), message, help] {
            assert!(unwrapped.contains(part), "{part} is missing in\n{error}");
        }
        assert!(error.contains('^'), "no mark in\n{error}");
    }
    assert!(run.stderr.ends_with("12 mistakes in the configuration; nothing was scanned\n"));
}

#[test]
fn what_is_no_toml_and_no_json_is_an_error_with_its_line() {
    let dir = Repo::bare_directory();
    dir.write("toml/stripeguard.toml", "fail-on = 'low'\nlints = \n");
    dir.write("json/package.json", "{\n  \"stripeguard\": {\n    \"lints\": all\n  }\n}\n");
    dir.write(
        "twice/package.json",
        "{\"stripeguard\": {\"lints\": \"all\",\n \"lints\": \"none\"}}",
    );
    dir.write("odd/package.json", "{\"stripeguard\": {\n\"é\": \"→\u{1}é\"}}");
    for (name, place) in [
        ("toml", "stripeguard.toml:2:"),
        ("json", "package.json:3:"),
        ("odd", "package.json:2:"),
        ("twice", "package.json:2:"),
    ] {
        let run = stripeguard(dir.path(), &["scan", name]);
        assert_eq!(run.code, 2, "{name}: {}", run.stdout);
        assert!(run.stderr.contains(place), "{name}: {}", run.stderr);
    }
}

#[test]
fn a_mistake_beside_a_key_does_not_print_the_key() {
    let dir = Repo::bare_directory();
    let secret = live_secret(3);
    dir.write("stripeguard.toml", format!("[[allow]]\nfingerprints = [\"{secret}\"]\n"));
    let run = stripeguard(dir.path(), &["scan"]);
    assert_eq!(run.code, 2);
    assert!(!run.stderr.contains(&secret[20..40]), "{}", run.stderr);
    assert!(run.stderr.contains("stripeguard.toml:2:"), "{}", run.stderr);
}

#[test]
fn the_nearest_configuration_holds_in_every_ecosystem() {
    let homes = [
        ("stripeguard.toml", "[rules]\nstripe-secret-key-test = 'info'\n"),
        (
            "Cargo.toml",
            "[package]\nname = 'x'\n[package.metadata.stripeguard.rules]\nstripe-secret-key-test = 'info'\n",
        ),
        ("Cargo.toml", "[workspace.metadata.stripeguard.rules]\nstripe-secret-key-test = 'info'\n"),
        ("pyproject.toml", "[tool.stripeguard.rules]\nstripe-secret-key-test = 'info'\n"),
        (
            "package.json",
            "{\"name\": \"x\", \"stripeguard\": {\"rules\": {\"stripe-secret-key-test\": \"info\"}}}",
        ),
    ];
    for (name, text) in homes {
        let dir = Repo::bare_directory();
        dir.write(name, text).write("sub/Cargo.toml", "[package]\nname = 'nothing of ours'\n");
        dir.write("sub/a.env", format!("K={}\n", key("sk_test", 99, 1)));
        for arguments in [&["sub"][..], &["sub/a.env"], &["."]] {
            let run = scan(dir.path(), arguments);
            assert_eq!(
                (run.code, severities(&run.json())),
                (0, vec!["info"]),
                "{name}: {}",
                run.stderr
            );
        }
        let run = scan(dir.path(), &["--no-config", "sub"]);
        assert_eq!((run.code, severities(&run.json())), (1, vec!["medium"]), "{name}");
    }
}

#[test]
fn the_command_line_wins_over_the_file_and_the_file_over_the_default() {
    let dir = Repo::bare_directory();
    dir.write("a.env", format!("K={}\n", key("sk_test", 99, 1)));
    assert_eq!(scan(dir.path(), &["."]).code, 1);
    dir.write("stripeguard.toml", "fail-on = 'high'\n");
    assert_eq!(scan(dir.path(), &["."]).code, 0);
    assert_eq!(scan(dir.path(), &["--fail-on", "medium", "."]).code, 1);
    dir.write("other.toml", "fail-on = 'medium'\n");
    assert_eq!(scan(dir.path(), &["--config", "other.toml", "."]).code, 1);
    let both = scan(dir.path(), &["--config", "other.toml", "--no-config", "."]);
    assert_eq!(both.code, 2);
}

#[test]
fn two_configurations_in_one_directory_are_an_error() {
    let dir = Repo::bare_directory();
    dir.write("stripeguard.toml", "").write("pyproject.toml", "[tool.stripeguard]\n");
    let run = scan(dir.path(), &["."]);
    assert_eq!(run.code, 2);
    assert!(run.stderr.contains("stripeguard.toml") && run.stderr.contains("pyproject.toml"));
}

#[test]
fn a_configuration_above_the_repository_does_not_count() {
    let dir = Repo::bare_directory();
    dir.write("stripeguard.toml", "fail-on = 'critical'\n");
    dir.write("repo/a.env", format!("K={}\n", key("sk_test", 99, 1)));
    assert_eq!(scan(dir.path(), &["repo"]).code, 0);
    dir.git(["init", "-q", "repo"]);
    assert_eq!(scan(dir.path(), &["repo"]).code, 1);
}

#[cfg(unix)]
#[test]
fn a_configuration_that_is_a_link_is_not_followed() {
    let dir = Repo::bare_directory();
    dir.write("elsewhere.txt", "private = 1\n");
    std::os::unix::fs::symlink("elsewhere.txt", dir.join("stripeguard.toml")).unwrap();
    let run = scan(dir.path(), &["."]);
    assert_eq!(run.code, 2);
    assert!(run.stderr.contains("link") && !run.stderr.contains("private"), "{}", run.stderr);
}

/// A file of a megabyte, each byte of which is a mistake, takes no longer than it is worth.
#[test]
fn of_very_many_mistakes_the_first_are_shown_and_the_others_counted() {
    let dir = Repo::bare_directory();
    dir.write("stripeguard.toml", "=".repeat(1_000_000));
    let run = scan(dir.path(), &["."]);
    assert_eq!(run.code, 2);
    assert!(run.stderr.contains("and 999901 more"), "{}", &run.stderr[run.stderr.len() - 300..]);
    assert!(run.stderr.len() < 1 << 20, "{}", run.stderr.len());
}

#[test]
fn limits_of_the_file_bound_archives_and_leave_a_gap() {
    let dir = Repo::bare_directory();
    dir.write("stripeguard.toml", "[limits]\nmembers = 0\n");
    dir.write("a.txt.gz", crate::container::gzip(live_secret(1).as_bytes()));
    let run = scan(dir.path(), &["."]);
    assert_eq!(run.code, 3, "{}", run.stdout);
    assert_eq!(scan(dir.path(), &["--no-config", "."]).code, 1);
}

#[cfg(unix)]
#[test]
fn a_pipe_in_the_place_of_a_configuration_or_baseline_is_an_error_and_no_hang() {
    for name in ["stripeguard.toml", ".stripeguard-baseline"] {
        let dir = Repo::bare_directory();
        let made = std::process::Command::new("mkfifo").arg(dir.join(name)).status().unwrap();
        assert!(made.success());
        let run = scan(dir.path(), &["."]);
        assert_eq!(run.code, 2, "{name}");
        assert!(run.stderr.contains("no regular file"), "{}", run.stderr);
    }
}
