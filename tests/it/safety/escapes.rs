//! Nothing in a repository moves a cursor, colours a terminal, turns a line around or begins a line of
//! its own, in whatever it stands and in whatever format it is told.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use super::output::FORMATS;
use crate::cli::command;
use crate::container::zip;
use crate::keys::{Random, key, live_secret};
use crate::repo::{Repo, scrub};

/// What must appear in no output: commands of terminals of 7 and of 8 bits, bells, deletions, lines
/// of other kinds, and characters that reorder, hide or are not seen.
const FORBIDDEN: [char; 17] = [
    '\u{1b}',
    '\u{7}',
    '\u{8}',
    '\u{c}',
    '\u{7f}',
    '\u{85}',
    '\u{9b}',
    '\u{9d}',
    '\u{61c}',
    '\u{200b}',
    '\u{200f}',
    '\u{202e}',
    '\u{2028}',
    '\u{2029}',
    '\u{2066}',
    '\u{feff}',
    '\u{e0041}',
];

/// Stands where a line begins that a repository has made.
const MARK: &str = "MADELINE";

/// All that is forbidden, for texts in which anything may stand.
fn trick() -> String {
    let all: String = FORBIDDEN.iter().collect();
    format!("t{all}\r{MARK}\n::error::{MARK}\n{MARK} ##vso[{MARK}]")
}

/// What references may be called by: no control characters of 7 bits.
fn name_trick() -> String {
    FORBIDDEN.iter().filter(|c| !c.is_ascii()).collect()
}

/// A report may not hold them, and no line of it may begin with what a repository has put there.
fn assert_neutral(what: &str, output: &[u8]) {
    let text = String::from_utf8_lossy(output);
    for c in FORBIDDEN {
        let Some(at) = text.find(c) else { continue };
        let from = text.floor_char_boundary(at.saturating_sub(80));
        panic!("{what} has {c:?} behind {:?}", &text[from..at]);
    }
    let is_made = |line: &&str| {
        // Wrapped lines are indented; servers obey those as well.
        line.starts_with(MARK) || line.trim_start().starts_with("::error::MADE")
    };
    let made = text.split(['\n', '\r']).find(is_made);
    // The lines of a page are none of what it shows.
    let is_page = text.starts_with("<!");
    assert!(is_page || made.is_none(), "{what} has a line of its own: {made:?}");
    assert!(!text.contains(&format!("##vso[{MARK}")), "{what} commands a server");
}

fn told(dir: &Path, arguments: &[&str], input: &str) -> Vec<u8> {
    let mut command = command(dir, arguments);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    // A program that does not read its input may be gone already.
    let _ = std::io::Write::write_all(&mut child.stdin.take().unwrap(), input.as_bytes());
    let output = child.wait_with_output().unwrap();
    assert!(output.status.code().is_some_and(|code| code < 4), "{arguments:?}: {output:?}");
    [output.stdout, output.stderr].concat()
}

/// Writes a commit as it stands, which git itself would not.
fn raw_commit(repo: &Repo, text: &str) -> String {
    let mut command = Command::new("git");
    scrub(&mut command);
    command.args(["hash-object", "-t", "commit", "-w", "--literally", "--stdin"]);
    command.current_dir(repo.path()).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = command.spawn().unwrap();
    std::io::Write::write_all(&mut child.stdin.take().unwrap(), text.as_bytes()).unwrap();
    String::from_utf8(child.wait_with_output().unwrap().stdout).unwrap().trim().to_owned()
}

