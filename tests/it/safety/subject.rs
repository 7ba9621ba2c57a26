//! A repository that has something of everything, and copies of it that may be damaged.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;
use tempfile::TempDir;

use crate::keys::{Random, key, live_secret};
use crate::repo::{Repo, scrub};

/// Longer than this no scan of a small repository takes, on a slow machine.
const PATIENCE: Duration = Duration::from_secs(60);

/// What a scan told.
pub struct Told {
    pub code: i32,
    pub stderr: String,
    pub is_complete: bool,
    pub objects: Value,
    /// Fingerprint and path of each finding.
    pub findings: BTreeSet<(String, String)>,
    pub json: Value,
}

impl Told {
    pub fn has(&self, fingerprint: &str) -> bool {
        self.findings.iter().any(|(found, _)| found == fingerprint)
    }
}

/// An object with a key in it.
pub struct Planted {
    pub id: String,
    pub content: Vec<u8>,
    pub fingerprint: String,
}

/// A repository, what a scan of it tells, and which objects have keys.
pub struct Subject {
    pub repo: Repo,
    /// Everything below `.git`, relative to it.
    pub files: Vec<PathBuf>,
    pub told: Told,
    pub planted: Vec<Planted>,
}

impl Subject {
    pub fn new(with_keys: bool) -> Self {
        let repo = build(with_keys);
        let told = scan(repo.path(), &[]);
        assert!(told.is_complete, "{:#}", told.json["coverage"]);
        let planted = planted(&repo, &told);
        assert_eq!(planted.is_empty(), !with_keys);
        let files = files(&repo.join(".git"));
        Self { repo, files, told, planted }
    }

    /// A copy that shares all files with the original: one that is to be changed has to be replaced.
    pub fn copy(&self) -> TempDir {
        let copy = TempDir::new().unwrap();
        for file in &self.files {
            let to = copy.path().join(".git").join(file);
            fs::create_dir_all(to.parent().unwrap()).unwrap();
            fs::hard_link(self.repo.join(".git").join(file), to).unwrap();
        }
        for dir in ["refs/heads", "refs/tags", "objects/info"] {
            fs::create_dir_all(copy.path().join(".git").join(dir)).unwrap();
        }
        fs::write(copy.path().join("README.md"), "shop\n").unwrap();
        copy
    }
}

/// Secrets are put where deltas, other packs and nothing but an index hold them.
fn build(with_keys: bool) -> Repo {
    let repo = Repo::new();
    let mut random = Random::new(41);
    let mut next = 0;
    let mut secret = || {
        next += 1;
        let keys = [live_secret(next), key("rk_live", 99, next), key("sk_live", 24, next)];
        let value =
            if with_keys { keys[next as usize % 3].clone() } else { format!("none-{next}") };
        format!("STRIPE_SECRET_KEY={value}\n")
    };
    let body: Vec<String> = (0..300).map(|n| format!("line {n} {}\n", random.hex(20))).collect();
    let grow = |repo: &Repo, n: usize, line: &str| {
        let mut lines = body.clone();
        lines[n * 7] = format!("changed in {n}\n");
        lines[150] = line.to_owned();
        repo.write("src/long.txt", lines.concat());
    };
    repo.write("README.md", "shop\n");
    for n in 0..10 {
        grow(&repo, n, &if n % 3 == 0 { secret() } else { format!("harmless {n}\n") });
        repo.write(format!("apps/{n}/.env"), secret());
        repo.write(format!("docs/{n}.md"), format!("page {n}\n").repeat(40));
        repo.commit(&format!("change {n}"));
    }
    repo.git(["checkout", "-q", "-b", "side", "HEAD~4"]);
    repo.write("side/.env", secret()).commit("aside");
    repo.git(["checkout", "-q", "main"]);
    repo.git(["merge", "-q", "--no-edit", "side"]);
    repo.git(["tag", "-a", "-m", &format!("release\n\n{}", secret()), "v1"]);
    repo.git(["gc", "-q"]);
    for n in 20..25 {
        grow(&repo, n, &secret());
        repo.commit(&format!("later {n}"));
    }
    repo.git(["repack", "-dq"]);
    repo.git(["multi-pack-index", "write"]);
    repo.git(["commit-graph", "write", "--reachable"]);
    for n in 30..33 {
        repo.write(format!("late/{n}.env"), secret()).commit(&format!("loose {n}"));
    }
    repo.git(["branch", "wip", "HEAD~1"]);
    repo.write("staged.env", secret());
    repo.git(["add", "staged.env"]);
    for gone in ["src", "apps", "docs", "side", "late", ".git/hooks"] {
        fs::remove_dir_all(repo.join(gone)).unwrap();
    }
    repo.remove("staged.env");
    repo
}

pub fn files(root: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    let mut pending = vec![root.to_owned()];
    while let Some(dir) = pending.pop() {
        for entry in fs::read_dir(dir).unwrap().flatten() {
            let path = entry.path();
            match path.is_dir() {
                true => pending.push(path),
                false => files.push(path.strip_prefix(root).unwrap().to_owned()),
            }
        }
    }
    files.sort();
    files
}

/// The objects that the report names, with what they hold.
fn planted(repo: &Repo, told: &Told) -> Vec<Planted> {
    let findings = told.json["findings"].as_array().unwrap().iter();
    let with_object = findings.filter(|finding| finding["object"].is_string());
    let planted = with_object.map(|finding| {
        let id = finding["object"].as_str().unwrap().to_owned();
        let content = cat_file(repo.path(), &id).unwrap();
        Planted { id, content, fingerprint: finding["fingerprint"].as_str().unwrap().to_owned() }
    });
    planted.collect()
}

/// What git reads of an object; `None` if it cannot.
pub fn cat_file(at: &Path, id: &str) -> Option<Vec<u8>> {
    let kind = git(at, &["cat-file", "-t", id])?;
    git(at, &["cat-file", String::from_utf8(kind).ok()?.trim(), id])
}

fn git(at: &Path, arguments: &[&str]) -> Option<Vec<u8>> {
    let mut command = Command::new("git");
    scrub(&mut command);
    let output = command.current_dir(at).args(arguments).output().unwrap();
    output.status.success().then_some(output.stdout)
}

/// Scans a directory with the program itself, which has to come to an end.
pub fn scan(at: &Path, more: &[&str]) -> Told {
    let report = TempDir::new().unwrap();
    let file = report.path().join("report.json");
    let mut command = crate::cli::command(at, &["scan", "--no-cache", "--lints", "none"]);
    command.args(["--threads", "1", "--format", "json", "-o"]).arg(&file).args(more).arg(".");
    let errors = report.path().join("stderr");
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(fs::File::create(&errors).unwrap());
    let mut child = command.spawn().unwrap();
    let begun = Instant::now();
    let status = loop {
        match child.try_wait().unwrap() {
            Some(status) => break status,
            None if begun.elapsed() > PATIENCE => {
                child.kill().unwrap();
                panic!("a scan does not end");
            }
            None => std::thread::sleep(Duration::from_millis(2)),
        }
    };
    let stderr = fs::read_to_string(errors).unwrap();
    let json: Value =
        fs::read(&file).map_or(Value::Null, |text| serde_json::from_slice(&text).unwrap());
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let findings = json["findings"].as_array().cloned().unwrap_or_default();
    Told {
        code: status.code().unwrap_or(-1),
        stderr,
        is_complete: json["coverage"]["complete"] == true,
        objects: json["coverage"]["read"]["objects"].clone(),
        findings: findings.iter().map(|f| (text(&f["fingerprint"]), text(&f["path"]))).collect(),
        json,
    }
}
