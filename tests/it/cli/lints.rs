//! Practices in the reports of whole runs.

use super::{scan, stripeguard};
use crate::keys::{key, live_secret};
use crate::repo::Repo;

const USES: &str = r#"{ "dependencies": { "stripe": "^18.0.0" } }"#;
const DUMP: &str = "app.get('/debug', (req, res) => res.json(process.env));\n";

fn shop() -> Repo {
    let repo = Repo::new();
    repo.write("package.json", USES).write("src/server.js", DUMP);
    repo
}

fn rules(run: &super::Run) -> Vec<String> {
    let json = run.json();
    let findings = json["findings"].as_array().unwrap();
    findings.iter().map(|f| format!("{} {}", f["rule"].as_str().unwrap(), f["path"])).collect()
}

#[test]
fn a_practice_is_told_like_a_secret_and_counted_apart() {
    let repo = shop();
    let run = stripeguard(repo.path(), &["scan", "."]);
    assert_eq!(run.code, 1);
    for part in [
        "medium[environment-dumped]",
        "src/server.js:1:33",
        "res.json(process.env)",
        "why:",
        "do:",
        "No Stripe secrets found; 1 practice to mend",
    ] {
        assert!(run.stdout.contains(part), "{part} is missing in\n{}", run.stdout);
    }
    let json = scan(repo.path(), &["."]).json();
    assert_eq!(json["findings"][0]["kind"], "lint");
    assert_eq!(json["findings"][0]["secret"], serde_json::Value::Null);
}

#[test]
fn advice_is_off_unless_asked_for_and_all_can_be_off() {
    let repo = shop();
    repo.write("pay.py", "import stripe\nstripe.api_key = key\n");
    let found = |lints: &str| rules(&scan(repo.path(), &["--lints", lints, "."]));
    assert_eq!(found("default"), ["environment-dumped \"src/server.js\""]);
    assert_eq!(found("none"), [""; 0]);
    assert!(found("all").contains(&"global-api-key \"pay.py\"".to_owned()));
}

#[test]
fn a_file_or_directory_belongs_to_the_project_above_it() {
    let repo = shop();
    for path in ["src", "src/server.js"] {
        let run = scan(repo.path(), &[path]);
        assert_eq!(rules(&run).len(), 1, "{path}: {}", run.stdout);
    }
}

#[test]
fn what_is_staged_is_linted_though_the_manifest_is_not() {
    let repo = Repo::new();
    repo.write("package.json", USES).commit("add the manifest");
    repo.write("src/server.js", DUMP).git(["add", "."]);
    assert_eq!(rules(&scan(repo.path(), &["--staged"])).len(), 1);
}

#[test]
fn what_was_there_before_is_not_staged() {
    let repo = shop();
    repo.commit("add the server");
    repo.write("src/server.js", format!("{DUMP}listen();\n")).git(["add", "."]);
    assert_eq!(rules(&scan(repo.path(), &["--staged"])), [""; 0]);
    repo.write("src/server.js", format!("{DUMP}console.log(process.env);\n")).git(["add", "."]);
    assert_eq!(rules(&scan(repo.path(), &["--staged"])).len(), 1);
}

#[test]
fn settings_are_to_be_ignored_where_git_can() {
    let text = format!("STRIPE_SECRET_KEY={}\n", live_secret(1));
    let found = |repo: &Repo, arguments: &[&str]| {
        let all = [&["--lints", "all"], arguments].concat();
        let found = rules(&scan(repo.path(), &all));
        found.contains(&"env-file-not-ignored \".env\"".to_owned())
    };
    let repo = Repo::new();
    repo.write(".env", &text);
    assert!(found(&repo, &["--tree", "."]));
    assert!(!found(&repo, &["--tree", "--no-ignore", "."]));
    assert!(!found(&repo, &["--tree", ".env"]));
    repo.write(".gitignore", ".env*\n");
    assert!(!found(&repo, &["--tree", "."]));
    repo.git(["add", "-f", ".env"]);
    assert!(found(&repo, &["--tree", "."]) && found(&repo, &["--staged"]));
    let bare = Repo::bare_directory();
    bare.write(".env", &text);
    assert!(!found(&bare, &["."]));
}

