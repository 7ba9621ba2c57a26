//! Rule objects made ready for one grammar.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use ast_grep_config::{DeserializeEnv, Fixer, RuleCore};
use ast_grep_core::matcher::MatcherExt;
use ast_grep_core::{Matcher, NodeMatch};
use ast_grep_language::SupportLang;

use super::format::Format;
use super::metered::Metered;
use super::page::{Change, Hit, Root};
use super::rule::{Pattern, Rule};

/// The patterns of a rule in one language.
pub struct Compiled {
    patterns: Vec<Ready>,
    /// Whether any pattern fits a kind of node, by the number of the kind.
    kinds: Vec<bool>,
}

/// A pattern in one language.
struct Ready {
    core: RuleCore,
    message: Option<String>,
    fixer: Option<Fixer>,
    client: bool,
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
        let fitting = rule.patterns.iter().filter(|p| p.languages.iter().any(|&l| format.reads(l)));
        let patterns: Vec<Ready> =
            fitting.map(|pattern| Ready::new(pattern, format)).collect::<Result<_, _>>()?;
        let mut kinds = Vec::new();
        for kind in patterns.iter().filter_map(|ready| ready.core.potential_kinds()) {
            for kind in &kind {
                kinds.resize(kinds.len().max(kind + 1), false);
                kinds[kind] = true;
            }
        }
        Ok(Self { patterns, kinds })
    }

    fn may_fit(&self, kind: u16) -> bool {
        self.kinds.get(usize::from(kind)).is_some_and(|&fits| fits)
    }
}

/// Finds the places of a text that patterns of several rules fit, in one walk over it: for each rule
/// its own places.
pub fn run(rules: &[Arc<Compiled>], root: &Root) -> Vec<Vec<Hit>> {
    let mut hits: Vec<Vec<Hit>> = rules.iter().map(|_| Vec::new()).collect();
    for node in root.root().dfs() {
        let kind = node.kind_id();
        for (compiled, hits) in rules.iter().zip(&mut hits).filter(|(one, _)| one.may_fit(kind)) {
            for ready in &compiled.patterns {
                hits.extend(ready.core.match_node(node.clone()).map(|found| ready.hit(&found)));
            }
        }
    }
    hits
}

impl Ready {
    fn new(pattern: &Pattern, format: Format) -> Result<Self, PatternError> {
        let error = |why: String| PatternError { language: format, why };
        let grammar = format.grammar().ok_or_else(|| error("it has no grammar".to_owned()))?;
        let fixer = pattern.fix.as_deref().map(|fix| Fixer::from_str(fix, &grammar));
        Ok(Self {
            core: core(pattern, grammar).map_err(error)?,
            message: pattern.message.clone(),
            fixer: fixer.transpose().map_err(|why| error(chain(&why)))?,
            client: pattern.client,
        })
    }

    fn hit(&self, found: &NodeMatch<'_, Metered>) -> Hit {
        let change = |fixer: &Fixer| {
            let edit = found.make_edit(&self.core, fixer);
            let span = edit.position..edit.position + edit.deleted_length;
            Some(Change { span, text: String::from_utf8(edit.inserted_text).ok()? })
        };
        let fix = self.fixer.as_ref().and_then(change);
        Hit { span: found.range(), message: self.message.clone(), fix, client: self.client }
    }
}

fn core(pattern: &Pattern, grammar: SupportLang) -> Result<RuleCore, String> {
    if pattern.core.transform.is_some() {
        return Err("`transform` is of no use, since a `fix` does not know it".to_owned());
    }
    let core = pattern.core.get_matcher(DeserializeEnv::new(grammar));
    let core = core.map_err(|why| chain(&why))?;
    if core.potential_kinds().is_none() {
        return Err("it fits every kind of node; add a `kind` or a `pattern`".to_owned());
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
