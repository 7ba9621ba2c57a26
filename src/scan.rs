//! From a blob to the sightings in it: the pure part between the sources and the report.

use std::collections::{BTreeSet, HashSet};
use std::ops::{Bound, Range};

use sha2::{Digest, Sha256};

use crate::blob::{Blob, CommitRef, Origin, Part};
use crate::comment::{self, Comment, Name};
use crate::coverage::Note;
use crate::decode::Layer;
use crate::decode::container::{self, Budget, Limits};
use crate::detect::{Detector, Match};
use crate::document::{Document, Unit};
use crate::sighting::{Place, Sighting};
use crate::snippet::{Mask, Snippet, neutral, unit_at};

/// How far to each side of a place that is no credential secrets are looked for: more than a
/// snippet shows and the longest credential has.
const LINE: usize = 1024;

/// SHA-256 of all that the program is made of, its rules included: what one program has read says
/// nothing about another.
pub const SOURCES: &str = env!("STRIPEGUARD_SOURCES");

/// Looks for credentials in blobs. One scanner serves all threads of a run.
#[derive(Debug)]
pub struct Scanner {
    detector: Detector,
    limits: Limits,
    budget: Budget,
}

/// What a blob holds, and what of it could not be read.
#[derive(Debug, Default)]
pub struct Found {
    /// Credentials and where they stand.
    pub sightings: Vec<Sighting>,
    /// Members of archives that could not be read.
    pub gaps: Vec<Note>,
    /// Comments that allow findings, in texts that somebody can edit.
    pub comments: Vec<(Comment, Place)>,
    /// Members of archives that were opened, nested ones too.
    pub members: u64,
}

impl Found {
    /// Whether there is nothing to tell.
    pub fn is_empty(&self) -> bool {
        self.sightings.is_empty() && self.gaps.is_empty() && self.comments.is_empty()
    }

    /// Adds what another blob holds.
    pub fn append(&mut self, mut other: Self) {
        self.sightings.append(&mut other.sightings);
        self.gaps.append(&mut other.gaps);
        self.comments.append(&mut other.comments);
        self.members += other.members;
    }
}

impl Scanner {
    /// A scanner that takes `today`, in seconds since 1970-01-01 UTC, for the present.
    pub fn new(today: i64, limits: Limits) -> Self {
        let budget = Budget::new(&limits);
        Self { detector: Detector::new(today), limits, budget }
    }

    /// Of what finds the same in the same bytes: the program with its rules, and the limits. The day
    /// is no part of it.
    pub fn identity(&self) -> [u8; 32] {
        let limits = format!("{:?}", self.limits);
        let parts = [env!("CARGO_PKG_VERSION"), SOURCES, &limits];
        Sha256::digest(parts.join("\n")).into()
    }

    /// The same on a day on which every account has been created.
    pub fn some_day(&self) -> Self {
        Self::new(i64::MAX / 2, self.limits)
    }

    /// Whether archives of this run were left unread that another run might read.
    pub fn is_budget_spent(&self) -> bool {
        self.budget.is_spent()
    }

    /// The search for candidates alone, for readers that pick what is worth a full scan.
    pub fn detector(&self) -> &Detector {
        &self.detector
    }

    /// Finds every credential of a blob, in all its spellings and in the members of archives.
    pub fn scan(&self, blob: &Blob<'_>, found: &mut Found) {
        let from = found.sightings.len();
        self.scan_text(blob, found);
        if matches!(blob.origin, Origin::Tree | Origin::Index | Origin::Stdin) {
            self.scan_comments(blob, found);
        }
        if blob.part == Part::Whole && container::may_end_as_one(blob.bytes) {
            self.scan_members(blob, found);
            leave_the_innermost(&mut found.sightings, from);
        }
    }

    fn scan_members(&self, blob: &Blob<'_>, found: &mut Found) {
        let gaps = container::open(blob.bytes, &self.limits, &self.budget, &mut |member| {
            found.members += u64::from(member.is_first);
            let inside = if member.path.is_empty() { "data" } else { member.path };
            let path = format!("{}!/{inside}", blob.path);
            self.scan_text(&Blob::whole(&path, blob.origin, member.bytes), found);
        });
        found.gaps.extend(gaps.into_iter().map(|gap| Note {
            what: match gap.what.as_str() {
                "" => place_of(blob),
                inside => format!("{}!/{inside}", place_of(blob)),
            },
            why: gap.why,
        }));
    }

