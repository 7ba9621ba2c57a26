//! One pass over a text: every hit of the search, plain or in another spelling.

use std::ops::Range;

use super::judge::Text;
use super::search::{Plain, Search, Target};
use super::{Dropped, Match};
use crate::decode::{self, Layer};
use crate::key::{Confidence, RULES, Rule};

type Outcome = Result<Match, Dropped>;

/// What a pass needs to know.
pub struct Pass<'a> {
    pub search: &'a Search,
    pub path: &'a str,
    pub today: i64,
}

/// How long a credential is at most in any spelling: a window that goes on so far behind a hit has
/// shown all of it.
const LONGEST: usize = 1500;

impl Pass<'_> {
    /// Judges everything from `at` on. `depth` is how many spellings may still be read back.
    pub fn run(&self, bytes: &[u8], mut at: usize, depth: usize, outcomes: &mut Vec<Outcome>) {
        let mut last_end = None;
        let mut read = Vec::new();
        let mut hits = self.search.hits(bytes);
        while let Some(hit) = hits.next(at) {
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
                Target::Spelled { layer, phase } if depth > 0 => {
                    let phase_here = (hit.span.start + 4 - phase) % 4;
                    let done = Done { layer: *layer, phase: phase_here };
                    self.spelled(bytes, &hit.span, (done, *phase), depth, (&mut read, outcomes));
                }
                Target::Spelled { .. } => {}
            }
        }
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
        let text = Text { bytes, path: self.path, today: self.today };
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

    /// The credential that begins at a needle when the joints behind it are read over.
    fn joined(
        &self,
        bytes: &[u8],
        needle: &Range<usize>,
        layer: Layer,
        depth: usize,
    ) -> Option<Match> {
        let mut outcomes = Vec::new();
        self.read_back(bytes, needle, (layer, 0), depth, &mut outcomes)?;
        let begins = |found: &Match| (needle.start..needle.end).contains(&found.span.start);
        outcomes.into_iter().filter_map(Result::ok).find(begins)
    }

    fn spelled(
        &self,
        bytes: &[u8],
        needle: &Range<usize>,
        (done, phase): (Done, usize),
        depth: usize,
        (read, outcomes): (&mut Vec<(Done, usize)>, &mut Vec<Outcome>),
    ) {
        let is_read = |entry: &&mut (Done, usize)| entry.0 == done;
        let known = read.iter_mut().find(is_read);
        if known.as_ref().is_some_and(|(_, end)| needle.start + LONGEST <= *end) {
            return;
        }
        let Some(end) = self.read_back(bytes, needle, (done.layer, phase), depth, outcomes) else {
            return;
        };
        match known {
            Some(entry) => entry.1 = end,
            None => read.push((done, end)),
        }
    }

    /// Reads the text around a needle back and judges it like any other. Returns where the text
    /// that was read ends.
    fn read_back(
        &self,
        bytes: &[u8],
        needle: &Range<usize>,
        (layer, phase): (Layer, usize),
        depth: usize,
        outcomes: &mut Vec<Outcome>,
    ) -> Option<usize> {
        let decoded = decode::decode(layer, phase, bytes, needle.clone())?;
        let mut inner = Vec::new();
        self.run(&decoded.text, 0, depth - 1, &mut inner);
        for outcome in inner {
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
        Some(decoded.source.end)
    }
}

/// A spelling that was read; base64 of another phase is another text.
#[derive(PartialEq, Eq)]
struct Done {
    layer: Layer,
    phase: usize,
}
