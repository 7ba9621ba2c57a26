//! What an entry of the configuration covers, and which of its parts cover nothing.

use std::collections::BTreeSet;

use super::Count;
use crate::config::Allow;
use crate::finding::Finding;

/// What an entry `[[allow]]` covers.
#[derive(Clone, Debug, Default)]
pub struct Covered {
    /// How many findings, and how many of them may be live.
    pub count: Count,
    paths: BTreeSet<String>,
    rules: BTreeSet<String>,
    fingerprints: BTreeSet<String>,
}

impl Covered {
    /// Adds a finding with its path as the configuration would write it.
    pub fn add(&mut self, finding: &Finding, path: Option<&str>) {
        self.count.add(finding);
        self.paths.extend(path.map(str::to_owned));
        self.rules.insert(finding.rule_id().to_owned());
        self.fingerprints.insert(finding.fingerprint.clone());
    }

    /// The parts of the entry that cover nothing. Where a rule has not run, its silence means
    /// nothing, nor does that of the paths and fingerprints beside it.
    pub fn idle<'a>(&self, allow: &'a Allow, has_run: &dyn Fn(&str) -> bool) -> Vec<&'a str> {
        let mut idle = Vec::new();
        if allow.rules.iter().all(|rule| has_run(rule)) {
            idle.extend(allow.paths.iter().flat_map(|paths| paths.idle(&self.paths)));
            let is_idle = |print: &&str| !self.fingerprints.iter().any(|f| f.starts_with(print));
            idle.extend(allow.fingerprints.iter().map(String::as_str).filter(is_idle));
        }
        let rules = allow.rules.iter().map(String::as_str);
        idle.extend(rules.filter(|rule| has_run(rule) && !self.rules.contains(*rule)));
        idle
    }
}
