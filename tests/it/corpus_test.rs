//! Every case of the corpus: each credential is found exactly and nothing else is.

use std::collections::BTreeMap;

use super::cli::stripeguard;
use crate::corpus::{self, Case, Expected};

struct Reported {
    path: String,
    member: Option<String>,
    line: Option<usize>,
    column: Option<usize>,
    value: String,
}

impl std::fmt::Debug for Reported {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "{}:{:?}:{:?} {:?} {}",
            self.path, self.line, self.column, self.member, self.value
        )
    }
}

#[test]
fn every_credential_is_found_exactly_and_no_look_alike_is() {
    let cases = corpus::build(1);
    let dir = tempfile::tempdir().unwrap();
    corpus::write(&cases, dir.path()).unwrap();
    let arguments = ["scan", ".", "--tree", "--no-ignore", "--format", "json", "--reveal"];
    let reported = read(&stripeguard(dir.path(), &arguments).json());
    let mut wrong: BTreeMap<(&str, &str), String> = BTreeMap::new();
    for case in &cases {
        if let Some(how) = judge(case, reported.get(&case.path).map_or(&[], Vec::as_slice)) {
            wrong
                .entry((case.group, &case.label))
                .or_insert_with(|| format!("{}: {how}", case.path));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

fn read(json: &serde_json::Value) -> BTreeMap<String, Vec<Reported>> {
    let mut by_path: BTreeMap<String, Vec<Reported>> = BTreeMap::new();
    let all = json["findings"].as_array().unwrap();
    for finding in all.iter().filter(|finding| finding["kind"] == "secret") {
        let others = finding["locations"].as_array().unwrap().iter();
        for place in std::iter::once(finding).chain(others) {
            let found = reported(finding, place);
            by_path.entry(found.path.clone()).or_default().push(found);
        }
    }
    by_path
}

fn reported(finding: &serde_json::Value, place: &serde_json::Value) -> Reported {
    let number = |name: &str| place[name].as_u64().map(|number| number as usize);
    let path = place["path"].as_str().unwrap();
    let (path, member) = match path.split_once("!/") {
        Some((outer, inner)) => (outer, Some(inner.to_owned())),
        None => (path, None),
    };
    Reported {
        path: path.to_owned(),
        line: number("line"),
        column: number("column"),
        value: finding["secret"]["value"].as_str().unwrap().to_owned(),
        member,
    }
}

/// What is wrong with what was said of a case. A value is reported once per place, and nothing
/// besides what is expected.
fn judge(case: &Case, found: &[Reported]) -> Option<String> {
    let missed = case.expected.iter().find(|expected| !found.iter().any(|f| same(expected, f)));
    let extra = found.iter().find(|f| !case.expected.iter().any(|expected| same(expected, f)));
    match (missed, extra) {
        (None, None) if found.len() <= case.expected.len() => None,
        (None, None) => Some(format!("{} reports instead of one", found.len())),
        (missed, extra) => Some(format!("expected {missed:?}, found {extra:?}")),
    }
}

fn same(expected: &Expected, found: &Reported) -> bool {
    let agrees = |expected: Option<usize>, found| expected.is_none() || expected == found;
    found.value == expected.value
        && agrees(expected.line, found.line)
        && agrees(expected.column, found.column)
        && (expected.member.is_none() || expected.member == found.member)
}
