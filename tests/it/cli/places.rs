//! Every place in which git keeps text, each with a key of its own: it is found, and the report says
//! what kind of place it is and where to open it.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::Value;

use super::scan;
use crate::keys::live_secret;
use crate::repo::{Repo, scrub};

/// A repository with keys in many places, and what the report should say of each.
struct Planted {
    repo: Repo,
    /// The key, the origin, and how the path ends; empty where there is none.
    expected: Vec<(String, &'static str, String)>,
}

impl Planted {
    fn new() -> Self {
        let planted = Self { repo: Repo::new(), expected: Vec::new() };
        planted.repo.write("README.md", "shop\n").commit("start");
        planted
    }

    /// The next key, which is to be found in such a place.
    fn key(&mut self, origin: &'static str, path: impl Into<String>) -> String {
        let key = live_secret(1000 + self.expected.len() as u64);
        self.expected.push((key.clone(), origin, path.into()));
        key
    }

    /// Writes a file with a key.
    fn file(&mut self, path: &str, origin: &'static str) {
        let key = self.key(origin, path);
        self.repo.write(path, format!("text with {key}\n"));
    }

    /// Makes an object of raw bytes and gives back its id.
    fn object(&self, kind: &str, content: &str) -> String {
        let mut command = Command::new("git");
        scrub(&mut command);
        command.current_dir(self.repo.path());
        command.args(["hash-object", "-t", kind, "-w", "--literally", "--stdin"]);
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        child.stdin.take().unwrap().write_all(content.as_bytes()).unwrap();
        let output = child.wait_with_output().unwrap();
        assert!(output.status.success());
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    }

    /// Scans the repository and holds the report against what was planted.
    fn check(&self) {
        let run = scan(self.repo.path(), &["--history", "--reveal", "."]);
        let json = run.json();
        let mut found: BTreeMap<&str, Vec<&Value>> = BTreeMap::new();
        for finding in json["findings"].as_array().unwrap() {
            found.entry(finding["secret"]["value"].as_str().unwrap()).or_default().push(finding);
        }
        for (key, origin, path) in &self.expected {
            let findings = found.get(key.as_str());
            let findings = findings.unwrap_or_else(|| panic!("not found: {origin} {path}"));
            let fits = |finding: &&&Value| {
                let known = finding["path"].as_str().unwrap_or_default();
                finding["origin"] == *origin && known.ends_with(path.as_str())
            };
            let finding = findings.iter().find(fits);
            let finding = finding.unwrap_or_else(|| panic!("{origin} {path}: {findings:#?}"));
            self.can_be_opened(finding);
        }
        assert_eq!(json["coverage"]["gaps"].as_array().unwrap().len(), 0, "{json:#}");
    }

