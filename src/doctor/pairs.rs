//! Values beside each other: keys that belong together by their names, and keys used twice.

use std::collections::{BTreeMap, BTreeSet};

use super::{Checked, Environment, Problem, role};
use crate::key::{CredentialType, Mode};

/// Adds what is wrong with values only because of other values.
pub(super) fn check(checked: &mut [Checked]) {
    let mut problems: Vec<(usize, Problem)> = Vec::new();
    for pair in pairs(checked) {
        problems.extend(
            mismatch(&checked[pair.secret], &checked[pair.public]).map(|p| (pair.public, p)),
        );
    }
    problems.extend(cli_secrets(checked));
    problems.extend(reused(checked));
    for (at, problem) in problems {
        if !checked[at].problems.contains(&problem) {
            checked[at].problems.push(problem);
        }
    }
}

struct Pair {
    secret: usize,
    public: usize,
}

fn kind(checked: &Checked) -> Option<CredentialType> {
    checked.found.as_ref().map(|found| found.rule.kind)
}

fn mode(checked: &Checked) -> Option<Mode> {
    checked.found.as_ref().and_then(|found| found.rule.mode)
}

/// Secret and publishable keys that one file sets under names that differ in nothing else.
fn pairs(checked: &[Checked]) -> Vec<Pair> {
    let mut groups: BTreeMap<(&str, Vec<String>), Vec<usize>> = BTreeMap::new();
    for (at, one) in checked.iter().enumerate() {
        let key = (one.setting.source.as_str(), role::group(&one.setting.name));
        groups.entry(key).or_default().push(at);
    }
    let of = |group: &[usize], wanted: &[CredentialType]| -> Vec<usize> {
        let is = |at: &&usize| kind(&checked[**at]).is_some_and(|kind| wanted.contains(&kind));
        group.iter().filter(is).copied().collect()
    };
    let mut pairs = Vec::new();
    for group in groups.values() {
        for secret in of(group, &[CredentialType::Secret, CredentialType::Restricted]) {
            for public in of(group, &[CredentialType::Publishable]) {
                pairs.push(Pair { secret, public });
            }
        }
    }
    pairs
}

fn mismatch(secret: &Checked, public: &Checked) -> Option<Problem> {
    let name = &secret.setting.name;
    if let (Some(a), Some(b)) = (mode(secret), mode(public))
        && a != b
    {
        return Some(Problem::error(
            format!("it is a {b} key, and {name} beside it a {a} key: no payment goes through"),
            "Take both from the same mode.",
        ));
    }
    let account = |one: &Checked| one.found.as_ref().and_then(|found| found.facts.account.clone());
    match (account(secret), account(public)) {
        (Some(a), Some(b)) if a != b => Some(Problem::error(
            format!("it belongs to {b}, and {name} beside it to {a}: Stripe finds no such payment"),
            "Take both from the same account.",
        )),
        _ => None,
    }
}

/// Secrets of `stripe listen` in a file that also has a live key.
fn cli_secrets(checked: &[Checked]) -> Vec<(usize, Problem)> {
    let live: BTreeSet<&str> = checked
        .iter()
        .filter(|one| mode(one) == Some(Mode::Live))
        .map(|one| one.setting.source.as_str())
        .collect();
    let is_cli = |one: &Checked| {
        let found = one.found.as_ref().filter(|f| f.rule.kind == CredentialType::Webhook);
        found.is_some_and(|found| found.secret.len() == "whsec_".len() + 64)
    };
    let beside = checked.iter().enumerate().filter(|(_, one)| {
        is_cli(one) && live.contains(one.setting.source.as_str()) && one.problems.is_empty()
    });
    let problem = || {
        Problem::warning(
            "this is the secret that `stripe listen` prints, beside a live key",
            "In production, use the signing secret of the endpoint in the Dashboard.",
        )
    };
    beside.map(|(at, _)| (at, problem())).collect()
}

/// Keys that files of different environments share.
fn reused(checked: &[Checked]) -> Vec<(usize, Problem)> {
    let mut by_value: BTreeMap<&crate::secret::Secret, Vec<usize>> = BTreeMap::new();
    for (at, one) in checked.iter().enumerate() {
        let found = one.found.as_ref().filter(|f| f.rule.kind != CredentialType::Publishable);
        found.into_iter().for_each(|found| by_value.entry(&found.secret).or_default().push(at));
    }
    let mut problems = Vec::new();
    for places in by_value.values() {
        let of = |wanted| {
            let is = |at: &&usize| Environment::of(&checked[**at].setting.source) == wanted;
            places.iter().find(is).copied()
        };
        if let (Some(live), Some(other)) =
            (of(Environment::Production), of(Environment::Development))
        {
            let what = format!("{} has the same key", checked[live].setting.source);
            let remedy = "Give each environment a key of its own, so that one can be rolled alone.";
            problems.push((other, Problem::warning(what, remedy)));
        }
    }
    problems
}
