//! Running the examples that rules carry.

use super::{Change, Linted, Linter, Rule, rewrite, rule::Example, sample};
use crate::blob::{Blob, Origin};
use crate::decode::container::Limits;
use crate::finding::{Finding, assemble};
use crate::fix::Edit;
use crate::scan::{Found, Scanner};

/// The present of examples, in seconds since 1970-01-01 UTC: 2030.
const PRESENT: i64 = 1_893_456_000;

/// An example that does not show what it should.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// The rule whose example it is.
    pub rule: String,
    /// The path that the example has.
    pub path: String,
    /// What went wrong, as a sentence.
    pub why: String,
}

/// Runs the examples of a rule: it has to fire in each bad one, its fixes have to make of it what the
/// example says, and no rule of `linter`, which should hold it, may fire in a good one, but for others
/// that are about what is missing.
pub fn run(rule: &Rule, linter: &Linter) -> Vec<Failure> {
    let mut failures = Vec::new();
    let mut fail = |example: &Example, why: String| {
        failures.push(Failure { rule: rule.id.clone(), path: example.path.clone(), why });
    };
    for example in &rule.examples.bad {
        let linted = lint(example, linter);
        let fixed = fixed(rule, example, &linted.findings);
        if fixed != example.fixed {
            let is = fixed.unwrap_or_else(|| "nothing".to_owned());
            fail(example, format!("is a bad example, and its fixes make of it {is}"));
        }
        let found = places(linted);
        if !found.iter().any(|(id, path, _)| *id == rule.id && *path == example.path) {
            fail(
                example,
                format!("is a bad example, and the rule does not fire in it{}", notes(&found)),
            );
        }
    }
    for example in &rule.examples.good {
        let others = |(id, ..): &(String, String, u64)| *id == rule.id || !linter.is_about_lack(id);
        for (id, path, line) in places(lint(example, linter)).into_iter().filter(others) {
            fail(example, format!("is a good example, and {id} fires in it at {path}:{line}"));
        }
    }
    failures
}

/// What the fixes of a rule make of an example; `None` if there are none.
fn fixed(rule: &Rule, example: &Example, findings: &[Finding]) -> Option<String> {
    let is_here = |finding: &&Finding| {
        finding.rule_id() == rule.id && finding.place.path.as_ref() == Some(&example.path)
    };
    let fixes = findings.iter().filter(is_here).filter_map(|finding| finding.fix.as_ref());
    let mut changes: Vec<Change> = fixes.flat_map(|fix| &fix.edits).map(change).collect();
    changes.sort_by_key(|change| change.span.start);
    (!changes.is_empty()).then(|| rewrite::applied(&sample::expand(&example.code), &changes))
}

fn change(edit: &Edit) -> Change {
    let span = edit.start.offset as usize..edit.end.offset as usize;
    Change { span, text: edit.text.clone() }
}

fn lint(example: &Example, linter: &Linter) -> Linted {
    let scanner = Scanner::new(PRESENT, Limits::default());
    let mut found = Found::default();
    let beside = example.beside.iter();
    for (path, text) in std::iter::once((&example.path, &example.code)).chain(beside) {
        let text = sample::expand(text);
        let blob = Blob::whole(path, Origin::Tree, text.as_bytes());
        scanner.scan(&blob, &mut found);
        linter.offer(&blob);
    }
    linter.assume_project();
    let secrets = assemble(found.sightings.into_iter().map(|sighting| (sighting, None)).collect());
    let mut linted = linter.finish(&scanner, 1, &|| false);
    linted.findings.extend(linter.compare(&secrets));
    linted
}

/// Rule, path and line of every finding; what could not be linted is a finding of the rule `gap`.
fn places(linted: Linted) -> Vec<(String, String, u64)> {
    let findings = linted.findings.iter().map(|finding| {
        let path = finding.place.path.clone().unwrap_or_default();
        (finding.rule_id().to_owned(), path, finding.place.start.line)
    });
    let gaps = linted.gaps.into_iter().chain(linted.skipped);
    findings.chain(gaps.map(|note| (format!("gap ({})", note.why), note.what, 1))).collect()
}

fn notes(found: &[(String, String, u64)]) -> String {
    let found: Vec<String> =
        found.iter().map(|(id, path, line)| format!("{id} at {path}:{line}")).collect();
    if found.is_empty() { String::new() } else { format!("; found: {}", found.join(", ")) }
}
