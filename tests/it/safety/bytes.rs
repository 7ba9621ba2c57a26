//! No byte of what is secret in a key leaves the program, in whatever format, file or error.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::output::FORMATS;
use crate::cli::command;
use crate::container::gzip;
use crate::keys::{Random, key, live_secret};
use crate::repo::Repo;

/// What must appear nowhere: the middle of a key, in plain text and in the usual spellings.
struct Needles {
    all: Vec<(String, String)>,
}

impl Needles {
    fn new(keys: &[String]) -> Self {
        let mut all = Vec::new();
        for key in keys {
            // Twelve characters, so that a key that is cut in its middle is seen as well.
            let body = &key.as_bytes()[key.len() - 20..key.len() - 6];
            for part in [&body[..12], &key.as_bytes()[key.len() / 2 - 4..key.len() / 2 + 8]] {
                let plain = String::from_utf8(part.to_vec()).unwrap();
                all.extend(spellings(part).into_iter().map(|spelled| (plain.clone(), spelled)));
            }
        }
        Self { all }
    }

    fn assert_absent(&self, what: &str, bytes: &[u8]) {
        for (plain, spelled) in &self.all {
            let found = memchr::memmem::find(bytes, spelled.as_bytes());
            let text = String::from_utf8_lossy(bytes);
            assert!(found.is_none(), "{what} shows {plain} as {spelled}: {text}");
        }
    }
}

fn spellings(part: &[u8]) -> Vec<String> {
    let hex = |format: fn(&u8) -> String| part.iter().map(format).collect::<String>();
    let mut spellings = vec![
        String::from_utf8(part.to_vec()).unwrap(),
        hex(|byte| format!("{byte:02x}")),
        hex(|byte| format!("{byte:02X}")),
        hex(|byte| format!("%{byte:02X}")),
        hex(|byte| format!("\\u{byte:04x}")),
    ];
    // In a longer text a part stands at one of three alignments; what is whole of it is the same.
    spellings.extend((0..3).map(|skip| STANDARD.encode(&part[skip..skip + 9])));
    spellings
}

/// A repository with keys of many families wherever one can stand.
fn planted() -> (Repo, Vec<String>) {
    let mut random = Random::new(77);
    let mut keys: Vec<String> = (1..=9).map(live_secret).collect();
    keys.extend((1..=3).map(|seed| key("sk_live", 24, seed)));
    keys.extend([key("rk_live", 99, 1), key("sk_test", 99, 2), key("rk_test", 34, 3)]);
    keys.push(format!("whsec_{}", random.base62(32)));
    keys.push(format!("sk_org_live_{}", random.organization_body()));
    let repo = Repo::new();
    repo.write("package.json", "{\"dependencies\": {\"stripe\": \"1\"}}\n");
    repo.write(".env", format!("STRIPE_SECRET_KEY={}\n", keys[0]));
    repo.write(".env.production", format!("STRIPE_SECRET_KEY=\"{}\n", keys[13]));
    repo.write(
        "src/pay.ts",
        format!(
            "import Stripe from 'stripe'\nconst s = new Stripe('{}'); console.log('{}')\n",
            keys[1], keys[2]
        ),
    );
    repo.write("logs/a.log.gz", gzip(format!("key {}\n", keys[3]).as_bytes()));
    repo.write("b64.txt", STANDARD.encode(format!("secret = {}\n", keys[4])));
    repo.write("joined.js", format!("const k = '{}' + '{}'\n", &keys[5][..30], &keys[5][30..]));
    repo.write(format!("backup/{}.txt", keys[9]), "x\n");
    repo.write("allowed.py", format!("k = '{}'  # stripeguard:allow old {}\n", keys[12], keys[12]));
    repo.write("hook.rb", format!("STRIPE_WEBHOOK = '{}'\norg = '{}'\n", keys[15], keys[16]));
    repo.commit(&format!("use {}", keys[6]));
    repo.write("old.env", format!("K={}\n", keys[7])).commit("old");
    repo.remove("old.env").commit("gone");
    repo.git(["branch", &format!("try/{}", keys[10])]);
    repo.git(["tag", "-a", "-m", &keys[8], "v1"]);
    repo.git(["config", "remote.origin.url", &format!("https://{}@example.com/x", keys[11])]);
    repo.write("staged.env", format!("K={}\n", keys[14]));
    repo.git(["add", "staged.env"]);
    (repo, keys)
}

