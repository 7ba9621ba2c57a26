//! One pass over a text: every hit of the search, plain or in another spelling.

use std::ops::Range;

use super::judge::Text;
use super::search::{Plain, Search, Target};
use super::{Dropped, Match};
use crate::decode::{self, Decoded, Layer};
use crate::key::{Confidence, Context, RULES, Rule};

type Outcome = Result<Match, Dropped>;

/// What a pass needs to know.
pub struct Pass<'a> {
    pub search: &'a Search,
    pub path: &'a str,
    pub today: i64,
    /// What the text around the one that was read back says about whose credentials they are.
    pub around: Context,
    /// How the text was read, if it was written in another spelling.
    pub read: Option<&'a Decoded>,
}

/// How long a credential is at most in any spelling: a window that goes on so far behind a hit has
/// shown all of it.
const LONGEST: usize = 1500;

impl Pass<'_> {
    /// Judges everything from `at` on. `depth` is how many spellings may still be read back.
    pub fn run(&self, bytes: &[u8], at: usize, depth: usize, outcomes: &mut Vec<Outcome>) {
        self.run_within(bytes, at..bytes.len(), depth, outcomes);
    }

    /// Judges every hit that begins within a range.
    fn run_within(
        &self,
        bytes: &[u8],
        range: Range<usize>,
        depth: usize,
        outcomes: &mut Vec<Outcome>,
    ) {
        let mut at = range.start;
        let mut last_end = None;
        let mut read = Vec::new();
        let mut hits = self.search.hits(bytes);
        while let Some(hit) = hits.next(at).filter(|hit| hit.span.start < range.end) {
            at = hit.span.start + 1;
            match hit.target {
                Target::Plain(prefixes) => {
                    for Plain { rule, lead } in prefixes {
                        let start = hit.span.start.checked_sub(lead.len());
                        let Some(start) =
                            start.filter(|&i| bytes[i..].starts_with(lead.as_bytes()))
                        else {
                            continue;
                        };
                        let prefix = start..hit.span.end;
                        let outcome = self.plain(bytes, &prefix, &RULES[*rule], last_end, depth);
                        if let Ok(found) = &outcome {
                            at = at.max(found.span.end);
                            last_end = Some(found.span.end);
                        }
                        outcomes.push(outcome);
                    }
                }
                Target::Spelled { layer, phase } if depth > 0 && self.is_new(&hit.span) => {
                    let phase_here = (hit.span.start + 4 - phase) % 4;
                    let done = Done { layer: *layer, phase: phase_here };
                    self.spelled(bytes, &hit.span, (done, *phase), depth, (&mut read, outcomes));
                }
                Target::Spelled { .. } => {}
            }
        }
    }

    /// Whether a spelled prefix came out when the text was read back. One that stood there before
    /// is read where it stands: reading it in every combination of spellings again would let a
    /// text of a few lines take hours.
    fn is_new(&self, span: &Range<usize>) -> bool {
        let stood = |decoded: &Decoded| decoded.source_span(span).map(|source| source.len());
        self.read.is_none_or(|decoded| stood(decoded) != Some(span.len()))
    }

    /// A prefix that stands as it is; its body may go on behind a joint.
    fn plain(
        &self,
        bytes: &[u8],
        needle: &Range<usize>,
        rule: &'static Rule,
        last_end: Option<usize>,
        depth: usize,
    ) -> Outcome {
        let text = Text { bytes, path: self.path, today: self.today, around: self.around };
        let outcome = text.examine(rule, needle, last_end);
        if depth == 0 || matches!(&outcome, Ok(found) if found.confidence == Confidence::Certain) {
            return outcome;
        }
        let body = bytes[needle.end..].iter().take_while(|byte| byte.is_ascii_alphanumeric());
        let end = needle.end + body.take(LONGEST).count();
        let longer = decode::goes_on(&bytes[end..])
            .and_then(|layer| self.joined(bytes, needle, layer, depth));
        match (outcome, longer) {
            (Ok(found), Some(longer)) if longer.confidence < found.confidence => Ok(longer),
            (Err(_), Some(longer)) => Ok(longer),
            (outcome, _) => outcome,
        }
    }

    /// The credential that begins at a needle when the joints behind it are read over. Only what
    /// stands at the needle is judged, so that many joints in a row cost no more than each once.
    fn joined(
        &self,
        bytes: &[u8],
        needle: &Range<usize>,
        layer: Layer,
        depth: usize,
    ) -> Option<Match> {
        let from = needle.start.saturating_sub(BEFORE_JOINT);
        let near = &bytes[from..bytes.len().min(needle.end + LONGEST)];
        let local = needle.start - from..needle.end - from;
        let decoded = decode::decode(layer, 0, near, local.clone())?;
        let place = |at: usize| decoded.source_span(&(at..at + 1)).map_or(0, |span| span.start);
        let places: Vec<usize> = (0..decoded.text.len()).map(place).collect();
        let range = places.partition_point(|&at| at < local.start)
            ..places.partition_point(|&at| at < local.end);
        let inner = Pass { around: self.context(bytes, needle), read: Some(&decoded), ..*self };
        let mut outcomes = Vec::new();
        inner.run_within(&decoded.text, range, depth - 1, &mut outcomes);
        let mut found = outcomes.into_iter().find_map(Result::ok)?;
        let source = decoded.source_span(&found.span)?;
        // What stands there as it is was judged where it stands.
        if source.len() == found.span.len() {
            return None;
        }
        found.span = source.start + from..source.end + from;
        found.decoded.insert(0, layer);
        Some(found)
    }

    /// What the surroundings of a place say, those of the text that it was read from included.
    fn context(&self, bytes: &[u8], place: &Range<usize>) -> Context {
        Context::of(bytes, place, self.path).or(self.around)
    }

    fn spelled(
        &self,
        bytes: &[u8],
        needle: &Range<usize>,
        (done, phase): (Done, usize),
        depth: usize,
        (read, outcomes): (&mut Vec<(Done, Extent)>, &mut Vec<Outcome>),
    ) {
        let known = read.iter_mut().find(|entry| entry.0 == done);
        if known.as_ref().is_some_and(|(_, extent)| extent.shows(needle)) {
            return;
        }
        let Some(extent) = self.read_back(bytes, needle, (done.layer, phase), depth, outcomes)
        else {
            return;
        };
        match known {
            Some(entry) => entry.1 = extent,
            None => read.push((done, extent)),
        }
    }

    /// Reads the text around a needle back and judges it like any other. Returns how far the text
    /// goes that was read.
    fn read_back(
        &self,
        bytes: &[u8],
        needle: &Range<usize>,
        (layer, phase): (Layer, usize),
        depth: usize,
        outcomes: &mut Vec<Outcome>,
    ) -> Option<Extent> {
        let decoded = decode::decode(layer, phase, bytes, needle.clone())?;
        let extent = Extent::of(&decoded.source, needle);
        if bytes.get(decoded.source.clone()) == Some(&decoded.text) {
            return Some(extent);
        }
        let inner = Pass { around: self.context(bytes, needle), read: Some(&decoded), ..*self };
        let mut inside = Vec::new();
        inner.run(&decoded.text, 0, depth - 1, &mut inside);
        for outcome in inside {
            let span = match &outcome {
                Ok(found) => &found.span,
                Err(drop) => &drop.span,
            };
            let Some(source) = decoded.source_span(span) else { continue };
            // What stands there as it is was judged where it stands.
            if source.len() == span.len() {
                continue;
            }
            outcomes.push(match outcome {
                Ok(mut found) => {
                    found.span = source;
                    found.decoded.insert(0, layer);
                    Ok(found)
                }
                Err(drop) => Err(Dropped { span: source, ..drop }),
            });
        }
        Some(extent)
    }
}

/// How much of the text before a needle is read with the joints behind it: enough to see whether
/// a credential can begin there.
const BEFORE_JOINT: usize = 64;

/// How far a text goes that was read back.
#[derive(Clone, Copy)]
struct Extent {
    start: usize,
    end: usize,
    /// Whether it ends there by itself, not because no more was read.
    is_whole: bool,
}

impl Extent {
    fn of(source: &Range<usize>, needle: &Range<usize>) -> Self {
        let is_whole = source.end < needle.end + decode::REACH;
        Self { start: source.start, end: source.end, is_whole }
    }

    /// Whether all of a credential that begins at a needle was read.
    fn shows(self, needle: &Range<usize>) -> bool {
        let is_in = self.start <= needle.start && needle.end <= self.end;
        is_in && (self.is_whole || needle.start + LONGEST <= self.end)
    }
}

/// A spelling that was read; base64 of another phase is another text.
#[derive(PartialEq, Eq)]
struct Done {
    layer: Layer,
    phase: usize,
}
