//! The one search over raw bytes: every prefix of every rule at once.

use std::collections::BTreeMap;
use std::ops::Range;

use aho_corasick::packed::{Config, MatchKind, Searcher};
use aho_corasick::{AhoCorasick, AhoCorasickBuilder, MatchKind as AnyMatchKind};

use crate::key::RULES;

/// A search for many literals. Each literal belongs to one rule or to several.
#[derive(Debug)]
pub struct Search {
    engine: Engine,
    needles: Vec<(&'static str, Vec<usize>)>,
}

/// SIMD where the processor has it: the automaton costs ten times as much per byte.
#[derive(Debug)]
enum Engine {
    Packed(Searcher),
    Automaton(Box<AhoCorasick>),
}

impl Search {
    /// Makes the search; takes some microseconds.
    pub fn new() -> Self {
        let mut by_needle: BTreeMap<&'static str, Vec<usize>> = BTreeMap::new();
        for (number, rule) in RULES.iter().enumerate() {
            for prefix in rule.prefixes {
                by_needle.entry(prefix).or_default().push(number);
            }
        }
        let mut needles: Vec<_> = by_needle.into_iter().collect();
        // Of two needles at one place the longer one wins.
        needles.sort_by_key(|(needle, _)| std::cmp::Reverse(needle.len()));
        let literals = needles.iter().map(|(needle, _)| needle);
        let packed = Config::new()
            .match_kind(MatchKind::LeftmostFirst)
            .builder()
            .extend(literals.clone())
            .build();
        let engine = match packed {
            Some(searcher) => Engine::Packed(searcher),
            None => Engine::Automaton(Box::new(
                AhoCorasickBuilder::new()
                    .match_kind(AnyMatchKind::LeftmostFirst)
                    .build(literals)
                    .expect("a few short literals make an automaton"),
            )),
        };
        Self { engine, needles }
    }

    /// The first literal at or behind `at`, and the rules it belongs to.
    pub fn next(&self, bytes: &[u8], at: usize) -> Option<(Range<usize>, &[usize])> {
        if at > bytes.len() {
            return None;
        }
        let span = aho_corasick::Span::from(at..bytes.len());
        let (found, pattern) = match &self.engine {
            Engine::Packed(searcher) => {
                let found = searcher.find_in(bytes, span)?;
                (found.span(), found.pattern())
            }
            Engine::Automaton(automaton) => {
                let found = automaton.find(aho_corasick::Input::new(bytes).span(span))?;
                (found.span(), found.pattern())
            }
        };
        Some((found.range(), &self.needles[pattern.as_usize()].1))
    }

    /// The length of the longest literal.
    pub fn longest(&self) -> usize {
        self.needles.iter().map(|(needle, _)| needle.len()).max().unwrap_or(0)
    }
}
