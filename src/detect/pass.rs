//! One pass over a text: every hit of the search, plain or in another spelling.

use std::ops::Range;

use super::judge::Text;
use super::search::{Hits, Plain, Search, Target};
use super::{DEPTH, Dropped, Match};
use crate::decode::{self, Decoded, Layer, Length, Wide};
use crate::key::{Confidence, Context, RULES, Rule};

type Outcome = Result<Match, Dropped>;

/// What a pass needs to know.
pub struct Pass<'a> {
    pub search: &'a Search,
    pub path: &'a str,
    pub today: i64,
    /// What the text around the one that was read back says about whose credentials they are.
    pub around: &'a dyn Fn() -> Context,
    /// How the text was read, if it was written in another spelling.
    pub read: Option<&'a Decoded>,
}

/// How long a credential is at most in any spelling: a window that goes on so far behind a hit has
/// shown all of it.
const LONGEST: usize = 1500;

impl Pass<'_> {
    /// Judges all hits in a text, and what is written in wide characters. `depth` is how many
    /// spellings may still be read back.
    pub fn run(
        &self,
        bytes: &[u8],
        hits: Hits<'_>,
        wide: &[Wide],
        depth: usize,
        outcomes: &mut Vec<Outcome>,
    ) {
        self.judge_hits(bytes, hits, depth, outcomes);
        for text in wide.iter().filter(|_| depth > 0) {
            self.judge_inside(bytes, &text.read(bytes), &text.span(), depth, outcomes);
        }
    }

    fn judge_hits(
        &self,
        bytes: &[u8],
        mut hits: Hits<'_>,
        depth: usize,
        outcomes: &mut Vec<Outcome>,
    ) {
        let mut at = hits.start();
        let mut last_end = None;
        let mut read = Vec::new();
        while let Some(hit) = hits.next(at) {
            at = hit.span.start + 1;
            let spelled = match hit.target {
                Target::Plain(prefixes) => {
                    let found =
                        self.prefixes(bytes, &hit.span, prefixes, last_end, depth, outcomes);
                    if let Some(end) = found {
                        at = at.max(end);
                        last_end = Some(end);
                    }
                    // The first character of the prefix may stand before a cut.
                    cut_before(&bytes[..hit.span.start]).map(|layer| (layer, 0))
                }
                Target::Spelled { layer, phase } => Some((*layer, *phase)),
            };
            let Some((layer, phase)) = spelled.filter(|_| depth > 0 && self.is_new(&hit.span))
            else {
                continue;
            };
            let done = Done { layer, phase: (hit.span.start + 4 - phase) % 4 };
            self.spelled(bytes, &hit.span, (done, phase), depth, (&mut read, outcomes));
        }
    }

    /// Judges a hit as each of the prefixes that it may be. Returns where the credential ends that
    /// was found.
    fn prefixes(
        &self,
        bytes: &[u8],
        hit: &Range<usize>,
        prefixes: &[Plain],
        last_end: Option<usize>,
        depth: usize,
        outcomes: &mut Vec<Outcome>,
    ) -> Option<usize> {
        let mut last_end = last_end;
        let mut end = None;
        for Plain { rule, lead, rest } in prefixes {
            let is_whole = bytes[..hit.start].ends_with(lead.as_bytes())
                && bytes[hit.end..].starts_with(rest.as_bytes());
            if !is_whole {
                continue;
            }
            let prefix = hit.start - lead.len()..hit.end + rest.len();
            let outcome = self.plain(bytes, &prefix, &RULES[*rule], last_end, depth);
            if let Ok(found) = &outcome {
                (last_end, end) = (Some(found.span.end), Some(found.span.end));
            }
            outcomes.push(outcome);
        }
        end
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
        let rest = &bytes[end..];
        let longer = match (decode::goes_on(rest), decode::replaced_by(rest)) {
            (Some(layer), _) | (None, Some(layer)) => self.joined(bytes, needle, layer, depth),
            (None, None) => None,
        };
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
        let window = needle.start.saturating_sub(BEFORE_JOINT)..bytes.len();
        let decoded = decode::decode_body(layer, bytes, window, needle, Length::Any)?;
        let range = decoded.index_of(needle.start)..decoded.index_of(needle.end);
        let around = || self.context(bytes, needle);
        let inner = Pass { around: &around, read: Some(&decoded), ..*self };
        let mut outcomes = Vec::new();
        let hits = self.search.hits(&decoded.text, range);
        inner.judge_hits(&decoded.text, hits, depth - 1, &mut outcomes);
        let mut found = outcomes.into_iter().find_map(Result::ok)?;
        let source = decoded.source_span(&found.span)?;
        // What stands there as it is was judged where it stands.
        if source.len() == found.span.len() {
            return None;
        }
        found.span = source;
        found.decoded.insert(0, layer);
        Some(found)
    }

    /// What the surroundings of a place say, those of the text that it was read from included.
    fn context(&self, bytes: &[u8], place: &Range<usize>) -> Context {
        Context::of(bytes, place, self.path).or_else(self.around)
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
        let mut is_found = self.judge_inside(bytes, &decoded, needle, depth, outcomes);
        let is_run = matches!(layer, Layer::Base64 | Layer::Hex);
        if is_run && !is_found {
            let ends = other_ends(&bytes[..decoded.source.end.max(needle.end)], needle.end);
            is_found = ends.into_iter().flatten().any(|end| {
                let alone = decode::decode(layer, phase, &bytes[..end], needle.clone());
                let bytes = &bytes[..end];
                alone.is_some_and(|alone| self.judge_inside(bytes, &alone, needle, depth, outcomes))
            });
        }
        let goes_on = is_run && decode::replaced_by(&bytes[decoded.source.end..]).is_some();
        if depth == DEPTH && (goes_on || !is_found) {
            self.read_through(bytes, needle, (layer, phase), outcomes);
        }
        Some(extent)
    }

    /// Reads a needle back that stands within a text that is itself spelled, though not in a way
    /// that changes the needle: an encoded text goes on behind a joint, a soft break or an escape.
    fn read_through(
        &self,
        bytes: &[u8],
        needle: &Range<usize>,
        (layer, phase): (Layer, usize),
        outcomes: &mut Vec<Outcome>,
    ) {
        for outer in decode::REPLACING.into_iter().filter(|outer| *outer != layer) {
            let window = needle.start.saturating_sub(BEFORE_JOINT)..bytes.len();
            let near = decode::decode_body(outer, bytes, window, needle, Length::Spelled);
            let Some(near) = near.filter(|near| near.source.len() != near.text.len()) else {
                continue;
            };
            let around = || self.context(bytes, needle);
            let pass = Pass { around: &around, read: Some(&near), ..*self };
            let inner = near.index_of(needle.start)..near.index_of(needle.end);
            let mut inside = Vec::new();
            pass.read_back(&near.text, &inner, (layer, phase), DEPTH - 1, &mut inside);
            if place(&near, inside, outcomes) {
                return;
            }
        }
    }

    /// Judges a text that was read back like any other, and says where in the source things stand.
    /// Returns what [`place`] does.
    fn judge_inside(
        &self,
        bytes: &[u8],
        decoded: &Decoded,
        place_in_source: &Range<usize>,
        depth: usize,
        outcomes: &mut Vec<Outcome>,
    ) -> bool {
        let around = || self.context(bytes, place_in_source);
        let inner = Pass { around: &around, read: Some(decoded), ..*self };
        let mut inside = Vec::new();
        let wide = decode::wide_texts(&decoded.text, 0..decoded.text.len());
        let hits = self.search.hits(&decoded.text, 0..decoded.text.len());
        inner.run(&decoded.text, hits, &wide, depth - 1, &mut inside);
        place(decoded, inside, outcomes)
    }
}

