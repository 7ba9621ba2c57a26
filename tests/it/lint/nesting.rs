//! What is nested too deep for a grammar is not parsed, and all the rest is. Each text is scanned by
//! the program itself: a fault in a grammar ends it.

use std::fmt::Write;
use std::time::Duration;

use serde_json::Value;

use crate::cli::{Run, scan_within};
use crate::keys::live_secret;
use crate::repo::Repo;

/// A rule for YAML: none that comes with the program has a pattern for it.
const YAML: &str = r"
id: own-mode
title: A mode of our own
level: warning
scope: anywhere
message: The mode is set here.
remedy: Take it out.
what: Looks for the mode.
why: It is set elsewhere.
references: []
patterns:
  - languages: [yaml]
    literals: [own_mode]
    rule: { kind: block_mapping_pair, regex: '^own_mode: live$' }
examples:
  bad: [{ path: a.yml, code: 'own_mode: live' }]
  good: [{ path: a.yml, code: 'own_mode: test' }]
";

/// Something to tell of in a text of the name, and the rule that tells it.
fn practice(path: &str) -> (&'static str, &'static str) {
    match path.rsplit_once('.').unwrap().1 {
        "kt" => ("global-api-key", "fun main() { Stripe.apiKey = a }\n"),
        "py" => ("global-api-key", "stripe.api_key = a\n"),
        "rb" => ("global-api-key", "Stripe.api_key = a\n"),
        "yml" => ("own-mode", "own_mode: live\n"),
        _ => (
            "oauth-state-missing",
            "<a href=\"https://connect.stripe.com/oauth/authorize?client_id=a\">a</a>\n",
        ),
    }
}

fn run(path: &str, text: &str) -> Run {
    let repo = Repo::bare_directory();
    repo.write(".stripeguard/rules/own-mode.yml", YAML).write(path, text);
    scan_within(repo.path(), &["--lints", "all", "."], Duration::from_secs(60))
}

fn told(run: &Run) -> Vec<String> {
    let json = run.json();
    let findings = json["findings"].as_array().unwrap();
    findings.iter().map(|finding| finding["rule"].as_str().unwrap().to_owned()).collect()
}

/// The keys in a text are found, and it is a gap that no rule was applied.
fn assert_refused(path: &str, hostile: &str) {
    assert_refused_for("open at once", path, hostile);
}

fn assert_refused_for(why: &str, path: &str, hostile: &str) {
    let (_, practice) = practice(path);
    let run = run(path, &format!("{practice}# {}\n{hostile}", live_secret(1)));
    assert_eq!(told(&run), ["stripe-secret-key-live"], "{path}");
    let gaps = run.json()["coverage"]["gaps"].clone();
    let is_told = |gap: &Value| gap["what"] == path && gap["why"].to_string().contains(why);
    assert!(run.code == 1 && gaps.as_array().unwrap().iter().any(is_told), "{path}: {gaps}");
}

/// Each operation of the parser walks all that is open: a minute and a half, when nobody looks at a
/// clock.
#[test]
fn ruby_that_is_never_closed_is_given_up() {
    assert_refused_for("did not come to an end", "a.rb", &"A\n=\n".repeat(4000));
}

/// Rules are applied to a text, from its beginning to its end.
fn assert_linted(path: &str, text: &str) {
    let (rule, practice) = practice(path);
    let run = run(path, &format!("{practice}{text}{practice}"));
    assert_eq!(run.json()["coverage"]["gaps"].as_array().unwrap().len(), 0, "{}", run.stdout);
    let told: Vec<String> = told(&run).into_iter().filter(|told| told == rule).collect();
    assert_eq!(told, [rule, rule], "{path}");
}

/// `if` within `if`, each a column further in, and a line in the innermost.
fn indented(levels: usize, line: &str) -> String {
    let mut text = String::new();
    for level in 0..levels {
        writeln!(text, "{}if a:", " ".repeat(level)).unwrap();
    }
    format!("{text}{}{line}\n", " ".repeat(levels))
}

fn mappings(levels: usize) -> String {
    (0..levels).fold(String::new(), |text, level| format!("{text}{}a:\n", " ".repeat(level)))
        + &format!("{}a: b\n", " ".repeat(levels))
}

#[test]
fn strings_in_strings_of_kotlin() {
    assert_refused("a.kt", &"\"${\n".repeat(513));
    assert_refused("a.kt", &"\"\"\"${\n".repeat(600));
    assert_refused("a.kt", &"\"${ ) }\"\n".repeat(600));
    assert_refused("a.kt", &"\"$if\n".repeat(600));
    assert_refused("a.kt", &"\"${}\n".repeat(600));
    assert_refused("a.kt", &"\"a\0\n".repeat(600));
    let nested = format!("val x = {}1{}\n", "\"${\n".repeat(200), "}\"".repeat(200));
    assert_linted("a.kt", &nested);
    let code = "val a = \"$a ${b} ${b.c} ${b?.d.e()} $f's ${value.data} $1 $\"\n";
    assert_linted("a.kt", &code.repeat(10_000));
}

