//! The search over raw bytes: every prefix of every rule at once, in every spelling.

use std::array;
use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::ops::Range;

use aho_corasick::packed::{Config, MatchKind, Searcher};
use aho_corasick::{AhoCorasick, AhoCorasickBuilder, Input, MatchKind as AnyMatchKind, Span};

use crate::decode::{self, Layer, Spelled};
use crate::key::RULES;

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
        /// See [`Spelled::phase`].
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
/// second byte are fastest of all orders that were tried, over C and Rust code
/// (`cargo bench --bench matcher` prints the rate). What is spelled twice stands in a long word;
/// only such words are searched for its literals.
#[derive(Debug)]
pub struct Search {
    sweeps: [Sweep; SWEEPS],
    deep: [Sweep; DEEP_SWEEPS],
}

const SWEEPS: usize = 2;
const DEEP_SWEEPS: usize = 3;

impl Search {
    /// Makes the search; takes some microseconds.
    pub fn new() -> Self {
        let needles = plain().chain(decode::needles().into_iter().map(spelled));
        let deep = decode::deep_needles().into_iter().map(spelled);
        Self { sweeps: split(needles.collect()), deep: split(deep.collect()) }
    }

    /// The hits in a text that begin within a range.
    pub fn hits<'a>(&'a self, bytes: &'a [u8], range: Range<usize>) -> Hits<'a> {
        Hits {
            search: self,
            bytes,
            end: range.end,
            ahead: [const { Ahead::Unknown }; SWEEPS],
            deep: Vec::new(),
            // A range may begin within a word.
            words: Words { bytes, at: range.start.saturating_sub(OVERLAP), end: range.end },
        }
    }

    /// The length of the longest literal.
    pub fn longest(&self) -> usize {
        let needles = self.sweeps.iter().chain(&self.deep).flat_map(|sweep| &sweep.needles);
        needles.map(|(needle, _)| needle.len()).max().unwrap_or(0)
    }
}

fn spelled(spelled: Spelled) -> Needle {
    (spelled.needle, Target::Spelled { layer: spelled.layer, phase: spelled.phase })
}

fn split<const N: usize>(mut needles: Vec<Needle>) -> [Sweep; N] {
    needles.sort_by(|(a, _), (b, _)| a[1..].cmp(&b[1..]));
    let len = needles.len().div_ceil(N);
    let mut lists = needles.chunks(len);
    array::from_fn(|_| Sweep::new(lists.next().unwrap_or_default().to_vec()))
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
        needles.sort_by_key(|(needle, _)| Reverse(needle.len()));
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
    end: usize,
    ahead: [Ahead<'a>; SWEEPS],
    /// The hits of the long word that was searched last, the first of them at the end.
    deep: Vec<Hit<'a>>,
    words: Words<'a>,
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
        self.look_deeper(at);
        let found = self.ahead.iter().filter_map(|ahead| match ahead {
            Ahead::Found(hit) if hit.span.start >= at => Some(hit),
            _ => None,
        });
        let first = found.chain(self.deep.last()).min_by_key(|hit| hit.span.start).cloned();
        first.filter(|hit| hit.span.start < self.end)
    }

    /// Searches long words until one has a hit at or behind `at`.
    fn look_deeper(&mut self, at: usize) {
        while self.deep.last().is_some_and(|hit| hit.span.start < at) {
            self.deep.pop();
        }
        while self.deep.is_empty() {
            let Some(word) = self.words.next() else { return };
            if word.end <= at {
                continue;
            }
            for sweep in &self.search.deep {
                let mut from = word.start.max(at);
                while let Some(hit) = sweep.find(&self.bytes[..word.end], from) {
                    from = hit.span.start + 1;
                    self.deep.push(hit);
                }
            }
            self.look_across(word.end);
            self.deep.sort_by_key(|hit| Reverse(hit.span.start));
        }
    }
}

impl Hits<'_> {
    /// Base64 that is wrapped may be so within a literal: looks at what the end of a line and the
    /// beginning of the next make together.
    fn look_across(&mut self, end: usize) {
        const NEAR: usize = 12;
        let is_base64 = |byte: &u8| byte.is_ascii_alphanumeric() || b"+/-_".contains(byte);
        let rest = &self.bytes[end..];
        let gap = rest.iter().take(NEAR).take_while(|byte| byte.is_ascii_whitespace()).count();
        let places: Vec<usize> =
            (end.saturating_sub(NEAR)..end).chain(end + gap..end + gap + NEAR).collect();
        let glued: Vec<u8> = places.iter().filter_map(|at| self.bytes.get(*at).copied()).collect();
        let is_wrapped = rest[..gap].contains(&b'\n') && glued.len() == 2 * NEAR;
        if !is_wrapped || !glued.iter().all(is_base64) {
            return;
        }
        for sweep in self.search.sweeps.iter().chain(&self.search.deep) {
            let mut from = 0;
            while let Some(hit) = sweep.find(&glued, from) {
                from = hit.span.start + 1;
                let is_across = hit.span.start < NEAR && hit.span.end > NEAR;
                if matches!(hit.target, Target::Spelled { layer: Layer::Base64, .. }) && is_across {
                    let span = places[hit.span.start]..places[hit.span.end - 1] + 1;
                    self.deep.push(Hit { span, ..hit });
                }
            }
        }
    }
}

/// The long words of a text: without white space or control characters.
#[derive(Debug)]
struct Words<'a> {
    bytes: &'a [u8],
    at: usize,
    end: usize,
}

/// A word of [`decode::LONG_WORD`] bytes has a whole block of this size at one of the places that
/// are looked at, which are as far apart.
const BLOCK: usize = 20;
const _: () = assert!(decode::LONG_WORD >= 2 * BLOCK - 1);

/// A word that is longer is searched in parts, which overlap by more than any literal is long.
const PART: usize = 64 << 10;
const OVERLAP: usize = 128;

impl Words<'_> {
    fn next(&mut self) -> Option<Range<usize>> {
        while self.at < self.end {
            let block = self.bytes.get(self.at..)?.first_chunk::<BLOCK>()?;
            if !is_dense(block) {
                self.at += BLOCK;
                continue;
            }
            let is_part = |byte: &&u8| **byte > b' ';
            let before = &self.bytes[self.at.saturating_sub(OVERLAP)..self.at];
            let start = self.at - before.iter().rev().take_while(is_part).count();
            let rest = &self.bytes[self.at..];
            let len = rest[..rest.len().min(PART)].iter().take_while(is_part).count();
            let end = self.at + len;
            self.at = end;
            return Some(start..end);
        }
        None
    }
}

/// Whether no byte of a block is white space or a control character, eight bytes at a time.
fn is_dense(block: &[u8; BLOCK]) -> bool {
    const LOW: u64 = 0x0101_0101_0101_0101;
    const HIGH: u64 = 0x8080_8080_8080_8080;
    [0, 8, BLOCK - 8].into_iter().all(|at| {
        let eight = block[at..].first_chunk().copied().unwrap_or_default();
        let word = u64::from_le_bytes(eight);
        word.wrapping_sub(LOW * 0x21) & !word & HIGH == 0
    })
}
