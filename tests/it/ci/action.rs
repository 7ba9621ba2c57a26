//! The shell steps of `action.yml`, run against repositories with the environment that GitHub
//! documents for each event ("Variables reference", "Webhook events and payloads").

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::{Value, json};

use crate::keys::live_secret;
use crate::repo::{Repo, scrub};

const ZERO: &str = "0000000000000000000000000000000000000000";

fn line(seed: u64) -> String {
    format!("key = \"{}\"\n", live_secret(seed))
}

/// A machine that runs the steps of the action.
struct Runner {
    dir: Repo,
    steps: Vec<Value>,
    inputs: BTreeMap<String, String>,
    outputs: BTreeMap<String, String>,
    environment: BTreeMap<String, String>,
}

impl Runner {
    fn new(workspace: &Path, event: &str, reference: &str, payload: &Value) -> Self {
        let dir = Repo::bare_directory();
        let text = fs::read_to_string(root().join("action.yml")).unwrap();
        let action: Value = serde_saphyr::from_str(&text).unwrap();
        let inputs = action["inputs"].as_object().unwrap().iter();
        let inputs = inputs.map(|(name, input)| {
            (name.clone(), input["default"].as_str().unwrap_or_default().to_owned())
        });
        dir.write("event.json", payload.to_string());
        let mut runner = Self {
            steps: action["runs"]["steps"].as_array().unwrap().clone(),
            inputs: inputs.collect(),
            outputs: BTreeMap::new(),
            environment: BTreeMap::new(),
            dir,
        };
        for (name, value) in [
            ("GITHUB_ACTIONS", "true"),
            ("CI", "true"),
            ("GITHUB_EVENT_NAME", event),
            ("GITHUB_REF", reference),
            ("RUNNER_OS", "Linux"),
            ("RUNNER_ARCH", "X64"),
        ] {
            runner.environment.insert(name.to_owned(), value.to_owned());
        }
        for (name, path) in [
            ("GITHUB_EVENT_PATH", "event.json"),
            ("GITHUB_STEP_SUMMARY", "summary"),
            ("RUNNER_TEMP", "temp"),
        ] {
            let path = runner.dir.join(path).to_str().unwrap().to_owned();
            runner.environment.insert(name.to_owned(), path);
        }
        let workspace = workspace.to_str().unwrap().to_owned();
        runner.environment.insert("GITHUB_WORKSPACE".to_owned(), workspace);
        let bin = runner.dir.join("temp/stripeguard/bin");
        fs::create_dir_all(&bin).unwrap();
        fs::copy(env!("CARGO_BIN_EXE_stripeguard"), bin.join("stripeguard")).unwrap();
        runner
    }

    /// Replaces the expressions that the action uses.
    fn expand(&self, text: &str) -> String {
        let mut expanded = String::new();
        let mut rest = text;
        while let Some((before, behind)) = rest.split_once("${{") {
            let (expression, behind) = behind.split_once("}}").unwrap();
            expanded.push_str(before);
            expanded.push_str(&self.value(expression.trim()));
            rest = behind;
        }
        expanded + rest
    }

    fn value(&self, expression: &str) -> String {
        match expression.split('.').collect::<Vec<_>>().as_slice() {
            ["inputs", name] => self.inputs[*name].clone(),
            ["runner", "temp"] => self.environment["RUNNER_TEMP"].clone(),
            ["github", "action_path"] => root().to_str().unwrap().to_owned(),
            ["steps", step, "outputs", name] => {
                self.outputs.get(&format!("{step}.{name}")).cloned().unwrap_or_default()
            }
            _ => panic!("{expression} is not known here"),
        }
    }

    /// Runs a step as GitHub runs `shell: bash`.
    fn step(&mut self, name: &str) -> Output {
        let step = self.steps.iter().find(|step| step["name"] == name).unwrap().clone();
        assert_eq!(step["shell"], "bash");
        let script = step["run"].as_str().unwrap();
        assert!(!script.contains("${{"), "an expression within a script is run as part of it");
        self.dir.write("step.sh", script).write("output", "");
        let mut command = Command::new("bash");
        scrub(&mut command);
        command.args(["--noprofile", "--norc", "-eo", "pipefail"]).arg(self.dir.join("step.sh"));
        command.current_dir(&self.environment["GITHUB_WORKSPACE"]).envs(&self.environment);
        command.env("GITHUB_OUTPUT", self.dir.join("output"));
        for (name, value) in step["env"].as_object().unwrap() {
            command.env(name, self.expand(value.as_str().unwrap()));
        }
        let output = command.output().unwrap();
        if let Some(id) = step["id"].as_str() {
            for line in fs::read_to_string(self.dir.join("output")).unwrap().lines() {
                let (name, value) = line.split_once('=').unwrap();
                self.outputs.insert(format!("{id}.{name}"), value.to_owned());
            }
        }
        output
    }

