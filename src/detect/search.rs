//! The one search over raw bytes: every prefix of every rule at once, in every spelling.

use std::collections::BTreeMap;
use std::ops::Range;

use aho_corasick::packed::{Config, MatchKind, Searcher};
use aho_corasick::{AhoCorasick, AhoCorasickBuilder, MatchKind as AnyMatchKind};

use crate::decode::{self, Layer};
use crate::key::RULES;

/// The beginnings of credentials that are searched for in other spellings than the plain one. They
/// cover the prefixes of all account, ephemeral, organization and webhook keys.
const STEMS: &[&str] = &["k_live_", "k_test_", "whsec_", "sk_org_"];

/// A search for many literals.
#[derive(Debug)]
pub struct Search {
    engine: Engine,
    needles: Vec<(Vec<u8>, Target)>,
}

/// What a literal begins.
#[derive(Debug)]
pub enum Target {
    /// A credential of one of these rules, as numbers in [`RULES`].
    Plain(Vec<usize>),
    /// One in another spelling.
    Spelled {
        /// The spelling.
        layer: Layer,
        /// See [`decode::Spelled::phase`].
        phase: usize,
    },
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
        let plain = by_needle.into_iter();
        let mut needles: Vec<_> =
            plain.map(|(text, rules)| (text.as_bytes().to_vec(), Target::Plain(rules))).collect();
        needles.extend(decode::needles(STEMS).into_iter().map(|spelled| {
            let target = Target::Spelled { layer: spelled.layer, phase: spelled.phase };
            (spelled.needle, target)
        }));
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

    /// The first literal at or behind `at`, and what it begins.
    pub fn next(&self, bytes: &[u8], at: usize) -> Option<(Range<usize>, &Target)> {
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
