//! The files in `ci/` that people include or copy.

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::cli::stripeguard;
use crate::repo::Repo;

fn recipes() -> Vec<(String, String)> {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("ci");
    let entries = fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().path());
    let mut found: Vec<_> = entries
        .map(|path| {
            let name = path.file_name().unwrap().to_str().unwrap().to_owned();
            (name, fs::read_to_string(path).unwrap())
        })
        .collect();
    found.sort();
    found
}

#[test]
fn they_are_yaml_with_a_full_clone() {
    let clones = [
        ("azure-pipelines.yml", "/steps/0/fetchDepth", "0"),
        ("bitbucket-pipelines.yml", "/definitions/steps/0/step/clone/depth", "\"full\""),
        ("circleci.yml", "/jobs/stripeguard/steps/0/checkout/method", "\"full\""),
        ("gitlab.yml", "/stripeguard/variables/GIT_DEPTH", "0"),
    ];
    let recipes = recipes();
    for (name, setting, value) in clones {
        let text = &recipes.iter().find(|(found, _)| found == name).unwrap().1;
        let parsed: Value = serde_saphyr::from_str(text).unwrap_or_else(|e| panic!("{name}: {e}"));
        let found = parsed.pointer(setting).map(ToString::to_string);
        assert_eq!(found.as_deref(), Some(value), "{name}");
    }
    let jenkins = &recipes.iter().find(|(name, _)| name == "Jenkinsfile").unwrap().1;
    assert!(jenkins.contains("shallow: false"));
}

#[test]
fn their_commands_are_understood() {
    let dir = Repo::new();
    dir.write("a", "a\n").commit("a");
    for (name, text) in recipes() {
        let line = text
            .lines()
            .find(|line| line.contains("stripeguard\" ci") || line.contains("stripeguard ci "));
        let arguments = line.unwrap_or_else(|| panic!("{name} does not scan")).split("--format ");
        for format in arguments.skip(1) {
            let format = format.split(['=', ' ', '\'', '"']).next().unwrap();
            let run = stripeguard(dir.path(), &["ci", "--base", "HEAD", "--format", format]);
            assert_eq!(run.code, 0, "{name} {format}: {}", run.stderr);
        }
    }
}
