//! What the lists of other scanners become.

use std::fs;

use sha1::{Digest, Sha1};

use super::{scan, stripeguard};
use crate::keys::{key, live_secret};
use crate::repo::Repo;

/// A repository in which four keys have come and moved, and the commits of its life.
struct Leaky {
    repo: Repo,
    keys: Vec<String>,
    commits: Vec<String>,
}

fn leaky() -> Leaky {
    let repo = Repo::new();
    let keys = vec![live_secret(1), live_secret(2), key("sk_test", 99, 3), key("rk_live", 34, 4)];
    let mut commits = Vec::new();
    repo.write("src/a.js", format!("// a\nk = '{}'\nl = '{}'\n", keys[0], keys[1]));
    commits.push(repo.commit("two"));
    repo.write("src/a.js", format!("// a\n\n\n\nl = '{}'\n", keys[1]));
    repo.write("test.py", format!("T = '{}'\n", keys[2]));
    commits.push(repo.commit("one goes, one comes"));
    repo.write("conf/.env", format!("R={}\n", keys[3]));
    commits.push(repo.commit("another"));
    Leaky { repo, keys, commits }
}

/// `redacted status reason` of every line of the list, sorted.
fn lines(repo: &Repo) -> Vec<String> {
    let text = fs::read_to_string(repo.join(".stripeguard-baseline")).unwrap();
    let fields = text.lines().skip(1).map(|line| line.split('\t').collect::<Vec<_>>());
    let mut lines: Vec<String> =
        fields.map(|f| format!("{} {} {}", f[2], f[3], f.get(6).unwrap_or(&"-"))).collect();
    lines.sort();
    lines
}

/// A finding of trufflehog in `src/a.js`.
fn trufflehog(detector: &str, commit: &str, raw: &str) -> serde_json::Value {
    serde_json::json!({
        "SourceMetadata": { "Data": { "Git": { "commit": commit, "file": "src/a.js", "line": 2 } } },
        "DetectorName": detector, "Verified": false, "Raw": raw, "Redacted": "",
    })
}

fn end(key: &str) -> &str {
    &key[key.len() - 4..]
}