    /// A label for a report: without secrets and without anything a terminal would obey.
    pub fn label(&self, text: &str) -> String {
        let mut matches = Vec::new();
        self.detector.scan(text.as_bytes(), "", &mut matches);
        let mut label = String::new();
        let mut at = 0;
        for found in &matches {
            label.push_str(text.get(at..found.span.start).unwrap_or_default());
            label.push_str(&found.secret.redacted());
            at = found.span.end;
        }
        label.push_str(text.get(at..).unwrap_or_default());
        neutral(&label)
    }

    /// A commit as reports show it: nothing in its text can leak a secret or move a cursor.
    pub fn commit(&self, commit: &CommitRef) -> CommitRef {
        CommitRef {
            author: self.label(&commit.author),
            subject: self.label(&commit.subject),
            ..commit.clone()
        }
    }

    fn scan_comments(&self, blob: &Blob<'_>, found: &mut Found) {
        let (start, owned) = blob.owned();
        let document = Document::continuing(blob.bytes, start);
        for (comment, span) in comment::all(blob.bytes, &document) {
            if owned.contains(&span.start) {
                found.comments.push((self.clean(comment), self.place_in(blob, &document, span)));
            }
        }
    }

    fn beside(&self, bytes: &[u8], document: &Document<'_>, span: &Range<usize>) -> Vec<Comment> {
        let comments = comment::beside(bytes, document, span);
        comments.into_iter().map(|comment| self.clean(comment)).collect()
    }

    /// A comment that can be shown: somebody may have pasted a key into it.
    fn clean(&self, comment: Comment) -> Comment {
        let name = |name: Name| Name {
            rule: self.label(&name.rule),
            fingerprint: name.fingerprint.map(|print| self.label(&print)),
        };
        Comment {
            names: comment.names.into_iter().map(name).collect(),
            reason: comment.reason.map(|reason| self.label(&reason)),
            ..comment
        }
    }

    /// A place of a text that is no credential, for findings about practice. What its line holds of
    /// secrets is redacted like everywhere else.
    pub fn place(&self, blob: &Blob<'_>, span: Range<usize>) -> Place {
        self.place_in(blob, &Document::continuing(blob.bytes, blob.owned().0), span)
    }

    /// Places of one text, whose lines are counted once.
    pub fn places(&self, blob: &Blob<'_>, spans: impl Iterator<Item = Range<usize>>) -> Vec<Place> {
        let document = Document::continuing(blob.bytes, blob.owned().0);
        spans.map(|span| self.place_in(blob, &document, span)).collect()
    }

    fn place_in(&self, blob: &Blob<'_>, document: &Document<'_>, span: Range<usize>) -> Place {
        let lines = document.lines_around(span.clone(), LINE);
        let mut matches = Vec::new();
        self.detector.scan(&blob.bytes[lines.clone()], blob.path, &mut matches);
        for found in &mut matches {
            found.span = found.span.start + lines.start..found.span.end + lines.start;
        }
        let (masks, _) = masks(&matches);
        Place {
            origin: blob.origin,
            path: (!blob.path.is_empty()).then(|| self.label(blob.path)),
            start: document.position(span.start, Unit::Byte),
            end: document.position(span.end, Unit::Byte),
            commit: None,
            decoded: Vec::new(),
            comments: self.beside(blob.bytes, document, &span),
            snippet: Snippet::cut(blob.bytes, document, &masks, span),
        }
    }