#[test]
fn keys_of_different_accounts_do_not_pair() {
    let repo = Repo::new();
    let (secret, public) = (key("sk_test", 99, 1), key("pk_test", 99, 2));
    repo.write(
        "shop.env",
        format!("STRIPE_SECRET_KEY={secret}\nSTRIPE_PUBLISHABLE_KEY={public}\n"),
    );
    let run = scan(repo.path(), &["--tree", "."]);
    assert!(rules(&run).contains(&"keys-do-not-pair \"shop.env\"".to_owned()), "{}", run.stdout);
    assert!(!run.stdout.contains(&secret) && !run.stdout.contains(&public));
}

#[test]
fn history_is_not_linted() {
    let repo = shop();
    repo.commit("add the server");
    repo.remove("src/server.js").commit("remove it");
    assert_eq!(rules(&scan(repo.path(), &["."])), [""; 0]);
}

const OWN: &str = r"
id: no-sleep
title: Sleeping before a charge
level: warning
message: Nothing is gained by waiting here.
remedy: Take it out.
what: Looks for sleep.
why: It is slow.
references: []
patterns:
  - languages: [javascript]
    literals: [sleep]
    rule: { pattern: sleep($N) }
examples:
  bad: [{ path: a.js, code: 'sleep(1)' }]
  good: [{ path: a.js, code: 'sleeper(1)' }]
";

#[test]
fn a_repository_has_rules_of_its_own() {
    let repo = shop();
    repo.write(".stripeguard/rules/no-sleep.yml", OWN).write("src/a.js", "sleep(5)\n");
    let found = rules(&scan(repo.path(), &["."]));
    assert_eq!(found, ["no-sleep \"src/a.js\"", "environment-dumped \"src/server.js\""]);
    let run = stripeguard(repo.path(), &["rules", "test"]);
    assert_eq!(run.code, 0, "{}{}", run.stdout, run.stderr);
    assert!(run.stdout.contains("all examples are right"), "{}", run.stdout);
    repo.write(".stripeguard/rules/no-sleep.yml", OWN.replace("sleeper(1)", "sleep(2)"));
    let run = stripeguard(repo.path(), &["rules", "test"]);
    assert_eq!(run.code, 1);
    assert!(run.stdout.contains("no-sleep fires in it at a.js:1"), "{}", run.stdout);
}

#[test]
fn a_rule_that_cannot_be_read_is_a_gap_and_harms_nobody() {
    let deep = format!("a: {}1{}", "[".repeat(5000), "]".repeat(5000));
    let indented: String = (0..3000).map(|n| format!("{}a:\n", " ".repeat(n))).collect();
    let bomb = "a: &a [x, x]\nb: &b [*a, *a]\nc: &c [*b, *b]\n".to_owned();
    let alien = OWN.replace("patterns:", "check: webhook-unverified\npatterns:");
    let wide = OWN.replace("{ pattern: sleep($N) }", "{ regex: sleep }");
    for text in [deep, indented, bomb, alien, "x".repeat(100_000), String::new(), wide] {
        let repo = shop();
        repo.write(".stripeguard/rules/own.yml", &text).write("src/a.js", "sleep(5)\n");
        let run = scan(repo.path(), &["."]);
        assert_eq!(rules(&run).len(), 1, "{}", run.stdout);
        let gaps = run.json()["coverage"]["gaps"].as_array().unwrap().len();
        assert_eq!(gaps, 1, "{}", run.stdout);
    }
}