const OWN_RULE: &str = "id: NAME
title: \"TRICK\"
level: warning
scope: anywhere
message: \"TRICK\"
remedy: \"REMEDY\"
what: \"TRICK\"
why: \"TRICK\"
references: [\"https://example.com/TRICK\"]
patterns:
  - languages: [javascript]
    literals: ['risky(']
    message: \"TRICK\"
    rule: { pattern: 'risky($A)' }
examples: { bad: [], good: [] }
";

/// For a string of YAML, TOML or JSON between double quotes.
fn quoted(text: &str) -> String {
    let escape = |c: char| match c {
        ' '..='~' if c != '"' && c != '\\' => c.to_string(),
        c if (c as u32) < 0x10000 => format!("\\u{:04x}", c as u32),
        c => format!("\\U{:08x}", c as u32),
    };
    text.chars().map(escape).collect()
}

/// A repository with everything of that wherever a report takes a text from.
fn tricky() -> Repo {
    let (repo, trick) = (Repo::new(), trick());
    let line = |seed| format!("{trick} {} {trick}\n", live_secret(seed));
    repo.write("package.json", "{\"dependencies\": {\"stripe\": \"1\"}}\n");
    repo.write("a.env", line(1));
    repo.write(format!("dir {}/b.env", trick.replace('/', "")), line(2));
    repo.write(
        format!("pay{}.js", name_trick()),
        format!("risky('{}'); {trick}\n", live_secret(3)),
    );
    repo.write("c.zip", zip(&[(&trick, line(4).as_bytes()), ("x.zip", b"PK\x03\x04 no archive")]));
    repo.write(format!("{trick}.gz"), b"\x1f\x8b\x08\x00not deflate");
    let test = key("sk_test", 99, 5);
    repo.write(
        "d.py",
        format!("k = '{test}'  # stripeguard:allow stripe-secret-key-test {trick}\n"),
    );
    repo.write("e.py", format!("k = 1  # stripeguard:allow {trick}\n"));
    let tree = {
        repo.commit("all");
        repo.git(["rev-parse", "HEAD^{tree}"])
    };
    let name = trick.replace(['\n', '\r'], " ");
    let who = format!("{name} <{name}@x> 1700000000 +0000");
    let commit =
        format!("tree {tree}\nauthor {who}\ncommitter {who}\n\n{trick}\n{}\n", live_secret(6));
    let id = raw_commit(&repo, &commit);
    repo.git(["update-ref", "refs/heads/main", &id]);
    let own = fs::read_to_string(repo.join(".git/packed-refs")).unwrap_or_default();
    repo.write(".git/packed-refs", format!("{own}{id} refs/heads/{name}-{}\n", live_secret(7)));
    repo.write(format!(".git/refs/heads/{}", name_trick()), format!("{id}\n"));
    repo.write(format!(".git/refs/heads/broken{}", name_trick()), "nothing\n");
    let config = fs::read_to_string(repo.join(".git/config")).unwrap();
    let more = format!("[remote \"{name}\"]\n\turl = {name} {}\n", live_secret(8));
    repo.write(".git/config", config + &more);
    // What is to be done may be said in several lines.
    let remedy = format!("{}\n::error::{MARK}", name_trick());
    let rule = OWN_RULE.replace("TRICK", &quoted(&trick)).replace("REMEDY", &quoted(&remedy));
    let rule = rule.replace("NAME", "own");
    repo.write(".stripeguard/rules/own.yml", rule);
    let rule = format!("id: \"{}\"\nrule: \"{}\"\n", quoted(&trick), quoted(&trick));
    repo.write(format!(".stripeguard/rules/bad{}.yml", name_trick()), rule);
    let fingerprint = "ab".repeat(32);
    repo.write(
        "stripeguard.toml",
        format!(
            "[[allow]]\npaths = [\"/{0}\"]\nrules = [\"stripe-secret-key-test\"]\nreason = \"{0}\"\n\
             owner = \"{0}\"\nuntil = 2020-01-01\n[[allow]]\nfingerprints = [\"{fingerprint}\"]\n\
             reason = \"{0}\"\n",
            quoted(&trick)
        ),
    );
    repo
}

#[test]
fn reports_of_every_format() {
    let repo = tricky();
    for more in [&["--lints", "all"][..], &["--show-suppressed", "--reveal"], &["--staged"]] {
        for format in FORMATS {
            let arguments = [&["scan", "--no-cache", "--format", format], more].concat();
            let output = told(repo.path(), &arguments, "");
            assert_neutral(&format!("{arguments:?}"), &output);
        }
    }
}

/// What has to be told for the test above to mean anything.
#[test]
fn all_that_is_tricky_is_told() {
    let repo = tricky();
    let report = crate::cli::scan(repo.path(), &["--no-cache", "--lints", "all"]).json();
    let text = report.to_string();
    let findings = report["findings"].as_array().unwrap();
    let has = |what: &str, is: &dyn Fn(&serde_json::Value) -> bool| {
        assert!(findings.iter().any(is), "{what} is not told in {report:#}");
    };
    has("a name", &|f| {
        f["path"].as_str().is_some_and(|p| p.contains(MARK) && p.ends_with("b.env"))
    });
    has("a member", &|f| f["path"].as_str().is_some_and(|p| p.starts_with("c.zip!/t")));
    has("an author", &|f| f["author"].as_str().is_some_and(|author| author.contains(MARK)));
    has("a subject", &|f| f["subject"].as_str().is_some_and(|subject| subject.contains(MARK)));
    has("a reference", &|f| f["history"]["refs"].to_string().contains(MARK));
    has("a configuration of git", &|f| f["origin"] == "config");
    has("a rule", &|f| f["rule"] == "own" && f["message"].to_string().contains(MARK));
    for what in [".gz: ", "bad\\\\u{85}", "broken\\\\u{85}", "x.zip"] {
        let gaps = report["coverage"]["gaps"].to_string();
        assert!(gaps.replace("\",\"why\":\"", ": ").contains(what), "{what}: {gaps}");
    }
    assert!(text.contains("stripeguard.toml"), "{text}");
}

#[test]
fn other_commands_and_errors() {
    let repo = tricky();
    let trick = trick();
    let name = name_trick();
    repo.write("bad.toml", format!("\"{}\" = 1\nfail-on = \"{trick}\"\n", quoted(&trick)));
    repo.write("bad.json", format!("{{\"{trick}\": [\"{trick}\"]"));
    repo.write(
        "list.json",
        format!("[{{\"RuleID\": \"{0}\", \"File\": \"{0}\"}}]", quoted(&trick)),
    );
    repo.write(
        "base",
        format!("{}\t{trick}\t{trick}\topen\t{trick}\t{trick}\t{trick}\n", "a".repeat(64)),
    );
    repo.write(
        "patch",
        format!("--- a/x\n+++ b/{name}\n@@ -1 +1,9 {trick}\n+{}\n", live_secret(1)),
    );
    let list = repo.join("known");
    let list = list.to_str().unwrap();
    let path = format!("x{}", trick.replace('\n', " "));
    let place = format!("pay{name}.js:1");
    let runs: [&[&str]; 25] = [
        &["scan", &path],
        &["scan", "--format", &path],
        &["scan", "--fail-on", &path],
        &[&path],
        &["scan", "--range", &path],
        &["scan", "--config", "bad.toml"],
        &["scan", "--config", &path],
        &["scan", "--baseline", "base"],
        &["scan", "--baseline", &path],
        &["scan", "--patch", "patch"],
        &["scan", "--patch", &path],
        &["scan", "-o", &format!("no/{path}")],
        &["scan", "--receipt", &format!("no/{path}")],
        &["scan", "--stdin", "--stdin-path", &trick],
        &["explain", &place],
        &["explain", &path],
        &["explain", "own"],
        &["report", "merge", "bad.json"],
        &["receipt", "verify", "bad.json"],
        &["baseline", "import", "list.json"],
        &["baseline", "create", "--file", list],
        &["baseline", "update", "--file", list],
        &["rules", "test"],
        &["rules"],
        &["hook", "run", "pre-commit"],
    ];
    for arguments in runs {
        let output = told(repo.path(), arguments, &live_secret(1));
        assert_neutral(&format!("{arguments:?}"), &output);
    }
    for arguments in
        [&["doctor"][..], &["doctor", "--format", "json"], &["key"], &["ci", "--base", "HEAD"]]
    {
        assert_neutral(&format!("{arguments:?}"), &told(repo.path(), arguments, &trick));
    }
    assert_neutral("pre-push", &told(repo.path(), &["hook", "run", "pre-push"], &trick));
    assert_neutral("the list of known leaks", &fs::read(list).unwrap());
}

/// Where a repository lies is not chosen by who scans it, if it was unpacked from an archive.
#[test]
fn a_directory_of_such_a_name() {
    let outer = Repo::bare_directory();
    let name = format!("d{}", trick().replace(['/', '\n', '\r'], " "));
    outer.git(["init", "-q", "-b", "main", &name]);
    let repo = outer.inside(&name);
    repo.write("a.env", format!("K={}\n", live_secret(1))).commit("leak");
    repo.write(".git/objects/info/alternates", "../../nowhere\n");
    fs::remove_file(repo.join(".git/HEAD")).unwrap();
    let cut = Random::new(1).hex(40);
    repo.write(".git/HEAD", format!("{cut}\n"));
    let at = repo.path().to_str().unwrap().to_owned();
    let runs: [&[&str]; 9] = [
        &["scan", "--no-cache", "."],
        &["scan", "--no-cache", &at],
        &["scan", "--history", &format!("{at}/.git")],
        &["scan", "--receipt", "../receipt", "."],
        &["receipt", "verify", "../receipt", "--repo", &at],
        &["hook", "install"],
        &["hook", "status"],
        &["hook", "uninstall"],
        &["baseline", "create", "--file", &format!("{at}/list"), &at],
    ];
    for arguments in runs {
        assert_neutral(&format!("{arguments:?}"), &told(repo.path(), arguments, ""));
    }
    for format in FORMATS {
        assert_neutral(
            format,
            &told(repo.path(), &["scan", "--no-cache", "--format", format, &at], ""),
        );
    }
}
