//! From bytes to credentials: one multi-literal search, and the grammar only near what it hits.

mod boundary;
mod search;

use std::ops::Range;

use crate::decode::Layer;
use crate::key::{
    self, Body, Confidence, Context, Grammar, RULES, Rule, Shape, is_foreign, is_placeholder,
    is_sample,
};
use crate::secret::Secret;
use boundary::Left;
use search::Search;

pub use crate::key::Facts;

/// A credential and where it stands.
#[derive(Clone, Debug)]
pub struct Match {
    /// The rule that knows it.
    pub rule: &'static Rule,
    /// The bytes of the scanned buffer that are the credential: all of it, and nothing more.
    pub span: Range<usize>,
    /// The value.
    pub secret: Secret,
    /// What the value says.
    pub facts: Facts,
    /// How sure it is.
    pub confidence: Confidence,
    /// Whether it is a published sample.
    pub sample: bool,
    /// Through which spellings it was read, the outermost first.
    pub decoded: Vec<Layer>,
}

/// Something that begins like a credential and is none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dropped {
    /// The rule that looked at it.
    pub rule: &'static str,
    /// Where it stands.
    pub span: Range<usize>,
    /// Why it is none.
    pub why: Reason,
}

/// Why something that begins like a credential is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// What follows the prefix is not built like any credential.
    Grammar,
    /// The prefix is the end of a longer word.
    Boundary,
    /// Somebody made it up.
    Placeholder,
    /// It has the shape of another vendor's.
    Vendor,
    /// Only a word of Stripe near it would make it one.
    Context,
    /// The account in it would have been made in the future.
    Future,
}

impl Reason {
    /// The reason as the end of a sentence that begins with "not reported:".
    pub fn text(self) -> &'static str {
        match self {
            Self::Grammar => "what follows the prefix has no length or alphabet of a credential",
            Self::Boundary => "the prefix is only the end of a longer word",
            Self::Placeholder => "it is a placeholder: a mask, a sequence or words, not random",
            Self::Vendor => "it has the shape of another vendor's credential",
            Self::Context => "other vendors use this shape too, and nothing near it says Stripe",
            Self::Future => "the account in it would have been created in the future",
        }
    }
}

/// Finds credentials in texts. Made once for a run; it may be used by all threads.
#[derive(Debug)]
pub struct Detector {
    search: Search,
    today: i64,
}

impl Detector {
    /// How many bytes left and right of the start of a candidate can decide about it.
    pub const REACH: (usize, usize) = (5120, 6144);

    /// A detector that takes `today`, in seconds since 1970-01-01 UTC, for the present.
    pub fn new(today: i64) -> Self {
        Self { search: Search::new(), today }
    }

    /// The length of the longest literal that is searched for.
    pub fn longest_needle(&self) -> usize {
        self.search.longest()
    }

    /// Calls back with the place of each literal that a credential may begin with: the bare
    /// search, which looks at nothing but the literals.
    pub fn candidates(&self, window: &[u8], found: &mut dyn FnMut(Range<usize>)) {
        let mut at = 0;
        while let Some((span, _)) = self.search.next(window, at) {
            at = span.start + 1;
            found(span);
        }
    }

    /// Adds every credential in a text, in order and each place once. The path is a hint about
    /// whose credentials they may be.
    pub fn scan(&self, bytes: &[u8], path: &str, out: &mut Vec<Match>) {
        self.each(bytes, path, &mut |outcome| out.extend(outcome.ok()));
    }

    /// Every credential in a text, and everything that begins like one and is none.
    pub fn explain(&self, bytes: &[u8], path: &str) -> (Vec<Match>, Vec<Dropped>) {
        let (mut matches, mut dropped) = (Vec::new(), Vec::new());
        self.each(bytes, path, &mut |outcome| match outcome {
            Ok(found) => matches.push(found),
            Err(drop) => dropped.push(drop),
        });
        (matches, dropped)
    }

    fn each(&self, bytes: &[u8], path: &str, take: &mut dyn FnMut(Result<Match, Dropped>)) {
        let text = Text { bytes, path, today: self.today };
        let mut at = 0;
        let mut last_end = None;
        while let Some((needle, rules)) = self.search.next(bytes, at) {
            at = needle.start + 1;
            for rule in rules {
                let outcome = text.examine(&RULES[*rule], &needle, last_end);
                if let Ok(found) = &outcome {
                    at = found.span.end;
                    last_end = Some(found.span.end);
                    take(outcome);
                    break;
                }
                take(outcome);
            }
        }
    }
}

