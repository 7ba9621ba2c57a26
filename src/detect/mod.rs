//! From bytes to credentials: one multi-literal search, and the grammar only near what it hits.

mod boundary;
mod chance;
mod judge;
mod literals;
mod pass;
pub mod seam;
mod search;
mod words;

use std::ops::Range;

use crate::decode::{self, Layer};
use crate::key::{Confidence, Context, Rule};
use crate::secret::Secret;
use pass::Pass;
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

    /// Calls back with the place of each literal that a credential may begin with: the bare
    /// search, which looks at nothing but the literals.
    pub fn candidates(&self, window: &[u8], found: &mut dyn FnMut(Range<usize>)) {
        let mut hits = self.search.hits(window, 0..window.len());
        let mut at = 0;
        while let Some(hit) = hits.next(at) {
            at = hit.span.start + 1;
            found(hit.span);
        }
        for wide in decode::wide_texts(window, 0..window.len()) {
            let text = wide.read(window);
            let first = self.search.hits(&text.text, 0..text.text.len()).next(0);
            let place = first.and_then(|hit| text.source_span(&hit.span));
            if let Some(place) = place {
                found(place.start..place.end.min(place.start + search::ENOUGH));
            }
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
        let mut hits = self.search.hits(bytes, 0..bytes.len());
        let wide = decode::wide_texts(bytes, 0..bytes.len());
        if hits.next(0).is_none() && wide.is_empty() {
            return;
        }
        let pass = Pass {
            search: &self.search,
            path,
            today: self.today,
            around: &|| Context::Silent,
            read: None,
        };
        let mut outcomes = Vec::new();
        pass.run(bytes, hits, &wide, DEPTH, &mut outcomes);
        let (mut matches, mut dropped) = (Vec::new(), Vec::new());
        for outcome in outcomes {
            match outcome {
                Ok(found) => matches.push(found),
                Err(drop) => dropped.push(drop),
            }
        }
        once_per_place(&mut matches);
        matches.into_iter().for_each(|found| take(Ok(found)));
        dropped.into_iter().for_each(|drop| take(Err(drop)));
    }
}

/// How many spellings may be nested in each other.
const DEPTH: usize = 3;

/// Sorts matches, and of those that show the same secret at the same place leaves the plainest.
fn once_per_place(matches: &mut Vec<Match>) {
    matches.sort_by(|a, b| {
        let key = |m: &Match| (m.span.start, m.decoded.len(), m.span.end);
        key(a).cmp(&key(b))
    });
    let mut kept: Vec<Match> = Vec::new();
    for found in matches.drain(..) {
        let again = kept.iter().rev().take(8).any(|other| {
            let overlaps = found.span.start < other.span.end && other.span.start < found.span.end;
            overlaps && other.secret == found.secret
        });
        if !again {
            kept.push(found);
        }
    }
    *matches = kept;
}