/// Standard output and error of a run.
fn told(dir: &Path, arguments: &[&str], input: &str) -> Vec<u8> {
    let mut command = command(dir, arguments);
    command.env("XDG_CACHE_HOME", dir.join("../none"));
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    // A program that does not read its input may be gone already.
    let _ = std::io::Write::write_all(&mut child.stdin.take().unwrap(), input.as_bytes());
    let output = child.wait_with_output().unwrap();
    let code = output.status.code();
    assert!(code.is_some_and(|code| code != 101), "{arguments:?}: {output:?}");
    [output.stdout, output.stderr].concat()
}

fn files(dir: &Path, visit: &mut dyn FnMut(&Path, &[u8])) {
    for entry in fs::read_dir(dir).unwrap().flatten() {
        let path = entry.path();
        match path.is_dir() {
            true => files(&path, visit),
            false => visit(&path, &fs::read(&path).unwrap()),
        }
    }
}

#[test]
fn reports_of_every_format() {
    let (repo, keys) = planted();
    let needles = Needles::new(&keys);
    let out = tempfile::tempdir().unwrap();
    let cache = out.path().join("cache");
    let receipt = out.path().join("receipt.json");
    for more in [
        &[][..],
        &["--show-suppressed", "--stats"],
        &["--staged"],
        &["--lints", "all", "--no-ignore"],
    ] {
        for format in FORMATS {
            let file = format!("{format}={}", out.path().join(format!("in-{format}")).display());
            let mut arguments = vec!["scan", "--format", format, "--format", &file];
            arguments.extend(["--cache-dir", cache.to_str().unwrap()]);
            arguments.extend(["--receipt", receipt.to_str().unwrap()]);
            arguments.extend(more);
            let told = told(repo.path(), &arguments, "");
            assert!(told.len() > 100 || format == "github", "{arguments:?}");
            needles.assert_absent(&format!("{arguments:?}"), &told);
        }
    }
    let mut count = 0;
    files(out.path(), &mut |path, bytes| {
        count += 1;
        needles.assert_absent(&path.display().to_string(), bytes);
    });
    assert!(count > FORMATS.len());
    let report = out.path().join("in-json");
    needles.assert_absent(
        "merge",
        &told(repo.path(), &["report", "merge", report.to_str().unwrap()], ""),
    );
}

/// What has to be found for the test above to mean anything.
#[test]
fn each_planted_key_is_found_and_would_be_seen() {
    let (repo, keys) = planted();
    let run = crate::cli::scan(repo.path(), &["--no-cache", "--reveal"]);
    let found = run.json()["findings"].to_string();
    let missing: Vec<_> = keys.iter().filter(|key| !found.contains(*key)).collect();
    assert!(missing.is_empty(), "{missing:?}");
    for key in &keys {
        let needles = Needles::new(std::slice::from_ref(key));
        let text = format!("=====\n{key}\n=====");
        let hex = text.bytes().fold(String::new(), |mut hex, byte| {
            write!(hex, "{byte:02x}").unwrap();
            hex
        });
        for spelled in [STANDARD.encode(&text), STANDARD.encode(&text[1..]), hex, text] {
            let is_seen = needles.all.iter().any(|(_, needle)| spelled.contains(needle.as_str()));
            assert!(is_seen, "{spelled}");
        }
    }
}