#[test]
fn rules_of_a_repository_are_named_like_all_others() {
    let repo = shop();
    repo.write(".stripeguard/rules/no-sleep.yml", OWN).write("src/a.js", "sleep(5)\n");
    let severity = |run: &super::Run| run.json()["findings"][0]["severity"].clone();
    repo.write("stripeguard.toml", "lints = 'none'\n[rules]\nno-sleep = 'critical'\n");
    let run = scan(repo.path(), &["."]);
    assert_eq!(rules(&run), ["no-sleep \"src/a.js\""], "{}", run.stderr);
    assert_eq!(severity(&run), "critical");
    repo.write("stripeguard.toml", "[rules]\nno-sleep = 'off'\n");
    assert_eq!(rules(&scan(repo.path(), &["."])), ["environment-dumped \"src/server.js\""]);
    repo.write("stripeguard.toml", "[rules]\nno-slep = 'off'\n");
    let run = scan(repo.path(), &["."]);
    assert_eq!(run.code, 2);
    assert!(run.stderr.contains("no-sleep"), "{}", run.stderr);
    repo.remove("stripeguard.toml");
    // In one piece it would speak of this file.
    repo.write("src/a.js", ["sleep(5) // stripeguard:", "allow[no-sleep] a test\n"].concat());
    let json = scan(repo.path(), &["."]).json();
    let findings = json["findings"].as_array().unwrap();
    let told: Vec<String> =
        findings.iter().map(|f| format!("{} {}", f["rule"], f["status"])).collect();
    assert_eq!(told, ["\"environment-dumped\" \"open\"", "\"no-sleep\" \"suppressed\""]);
}

/// A module that makes a client of the server's library.
const CLIENT: &str = "import Stripe from 'stripe';\nexport const stripe = new Stripe(key);\n";

#[test]
fn the_side_that_a_module_ships_to_decides_about_the_server_library() {
    let found = |files: &[(&str, &str)]| {
        let repo = Repo::new();
        files.iter().for_each(|(path, text)| {
            repo.write(path, text);
        });
        let run = scan(repo.path(), &["--tree", "."]);
        let found = rules(&run).into_iter().filter(|rule| rule.starts_with("server-sdk"));
        found.collect::<Vec<_>>().join(" ")
    };
    let package = |dependency: &str| {
        format!("{{\"dependencies\": {{\"{dependency}\": \"1\", \"stripe\": \"18\"}}}}")
    };
    let (vite, next, express) = (package("vite"), package("next"), package("express"));
    let page = "<html><script type=\"module\" src=\"/src/main.js\"></script></html>";
    let main = "import { stripe } from './pay.js';\nstripe.charges.list();\n";
    let browser = [
        ("package.json", vite.as_str()),
        ("index.html", page),
        ("src/main.js", main),
        ("src/pay.js", CLIENT),
    ];
    assert_eq!(found(&browser), "server-sdk-in-browser \"src/pay.js\"");
    let client =
        "'use client'\nimport { stripe } from '../lib/pay';\nexport default () => stripe;\n";
    let through =
        [("package.json", next.as_str()), ("app/page.tsx", client), ("lib/pay.ts", CLIENT)];
    assert_eq!(found(&through), "server-sdk-in-browser \"lib/pay.ts\"");
    let route = "import { stripe } from '../../lib/pay';\nexport const GET = () => stripe;\n";
    let server =
        [("package.json", next.as_str()), ("app/api/route.ts", route), ("lib/pay.ts", CLIENT)];
    assert_eq!(found(&server), "");
    assert_eq!(found(&[("package.json", express.as_str()), ("src/pay.js", CLIENT)]), "");
}

#[test]
fn what_is_nowhere_is_told_only_where_everything_is_read() {
    let repo = shop();
    repo.write("public/pay.html", "<script src=\"https://js.stripe.com/v3/\"></script>\n");
    repo.write("Dockerfile", "FROM node:22\nCOPY . .\n");
    let found = |path: &str| {
        let found = rules(&scan(repo.path(), &["--lints", "all", "--tree", path]));
        let lacking =
            |rule: &String| rule.starts_with("csp-missing") || rule.starts_with("env-file-in");
        found.into_iter().filter(lacking).collect::<Vec<_>>()
    };
    assert_eq!(
        found("."),
        ["env-file-in-build-context \"Dockerfile\"", "csp-missing \"public/pay.html\""]
    );
    assert_eq!(found("public"), [""; 0]);
    repo.write(".dockerignore", ".env*\n")
        .write("server.js", "helmet.contentSecurityPolicy(policy)\n");
    assert_eq!(found("."), [""; 0]);
}
