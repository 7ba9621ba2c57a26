//! The search over raw bytes: every prefix of every rule at once, in every spelling.

use std::array;
use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::LazyLock;

use super::literals::Literals;
use super::words::Words;
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
    /// What stands behind it.
    pub rest: &'static str,
}

/// A search for all literals. What is spelled twice stands in a long word; only such words are
/// searched for its literals.
#[derive(Debug)]
pub struct Search {
    literals: Literals,
    deep: LazyLock<Deep>,
}

/// The literals of what is spelled twice.
#[derive(Debug)]
struct Deep {
    /// Of which the outer spelling has one of [`MARKS`] in it.
    marked: Literals,
    /// Of which the outer spelling is base64 or hexadecimal digits.
    encoded: Literals,
}

/// What stands in a word in which each character, or what is special, is spelled with a sign.
const MARKS: [u8; 4] = *b"%\\&=";

impl Search {
    /// Makes the search; takes some microseconds.
    pub fn new() -> Self {
        let needles = plain().chain(decode::needles().into_iter().map(spelled));
        Self { literals: Literals::new(needles.collect()), deep: LazyLock::new(deep) }
    }

    /// The hits in a text that begin within a range.
    pub fn hits<'a>(&'a self, bytes: &'a [u8], range: Range<usize>) -> Hits<'a> {
        Hits {
            search: self,
            bytes,
            start: range.start,
            end: range.end.min(bytes.len()),
            ahead: Ahead::Unknown,
            deep: Vec::new(),
            words: Words::new(bytes, range),
        }
    }
}

fn deep() -> Deep {
    let is_encoded = |spelled: &Spelled| matches!(spelled.layer, Layer::Base64 | Layer::Hex);
    let (encoded, marked): (Vec<_>, Vec<_>) =
        decode::deep_needles().into_iter().partition(is_encoded);
    let literals =
        |needles: Vec<Spelled>| Literals::new(needles.into_iter().map(spelled).collect());
    Deep { marked: literals(marked), encoded: literals(encoded) }
}

/// So much of a literal is looked for, in bytes; none is longer. More of one would hit hardly less
/// often, and in a history each place where a delta changes something is searched as far to both
/// sides.
pub(super) const ENOUGH: usize = 16;

fn spelled(spelled: Spelled) -> Needle {
    let Spelled { mut needle, layer, phase } = spelled;
    needle.truncate(ENOUGH);
    (needle, Target::Spelled { layer, phase })
}

/// A literal and what it says.
pub type Needle = (Vec<u8>, Target);

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
        let (needle, rest) = needle.split_at(needle.len().min(ENOUGH));
        needles.entry(needle).or_default().push(Plain { rule, lead, rest });
    }
    needles.into_iter().map(|(text, plain)| (text.as_bytes().to_vec(), Target::Plain(plain)))
}

/// A literal in a text.
#[derive(Clone, Debug)]
pub struct Hit<'a> {
    /// Where it stands.
    pub span: Range<usize>,
    /// What it begins.
    pub target: &'a Target,
}

/// The hits in one text. The search looks ahead to its next hit and stays there until it is passed,
/// so that no byte is searched twice because long words hit more often.
#[derive(Debug)]
pub struct Hits<'a> {
    search: &'a Search,
    bytes: &'a [u8],
    start: usize,
    end: usize,
    ahead: Ahead<'a>,
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
    /// Where the range begins.
    pub fn start(&self) -> usize {
        self.start
    }

    /// The first hit at or behind `at`, which must not be less than before.
    pub fn next(&mut self, at: usize) -> Option<Hit<'a>> {
        let is_behind = match &self.ahead {
            Ahead::Unknown => true,
            Ahead::Found(hit) => hit.span.start < at,
            Ahead::Nothing => false,
        };
        if is_behind {
            let search = self.search;
            let found = search.literals.find(self.bytes, at..self.end);
            self.ahead = found.map_or(Ahead::Nothing, Ahead::Found);
        }
        self.look_deeper(at);
        let found = match &self.ahead {
            Ahead::Found(hit) => Some(hit),
            _ => None,
        };
        let first = found.into_iter().chain(self.deep.last()).min_by_key(|hit| hit.span.start);
        first.filter(|hit| hit.span.start < self.end).cloned()
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
            let deep: &'a Deep = &self.search.deep;
            if has_long_run(&self.bytes[word.clone()]) {
                self.look_into(&deep.encoded, word.start.max(at)..word.end);
            }
            if has_mark(&self.bytes[word.clone()]) {
                self.look_into(&deep.marked, word.start.max(at)..word.end);
            }
            self.look_across(word.end);
            self.deep.sort_by_key(|hit| Reverse(hit.span.start));
        }
    }
}

