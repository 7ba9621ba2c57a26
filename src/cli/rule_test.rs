//! `stripeguard rules test`.

use std::path::Path;

use anyhow::bail;

use super::{Exit, output};
use crate::coverage::Coverage;
use crate::lint::examples::{self, Failure};
use crate::lint::{LINTS, Linter, Preset, Rule, Selection, Setting};
use crate::snippet::neutral;
use crate::source::rule_file;

/// Runs the examples of the rules that come with the program, and of those in a directory.
///
/// # Errors
/// If a rule of the directory cannot be read.
pub fn run(path: &Path) -> anyhow::Result<Exit> {
    let own = read(path)?;
    let all = Selection { preset: Preset::All, ..Selection::default() };
    let linter = Linter::new(&all, Vec::new());
    let mut failures = Vec::new();
    for lint in LINTS {
        failures.extend(examples::run(&lint.rule(), &linter));
    }
    // A rule of somebody's own need not know what other rules say about its examples.
    for rule in &own {
        let alone =
            Selection { preset: Preset::None, rules: [(rule.id.clone(), Setting::On)].into() };
        failures.extend(bounds(rule));
        failures.extend(examples::run(rule, &Linter::new(&alone, vec![rule.clone()])));
    }
    tell(LINTS.len() + own.len(), &failures)
}

fn read(path: &Path) -> anyhow::Result<Vec<Rule>> {
    let mut coverage = Coverage::default();
    let (mut rules, mut wrong) = (Vec::<Rule>::new(), Vec::new());
    rule_file::scan(path, &mut coverage, &mut |label, text| match Rule::parse_foreign(text) {
        Ok(rule) if rules.iter().any(|other| other.id == rule.id) => {
            wrong.push(format!("{label}: another rule has the id {} already", rule.id));
        }
        Ok(rule) => rules.push(rule),
        Err(why) => wrong.push(format!("{label}: {why}")),
    });
    wrong.extend(coverage.gaps.iter().map(|gap| format!("{}: {}", gap.what, gap.why)));
    if wrong.is_empty() { Ok(rules) } else { bail!("{}", wrong.join("; ")) }
}

/// A rule without examples shows nothing.
fn bounds(rule: &Rule) -> Option<Failure> {
    let is_bare = rule.examples.bad.is_empty() || rule.examples.good.is_empty();
    is_bare.then(|| Failure {
        rule: rule.id.clone(),
        path: "examples".to_owned(),
        why: "needs a bad and a good one at least".to_owned(),
    })
}

fn tell(rules: usize, failures: &[Failure]) -> anyhow::Result<Exit> {
    output::stdout(|out| {
        for Failure { rule, path, why } in failures {
            writeln!(out, "{}: {} {}", neutral(rule), neutral(path), neutral(why))?;
        }
        match failures.len() {
            0 => writeln!(out, "{rules} rules: all examples are right"),
            n => writeln!(out, "{rules} rules: {n} examples are wrong"),
        }
    })?;
    Ok(if failures.is_empty() { Exit::Clean } else { Exit::Findings })
}
