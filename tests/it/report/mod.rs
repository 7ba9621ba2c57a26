//! The formats of reports, of repositories that hold a bit of everything.

mod csv;
mod github;
mod gitlab;
mod html;
mod jsonl;
mod junit;
mod markdown;
mod merge;
mod sarif;
mod text;

use std::fs;

use serde_json::{Value, json};

use crate::cli::{Run, stripeguard, stripeguard_with_input};
use crate::keys::{Random, key, live_secret};
use crate::repo::Repo;

/// A repository and the values in it that no report may show.
pub struct Shop {
    pub repo: Repo,
    pub secrets: Vec<String>,
}

/// A live key in two files and in history, one that history alone has, one in a commit message, a
/// name with everything that formats have to escape, and an archive that cannot be read.
pub fn shop() -> Shop {
    let repo = Repo::new();
    let live = live_secret(1);
    let old = key("sk_live", 24, 2);
    let test = key("sk_test", 99, 3);
    let hook = format!("whsec_{}", Random::new(4).base62(32));
    repo.write("config/prod.env", format!("# shop\nSTRIPE_KEY={live}\nSTRIPE_HOOK={hook}\n"));
    repo.write("legacy/pay.php", format!("<?php\nStripe::setApiKey('{old}');\n"));
    repo.commit("add payments");
    repo.remove("legacy/pay.php").commit(&format!("drop @legacy, was {test}"));
    repo.write(EVIL, format!("=cmd|' /C calc'!A0 {live}\n"));
    repo.write("broken.gz", b"\x1f\x8b\x08\x00not deflate");
    Shop { repo, secrets: vec![live, old, test, hook] }
}

/// Everything that some format has to escape, as far as every file system takes it.
pub const EVIL: &str = "a, b & c; 100% `=x` $(y) [z](1) #1 @you.js";

impl Shop {
    /// What `scan .` writes in a format.
    pub fn report(&self, format: &str) -> String {
        let run = self.run(&["--format", format]);
        assert_eq!(run.code, 1, "{}", run.stderr);
        run.stdout
    }

    pub fn run(&self, arguments: &[&str]) -> Run {
        stripeguard(self.repo.path(), &[&["scan", "."], arguments].concat())
    }
}

const FORMATS: [&str; 10] =
    ["text", "json", "jsonl", "sarif", "html", "markdown", "csv", "junit", "github", "gitlab"];

#[test]
fn several_formats_are_written_at_once() {
    let shop = shop();
    let out = tempfile::TempDir::new().unwrap();
    let file = |name: &str| out.path().join(name).to_str().unwrap().to_owned();
    let (sarif, json) = (format!("sarif={}", file("r.sarif")), format!("json={}", file("r.json")));
    let run = shop.run(&["--format", "markdown", "--format", &sarif, "--format", &json]);
    assert_eq!((run.code, run.stderr.as_str()), (1, ""));
    for (name, format, text) in [
        ("r.sarif", "sarif", fs::read_to_string(file("r.sarif")).unwrap()),
        ("r.json", "json", fs::read_to_string(file("r.json")).unwrap()),
        ("-", "markdown", run.stdout),
    ] {
        assert_eq!(text, shop.report(format), "{name}");
    }
}

#[test]
fn reports_never_meet_in_one_place() {
    let dir = Repo::bare_directory();
    dir.write("a", "clean\n");
    for (arguments, word) in [
        (vec!["--format", "text", "--format", "json"], "standard output"),
        (vec!["--format", "text=x", "--format", "json=x"], "x"),
        (vec!["--format", "json=x", "-o", "y"], "-o y"),
        (vec!["--format", "yaml"], "sarif"),
        (vec!["--format", "json="], "no file"),
    ] {
        let run = stripeguard(dir.path(), &[&["scan", "."], &*arguments].concat());
        assert_eq!(run.code, 2, "{arguments:?}");
        assert!(run.stderr.contains(word), "{arguments:?}: {}", run.stderr);
    }
    let names: Vec<_> = fs::read_dir(dir.path()).unwrap().map(|e| e.unwrap().file_name()).collect();
    assert_eq!(names, ["a"], "nothing is written by a run that is refused");
}

#[test]
fn the_report_without_a_file_goes_to_the_one_of_the_option() {
    let dir = Repo::bare_directory();
    dir.write("in/a", "clean\n");
    let run = stripeguard(
        dir.path(),
        &["scan", "in", "--format", "json=j", "--format", "text", "-o", "t"],
    );
    assert_eq!((run.code, run.stdout.as_str()), (0, ""));
    assert!(fs::read_to_string(dir.join("t")).unwrap().starts_with("No Stripe secrets"));
    assert!(fs::read_to_string(dir.join("j")).unwrap().starts_with('{'));
}

