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

fn sha1(text: &str) -> String {
    Sha1::digest(text.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
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
    let said = import(&repo, "gitleaksignore", text);
    for part in [
        "3 entries name 3 secrets that are found here: 3 lines added",
        "1 entry of Stripe could not be found again:",
        "gone.js:stripe-access-token:9: neither its commit nor its file is here",
        "1 entry is not about Stripe, or does not say so:\n  .git/gitleaksignore:10: ",
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
    let said = import(&repo, "new.json", new.to_string());
    assert!(said.contains("2 added, 2 in all"), "{said}");
    let old = serde_json::json!([
        { "rule": "Stripe API Key", "file": "test.py", "lineNumber": 1, "commit": commits[1], "offender": "REDACTED" },
    ]);
    let said = import(&repo, "old.json", old.to_string());
    assert!(said.contains("1 added, 3 in all"), "{said}");
    let list = fs::read_to_string(repo.join(".stripeguard-baseline")).unwrap();
    assert!(keys.iter().all(|key| !list.contains(&key[20..34])));
}

#[test]
fn detect_secrets_knows_a_key_by_the_hash_of_its_first_24_characters() {
    let Leaky { repo, keys, .. } = leaky();
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
    let said = import(&repo, "secrets.baseline", text.to_string());
    assert!(
        said.contains("2 added, 2 in all") && said.contains("1 entry is not about Stripe"),
        "{said}"
    );
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
    assert!(
        said.contains(
            "1 entry names 1 secret that is found here: 0 lines added, 1 in the list already"
        ),
        "{said}"
    );
    assert!(said.contains("1 entry needs no line, for it is not reported"), "{said}");
    assert!(lines(&repo)[0].contains(end(&keys[3])));
    let log = "{\"level\":\"info\",\"msg\":\"running source\"}\n";
    let one = trufflehog("Stripe", &commits[0], &keys[0]);
    let said = import(&repo, "trufflehog.jsonl", format!("{log}{one}\n"));
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
    for part in [
        "2 secrets may be meant",
        "1 entry needs no line",
        "it is a placeholder",
        "0 added, 0 in all",
    ] {
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

/// Each of them stands on the line of a leak, and is about something else.
#[test]
fn an_entry_about_another_secret_adds_no_line_for_the_leak_beside_it() {
    let Leaky { repo, commits, .. } = leaky();
    let aws = format!("AKIA{}", "Z7Q4".repeat(4));
    let gitleaks = |rule: &str, secret: &str| {
        serde_json::json!({ "RuleID": rule, "File": "src/a.js", "StartLine": 2, "Commit": commits[0],
            "Secret": secret })
    };
    let report = serde_json::json!([
        gitleaks("aws-access-token", &aws),
        gitleaks("aws-access-token", "REDACTED"),
        gitleaks("generic-api-key", &aws),
    ]);
    let pem = trufflehog("PrivateKey", &commits[0], "-----BEGIN PRIVATE KEY-----\\nMII");
    let potential = |kind: &str, text: &str| serde_json::json!({ "type": kind, "hashed_secret": sha1(text), "line_number": 5 });
    let baseline = serde_json::json!({ "results": { "src/a.js": [
        potential("Private Key", &aws), potential("Secret Keyword", &aws), potential("Secret Keyword", "l"),
    ] } });
    for (name, list) in [
        ("report.json", report.to_string()),
        ("trufflehog.json", pem.to_string()),
        ("gitleaksignore", "src/a.js:aws-access-token:2\nsrc/a.js:jwt:5\n".to_owned()),
        ("secrets.baseline", baseline.to_string()),
    ] {
        let said = import(&repo, name, list);
        assert!(said.contains("no entry names a secret that is found here"), "{name}: {said}");
        assert!(!repo.join(".stripeguard-baseline").exists(), "{name}");
    }
    // Not in the repository, which would be scanned with the list.
    let elsewhere = Repo::bare_directory();
    let other = gitleaks("stripe-access-token", &live_secret(77));
    elsewhere.write("r.json", serde_json::json!([other]).to_string());
    let list = elsewhere.join("r.json");
    let run = stripeguard(repo.path(), &["baseline", "import", list.to_str().unwrap()]);
    assert!(run.stdout.contains("0 added, 0 in all"), "{}", run.stdout);
}

#[test]
fn a_rule_for_any_secret_means_the_one_on_its_line() {
    let Leaky { repo, keys, .. } = leaky();
    let said = import(&repo, "gitleaksignore", "test.py:generic-api-key:1\n");
    assert!(said.contains("1 added, 1 in all"), "{said}");
    repo.write("url.py", format!("# u\nU = 'https://example.com/?key={}&v=1'\n", keys[1]));
    let baseline = serde_json::json!({ "results": { "url.py": [
        { "type": "Secret Keyword", "line_number": 2,
          "hashed_secret": sha1(&format!("https://example.com/?key={}&v=1", keys[1])) },
    ] } });
    let said = import(&repo, "secrets.baseline", baseline.to_string());
    assert!(said.contains("1 added, 2 in all"), "{said}");
    // As detect-secrets did before version 1.
    repo.write("low.py", format!("L = '{}'\n", keys[3]));
    let baseline = serde_json::json!({ "results": { "low.py": [
        { "type": "Secret Keyword", "line_number": 1, "hashed_secret": sha1(&keys[3].to_lowercase()) },
    ] } });
    let said = import(&repo, "secrets.baseline", baseline.to_string());
    assert!(said.contains("1 added, 3 in all"), "{said}");
}

#[test]
fn what_stood_on_the_line_in_its_commit_counts_and_not_what_came_later() {
    let repo = Repo::new();
    repo.write("a.env", format!("K=sk_live_{}\n", "x".repeat(24)));
    let first = repo.commit("a placeholder");
    repo.write("a.env", format!("K={}\n", live_secret(1))).commit("a leak");
    let said = import(&repo, "gitleaksignore", format!("{first}:a.env:stripe-access-token:1\n"));
    assert!(said.contains("it is a placeholder") && said.contains("0 added, 0 in all"), "{said}");
}

#[test]
fn what_is_no_credential_is_found_in_history_and_under_paths_from_elsewhere() {
    let repo = Repo::new();
    let short = format!("k = 'sk_live_{}'\n", "unkn0wnToAnybody1");
    repo.write("packages/core/dist/a.test.js", format!("// a\n\n{short}"));
    repo.write("src/b.js", &short).commit("two");
    repo.remove("packages/core/dist/a.test.js").commit("one goes");
    let report = |files: &[(&str, u64)]| {
        let leak = |(file, line): &(&str, u64)| {
            serde_json::json!({ "RuleID": "stripe-access-token",
            "File": file, "StartLine": line, "Commit": "", "Secret": "REDACTED" })
        };
        serde_json::Value::from_iter(files.iter().map(leak)).to_string()
    };
    let files = [
        ("/repo/packages/core/dist/a.test.js", 3),
        ("packages/core/dist/a.test.js", 3),
        ("/Users/somebody/project/src/b.js", 1),
    ];
    let said = import(&repo, "report.json", report(&files));
    assert!(said.contains("3 entries need no line, for they are not reported"), "{said}");
    assert_eq!(said.matches("prefix").count(), 3, "{said}");
    let said = import(&repo, "report.json", report(&[("/repo/gone.js", 3)]));
    assert!(said.contains("its file is neither here nor in history"), "{said}");
}

#[test]
fn a_line_that_is_no_fingerprint_is_left_out_and_the_others_count() {
    let Leaky { repo, .. } = leaky();
    let said = import(&repo, "list", "test.py:stripe-access-token:1\n*.md\n\nnotes\n");
    for part in [
        "1 added, 1 in all",
        "2 lines of the list are left out:",
        "line 2 is a pattern and no fingerprint",
        "line 4 is no fingerprint",
        "gitleaks ignores such a line, too",
    ] {
        assert!(said.contains(part), "{part} is missing in {said}");
    }
    let said = import(&repo, ".gitleaksignore", "*.md\n");
    assert!(said.contains("1 line of the list is left out:"), "{said}");
}

#[test]
fn trufflehog_is_read_as_an_array_over_several_lines_and_behind_a_banner() {
    let Leaky { repo, keys, commits } = leaky();
    let one = |seed: usize| trufflehog("Stripe", &commits[0], &keys[seed]);
    let said = import(&repo, "array.json", serde_json::json!([one(0)]).to_string());
    assert!(said.contains("1 added, 1 in all"), "{said}");
    let pretty = format!("{:#}\n{:#}\n", one(0), one(1));
    let said = import(&repo, "pretty.json", pretty);
    assert!(said.contains("1 line added, 1 in the list already"), "{said}");
    let banner = format!("TruffleHog. Unearth your secrets.\n\n{}\n", one(2));
    let said = import(&repo, "banner.json", banner);
    assert!(said.contains("1 added, 3 in all") && said.contains("line 1 is no JSON"), "{said}");
    let broken = one(3).to_string();
    repo.write(".git/broken.json", format!("{}\n{}", one(3), &broken[..broken.len() - 1]));
    let run = stripeguard(repo.path(), &["baseline", "import", ".git/broken.json"]);
    assert_eq!(run.code, 2);
    assert!(run.stderr.contains("what begins in line 2 is no JSON"), "{}", run.stderr);
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

#[test]
fn a_sarif_report_is_called_by_its_name() {
    let dir = Repo::bare_directory();
    dir.write("a.json", r#"{"$schema":"x","version":"2.1.0","runs":[{"results":[]}]}"#);
    let run = stripeguard(dir.path(), &["baseline", "import", "a.json"]);
    assert_eq!(run.code, 2);
    assert!(run.stderr.contains("a.json is a SARIF report"), "{}", run.stderr);
    assert!(run.stderr.contains("`--report-format json`"), "{}", run.stderr);
}

#[test]
fn entries_are_counted_by_secrets_and_told_apart_by_commits() {
    let repo = Repo::new();
    let mask = "x".repeat(24);
    repo.write("d/a.env", format!("A={}\nB=sk_live_{mask}\n", live_secret(1)));
    let commits = [repo.commit("a leak"), repo.commit("nothing")];
    let of = |line: u64| {
        commits.each_ref().map(|commit| format!("{commit}:d/a.env:stripe-access-token:{line}\n"))
    };
    repo.write("d/.gitleaksignore", of(1).concat());
    let run = stripeguard(repo.path(), &["baseline", "import", "d/.gitleaksignore"]);
    let named = "2 entries name 1 secret that is found here: 1 line added\n";
    assert!(run.stdout.starts_with(named), "{}", run.stdout);
    let leak = |commit: &String| {
        serde_json::json!({ "RuleID": "stripe-access-token",
        "File": "d/a.env", "StartLine": 2, "Commit": commit, "Secret": "REDACTED" })
    };
    let said =
        import(&repo, "r.json", serde_json::Value::from_iter(commits.iter().map(leak)).to_string());
    for commit in &commits {
        let label = format!("d/a.env:2 (stripe-access-token) in {}: ", &commit[..9]);
        assert!(said.contains(&label), "{label} is missing in {said}");
    }
}

#[test]
fn the_first_few_entries_that_are_not_about_stripe_are_listed_and_all_if_asked_for() {
    let repo = Repo::new();
    repo.commit("nothing");
    let list: String = (1..=7).map(|line| format!("d/a.env:jwt:{line}\n")).collect();
    repo.write("d/.gitleaksignore", list);
    let run = stripeguard(repo.path(), &["baseline", "import", "d/.gitleaksignore"]);
    for part in [
        "7 entries are not about Stripe, or do not say so:",
        "  d/.gitleaksignore:5: d/a.env:jwt:5\n  … and 2 more, which --verbose lists\n",
    ] {
        assert!(run.stdout.contains(part), "{part} is missing in {}", run.stdout);
    }
    let run = stripeguard(repo.path(), &["baseline", "import", "-v", "d/.gitleaksignore"]);
    assert!(run.stdout.contains("  d/.gitleaksignore:7: d/a.env:jwt:7\n"), "{}", run.stdout);
}
