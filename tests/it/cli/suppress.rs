//! What is not reported, and why, as a user meets it.

use serde_json::Value;

use super::{Run, scan, stripeguard};
use crate::keys::{key, live_secret};
use crate::repo::Repo;

/// The mark of a comment, so that this file holds none.
fn allow(names: &str) -> String {
    format!("stripeguard:{}[{names}]", "allow")
}

fn test_key(seed: u64) -> String {
    key("sk_test", 99, seed)
}

fn fingerprint(key: &str) -> String {
    let dir = Repo::bare_directory();
    dir.write("a", key);
    let run = scan(dir.path(), &["."]);
    run.json()["findings"][0]["fingerprint"].as_str().unwrap().to_owned()
}

/// `rule status` of every finding, in order.
fn verdicts(run: &Run) -> Vec<String> {
    let json = run.json();
    let findings = json["findings"].as_array().unwrap();
    let verdict =
        |f: &Value| format!("{} {}", f["rule"].as_str().unwrap(), f["status"].as_str().unwrap());
    findings.iter().map(verdict).collect()
}

const TEST: &str = "stripe-secret-key-test";
const LIVE: &str = "stripe-secret-key-live";

#[test]
fn a_comment_in_any_syntax_covers_its_line_or_the_next() {
    let key = test_key(1);
    let note = allow(TEST);
    let lines = [
        format!("K = \"{key}\" # {note} docs sample"),
        format!("K = '{key}'; // {note} docs sample"),
        format!("K = '{key}'; /* {note} docs sample */ foo();"),
        format!("<p>{key}</p> <!-- {note} docs sample -->"),
        format!("SELECT '{key}'; -- {note} docs sample"),
        format!("{{# {note} docs sample #}}\n{key}"),
        format!("# {note} docs sample\nK={key}"),
        format!("  ; {note} docs sample\r\n  K={key}\r\n"),
        format!("REM {note} docs sample\nset K={key}"),
        format!("  \"//\": \"{note} docs sample\",\n  \"k\": \"{key}\""),
    ];
    for line in lines {
        let dir = Repo::bare_directory();
        dir.write("a.txt", &line);
        let run = scan(dir.path(), &["."]);
        assert_eq!((run.code, verdicts(&run)), (0, vec![format!("{TEST} suppressed")]), "{line}");
        let suppression = &run.json()["findings"][0]["suppression"];
        assert_eq!(suppression["by"], "comment", "{line}");
        assert_eq!(suppression["source"], "a.txt:1", "{line}");
        assert_eq!(suppression["reason"], "docs sample", "{line}");
    }
}

#[test]
fn a_comment_in_utf_16_counts_too() {
    for end in ["\n", "\r\n"] {
        for big in [false, true] {
            let text = format!("x\n# {} why{end}K={}{end}", allow(TEST), test_key(1));
            let bytes: Vec<u8> = text
                .encode_utf16()
                .flat_map(|unit| if big { unit.to_be_bytes() } else { unit.to_le_bytes() })
                .collect();
            let dir = Repo::bare_directory();
            dir.write("a.txt", bytes);
            let run = scan(dir.path(), &["."]);
            assert_eq!(verdicts(&run), [format!("{TEST} suppressed")], "{end:?} {big}");
        }
    }
}

#[test]
fn a_comment_covers_neither_another_rule_nor_another_line() {
    let (key, note) = (test_key(1), allow(TEST));
    let elsewhere = [
        format!("# {note}\n\nK={key}\n"),
        format!("K={key}\n# {note}\n"),
        format!("x = 1 # {note}\nK={key}\n"),
        format!("K={key} # {}\n", allow("stripe-restricted-key-test")),
    ];
    for text in elsewhere {
        let dir = Repo::bare_directory();
        dir.write("a.txt", &text);
        let run = scan(dir.path(), &["."]);
        let expected = vec![format!("{TEST} open"), "suppression-unused open".to_owned()];
        assert_eq!((run.code, verdicts(&run)), (1, expected), "{text}");
    }
}

