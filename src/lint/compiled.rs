//! Rule objects made ready for one grammar.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use ast_grep_config::{DeserializeEnv, Fixer, RuleCore};
use ast_grep_core::matcher::MatcherExt;
use ast_grep_core::{Matcher, Node};

use super::format::Format;
use super::metered::Metered;
use super::page::{Change, Hit, Root};
use super::rule::{Pattern, Rule};

/// The patterns of a rule in one language.
pub struct Compiled {
    matchers: Vec<Ready>,
}

/// A pattern made ready.
struct Ready {
    matcher: RuleCore,
    message: Option<String>,
    fixer: Option<Fixer>,
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
        let matchers = patterns.map(|pattern| Ready::new(pattern, format));
        Ok(Self { matchers: matchers.collect::<Result<_, _>>()? })
    }

    /// Finds the places of a text that a pattern fits.
    pub fn run(&self, root: &Root, hits: &mut Vec<Hit>) {
        if self.matchers.is_empty() {
            return;
        }
        for node in root.root().dfs() {
            hits.extend(self.matchers.iter().filter_map(|ready| ready.hit(&node)));
        }
    }
}

impl Ready {
    fn new(pattern: &Pattern, format: Format) -> Result<Self, PatternError> {
        let fixer = pattern.fix.as_ref().map(|fix| fixer(fix, format)).transpose()?;
        Ok(Self { matcher: core(pattern, format)?, message: pattern.message.clone(), fixer })
    }

    fn hit(&self, node: &Node<'_, Metered>) -> Option<Hit> {
        let found = self.matcher.match_node(node.clone())?;
        let change = |fixer: &Fixer| {
            let edit = found.make_edit(&self.matcher, fixer);
            let span = edit.position..edit.position + edit.deleted_length;
            Some(Change { span, text: String::from_utf8(edit.inserted_text).ok()? })
        };
        let fix = self.fixer.as_ref().and_then(change);
        Some(Hit { span: found.range(), message: self.message.clone(), fix })
    }
}

fn fixer(fix: &str, format: Format) -> Result<Fixer, PatternError> {
    let error = |why: String| PatternError { language: format, why };
    let grammar = format.grammar().ok_or_else(|| error("it has no grammar".to_owned()))?;
    Fixer::from_str(fix, &grammar).map_err(|why| error(chain(&why)))
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