    /// Runs all steps; the exit code of the last, and what the scan printed.
    fn run(&mut self) -> (i32, String) {
        let installed = self.step("Download or build");
        assert!(installed.status.success(), "{}", String::from_utf8_lossy(&installed.stderr));
        let scan = self.step("Scan");
        assert!(scan.status.success(), "{}", String::from_utf8_lossy(&scan.stderr));
        let said = [scan.stdout, scan.stderr].concat();
        let result = self.step("Result");
        let code = result.status.code().unwrap();
        assert_eq!(self.outputs["scan.exit-code"], code.to_string());
        (code, String::from_utf8(said).unwrap())
    }

    fn summary(&self) -> String {
        fs::read_to_string(self.dir.join("summary")).unwrap_or_default()
    }

    /// The paths that the SARIF file reports.
    fn sarif(&self) -> Vec<String> {
        let text = fs::read_to_string(&self.outputs["scan.sarif"]).unwrap();
        let sarif: Value = serde_json::from_str(&text).unwrap();
        let results = sarif["runs"][0]["results"].as_array().unwrap().iter();
        let path = |result: &Value| {
            let place = &result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"];
            place.as_str().unwrap_or_default().to_owned()
        };
        results.map(path).collect()
    }
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// A repository with an old leak on `main`, a clean branch `topic` and a leaking one `bad`, and a
/// clone of it as actions/checkout makes it with `fetch-depth: 0`.
struct Hosted {
    origin: Repo,
    clone: Repo,
    main: String,
    topic: String,
    bad: String,
}

fn hosted() -> Hosted {
    let origin = Repo::new();
    let main = origin.write("old", line(1)).commit("an old leak");
    origin.git(["checkout", "-q", "-b", "topic"]);
    let topic = origin.write("a", "a\n").commit("clean");
    origin.git(["checkout", "-q", "-b", "bad"]);
    origin.write("leak", line(2)).commit("leak");
    let bad = origin.remove("leak").commit("take it back");
    origin.git(["checkout", "-q", "main"]);
    let clone = Repo::bare_directory();
    clone.git(["clone", "-q", &format!("file://{}", origin.path().display()), "."]);
    Hosted { origin, clone, main, topic, bad }
}

fn push(before: &str, after: &str) -> Value {
    json!({"before": before, "after": after, "repository": {"default_branch": "main"}})
}

#[test]
fn pushes() {
    let Hosted { origin, clone, main, topic, bad } = hosted();
    let v1 = {
        clone.git(["tag", "-a", "v1", "-m", &format!("use {}", live_secret(3)), &topic]);
        clone.git(["rev-parse", "v1"])
    };
    let gone = "1234567890123456789012345678901234567890";
    let tag_object = format!(".git/objects/{}/{}", &v1[..2], &v1[2..]);
    let cases = [
        ("refs/heads/topic", push(&main, &topic), 0, vec![]),
        ("refs/heads/topic", push(ZERO, &topic), 0, vec![]),
        ("refs/heads/bad", push(&topic, &bad), 1, vec!["leak"]),
        ("refs/heads/bad", push(ZERO, &bad), 1, vec!["leak"]),
        // The commit from before a forced push is gone.
        ("refs/heads/bad", push(gone, &bad), 1, vec!["leak"]),
        ("refs/tags/v1", push(ZERO, &v1), 1, vec![tag_object.as_str()]),
    ];
    for (reference, payload, code, paths) in cases {
        let mut runner = Runner::new(clone.path(), "push", reference, &payload);
        let (found, said) = runner.run();
        assert_eq!(found, code, "{reference} {payload}: {said}");
        assert_eq!(runner.sarif(), paths, "{reference} {payload}");
        assert!(!runner.summary().is_empty(), "{reference} {payload}");
        assert!(!said.contains(&live_secret(2)) && !runner.summary().contains(&live_secret(2)));
    }
    // The first push of all: nothing to compare with.
    let mut runner = Runner::new(clone.path(), "push", "refs/heads/main", &push(ZERO, &main));
    assert_eq!(runner.run().0, 1);
    let mut payload = push(&bad, ZERO);
    payload["deleted"] = json!(true);
    let mut runner = Runner::new(clone.path(), "push", "refs/heads/bad", &payload);
    assert_eq!(runner.run().0, 0);
    drop(origin);
}

#[test]
fn pull_requests_merge_groups_and_schedules() {
    let Hosted { origin: _origin, clone, main, topic, bad } = hosted();
    // As actions/checkout does: the merge of the proposal and its target is checked out.
    clone.git(["checkout", "-q", "--detach", "origin/main"]);
    clone.git(["merge", "-q", "--no-ff", "-m", "merge", &bad]);
    let pull = |head: &str| {
        json!({"pull_request": {
            "base": {"sha": main, "ref": "main"}, "head": {"sha": head, "ref": "b\u{61}d"}}})
    };
    let group = |head: &str| {
        json!({"merge_group": {"base_sha": main, "base_ref": "refs/heads/main",
            "head_sha": head, "head_ref": "refs/heads/gh-readonly-queue/main/pr-1"}})
    };
    let merge = "refs/pull/1/merge";
    for (event, reference, payload, code) in [
        ("pull_request", merge, pull(&bad), 1),
        ("pull_request", merge, pull(&topic), 0),
        ("pull_request_target", "refs/heads/main", pull(&bad), 1),
        ("merge_group", "refs/heads/gh-readonly-queue/main/pr-1", group(&bad), 1),
        ("merge_group", "refs/heads/gh-readonly-queue/main/pr-1", group(&topic), 0),
    ] {
        let mut runner = Runner::new(clone.path(), event, reference, &payload);
        let (found, said) = runner.run();
        assert_eq!(found, code, "{event} {payload}: {said}");
        assert_eq!(runner.sarif().len(), code as usize, "{event} {payload}");
    }
    let schedule = json!({"schedule": "0 3 * * 1"});
    let mut runner = Runner::new(clone.path(), "schedule", "refs/heads/main", &schedule);
    assert_eq!(runner.run().0, 1);
    let mut found = runner.sarif();
    found.sort();
    assert_eq!(found, ["leak", "old"]);
}

#[test]
fn a_shallow_clone_ends_with_the_remedy() {
    let Hosted { origin, clone: _clone, main, topic, bad } = hosted();
    let clone = Repo::bare_directory();
    let url = format!("file://{}", origin.path().display());
    clone.git(["clone", "-q", "--depth", "1", "-b", "bad", &url, "."]);
    let pull = |head: &str| {
        json!({"pull_request": {
            "base": {"sha": main, "ref": "main"}, "head": {"sha": head, "ref": "bad"}}})
    };
    // A schedule reads all that is here, and what it finds wins over what it could not read.
    for (event, payload, expected) in [
        ("push", push(&topic, &bad), 3),
        ("push", push(ZERO, &bad), 3),
        ("pull_request", pull(&bad), 3),
        ("pull_request", pull(&topic), 3),
        ("schedule", json!({}), 1),
    ] {
        let mut runner = Runner::new(clone.path(), event, "refs/heads/bad", &payload);
        let (code, said) = runner.run();
        assert_eq!(code, expected, "{event} {payload}: {said}");
        assert!(said.contains("`with: fetch-depth: 0`"), "{event} {payload}: {said}");
    }
    // Deep enough for the range, though shallow.
    clone.git(["fetch", "-q", "--depth", "3", "origin", "bad"]);
    let mut runner = Runner::new(clone.path(), "push", "refs/heads/bad", &push(&topic, &bad));
    assert_eq!(runner.run().0, 1);
}

#[test]
fn a_release_is_taken_only_with_its_sum() {
    let Hosted { origin: _origin, clone, main, topic, .. } = hosted();
    let releases = Repo::bare_directory();
    let name = "stripeguard-x86_64-unknown-linux-gnu.tar.gz";
    fs::create_dir(releases.join("v1")).unwrap();
    fs::copy(env!("CARGO_BIN_EXE_stripeguard"), releases.join("stripeguard")).unwrap();
    let mut pack = Command::new("tar");
    pack.current_dir(releases.path()).args(["-czf", &format!("v1/{name}"), "stripeguard"]);
    assert!(pack.status().unwrap().success());
    let sum =
        Command::new("sha256sum").current_dir(releases.join("v1")).arg(name).output().unwrap();
    for (sum, code) in [(sum.stdout, true), (format!("{}  {name}\n", "0".repeat(64)).into(), false)]
    {
        releases.write("v1/SHA256SUMS", sum);
        let mut runner =
            Runner::new(clone.path(), "push", "refs/heads/topic", &push(&main, &topic));
        fs::remove_dir_all(runner.dir.join("temp")).unwrap();
        runner.inputs.insert("version".to_owned(), "v1".to_owned());
        let from = format!("file://{}", releases.path().display());
        runner.environment.insert("STRIPEGUARD_RELEASES".to_owned(), from);
        assert_eq!(runner.step("Download or build").status.success(), code);
        if code {
            assert_eq!(runner.run().0, 0);
        }
    }
}