    fn scan_text(&self, blob: &Blob<'_>, found: &mut Found) {
        let mut matches = Vec::new();
        self.detector.scan(blob.bytes, blob.path, &mut matches);
        if matches.is_empty() {
            return;
        }
        let (start, owned) = blob.owned();
        let document = Document::continuing(blob.bytes, start);
        let (masks, index) = masks(&matches);
        let path = (!blob.path.is_empty()).then(|| self.label(blob.path));
        for (found_match, mask) in matches.into_iter().zip(index) {
            if owned.contains(&found_match.span.start) {
                let focus = masks[mask].span.clone();
                let snippet = Snippet::cut(blob.bytes, &document, &masks, focus);
                let comments = self.beside(blob.bytes, &document, &found_match.span);
                let place = place(blob, &document, &found_match, path.clone(), snippet, comments);
                found.sightings.push(sighting(found_match, place));
            }
        }
    }
}

/// What stands in a member is reported there, and not again where it stands unpacked in the
/// container. Where a stored member ends with a key, the raw text runs on behind it.
fn leave_the_innermost(sightings: &mut Vec<Sighting>, from: usize) {
    let path = |s: &Sighting| s.place.path.clone().unwrap_or_default();
    let mut values = BTreeSet::new();
    let mut inside = HashSet::new();
    for sighting in &sightings[from..] {
        let (value, path) = (sighting.secret.reveal(), path(sighting));
        values.insert(value.to_owned());
        inside.extend(
            path.match_indices("!/").map(|(at, _)| (value.to_owned(), path[..at].to_owned())),
        );
    }
    let stands_inside = |sighting: &Sighting| {
        let raw = sighting.secret.reveal();
        let up_to_raw = values.range::<str, _>((Bound::Unbounded, Bound::Included(raw)));
        let begins_it = up_to_raw.rev().take(2).filter(|value| raw.starts_with(*value));
        // A page of a database may end within a key.
        let from_raw = values.range::<str, _>((Bound::Excluded(raw), Bound::Unbounded));
        let begun_by_it = from_raw.take(1).filter(|value| value.starts_with(raw));
        begins_it.chain(begun_by_it).any(|value| inside.contains(&(value.clone(), path(sighting))))
    };
    let hidden: Vec<bool> = sightings[from..].iter().map(stands_inside).collect();
    let mut hidden = std::iter::repeat_n(false, from).chain(hidden);
    sightings.retain(|_| !hidden.next().unwrap_or(false));
}

/// What a note calls a blob whose path only attribution will tell.
fn place_of(blob: &Blob<'_>) -> String {
    match blob.origin {
        Origin::History(id) if blob.path.is_empty() => format!("object {id}"),
        _ => blob.path.to_owned(),
    }
}

fn sighting(found: Match, place: Place) -> Sighting {
    Sighting {
        rule: found.rule,
        secret: found.secret,
        facts: found.facts,
        confidence: found.confidence,
        sample: found.sample,
        place,
    }
}

fn place(
    blob: &Blob<'_>,
    document: &Document<'_>,
    found: &Match,
    path: Option<String>,
    snippet: Snippet,
    comments: Vec<Comment>,
) -> Place {
    let unit = match found.decoded.first() {
        Some(Layer::Utf16) => unit_at(blob.bytes, found.span.start, 2),
        Some(Layer::Utf32) => unit_at(blob.bytes, found.span.start, 4),
        _ => Unit::Byte,
    };
    Place {
        origin: blob.origin,
        path,
        start: document.position(found.span.start, unit),
        end: document.position(found.span.end, unit),
        commit: None,
        decoded: found.decoded.clone(),
        comments,
        snippet,
    }
}

/// What hides each match in a snippet, and for each match which mask it is: matches that overlap,
/// as a key within an encoded text that holds two, share one.
fn masks(matches: &[Match]) -> (Vec<Mask>, Vec<usize>) {
    let mut masks: Vec<Mask> = Vec::new();
    let mut index = Vec::new();
    for found in matches {
        match masks.last_mut() {
            Some(last) if overlaps(&last.span, &found.span) => {
                last.span.end = last.span.end.max(found.span.end);
            }
            _ => masks.push(Mask { span: found.span.clone(), shown: found.secret.redacted() }),
        }
        index.push(masks.len() - 1);
    }
    (masks, index)
}

fn overlaps(a: &Range<usize>, b: &Range<usize>) -> bool {
    a.start < b.end && b.start < a.end
}
