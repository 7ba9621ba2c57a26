//! One set of rules for every scanner.

use std::collections::{BTreeMap, HashMap};

use crate::corpus::{Case, Expected};

/// What a scanner said, in the words that all have in common.
#[derive(Debug, Clone)]
pub struct Reported {
    /// Relative to the corpus; of a container, the outer file.
    pub path: String,
    pub line: Option<usize>,
    pub column: Option<usize>,
    pub value: Value,
    pub member: Option<String>,
    /// Whether the rule is one for Stripe.
    pub stripe: bool,
}

/// The value as far as a scanner tells it.
#[derive(Debug, Clone)]
pub enum Value {
    Text(String),
    /// Its SHA-1 in hexadecimal.
    Hashed(String),
    /// Only the line is told.
    Untold,
}

/// How well a credential was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Outcome {
    Missed,
    /// On its line, but the value is cut, too long or not told.
    Partly,
    Exact,
}

/// What became of one expected credential, or of one negative.
#[derive(Debug)]
pub struct Score<'a> {
    pub case: &'a Case,
    pub expected: Option<&'a Expected>,
    pub outcome: Outcome,
}

/// Judges a scanner's report: a score for each expected credential, and one for each negative,
/// which is `Exact` when nothing was said of Stripe.
pub fn judge<'a>(cases: &'a [Case], reported: &[Reported]) -> Vec<Score<'a>> {
    let mut by_path: HashMap<&str, Vec<&Reported>> = HashMap::new();
    for found in reported.iter().filter(|found| found.stripe) {
        by_path.entry(&found.path).or_default().push(found);
    }
    let mut scores = Vec::new();
    for case in cases {
        let found = by_path.get(case.path.as_str()).map_or(&[][..], Vec::as_slice);
        if case.expected.is_empty() {
            let outcome = if found.is_empty() { Outcome::Exact } else { Outcome::Missed };
            scores.push(Score { case, expected: None, outcome });
        }
        for expected in &case.expected {
            let best = found.iter().map(|found| outcome(expected, found)).max();
            let outcome = best.unwrap_or(Outcome::Missed);
            scores.push(Score { case, expected: Some(expected), outcome });
        }
    }
    scores
}

fn outcome(expected: &Expected, found: &Reported) -> Outcome {
    if matches!((expected.line, found.line), (Some(a), Some(b)) if a != b) {
        return Outcome::Missed;
    }
    match &found.value {
        Value::Text(text) if *text == expected.value => Outcome::Exact,
        Value::Hashed(hash) if *hash == sha1(&expected.value) => Outcome::Exact,
        Value::Text(text) if !overlaps(text, &expected.value) => Outcome::Missed,
        _ => Outcome::Partly,
    }
}

fn overlaps(one: &str, other: &str) -> bool {
    one.contains(other) || (one.len() >= 8 && other.contains(one))
}

fn sha1(text: &str) -> String {
    use sha1::Digest;
    sha1::Sha1::digest(text).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Exact, partly and all, for each row of the table.
pub fn table(scores: &[Score<'_>]) -> BTreeMap<String, [usize; 3]> {
    let mut rows: BTreeMap<String, [usize; 3]> = BTreeMap::new();
    for score in scores {
        for row in rows_of(score.case) {
            let counts = rows.entry(row).or_default();
            counts[2] += 1;
            match score.outcome {
                Outcome::Exact => counts[0] += 1,
                Outcome::Partly => counts[1] += 1,
                Outcome::Missed => {}
            }
        }
    }
    rows
}

/// The rows of the table that a case counts in.
fn rows_of(case: &Case) -> Vec<String> {
    let name = match (case.group, case.family.as_str()) {
        ("negative", _) => return vec!["9 look-alikes, nothing reported".to_owned()],
        ("family", "sk_live" | "rk_live") => "1 live secret and restricted keys",
        ("family", "sk_test" | "rk_test") => "2 test secret and restricted keys",
        ("family", "sk_org_live" | "sk_org_test") => "3 organization keys",
        ("family", "whsec" | "whsec_cli") => "3 webhook secrets",
        ("family", "pk_live" | "pk_test") => "3 publishable keys",
        ("family", _) => "4 ephemeral, Terminal, CLI, app, Connect and client secrets",
        ("future", _) => "4 account keys longer than any so far",
        ("boundary", _) => "5 surroundings",
        ("spelling", _) => "6 spellings",
        ("container", _) => "7 containers",
        _ => "8 languages and configurations",
    };
    let mut rows = vec![name.to_owned()];
    let live = matches!(case.family.as_str(), "sk_live" | "rk_live");
    if live && !matches!(case.group, "family" | "future") {
        rows.push(format!("{name}, live keys only"));
    }
    rows
}
