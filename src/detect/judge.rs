//! The judge: whether what stands at a prefix is a credential, and how sure that is.

use std::ops::Range;

use super::boundary::{self, Left};
use super::{Dropped, Match, Reason};
use crate::key::{
    self, Body, Confidence, Context, Facts, Grammar, Rule, Shape, is_foreign, is_placeholder,
    is_sample,
};
use crate::secret::Secret;

/// A text to be judged.
pub struct Text<'a> {
    /// The text, plain or read back from another spelling: it makes no difference.
    pub bytes: &'a [u8],
    /// A hint about whose credentials may be in it.
    pub path: &'a str,
    /// The present.
    pub today: i64,
    /// What the text says that this one was read from.
    pub around: &'a dyn Fn() -> Context,
}

impl Text<'_> {
    /// Judges what stands at a needle. `last_end` is where the credential before it ended.
    pub fn examine(
        &self,
        rule: &'static Rule,
        needle: &Range<usize>,
        last_end: Option<usize>,
    ) -> Result<Match, Dropped> {
        let drop = |why, span: &Range<usize>| Dropped { rule: rule.id, span: span.clone(), why };
        let mut prefix = needle.start + quote_len(&self.bytes[needle.clone()])..needle.end;
        let body = key::measure(rule.grammar, &self.bytes[prefix.end..])
            .ok_or_else(|| drop(Reason::Grammar, &prefix))?;
        let start = match rule.grammar {
            Grammar::ClientSecret => boundary::object_start(self.bytes, prefix.start),
            Grammar::LegacyKey => {
                let glue = key::legacy_key(&self.bytes[prefix.end..]);
                prefix.end += glue.map_or(0, |(len, _)| len);
                Some(prefix.end)
            }
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
        if !glued && !self.may_begin(&span, &body, part) {
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
    fn may_begin(&self, span: &Range<usize>, body: &Body, part: &str) -> bool {
        match boundary::left(self.bytes, span) {
            Left::Open => true,
            Left::Joined => body.shape <= Shape::Known && has_both_cases(part),
            Left::Word => body.shape == Shape::Layout && has_both_cases(part),
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
        let is_legacy = rule.grammar == Grammar::LegacyKey;
        if is_placeholder(part) || is_legacy && !has_all_classes(part) {
            return Err(Reason::Placeholder);
        }
        if facts.is_from_the_future(self.today) {
            return Err(Reason::Future);
        }
        let is_key = matches!(rule.grammar, Grammar::AccountKey | Grammar::ModelessKey);
        let context = || Context::of(self.bytes, span, self.path).or_else(self.around);
        if is_key && is_foreign(part) && context() != Context::Stripe {
            return Err(Reason::Vendor);
        }
        if rule.needs_context && body.shape != Shape::Layout {
            return match context() {
                Context::Stripe => Ok(Confidence::Likely),
                Context::Silent | Context::Other => Err(Reason::Context),
            };
        }
        // A name in code of a length that no key has: chance leaves digits out of one in a hundred.
        if is_key && body.shape == Shape::Odd && !part.bytes().any(|byte| byte.is_ascii_digit()) {
            return Err(Reason::Placeholder);
        }
        match body.shape {
            Shape::Layout => Ok(Confidence::Certain),
            // Nobody else is known to issue 24 characters of mixed case.
            Shape::Known if is_key && context() == Context::Other => match part.len() {
                24 => Ok(Confidence::Possible),
                _ => Err(Reason::Vendor),
            },
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

/// Whether a body has both cases and a digit, as chance makes nearly every one of 32 characters.
/// One that has not is a hash or a name.
fn has_all_classes(part: &str) -> bool {
    has_both_cases(part) && part.bytes().any(|byte| byte.is_ascii_digit())
}

/// Whether a body has both cases, as chance makes nearly every one. (One of 24 characters in seventy
/// has no digit.)
fn has_both_cases(part: &str) -> bool {
    let has = |class: fn(&u8) -> bool| part.bytes().any(|byte| class(&byte));
    has(u8::is_ascii_uppercase) && has(u8::is_ascii_lowercase)
}
