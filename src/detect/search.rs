//! The search over raw bytes: every prefix of every rule at once, in every spelling.

use std::array;
use std::collections::BTreeMap;
use std::ops::Range;

use aho_corasick::packed::{Config, MatchKind, Searcher};
use aho_corasick::{AhoCorasick, AhoCorasickBuilder, Input, MatchKind as AnyMatchKind, Span};

use crate::decode::{self, Layer};
use crate::key::RULES;

/// The beginnings of credentials that are searched for in other spellings than the plain one. They
/// cover the prefixes of all account, ephemeral, organization and webhook keys.
const STEMS: &[&str] = &["_live_", "_test_", "whsec_"];

/// How many bytes at the end of a prefix make its literal: `sk_live_`, `rk_live_` and others are
/// found by `k_live_`, since fewer and rarer literals are searched faster.
const SHARED: usize = 7;

/// What a literal begins, or is a part of.
#[derive(Clone, Debug)]
pub enum Target {
    /// Prefixes of rules that end with the literal.
    Plain(Vec<Plain>),
    /// A beginning in another spelling.
    Spelled {
        /// The spelling.
        layer: Layer,
        /// See [`decode::Spelled::phase`].
        phase: usize,
    },
}

/// A prefix of a rule.
#[derive(Clone, Debug)]
pub struct Plain {
    /// The number of the rule in [`RULES`].
    pub rule: usize,
    /// What stands before the literal in the prefix.
    pub lead: &'static str,
}

/// A search for many literals, in two sweeps: beyond 64 literals SIMD does not help, and a sweep is
/// fast if few texts look like the beginnings of many of its literals. Lists that are sorted by the
/// second byte are fastest of all orders that were tried, over C and Rust code: 3.5 GiB/s for both
/// sweeps together (`cargo bench --bench matcher` prints it).
#[derive(Debug)]
pub struct Search {
    sweeps: [Sweep; SWEEPS],
}

const SWEEPS: usize = 2;

impl Search {
    /// Makes the search; takes some microseconds.
    pub fn new() -> Self {
        let spelled = decode::needles(STEMS).into_iter().map(|spelled| {
            let target = Target::Spelled { layer: spelled.layer, phase: spelled.phase };
            (spelled.needle, target)
        });
        let mut needles: Vec<_> = plain().chain(spelled).collect();
        needles.sort_by(|(a, _), (b, _)| a[1..].cmp(&b[1..]));
        let len = needles.len().div_ceil(SWEEPS);
        let mut lists = needles.chunks(len);
        Self { sweeps: array::from_fn(|_| Sweep::new(lists.next().unwrap_or_default().to_vec())) }
    }

    /// The hits in a text.
    pub fn hits<'a>(&'a self, bytes: &'a [u8]) -> Hits<'a> {
        Hits { search: self, bytes, ahead: [const { Ahead::Unknown }; SWEEPS] }
    }

    /// The length of the longest literal.
    pub fn longest(&self) -> usize {
        let needles = self.sweeps.iter().flat_map(|sweep| &sweep.needles);
        needles.map(|(needle, _)| needle.len()).max().unwrap_or(0)
    }
}

type Needle = (Vec<u8>, Target);

fn plain() -> impl Iterator<Item = Needle> {
    let prefixes = || {
        RULES.iter().enumerate().flat_map(|(rule, r)| r.prefixes.iter().map(move |p| (rule, *p)))
    };
    let mut shared: BTreeMap<&str, usize> = BTreeMap::new();
    for (_, prefix) in prefixes().filter(|(_, prefix)| prefix.len() == SHARED + 1) {
        *shared.entry(&prefix[1..]).or_default() += 1;
    }
    let mut needles: BTreeMap<&'static str, Vec<Plain>> = BTreeMap::new();
    for (rule, prefix) in prefixes() {
        let is_shared = prefix.len() == SHARED + 1 && shared[&prefix[1..]] > 1;
        let (lead, needle) = prefix.split_at(usize::from(is_shared));
        needles.entry(needle).or_default().push(Plain { rule, lead });
    }
    needles.into_iter().map(|(text, plain)| (text.as_bytes().to_vec(), Target::Plain(plain)))
}

/// One list of literals.
#[derive(Debug)]
struct Sweep {
    engine: Engine,
    needles: Vec<Needle>,
}

/// SIMD where the processor has it: the automaton costs ten times as much per byte.
#[derive(Debug)]
enum Engine {
    Packed(Searcher),
    Automaton(Box<AhoCorasick>),
}

impl Sweep {
    fn new(mut needles: Vec<Needle>) -> Self {
        // Of two needles at one place the longer one wins.
        needles.sort_by_key(|(needle, _)| std::cmp::Reverse(needle.len()));
        let literals = needles.iter().map(|(needle, _)| needle);
        let packed = Config::new()
            .match_kind(MatchKind::LeftmostFirst)
            .heuristic_pattern_limits(false)
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

    fn find(&self, bytes: &[u8], at: usize) -> Option<Hit<'_>> {
        let span = Span::from(at..bytes.len());
        let found = match &self.engine {
            Engine::Packed(searcher) => searcher.find_in(bytes, span)?,
            Engine::Automaton(automaton) => automaton.find(Input::new(bytes).span(span))?,
        };
        let target = &self.needles[found.pattern().as_usize()].1;
        Some(Hit { span: found.range(), target })
    }
}

/// A literal in a text.
#[derive(Clone, Debug)]
pub struct Hit<'a> {
    /// Where it stands.
    pub span: Range<usize>,
    /// What it begins.
    pub target: &'a Target,
}

/// The hits in one text. Each sweep looks ahead to its next hit and stays there until it is passed,
/// so that no byte is searched twice because another sweep hits more often.
#[derive(Debug)]
pub struct Hits<'a> {
    search: &'a Search,
    bytes: &'a [u8],
    ahead: [Ahead<'a>; SWEEPS],
}

#[derive(Clone, Debug)]
enum Ahead<'a> {
    Unknown,
    Found(Hit<'a>),
    Nothing,
}

impl<'a> Hits<'a> {
    /// The first hit at or behind `at`, which must not be less than before.
    pub fn next(&mut self, at: usize) -> Option<Hit<'a>> {
        let search = self.search;
        for (sweep, ahead) in search.sweeps.iter().zip(&mut self.ahead) {
            let is_behind = match ahead {
                Ahead::Unknown => true,
                Ahead::Found(hit) => hit.span.start < at,
                Ahead::Nothing => false,
            };
            if is_behind && at <= self.bytes.len() {
                *ahead = sweep.find(self.bytes, at).map_or(Ahead::Nothing, Ahead::Found);
            }
        }
        let found = self.ahead.iter().filter_map(|ahead| match ahead {
            Ahead::Found(hit) if hit.span.start >= at => Some(hit),
            _ => None,
        });
        found.min_by_key(|hit| hit.span.start).cloned()
    }
}