/// As many as may be open are, and nobody closes them.
#[test]
fn strings_of_kotlin_that_just_fit() {
    let (_, practice) = practice("a.kt");
    let run = run("a.kt", &format!("{practice}{}", "\"${\n".repeat(510)));
    assert!([0, 1, 3].contains(&run.code), "{}", run.stderr);
    assert!(!run.stdout.contains("open at once"), "{}", run.stdout);
}

#[test]
fn levels_of_python() {
    assert_refused("a.py", &indented(511, "a = 'b'"));
    assert_refused("a.py", &indented(384, "a = 'b'"));
    // What a line is indented by goes on behind a backslash, and begins again after a form feed.
    let blanks =
        |width: usize| format!("{}\\\n{}", " ".repeat(width / 2), " ".repeat(width - width / 2));
    let split: String = (1..600).map(|level| format!("{}if a:\n", blanks(level))).collect();
    assert_refused("a.py", &format!("if a:\n{split}{}a = 'b'\n", blanks(600)));
    let fed: String = (1..600).map(|level| format!("\x0c{}if a:\n", " ".repeat(level))).collect();
    assert_refused("a.py", &format!("if a:\n{fed}\x0c{}a = 'b'\n", " ".repeat(600)));
    assert_linted("a.py", &indented(382, "a = 'b'"));
    assert_linted(
        "a.py",
        &format!("a = [\n{}'b',\n]\n", format!("{}1,\n", " ".repeat(600)).repeat(1000)),
    );
}

#[test]
fn heredocs_of_ruby() {
    let heredoc = |word: &str| format!("a = <<~{word}\n  b\n{word}\n");
    // Nothing tells that a quoted word is one.
    assert_refused("a.rb", &format!("a = <<~'{0}'\n{0}\n", "b\"".repeat(500)));
    assert_refused("a.rb", &format!("a = <<\"{}\n", "b\n".repeat(1000)));
    assert_linted("a.rb", &heredoc(&"A".repeat(255)));
    for word in ["A".repeat(256), "A".repeat(257), "\u{e9}A".repeat(200), "A".repeat(4000)] {
        assert_linted("a.rb", &heredoc(&word));
    }
}

/// All lengths at which something would end just behind the room for it: heredocs of one line, and
/// literals around one.
#[test]
fn heredocs_of_ruby_beside_each_other() {
    let repo = Repo::bare_directory();
    for len in 1..=255 {
        let words = "A".repeat(len);
        let line: Vec<String> = (0..300 / len + 5).map(|_| format!("<<{words}")).collect();
        let deep = "\"#{".repeat(203 - len % 8);
        let broken = ") \" \n".repeat(210);
        let (_, practice) = practice("a.rb");
        for (name, text) in [
            (
                "line",
                format!("f({})\n{}", line.join(", "), format!("{words}\n").repeat(line.len())),
            ),
            ("deep", format!("{deep}<<{words}\nb\n{words}\n")),
            ("broken", format!("{broken}\na = <<{words}\nb\n{words}\n")),
        ] {
            repo.write(
                format!("{name}{len}.rb"),
                format!("{practice}{}", text.replace(", ", ",\n")),
            );
            repo.write(format!("{name}{len}l.rb"), format!("{practice}{text}"));
        }
    }
    let run = scan_within(repo.path(), &["--lints", "all", "."], Duration::from_secs(240));
    assert!([0, 1, 3].contains(&run.code), "{} {}", run.code, run.stderr);
    assert!(!run.stdout.contains("open at once"), "{}", run.stdout);
}

#[test]
fn a_long_file_of_ruby_with_heredocs() {
    let code = "a = \"b #{c} 'd'\" / 2\ne = <<~HTML.strip\n  <p>\"#{f}\"</p>\nHTML\nl << g\n";
    assert_linted("a.rb", &code.repeat(2000));
}

#[test]
fn blocks_of_yaml() {
    assert_refused("a.yml", &format!("a:\n{}", mappings(254)));
    assert_refused("a.yml", &format!("{}a\n", "- ".repeat(254)));
    assert_refused("a.yml", &format!("{}a\n", "? ".repeat(254)));
    assert_refused("a.yml", &format!("{}a\n", ": ".repeat(254)));
    assert_refused("a.yml", &format!("a: {}\n", "- ".repeat(254)));
    assert_linted("a.yml", &mappings(80));
    let code = "a:\n  - b: 'c'\n    d: |\n      e: f\n    g: {h: 1}\n  - i - j\n";
    assert_linted("a.yml", &code.repeat(5000));
}

#[test]
fn elements_of_html() {
    assert_refused("a.html", &"<a>\n".repeat(200_000));
    assert_refused("a.html", &"<a>\n<!--</a>-->".repeat(50_000));
    assert_refused("a.html", &"<a>\n<b title='</a>' b=\"</a>\">".repeat(25_000));
    assert_refused("a.html", &"<script>\n<a></a>\n".repeat(50_000).replace("\n<a>", "<\n<a>"));
    assert_linted("a.html", &format!("{}{}", "<a>\n".repeat(1500), "</a>\n".repeat(1500)));
    let row = "<!-- r --><tr class=\"a b\"><td>1 &amp; 2<td><img src='c'><br/>&#39;</tr>\n";
    assert_linted("a.html", &format!("<!doctype html>\n<table>{}</table>\n", row.repeat(10_000)));
}