/// Adds what was found in a text that was read back where it stands in the source. Returns whether
/// something was found that does not stand there as it is: that was judged where it stands.
fn place(decoded: &Decoded, inside: Vec<Outcome>, outcomes: &mut Vec<Outcome>) -> bool {
    let mut is_found = false;
    for outcome in inside {
        let span = match &outcome {
            Ok(found) => &found.span,
            Err(drop) => &drop.span,
        };
        let source = decoded.source_span(span).filter(|source| source.len() != span.len());
        let Some(source) = source else { continue };
        outcomes.push(match outcome {
            Ok(mut found) => {
                is_found = true;
                found.span = source;
                found.decoded.insert(0, decoded.layer);
                Ok(found)
            }
            Err(drop) => Err(Dropped { span: source, ..drop }),
        });
    }
    is_found
}

/// Where an encoded text may end as well that was read over several lines: what follows the first
/// white space, or the last line, may be a text of its own.
fn other_ends(read: &[u8], from: usize) -> [Option<usize>; 2] {
    let rest = &read[from..];
    let word = rest.iter().position(u8::is_ascii_whitespace);
    [word, memchr::memrchr(b'\n', rest)].map(|len| len.map(|len| from + len))
}

/// The layer of a joint that a text ends with: a line that goes on, a soft break, or a quote.
fn cut_before(before: &[u8]) -> Option<Layer> {
    let line = before.trim_ascii_end();
    match (before.last()?, line.last()?) {
        (b'\n' | b' ' | b'\t', b'\\') => Some(Layer::Joined),
        (b'\n', b'=') => Some(Layer::QuotedPrintable),
        (b'"' | b'\'' | b'`', _) => Some(Layer::Joined),
        _ => None,
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