#[test]
fn other_commands() {
    let (repo, keys) = planted();
    let needles = Needles::new(&keys);
    let report = crate::cli::scan(repo.path(), &["--no-cache"]).json();
    let fingerprint = report["findings"][0]["fingerprint"].as_str().unwrap().to_owned();
    let all = keys.join("\n");
    let list = repo.join("list");
    let runs: [&[&str]; 17] = [
        &["explain", ".env"],
        &["explain", "src/pay.ts:2"],
        &["explain", &fingerprint],
        &["explain", "--value", "-"],
        &["doctor"],
        &["doctor", "--format", "json"],
        &["key"],
        &["key", "--format", "json"],
        &["hook", "run", "pre-commit"],
        &["hook", "run", "pre-push", "origin"],
        &["ci", "--base", "HEAD~1"],
        &["scan", "--range", "HEAD~2..HEAD"],
        &["scan", "--stdin", "--stdin-path", &keys[0]],
        &["baseline", "create", "--file", list.to_str().unwrap()],
        &["baseline", "update", "--file", list.to_str().unwrap()],
        &["baseline", "prune", "--file", list.to_str().unwrap()],
        &["hook", "status"],
    ];
    for arguments in runs {
        needles.assert_absent(&format!("{arguments:?}"), &told(repo.path(), arguments, &all));
    }
    needles.assert_absent("the baseline", &fs::read(&list).unwrap());
    #[cfg(feature = "verify")]
    {
        let offline = ["doctor", "--online", "--api-base", "http://127.0.0.1:1"];
        needles.assert_absent("doctor --online", &told(repo.path(), &offline, ""));
        let offline = ["verify", "--yes", "--api-base", "http://127.0.0.1:1"];
        needles.assert_absent("verify", &told(repo.path(), &offline, ""));
    }
    let mut git = Command::new("git");
    crate::repo::scrub(&mut git);
    needles.assert_absent("hook install", &told(repo.path(), &["hook", "install"], ""));
    let commit = git.current_dir(repo.path()).args(["commit", "-qm", "x"]).output().unwrap();
    assert!(!commit.status.success());
    needles.assert_absent("a refused commit", &[commit.stdout, commit.stderr].concat());
}

/// What people paste into the wrong place comes back in errors, which end up in logs.
#[test]
fn failures() {
    let (repo, keys) = planted();
    let needles = Needles::new(&keys);
    let key = keys[0].as_str();
    let bad = [
        format!("fail-on = \"{key}\"\n"),
        format!("\"{key}\" = 1\n"),
        format!("x = {key}\n"),
        format!("[[allow]]\nreason = \"{key}\"\npaths = 7\n"),
        format!("[rules]\n{key} = \"off\"\n"),
    ];
    for text in bad {
        repo.write("bad.toml", &text);
        let run = told(repo.path(), &["scan", "--config", "bad.toml"], "");
        needles.assert_absent(&text, &run);
    }
    repo.write("rules.yml", format!("id: {key}\nlanguage: {key}\n"));
    repo.write(".stripeguard/rules/own.yml", format!("id: {key}\nrule: {key}\nseverity: {key}\n"));
    repo.write("list.json", format!("{{\"{key}\": [\"{key}\"]"));
    repo.write("list.yml", format!("ExactFindings:\n  matches: {key}\n  x: {key}\n"));
    repo.write("base", format!("{key} open {key}\n"));
    repo.write("patch", format!("--- a/x\n+++ b/{key}\n@@ -1 +1,9 {key}\n+{key}\n"));
    let missing = format!("./{key}");
    let nested = format!("no/such/{key}/report.json");
    let assigned = format!("--fail-on={key}");
    let runs: [&[&str]; 22] = [
        &["scan", &missing],
        &["baseline", "import", "list.yml"],
        &["scan", key],
        &["scan", "--format", key],
        &["scan", "--fail-on", key],
        &["scan", &assigned],
        &["scan", "--config", key],
        &["scan", "--baseline", key],
        &["scan", "--baseline", "base"],
        &["scan", "--range", key],
        &["scan", "--patch", key],
        &["scan", "--patch", "patch"],
        &["scan", "-o", &nested],
        &["scan", "--threads", key],
        &["scan", "--lints", "all"],
        &[key],
        &["explain", key],
        &["explain", "--value", key],
        &["baseline", "import", "list.json"],
        &["report", "merge", "list.json"],
        &["receipt", "verify", "list.json"],
        &["rules", "test"],
    ];
    for arguments in runs {
        needles.assert_absent(&format!("{arguments:?}"), &told(repo.path(), arguments, key));
    }
    needles.assert_absent("push", &told(repo.path(), &["hook", "run", "pre-push"], key));
    damage(&repo);
    for format in FORMATS {
        let run = told(repo.path(), &["scan", "--format", format], "");
        needles.assert_absent("damaged packs", &run);
    }
}

/// Cuts every pack and every index of packs in its middle.
fn damage(repo: &Repo) {
    repo.git(["gc", "-q"]);
    for entry in fs::read_dir(repo.join(".git/objects/pack")).unwrap().flatten() {
        let bytes = fs::read(entry.path()).unwrap();
        fs::remove_file(entry.path()).unwrap();
        let keep = if entry.path().extension().is_some_and(|e| e == "pack") { 2 } else { 1 };
        fs::write(entry.path(), &bytes[..bytes.len() / keep]).unwrap();
    }
}