impl<'a> Hits<'a> {
    fn look_into(&mut self, literals: &'a Literals, word: Range<usize>) {
        let text = &self.bytes[..word.end];
        let mut from = word.start;
        while let Some(hit) = literals.find(text, from..word.end) {
            from = hit.span.start + 1;
            self.deep.push(hit);
        }
    }

    /// Base64 that is wrapped may be so within a literal: looks at what the end of a line and the
    /// beginning of the next make together.
    fn look_across(&mut self, end: usize) {
        let Some((glued, places)) = glued(self.bytes, end) else { return };
        let search = self.search;
        for literals in [&search.deep.encoded, &search.literals] {
            let mut from = 0;
            while let Some(hit) = literals.find(&glued, from..WRAP) {
                from = hit.span.start + 1;
                let is_across = hit.span.end > WRAP;
                if matches!(hit.target, Target::Spelled { layer: Layer::Base64, .. }) && is_across {
                    let span = places[hit.span.start]..places[hit.span.end - 1] + 1;
                    self.deep.push(Hit { span, ..hit });
                }
            }
        }
    }
}

/// Without a branch, so that many bytes are compared at once.
fn has_mark(word: &[u8]) -> bool {
    word.iter().fold(false, |any, byte| MARKS.iter().fold(any, |any, mark| any | (byte == mark)))
}

/// Whether so many characters of base64 stand in a row that they may hold a credential that is
/// spelled twice: of places that are as far apart, such a row has one in it.
fn has_long_run(word: &[u8]) -> bool {
    (decode::LONG_WORD - 1..word.len()).step_by(decode::LONG_WORD).any(|at| {
        is_base64(&word[at]) && {
            let before = word[..at].iter().rev().take_while(|byte| is_base64(byte)).count();
            let rest = word[at..].iter().take_while(|byte| is_base64(byte)).count();
            before + rest >= decode::LONG_WORD
        }
    })
}

pub(super) fn is_base64(byte: &u8) -> bool {
    BASE64[usize::from(*byte)]
}

/// Which bytes are digits of base64, in either of its alphabets.
const BASE64: [bool; 256] = {
    let mut digits = [false; 256];
    let mut byte = 0;
    while byte < 128 {
        digits[byte] =
            (byte as u8).is_ascii_alphanumeric() || matches!(byte as u8, b'+' | b'/' | b'-' | b'_');
        byte += 1;
    }
    digits
};

/// How much of a line and of the next is looked at together.
pub(super) const WRAP: usize = 12;

/// The end of a line of base64 and the beginning of the next, and where each character stands.
fn glued(bytes: &[u8], end: usize) -> Option<([u8; 2 * WRAP], [usize; 2 * WRAP])> {
    let before = bytes[..end].last_chunk::<WRAP>().filter(|line| line.iter().all(is_base64))?;
    let rest = &bytes[end..];
    let gap = rest.iter().take(WRAP).take_while(|byte| byte.is_ascii_whitespace()).count();
    let after = rest[gap..].first_chunk::<WRAP>().filter(|line| line.iter().all(is_base64))?;
    if !rest[..gap].contains(&b'\n') {
        return None;
    }
    let glued = array::from_fn(|at| before.iter().chain(after).nth(at).copied().unwrap_or(0));
    let places =
        array::from_fn(|at| if at < WRAP { end - WRAP + at } else { end + gap + at - WRAP });
    Some((glued, places))
}
