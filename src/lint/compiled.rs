//! Rule objects made ready for one grammar.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use ast_grep_config::{DeserializeEnv, RuleCore};
use ast_grep_core::Matcher;
use ast_grep_core::matcher::MatcherExt;

use super::format::Format;
use super::page::{Hit, Root};
use super::rule::{Pattern, Rule};

/// The patterns of a rule in one language.
pub struct Compiled {
    matchers: Vec<(RuleCore, Option<String>)>,
}

/// Why a rule object is none.
#[derive(Debug)]
pub struct PatternError {
    language: Format,
    why: String,
}

impl fmt::Display for PatternError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a pattern for {:?} cannot be read: {}", self.language, self.why)
    }
}

impl std::error::Error for PatternError {}

impl Compiled {
    /// The patterns of a rule in one language.
    ///
    /// # Errors
    /// If one of them is no rule object of that language.
    pub fn new(rule: &Rule, format: Format) -> Result<Self, PatternError> {
        let patterns =
            rule.patterns.iter().filter(|p| p.languages.iter().any(|&l| format.reads(l)));
        let matchers =
            patterns.map(|pattern| Ok((core(pattern, format)?, pattern.message.clone())));
        Ok(Self { matchers: matchers.collect::<Result<_, _>>()? })
    }

    /// Finds the places of a text that a pattern fits.
    pub fn run(&self, root: &Root, hits: &mut Vec<Hit>) {
        if self.matchers.is_empty() {
            return;
        }
        for node in root.root().dfs() {
            for (matcher, message) in &self.matchers {
                if let Some(found) = matcher.match_node(node.clone()) {
                    hits.push(Hit { span: found.range(), message: message.clone() });
                }
            }
        }
    }
}

fn core(pattern: &Pattern, format: Format) -> Result<RuleCore, PatternError> {
    let error = |why: String| PatternError { language: format, why };
    let grammar = format.grammar().ok_or_else(|| error("it has no grammar".to_owned()))?;
    if pattern.core.transform.is_some() {
        return Err(error("`transform` is of no use, since nothing is rewritten".to_owned()));
    }
    let core = pattern.core.get_matcher(DeserializeEnv::new(grammar));
    let core = core.map_err(|why| error(chain(&why)))?;
    if core.potential_kinds().is_none() {
        return Err(error("it fits every kind of node; add a `kind` or a `pattern`".to_owned()));
    }
    Ok(core)
}

/// An error and what caused it.
fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(next) = cause {
        text.push_str(": ");
        text.push_str(&next.to_string());
        cause = next.source();
    }
    text
}

/// What was compiled in a run, by the number of the rule and the language.
#[derive(Default)]
pub struct Cache {
    ready: Mutex<HashMap<(usize, Format), Entry>>,
}

type Entry = Result<Arc<Compiled>, Arc<PatternError>>;

impl fmt::Debug for Cache {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Cache").finish_non_exhaustive()
    }
}

impl Cache {
    /// The patterns of a rule in a language, compiled when they are asked for first.
    pub fn get(&self, index: usize, rule: &Rule, format: Format) -> Entry {
        let mut ready = self.ready.lock().unwrap_or_else(PoisonError::into_inner);
        let entry = ready.entry((index, format));
        let make = || Compiled::new(rule, format).map(Arc::new).map_err(Arc::new);
        entry.or_insert_with(make).clone()
    }
}