#[test]
fn a_live_key_is_covered_only_by_its_own_fingerprint() {
    let (old, new) = (live_secret(1), live_secret(2));
    let print = &fingerprint(&old)[..6];
    let dir = Repo::bare_directory();
    dir.write("a.env", format!("K={old} # {} rolled\n", allow(&format!("{LIVE}:{print}"))));
    let run = scan(dir.path(), &["."]);
    assert_eq!((run.code, verdicts(&run)), (0, vec![format!("{LIVE} suppressed")]));

    // The next real key on the same line.
    dir.write("a.env", format!("K={new} # {} rolled\n", allow(&format!("{LIVE}:{print}"))));
    let run = scan(dir.path(), &["."]);
    assert_eq!(verdicts(&run), [format!("{LIVE} open"), "suppression-unused open".to_owned()]);

    // And beside it.
    let both = format!("K={old} L={new} # {} rolled\n", allow(&format!("{LIVE}:{print}")));
    dir.write("a.env", both);
    let run = scan(dir.path(), &["."]);
    assert_eq!(verdicts(&run), [format!("{LIVE} open"), format!("{LIVE} suppressed")]);

    // The rule alone names no live key, and the report says what would.
    dir.write("a.env", format!("K={old} # {} rolled\n", allow(LIVE)));
    let run = scan(dir.path(), &["."]);
    assert_eq!(verdicts(&run), [format!("{LIVE} open"), "suppression-unused open".to_owned()]);
    let message = run.json()["findings"][1]["message"].as_str().unwrap().to_owned();
    assert!(message.contains(&format!("[{LIVE}:{print}]")), "{message}");
}

#[test]
fn what_stands_in_todays_files_under_a_comment_is_covered_in_history_too() {
    let repo = Repo::new();
    let key = test_key(1);
    repo.write("old/name.js", format!("k = '{key}'\n")).commit("bare");
    repo.git(["mv", "old/name.js", "new.js"]);
    repo.write("new.js", format!("k = '{key}' // {} sample\n", allow(TEST)))
        .commit("with a comment");
    let run = scan(repo.path(), &["."]);
    assert_eq!(run.code, 0, "{:?}", verdicts(&run));
    assert!(verdicts(&run).iter().all(|verdict| verdict == &format!("{TEST} suppressed")));
    // One place without a comment, and the commented one speaks for itself alone.
    repo.write("other.js", format!("k = '{key}'\n")).commit("again");
    let run = scan(repo.path(), &["."]);
    assert_eq!(run.code, 1);
    // In a range, the comment is in the blob.
    let run = scan(repo.path(), &["--range", "HEAD~2..HEAD~1"]);
    assert_eq!((run.code, verdicts(&run)), (0, vec![format!("{TEST} suppressed")]));
    let run = scan(repo.path(), &["--range", "HEAD~1..HEAD"]);
    assert_eq!(run.code, 1);
}

#[test]
fn comments_count_in_what_is_staged_and_in_patches() {
    let repo = Repo::new();
    repo.write("a.js", "x\n").commit("base");
    repo.write("a.js", format!("x\n// {} sample\nk = '{}'\n", allow(TEST), test_key(1)));
    repo.git(["add", "-A"]);
    let patch = repo.git(["diff", "--cached"]);
    let run = scan(repo.path(), &["--staged"]);
    assert_eq!((run.code, verdicts(&run)), (0, vec![format!("{TEST} suppressed")]));
    repo.commit("with a comment");
    repo.write("a.js", format!("y\n// {} sample\nk = '{}'\n", allow(TEST), test_key(1)));
    repo.git(["add", "-A"]);
    let run = scan(repo.path(), &["--staged"]);
    assert_eq!((run.code, verdicts(&run)), (0, vec![]), "neither the key nor the comment is new");
    repo.write("p.diff", patch + "\n");
    let run = scan(repo.path(), &["--patch", "p.diff"]);
    assert_eq!((run.code, verdicts(&run)), (0, vec![format!("{TEST} suppressed")]));
}

#[test]
fn the_configuration_covers_what_it_names() {
    let (test, live) = (test_key(1), live_secret(1));
    let print = fingerprint(&live);
    let entries = [
        ("paths = ['/docs/']".to_owned(), true, false),
        ("paths = ['docs/**/*.md']".to_owned(), true, false),
        ("paths = ['/docs/', '!a.md']".to_owned(), false, false),
        ("paths = ['/docs/']\nlive = true".to_owned(), true, true),
        ("paths = ['/other/']\nlive = true".to_owned(), false, false),
        (format!("paths = ['/docs/']\nrules = ['{LIVE}']"), false, false),
        (format!("paths = ['/docs/']\nrules = ['{LIVE}']\nlive = true"), false, true),
        (format!("rules = ['{TEST}']"), true, false),
        (format!("fingerprints = ['{}']", &print[..8]), false, true),
        (format!("fingerprints = ['{}']\npaths = ['/other/']", &print[..8]), false, false),
    ];
    for (entry, covers_test, covers_live) in entries {
        let dir = Repo::bare_directory();
        dir.write("docs/deep/a.md", format!("{test}\n{live}\n"));
        dir.write("stripeguard.toml", format!("[[allow]]\n{entry}\nreason = 'why'\n"));
        let run = scan(dir.path(), &["docs"]);
        let json = run.json();
        let status = |rule: &str| {
            let findings = json["findings"].as_array().unwrap();
            findings.iter().find(|f| f["rule"] == rule).unwrap()["status"] == "suppressed"
        };
        assert_eq!((status(TEST), status(LIVE)), (covers_test, covers_live), "{entry}");
        let is_any = covers_test || covers_live;
        let notices = json["notices"].as_array().unwrap();
        assert_eq!(notices.len(), usize::from(is_any), "{entry}: {notices:?}");
        if is_any {
            assert_eq!(notices[0]["what"], "../stripeguard.toml:1");
        }
        if covers_live {
            let why = notices[0]["why"].as_str().unwrap();
            assert!(why.contains("live"), "{why}");
        }
    }
}