/// A text to be judged.
struct Text<'a> {
    bytes: &'a [u8],
    path: &'a str,
    today: i64,
}

impl Text<'_> {
    /// Judges what stands at a needle. `last_end` is where the credential before it ended.
    fn examine(
        &self,
        rule: &'static Rule,
        needle: &Range<usize>,
        last_end: Option<usize>,
    ) -> Result<Match, Dropped> {
        let drop = |why, span: &Range<usize>| Dropped { rule: rule.id, span: span.clone(), why };
        let prefix = needle.start + quote_len(&self.bytes[needle.clone()])..needle.end;
        let body = key::measure(rule.grammar, &self.bytes[prefix.end..])
            .ok_or_else(|| drop(Reason::Grammar, &prefix))?;
        let start = match &self.bytes[prefix.clone()] {
            b"_secret_" => boundary::object_start(self.bytes, prefix.start),
            _ => Some(prefix.start),
        };
        let start = start.ok_or_else(|| drop(Reason::Grammar, &prefix))?;
        let span = start..prefix.end + body.len;
        let value = std::str::from_utf8(&self.bytes[span.clone()])
            .map_err(|_| drop(Reason::Grammar, &span))?;
        let part = &value[prefix.end - start..];
        let sample = is_sample(part);
        let facts = facts(rule.grammar, part);
        let glued = last_end == Some(start);
        if !glued && !self.may_begin(start, &body, part) {
            return Err(drop(Reason::Boundary, &span));
        }
        let confidence = if sample {
            Confidence::Certain
        } else {
            self.judge(rule, &span, part, &body, &facts).map_err(|why| drop(why, &span))?
        };
        let secret = Secret::new(value, prefix.end - start);
        Ok(Match { rule, span, secret, facts, confidence, sample, decoded: Vec::new() })
    }

    /// Whether what stands to the left lets a credential begin here.
    fn may_begin(&self, start: usize, body: &Body, part: &str) -> bool {
        match boundary::left(self.bytes, start) {
            Left::Open => true,
            Left::Joined => body.shape <= Shape::Known && is_mixed(part),
            Left::Word => body.shape == Shape::Layout && is_mixed(part),
        }
    }

    fn judge(
        &self,
        rule: &Rule,
        span: &Range<usize>,
        part: &str,
        body: &Body,
        facts: &Facts,
    ) -> Result<Confidence, Reason> {
        if is_placeholder(part) {
            return Err(Reason::Placeholder);
        }
        if facts.is_from_the_future(self.today) {
            return Err(Reason::Future);
        }
        let is_key = matches!(rule.grammar, Grammar::AccountKey | Grammar::ModelessKey);
        let context = || Context::of(self.bytes, span, self.path);
        if is_key && is_foreign(part) && context() != Context::Stripe {
            return Err(Reason::Vendor);
        }
        if rule.needs_context && body.shape != Shape::Layout {
            return match context() {
                Context::Stripe => Ok(Confidence::Likely),
                Context::Silent if body.shape == Shape::Known => Ok(Confidence::Possible),
                Context::Silent | Context::Other => Err(Reason::Context),
            };
        }
        match body.shape {
            Shape::Layout => Ok(Confidence::Certain),
            Shape::Known => Ok(Confidence::Likely),
            Shape::Odd if is_key && part.len() < 99 && context() != Context::Stripe => {
                Err(Reason::Context)
            }
            Shape::Odd => Ok(Confidence::Possible),
        }
    }
}

fn facts(grammar: Grammar, part: &str) -> Facts {
    match grammar {
        Grammar::AccountKey => Facts::of_account_key(part),
        Grammar::EphemeralKey => Facts::of_encoded(part),
        _ => Facts::default(),
    }
}

/// Needles of keys without a mode begin with the quote or sign before them.
fn quote_len(needle: &[u8]) -> usize {
    usize::from(needle.first().is_some_and(|byte| !byte.is_ascii_alphanumeric() && *byte != b'_'))
}

/// Whether a body has both cases and a digit, as chance makes nearly every one.
fn is_mixed(part: &str) -> bool {
    let has = |class: fn(&u8) -> bool| part.bytes().any(|byte| class(&byte));
    has(u8::is_ascii_uppercase) && has(u8::is_ascii_lowercase) && has(u8::is_ascii_digit)
}