    /// A file of the git directory is there, and an object is in the database.
    fn can_be_opened(&self, finding: &Value) {
        match finding["origin"].as_str().unwrap() {
            "config" | "reflog" => {
                let path = finding["path"].as_str().unwrap();
                assert!(self.repo.join(path).is_file(), "{path}");
            }
            "history" | "message" if finding["object"].is_string() => {
                let path = finding["path"].as_str().unwrap_or_default();
                let mut above = Path::new(path).ancestors().skip(1);
                let nested = above.find(|dir| self.repo.join(dir).join(".git").exists());
                let nested = nested.and_then(Path::to_str).filter(|dir| !dir.is_empty());
                let submodule = path.split_once(':').map(|(dir, _)| dir);
                let inside = submodule.or(nested).unwrap_or(".");
                let id = finding["object"].as_str().unwrap();
                self.repo.git(["-C", inside, "cat-file", "-e", id]);
            }
            _ => {}
        }
    }
}

#[test]
fn headers_and_messages() {
    let mut planted = Planted::new();
    let tree = planted.repo.git(["rev-parse", "HEAD^{tree}"]);
    let head = planted.repo.git(["rev-parse", "HEAD"]);
    let mut keys = (0..8).map(|_| planted.key("message", "")).collect::<Vec<_>>().into_iter();
    let mut next = || keys.next().unwrap();
    let commit = format!(
        "tree {tree}\nparent {head}\nauthor {} <a@example.com> 1700000000 +0000\n\
         committer C <{}@example.com> 1700000000 +0000\nencoding {}\ngpgsig -----BEGIN\n {}\n -----END\n\
         mergetag object {head}\n type commit\n tag x\n tagger T <t@example.com> 1 +0000\n \n {}\n\
         unknown {}\n\nsubject\n\nbody {}\n",
        next(),
        next(),
        next(),
        next(),
        next(),
        next(),
        next()
    );
    let commit = planted.object("commit", &commit);
    planted.repo.git(["update-ref", "refs/heads/headers", &commit]);
    let tag = format!(
        "object {commit}\ntype commit\ntag v1\ntagger T <t@example.com> 1700000000 +0000\n\n{}\n",
        next()
    );
    let tag = planted.object("tag", &tag);
    planted.repo.git(["update-ref", "refs/tags/v1", &tag]);
    let note = planted.key("history", head.as_str());
    planted.repo.git(["notes", "add", "-m", &note, &head]);
    planted.check();
}

#[test]
fn names() {
    let mut planted = Planted::new();
    let (branch, tag, packed) =
        (planted.key("ref", ""), planted.key("ref", ""), planted.key("ref", ""));
    planted.repo.git(["tag", &packed]);
    planted.repo.git(["pack-refs", "--all"]);
    planted.repo.git(["branch", &format!("try/{branch}")]);
    planted.repo.git(["tag", &tag]);
    let (file, directory) = (planted.key("name", ""), planted.key("name", ""));
    planted.repo.write(format!("{file}.txt"), "x").write(format!("{directory}/x"), "x");
    planted.repo.commit("names");
    planted.repo.git(["rm", "-q", "-r", &format!("{file}.txt"), &directory]);
    planted.repo.commit("gone");
    let intended = planted.key("index", ".git/index");
    planted.repo.write(format!("{intended}.new"), "x");
    planted.repo.git(["add", "--intent-to-add", "."]);
    planted.check();
}

#[test]
fn files_that_git_keeps() {
    let mut planted = Planted::new();
    for path in [
        ".git/config",
        ".git/description",
        ".git/hooks/pre-push",
        ".git/info/exclude",
        ".git/info/attributes",
        ".git/COMMIT_EDITMSG",
        ".git/MERGE_MSG",
        ".git/SQUASH_MSG",
        ".git/TAG_EDITMSG",
        ".git/rebase-merge/message",
        ".git/rebase-merge/git-rebase-todo",
        ".git/rebase-apply/0001",
        ".git/sequencer/todo",
        ".git/rr-cache/1/preimage",
        ".git/addp-hunk-edit.diff",
        ".git/BISECT_LOG",
        ".git/gitk.cache",
        ".git/lfs/x",
        ".git/config.worktree",
        ".git/refs/heads/left.lock",
        ".git/logs/refs/heads/old",
    ] {
        let origin = match path {
            _ if path.starts_with(".git/logs") => "reflog",
            _ if path.starts_with(".git/refs") => "ref",
            _ => "config",
        };
        let key = planted.key(origin, path);
        let line = match path {
            ".git/config" | ".git/config.worktree" => {
                format!("[remote \"x\"]\n\turl = https://{key}@example.com/x\n")
            }
            _ => format!("text with {key}\n"),
        };
        planted.repo.write(path, line);
    }
    let head = planted.repo.git(["rev-parse", "HEAD"]);
    let fetched = planted.key("config", ".git/FETCH_HEAD");
    let line = format!("{head}\t\tbranch 'main' of https://{fetched}@example.com/x\n");
    planted.repo.write(".git/FETCH_HEAD", line);
    let logged = planted.key("reflog", ".git/logs/refs/heads/main");
    let tree = planted.repo.git(["rev-parse", "HEAD^{tree}"]);
    let more = planted.repo.git(["commit-tree", "-p", &head, "-m", "more", &tree]);
    planted.repo.git(["update-ref", "-m", &logged, "refs/heads/main", &more]);
    planted.check();
}

#[test]
fn contents() {
    let mut planted = Planted::new();
    planted.file("stashed.env", "history");
    planted.repo.git(["add", "-A"]);
    let message = planted.key("message", "");
    planted.repo.git(["stash", "push", "-q", "-m", &message]);
    planted.file("staged.env", "index");
    planted.repo.git(["add", "-A"]);
    std::fs::remove_file(planted.repo.join("staged.env")).unwrap();
    let sides = ["base", "ours", "theirs"].map(|_| planted.key("index", "conflict"));
    let mut info = String::new();
    for (number, key) in sides.iter().enumerate() {
        let id = planted.object("blob", key);
        info += &format!("100644 {id} {}\tconflict\n", number + 1);
    }
    let mut command = Command::new("git");
    scrub(&mut command);
    command.current_dir(planted.repo.path()).args(["update-index", "--index-info"]);
    let mut child = command.stdin(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(info.as_bytes()).unwrap();
    assert!(child.wait().unwrap().success());
    let (dangling, tagged) = (planted.key("history", ""), planted.key("history", ""));
    planted.object("blob", &dangling);
    let tagged = planted.object("blob", &tagged);
    planted.repo.git(["tag", "blob-tag", &tagged]);
    let dropped = planted.key("history", "dropped.env");
    let blob = planted.object("blob", &dropped);
    let tree = mktree(&planted, &format!("100644 blob {blob}\tdropped.env\n"));
    planted.object(
        "commit",
        &format!("tree {tree}\nauthor A <a@b> 1 +0000\ncommitter A <a@b> 1 +0000\n\nunreachable\n"),
    );
    planted.check();
}

fn mktree(planted: &Planted, list: &str) -> String {
    let mut command = Command::new("git");
    scrub(&mut command);
    command.current_dir(planted.repo.path()).arg("mktree");
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(list.as_bytes()).unwrap();
    String::from_utf8(child.wait_with_output().unwrap().stdout).unwrap().trim().to_owned()
}

#[test]
fn linked_work_trees() {
    let mut planted = Planted::new();
    let linked = Repo::bare_directory();
    let place = linked.join("linked");
    planted.repo.git(["worktree", "add", "-q", "-b", "side", place.to_str().unwrap()]);
    for file in ["MERGE_MSG", "COMMIT_EDITMSG", "rebase-merge/message"] {
        planted.file(&format!(".git/worktrees/linked/{file}"), "config");
    }
    let logged = planted.key("reflog", ".git/worktrees/linked/logs/HEAD");
    let log = ".git/worktrees/linked/logs/HEAD";
    let head = planted.repo.git(["rev-parse", "HEAD"]);
    planted.repo.write(log, format!("{head} {head} A <a@example.com> 1 +0000\t{logged}\n"));
    let staged = planted.key("index", "staged-there.env");
    linked.write("linked/staged-there.env", format!("{staged}\n"));
    linked.git(["-C", "linked", "add", "-A"]);
    let named = planted.key("index", ".git/worktrees/linked/index");
    linked.write(format!("linked/{named}"), "x");
    linked.git(["-C", "linked", "add", "-A"]);
    planted.check();
    let keys = |dir: &Path| {
        let json = scan(dir, &["--history", "--reveal", "."]).json();
        let findings = json["findings"].as_array().unwrap().clone();
        let mut keys: Vec<String> =
            findings.iter().map(|f| f["secret"]["value"].as_str().unwrap().to_owned()).collect();
        keys.sort();
        keys.dedup();
        keys
    };
    assert_eq!(keys(&place), keys(planted.repo.path()), "from either work tree");
}

#[test]
fn repositories_within() {
    let mut planted = Planted::new();
    let other = Repo::new();
    let absorbed = planted.key("history", ".git/modules/absorbed:deleted.env");
    other.write("deleted.env", &absorbed).commit("leak");
    other.remove("deleted.env").commit("clean");
    let url = other.path().to_str().unwrap().to_owned();
    planted.repo.git([
        "-c",
        "protocol.file.allow=always",
        "submodule",
        "--quiet",
        "add",
        &url,
        "absorbed",
    ]);
    planted.repo.commit("submodule");
    for (dir, name) in [("old-style", "a.env"), ("vendor/unrelated", "b.env")] {
        planted.repo.git(["init", "-q", "-b", "main", dir]);
        planted.file(&format!("{dir}/{name}"), "history");
        planted.repo.git(["-C", dir, "add", "-A"]);
        planted.repo.git(["-C", dir, "commit", "-q", "-m", "leak"]);
        planted.repo.git(["-C", dir, "rm", "-q", name]);
        planted.repo.git(["-C", dir, "commit", "-q", "-m", "clean"]);
        planted.file(&format!("{dir}/.git/hooks/post-merge"), "config");
    }
    planted.check();
    let json = scan(planted.repo.path(), &["--scope", "pushed", "."]).json();
    assert_eq!(json["coverage"]["gaps"], serde_json::json!([]));
}

#[test]
fn borrowed_and_mirrored_objects() {
    let mut planted = Planted::new();
    planted.file("leak.env", "history");
    planted.repo.commit("leak");
    planted.repo.git(["update-ref", "refs/pull/1/head", "HEAD"]);
    planted.repo.git(["reset", "-q", "--hard", "HEAD~1"]);
    let key = planted.expected[0].0.clone();
    let beside = Repo::bare_directory();
    let url = planted.repo.path().to_str().unwrap();
    beside.git(["clone", "-q", "--mirror", "--shared", url, "borrowing.git"]);
    beside.git(["clone", "-q", "--mirror", &format!("file://{url}"), "mirror.git"]);
    let json = scan(beside.path(), &["--reveal", "mirror.git"]).json();
    let findings = json["findings"].as_array().unwrap();
    assert_eq!(findings.len(), 1, "{json:#}");
    assert_eq!(findings[0]["secret"]["value"], key.as_str());
    assert_eq!(findings[0]["path"], "leak.env");
    assert_eq!(findings[0]["history"]["refs"], serde_json::json!(["refs/pull/1/head"]));
    // What is borrowed is read where the lender was asked for as well.
    let json = scan(beside.path(), &["--reveal", "borrowing.git", url]).json();
    assert_eq!(json["coverage"]["complete"], true, "{json:#}");
    let is_borrowed = |finding: &Value| {
        finding["secret"]["value"] == key.as_str()
            && finding["path"] == "borrowing.git/leak.env"
            && finding["history"]["refs"] == serde_json::json!(["refs/pull/1/head"])
    };
    assert!(json["findings"].as_array().unwrap().iter().any(is_borrowed), "{json:#}");
}