#[test]
fn an_excluded_path_hides_no_live_key_and_its_gaps_are_no_gaps() {
    let dir = Repo::bare_directory();
    dir.write("vendor/a.env", format!("{}\n{}\n", test_key(1), live_secret(1)));
    let mut broken = crate::container::gzip(live_secret(2).as_bytes());
    broken.truncate(12);
    dir.write("vendor/b.gz", broken);
    assert_eq!(scan(dir.path(), &["vendor/b.gz"]).code, 3);
    dir.write("stripeguard.toml", "[paths]\nexclude = ['/vendor/']\n");
    let run = scan(dir.path(), &["."]);
    assert_eq!(verdicts(&run), [format!("{LIVE} open"), format!("{TEST} suppressed")]);
    let json = run.json();
    assert_eq!(json["coverage"]["complete"], true);
    assert_eq!(json["coverage"]["skipped"][0]["what"], "vendor/b.gz");
    assert!(json["notices"][0]["why"].as_str().unwrap().starts_with("excludes paths"));
    dir.write("stripeguard.toml", "[paths]\ninclude = ['/src/']\n");
    let run = scan(dir.path(), &["."]);
    assert_eq!(verdicts(&run), [format!("{LIVE} open"), format!("{TEST} suppressed")]);
}

#[test]
fn a_rule_that_is_off_leaves_its_findings_in_the_report_and_the_report_says_so() {
    let dir = Repo::bare_directory();
    dir.write("a.env", live_secret(1));
    dir.write(
        "stripeguard.toml",
        format!("fail-on = 'critical'\n[rules]\n{LIVE} = 'off'\nstripe-webhook-secret = 'low'\n"),
    );
    let run = scan(dir.path(), &["."]);
    assert_eq!((run.code, verdicts(&run)), (0, vec![format!("{LIVE} suppressed")]));
    let text = stripeguard(dir.path(), &["scan", "--show-suppressed"]).stdout;
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    for part in [
        "stripeguard.toml:1 only findings of severity critical and above fail",
        "stripeguard.toml:3 turns off stripe-secret-key-live, which suppresses 1 finding, 1 of them",
        "stripeguard.toml:4 lowers stripe-webhook-secret from high to low",
        "suppressed critical[stripe-secret-key-live]",
        "1 suppressed (1 by config)",
    ] {
        assert!(text.contains(part), "{part} is missing in\n{text}");
    }
    let text = stripeguard(dir.path(), &["scan"]).stdout;
    assert!(!text.contains("suppressed critical") && text.contains("turns off"), "{text}");
}

#[test]
fn what_has_rotted_is_a_finding_on_its_own_line() {
    let dir = Repo::bare_directory();
    dir.write("a.env", format!("K={}\n", test_key(1)));
    dir.write(
        "b.env",
        format!("x\n# {} old\n# {} old\ny\n", allow(TEST), allow("stripe-secrt-key-test")),
    );
    dir.write(
        "stripeguard.toml",
        format!(
            "require-reason = true\n\
             [[allow]]\nrules = ['{TEST}']\nreason = 'once'\nowner = 'pay'\nuntil = 2024-02-29\n\
             [[allow]]\npaths = ['/gone/']\nreason = 'gone'\n\
             [[allow]]\npaths = ['/a.env']\n"
        ),
    );
    let run = scan(dir.path(), &["."]);
    let json = run.json();
    let mut rot: Vec<String> = json["findings"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|f| f["rule"].as_str().unwrap().starts_with("suppression-"))
        .map(|f| {
            let word = |name: &str| f[name].as_str().unwrap().to_owned();
            format!(
                "{}:{} {} {}: {}",
                word("path"),
                f["line"],
                word("severity"),
                word("rule"),
                word("message")
            )
        })
        .collect();
    rot.sort();
    assert_eq!(
        rot,
        [
            "b.env:2 low suppression-unused: nothing that the comment names stands on its line or the next one",
            "b.env:3 low suppression-unknown-rule: there is no rule 'stripe-secrt-key-test'; did you mean 'stripe-secret-key-test'?",
            "stripeguard.toml:2 low suppression-expired: the entry ended on 2024-02-29; pay answers for it",
            "stripeguard.toml:7 info suppression-unused: the entry covers nothing that was read",
            "stripeguard.toml:10 low suppression-without-reason: the entry has no 'reason'",
        ]
        .map(str::to_owned)
        .into_iter()
        .collect::<std::collections::BTreeSet<_>>()
        .into_iter()
        .collect::<Vec<_>>()
    );
    // What a run has not read it cannot call unused.
    let run = scan(dir.path(), &["a.env"]);
    assert!(!run.stdout.contains("suppression-unused"), "{}", run.stdout);
}