fn import(repo: &Repo, name: &str, list: impl AsRef<[u8]>) -> String {
    repo.write(format!(".git/{name}"), list);
    let run = stripeguard(repo.path(), &["baseline", "import", &format!(".git/{name}")]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    run.stdout
}

#[test]
fn gitleaksignore_keeps_its_comments_and_finds_what_is_long_gone() {
    let Leaky { repo, keys, commits } = leaky();
    let text = format!(
        "# demo account\n{}:src/a.js:stripe-access-token:2\n\n# rotated\n# in May\n\
         src/a.js:stripe-access-token:5\ntest.py:stripe-access-token:1\n\n\
         {}:gone.js:stripe-access-token:9\n{}:x.go:aws-access-token:3\n",
        commits[0],
        "ab".repeat(20),
        commits[0],
    );
    let said = import(&repo, "gitleaksignore", &text);
    for part in [
        "3 entries name a secret",
        "1 of Stripe could not be found again:",
        "gone.js:stripe-access-token:9: neither its commit nor its file is here",
        "1 are not about Stripe",
        "3 added, 3 in all",
    ] {
        assert!(said.contains(part), "{part} is missing in {said}");
    }
    let lines = lines(&repo);
    let has = |key: &str, reason: &str| {
        lines.iter().any(|l| {
            l.contains(end(key)) && l.ends_with(&format!("accepted {reason} (gitleaksignore)"))
        })
    };
    assert!(has(&keys[0], "demo account"), "{lines:?}");
    assert!(has(&keys[1], "rotated in May") && has(&keys[2], "rotated in May"), "{lines:?}");
    let open = scan(repo.path(), &["."]).json();
    let open =
        open["findings"].as_array().unwrap().iter().filter(|f| f["status"] == "open").count();
    assert_eq!(open, 1, "the key that the list does not name");
}

#[test]
fn gitleaks_reports_are_read_redacted_or_not_old_or_new() {
    let Leaky { repo, keys, commits } = leaky();
    let new = serde_json::json!([
        { "RuleID": "stripe-access-token", "File": "src/a.js", "StartLine": 2, "Commit": commits[0],
          "Secret": "REDACTED", "Match": "REDACTED", "Fingerprint": "x" },
        { "RuleID": "generic-api-key", "File": "elsewhere", "StartLine": 77, "Commit": "",
          "Secret": keys[1], "Match": "x" },
    ]);
    let said = import(&repo, "new.json", &new.to_string());
    assert!(said.contains("2 added, 2 in all"), "{said}");
    let old = serde_json::json!([
        { "rule": "Stripe API Key", "file": "test.py", "lineNumber": 1, "commit": commits[1], "offender": "REDACTED" },
    ]);
    let said = import(&repo, "old.json", &old.to_string());
    assert!(said.contains("1 added, 3 in all"), "{said}");
    let list = fs::read_to_string(repo.join(".stripeguard-baseline")).unwrap();
    assert!(keys.iter().all(|key| !list.contains(&key[20..34])));
}

#[test]
fn detect_secrets_knows_a_key_by_the_hash_of_its_first_24_characters() {
    let Leaky { repo, keys, .. } = leaky();
    let sha1 = |text: &str| {
        Sha1::digest(text.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect::<String>()
    };
    let text = serde_json::json!({
        "version": "1.5.0",
        "plugins_used": [],
        "results": {
            "src/a.js": [
                { "type": "Stripe Access Key", "hashed_secret": sha1(&keys[1][..32]), "line_number": 99,
                  "is_secret": false },
            ],
            "test.py": [
                { "type": "Secret Keyword", "hashed_secret": sha1(&keys[2]), "line_number": 1 },
                { "type": "Secret Keyword", "hashed_secret": sha1("hunter2"), "line_number": 7 },
            ],
        },
    });
    let said = import(&repo, "secrets.baseline", &text.to_string());
    assert!(said.contains("2 added, 2 in all") && said.contains("1 are not about"), "{said}");
    let lines = lines(&repo);
    assert!(
        lines.iter().any(|l| l.contains(end(&keys[1])) && l.contains("false-positive audited as no secret")),
        "{lines:?}"
    );
}

#[test]
fn kingfisher_and_trufflehog_are_read() {
    let Leaky { repo, keys, commits } = leaky();
    let first = "ExactFindings:\n  matches:\n  - filepath: conf/.env/\n    fingerprint: 056876f0\n    \
                 linenum: 1\n    lastupdated: Mon, 14 Jul 2025 10:17:56 -0700\n";
    let second = "version: 2\nfingerprint_algorithm: kingfisher-v1\nrepositories:\n\
                  - id: local:///tmp/x\n  findings:\n  - path: conf/.env\n    fingerprint: '1'\n    \
                  rule_id: betterleaks.stripe-access-token\n    line: 1\n  - path: plain.txt\n    \
                  fingerprint: '2'\n    rule_id: kingfisher.stripe.1\n    line: 3\n";
    let said = import(&repo, "kingfisher.yml", first);
    assert!(said.contains("1 added, 1 in all"), "{said}");
    repo.write("plain.txt", "nothing\nof\nstripe\n");
    let said = import(&repo, "kingfisher.yaml", second);
    assert!(said.contains("1 of them one that the list has already"), "{said}");
    assert!(said.contains("1 need no line"), "{said}");
    assert!(lines(&repo)[0].contains(end(&keys[3])));
    let log = "{\"level\":\"info\",\"msg\":\"running source\"}\n";
    let one = trufflehog("Stripe", &commits[0], &keys[0]);
    let said = import(&repo, "trufflehog.jsonl", &format!("{log}{one}\n"));
    assert!(said.contains("1 added, 2 in all"), "{said}");
}

#[test]
fn an_entry_that_may_mean_two_secrets_means_none_and_one_that_needs_no_line_gets_none() {
    let repo = Repo::new();
    let mask = "x".repeat(24);
    repo.write("a.env", format!("A={} B={}\nC=sk_live_{mask}\n", live_secret(1), live_secret(2)));
    repo.commit("leaks");
    let text = "a.env:stripe-access-token:1\na.env:stripe-access-token:2\n";
    let said = import(&repo, "gitleaksignore", text);
    for part in
        ["2 secrets may be meant", "1 need no line", "it is a placeholder", "0 added, 0 in all"]
    {
        assert!(said.contains(part), "{part} is missing in {said}");
    }
}

#[test]
fn what_is_no_list_is_refused() {
    let dir = Repo::bare_directory();
    for (name, text) in
        [("a", "hello\n"), ("b", "[1, 2]"), ("c", "{\"results\": 3}"), ("d", "ExactFindings: 3\n")]
    {
        dir.write(name, text);
        let run = stripeguard(dir.path(), &["baseline", "import", name]);
        assert_eq!(run.code, 2, "{name}: {}", run.stdout);
        assert!(!dir.join(".stripeguard-baseline").exists());
    }
}

#[test]
fn lists_in_utf_16_and_with_a_byte_order_mark_are_read() {
    let Leaky { repo, keys, commits } = leaky();
    let little = |text: &str| -> Vec<u8> {
        text.encode_utf16()
            .fold(vec![0xff, 0xfe], |bytes, unit| [&bytes[..], &unit.to_le_bytes()].concat())
    };
    let big = |text: &str| -> Vec<u8> {
        text.encode_utf16()
            .fold(vec![0xfe, 0xff], |bytes, unit| [&bytes[..], &unit.to_be_bytes()].concat())
    };
    let marked = |text: &str| format!("\u{feff}{text}").into_bytes();
    let one = |seed: usize| trufflehog("Stripe", &commits[0], &keys[seed]).to_string();
    for (number, list) in [
        little("test.py:stripe-access-token:1\r\n"),
        marked("conf/.env:stripe-access-token:1\n"),
        big(&one(0)),
        marked(&one(1)),
    ]
    .into_iter()
    .enumerate()
    {
        let said = import(&repo, "list", list);
        assert!(said.contains(&format!("1 added, {} in all", number + 1)), "{said}");
    }
    for bytes in [&b"\xff\xfea"[..], b"a.js:stripe:1\n\xfc\n"] {
        repo.write(".git/list", bytes);
        let run = stripeguard(repo.path(), &["baseline", "import", ".git/list"]);
        assert!(run.code == 2 && run.stderr.contains("as UTF-8"), "{}", run.stderr);
    }
}