#[test]
fn no_format_shows_any_part_of_a_secret() {
    let shop = shop();
    shop.repo.git(["tag", &format!("v1-{}", shop.secrets[0])]);
    shop.repo.write(format!("keys/{}.txt", shop.secrets[2]), "a name that tells\n");
    for format in FORMATS {
        let text = shop.report(format);
        for secret in &shop.secrets {
            let body = secret.rsplit('_').next().unwrap();
            let hidden = &body[if body.len() > 90 { 17 } else { 2 }..body.len() - 4];
            for part in hidden.as_bytes().windows(6) {
                let part = std::str::from_utf8(part).unwrap();
                assert!(!text.contains(part), "{format} shows {part} of {secret}");
            }
        }
    }
}

#[test]
fn every_format_writes_the_same_bytes_again() {
    let shop = shop();
    for format in FORMATS {
        let one = shop.run(&["--format", format, "--threads", "1"]).stdout;
        assert_eq!(one, shop.run(&["--format", format, "--threads", "4"]).stdout, "{format}");
    }
}

#[test]
fn every_format_says_what_could_not_be_read() {
    let shop = shop();
    for format in FORMATS {
        assert!(shop.report(format).contains("broken.gz"), "{format}");
    }
}

/// A report with what no scan of the shop gives: a suppressed finding, a published sample, a route
/// of imports, a practice and a notice. All texts in it try to break out of their format.
pub fn doctored(shop: &Shop) -> Value {
    let mut report: Value = serde_json::from_str(&shop.report("json")).unwrap();
    let mut extra = report["findings"][0].clone();
    extra["path"] = "src/covered.ts".into();
    extra["status"] = "suppressed".into();
    extra["suppression"] = json!({"by": "comment", "source": "src/covered.ts:3", "reason": TRICK});
    let mut sample = extra.clone();
    sample["path"] = "docs/sample.md".into();
    sample["status"] = "sample".into();
    sample["suppression"] = Value::Null;
    let mut practice = extra.clone();
    practice["path"] = "src/pay.ts".into();
    practice["status"] = "open".into();
    practice["suppression"] = Value::Null;
    practice["kind"] = "lint".into();
    practice["secret"] = Value::Null;
    practice["rule"] = "stripe-idempotency".into();
    practice["severity"] = "medium".into();
    practice["message"] = TRICK.into();
    practice["fingerprint"] = "ab".repeat(32).into();
    let rule = json!({"id": "stripe-idempotency", "title": "No idempotency key",
        "remedy": "Pass an idempotency key.\nTest it.", "references": ["https://docs.stripe.com/x"]});
    report["rules"].as_array_mut().unwrap().push(rule);
    let findings = report["findings"].as_array_mut().unwrap();
    let shipped = findings.iter_mut().find(|f| f["path"] == "config/prod.env").unwrap();
    shipped["side"] = "client".into();
    shipped["evidence"] = TRICK.into();
    shipped["route"] = json!(["src/main.tsx", "src/api.ts", "config/prod.env"]);
    findings.extend([extra, sample, practice]);
    report["notices"] = json!([{"what": "stripeguard.toml:4", "why": TRICK}]);
    report
}

/// Markup, commands and formulas of every format, and what moves a cursor.
pub const TRICK: &str = "=1+1 </script><img src=x> ]]> \u{1b}[31m\u{202e} ::error::x | `b` [a](1) @ops #7 {0} %0A\r\nend";

/// What `report merge` writes of one report.
pub fn merged(report: &Value, arguments: &[&str]) -> Run {
    let dir = tempfile::TempDir::new().unwrap();
    let input = report.to_string();
    stripeguard_with_input(
        dir.path(),
        &[&["report", "merge", "-"], arguments].concat(),
        input.as_bytes(),
    )
}

#[test]
fn every_format_tells_what_is_suppressed_and_what_a_configuration_hides() {
    let report = doctored(&shop());
    for format in FORMATS {
        let run = merged(&report, &["--format", format]);
        assert_eq!((run.code, run.stderr.as_str()), (1, ""), "{format}");
        assert!(run.stdout.contains("stripeguard.toml"), "{format}: {}", run.stdout);
        if format != "github" && format != "text" {
            assert!(run.stdout.contains("src/covered.ts"), "{format}: {}", run.stdout);
            assert!(run.stdout.contains("docs/sample.md"), "{format}");
        }
        for c in ['\u{1b}', '\u{202e}'] {
            assert!(!run.stdout.contains(c), "{format} has {c:?}");
        }
        let is_page = ["html", "markdown"].contains(&format);
        assert!(!is_page || !run.stdout.contains("<img"), "{format}");
    }
}

#[test]
fn every_format_tells_who_gets_a_key_and_why() {
    let report = doctored(&shop());
    for format in FORMATS.iter().copied().filter(|format| *format != "text") {
        let text = merged(&report, &["--format", format]).stdout;
        let word =
            if ["json", "jsonl", "csv", "sarif"].contains(&format) { "client" } else { "clients" };
        assert!(text.contains(word), "{format}: {text}");
    }
}