/// Line, severity and message of what is said about an unused entry of the configuration.
fn unused(run: &Run) -> Vec<String> {
    let json = run.json();
    let findings = json["findings"].as_array().unwrap();
    let about = findings.iter().filter(|f| {
        f["rule"] == "suppression-unused"
            && f["path"] == "stripeguard.toml"
            && f["status"] == "open"
    });
    let told = about.map(|f| {
        let word = |name: &str| f[name].as_str().unwrap().to_owned();
        format!("{} {}: {}", f["line"], word("severity"), word("message"))
    });
    told.collect()
}

#[test]
fn an_entry_is_used_by_what_it_covers_of_suppressions_that_have_rotted() {
    let dir = Repo::bare_directory();
    dir.write("a.md", format!("# {} example\n", allow(TEST)));
    dir.write("b.md", format!("# {} example\n", allow("no-such-rule")));
    dir.write(
        "stripeguard.toml",
        "[[allow]]\npaths = ['/*.md']\nrules = ['suppression-unknown-rule', 'suppression-unused']\n",
    );
    let run = scan(dir.path(), &["."]);
    assert_eq!(unused(&run), [""; 0]);
    let covered = ["suppression-unused suppressed", "suppression-unknown-rule suppressed"];
    assert_eq!((run.code, verdicts(&run)), (0, covered.map(str::to_owned).to_vec()));

    // So is one that covers what is said of the entries before and behind it.
    let gone = "[[allow]]\npaths = ['/gone/']\n";
    let quiet = "[[allow]]\npaths = ['/stripeguard.toml']\nrules = ['suppression-unused']\n";
    for entries in [format!("{gone}{quiet}"), format!("{quiet}{gone}")] {
        let dir = Repo::bare_directory();
        dir.write("a.env", "x");
        dir.write("stripeguard.toml", entries);
        let run = scan(dir.path(), &["."]);
        assert_eq!(verdicts(&run), ["suppression-unused suppressed"]);
    }
}

#[test]
fn a_part_of_an_entry_that_covers_nothing_is_named() {
    let entries = [
        (
            "paths = ['/docs/', '*.md', '/gone/', '!b.md']".to_owned(),
            "'/gone/' in the entry covers",
        ),
        (format!("rules = ['{TEST}', '{LIVE}']"), "'stripe-secret-key-live' in the entry covers"),
        (
            format!("paths = ['/docs/', '/gone/']\nrules = ['{TEST}', '{LIVE}']"),
            "'/gone/', 'stripe-secret-key-live' in the entry cover",
        ),
        (format!("paths = ['/docs/']\nrules = ['{TEST}', 'global-api-key']"), ""),
        (
            format!("paths = ['/gone/']\nrules = ['{TEST}', 'global-api-key']"),
            "'stripe-secret-key-test' in the entry covers",
        ),
        ("paths = ['/gone/', '/lost/']".to_owned(), "the entry covers"),
    ];
    for (entry, expected) in entries {
        let dir = Repo::bare_directory();
        dir.write("docs/a.md", format!("{}\n", test_key(1)));
        dir.write("stripeguard.toml", format!("[[allow]]\n{entry}\n"));
        let run = scan(dir.path(), &["."]);
        let expected = match expected {
            "" => Vec::new(),
            part => vec![format!("1 info: {part} nothing that was read")],
        };
        assert_eq!(unused(&run), expected, "{entry}");
    }
}

#[test]
fn a_reason_cannot_smuggle_a_secret_into_a_report() {
    let dir = Repo::bare_directory();
    let (shown, hidden) = (test_key(1), live_secret(2));
    let print = fingerprint(&hidden);
    let note = allow(&format!("{TEST}, {LIVE}:{}", &print[..8]));
    dir.write("a.env", format!("K={shown} # {note} was {hidden}\n"));
    dir.write("b.env", format!("# {} x\n", allow(&hidden)));
    dir.write("stripeguard.toml", format!("[[allow]]\npaths = ['x']\nreason = '{hidden}'\n"));
    for format in ["text", "json"] {
        let run = stripeguard(dir.path(), &["scan", "--show-suppressed", "--format", format, "."]);
        for part in [&shown[30..50], &hidden[30..50]] {
            assert!(!run.stdout.contains(part) && !run.stderr.contains(part), "{}", run.stdout);
        }
    }
}
