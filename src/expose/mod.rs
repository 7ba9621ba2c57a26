//! Tells for each finding of a report which side it ships to, and makes findings of names whose
//! values ship.

mod ground;
mod name;
mod stored;

pub use ground::Ground;
pub use name::{RULE, SEVERITY, TITLE, page};

use std::ops::Range;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use crate::blob::Origin;
use crate::context::imports::{Budget, Imports};
use crate::context::source_map::original;
use crate::context::{Files, Graphs, Judge, Mention, Question, inlined, source_at};
use crate::coverage::Progress;
use crate::exposure::{Exposure, Side};
use crate::finding::{Finding, sort};
use crate::scan::Scanner;
use crate::sighting::Place;
use stored::Stored;

/// A name of a secret, and the place where it stands.
pub type Named = (Mention, Place);

/// Fills in the exposure of findings, and adds those about names, and of `shipping` those whose files
/// ship to clients.
pub fn expose(
    findings: &mut Vec<Finding>,
    named: Vec<Named>,
    shipping: Vec<Finding>,
    ground: &Ground,
    scanner: &Scanner,
    progress: &Progress,
) {
    if findings.is_empty() && named.is_empty() && shipping.is_empty() {
        return;
    }
    let begun = Instant::now();
    let stored = Stored::new(ground.repository.as_ref());
    let files = match &ground.root {
        Some(root) => Files::under(root),
        None => stored.files(),
    };
    let budget = Budget { threads: ground.threads.max(1), ..Budget::default() };
    let imports = ground.root.as_ref().and_then(|root| Imports::new(root, budget).ok());
    let judge = Judge::new(&files, imports.as_ref().map(Graphs::new));
    let bench = Bench { ground, files: &files, stored: &stored, judge: &judge, scanner };
    for finding in findings.iter_mut() {
        finding.exposure = bench.exposure(finding);
        finding.escalate();
    }
    findings
        .extend(named.into_iter().filter_map(|(mention, place)| bench.practice(&mention, place)));
    findings.extend(shipping.into_iter().filter_map(|finding| bench.shipped(finding)));
    sort(findings);
    let micros = |time: Duration| u64::try_from(time.as_micros()).unwrap_or(u64::MAX);
    progress.judging.store(micros(begun.elapsed()), Ordering::Relaxed);
    progress.graphs.store(micros(judge.spent_on_graphs()), Ordering::Relaxed);
}

/// What a run is judged with.
struct Bench<'a> {
    ground: &'a Ground,
    files: &'a Files<'a>,
    stored: &'a Stored<'a>,
    judge: &'a Judge<'a>,
    scanner: &'a Scanner,
}

impl Bench<'_> {
    /// The worst of all places of a finding that stand in the same text.
    fn exposure(&self, finding: &Finding) -> Exposure {
        let same = finding.others.iter().filter(|place| place.origin == finding.place.origin);
        let places = std::iter::once(&finding.place).chain(same);
        let judged = places.map(|place| self.judge(place));
        self.shown(judged.min_by_key(|exposure| exposure.side).unwrap_or_default())
    }

    /// Without anything of the scanned tree that a report must not show.
    fn shown(&self, exposure: Exposure) -> Exposure {
        Exposure {
            side: exposure.side,
            evidence: exposure.evidence.map(|text| self.scanner.label(&text)),
            route: exposure.route.iter().map(|path| self.scanner.label(path)).collect(),
        }
    }

    fn judge(&self, place: &Place) -> Exposure {
        let is_file = matches!(place.origin, Origin::Tree | Origin::Index | Origin::History(_));
        let Some(label) = place.path.as_ref().filter(|_| is_file) else {
            return Exposure::default();
        };
        let path = self.ground.path(label);
        let text = self.text(place, &path);
        let is_in_tree = matches!(place.origin, Origin::Tree | Origin::Index);
        let exposure = self.judge.exposure(&Question {
            path: &path,
            text: text.as_deref(),
            place: span(place),
            in_tree: is_in_tree && self.ground.root.is_some(),
        });
        match text {
            Some(text) if exposure.side == Side::Client => {
                self.traced(exposure, &path, &text, span(place).start)
            }
            _ => exposure,
        }
    }

    /// Names the source that a bundle was made of, where a map knows it.
    fn traced(&self, exposure: Exposure, path: &str, text: &[u8], at: usize) -> Exposure {
        let source = if path.ends_with(".map") {
            source_at(text, at)
        } else if BUNDLES.iter().any(|end| path.ends_with(end)) {
            let source = original(path, text, at, |path| self.files.read(path));
            source.map(|source| format!("{}:{}", source.path, source.line))
        } else {
            None
        };
        let evidence = match (exposure.evidence, source) {
            (Some(why), Some(source)) => Some(format!("{why}, made of {source}")),
            (evidence, _) => evidence,
        };
        Exposure { evidence, ..exposure }
    }

    fn text(&self, place: &Place, path: &str) -> Option<Vec<u8>> {
        match place.origin {
            Origin::Tree => self.files.read(path),
            Origin::Index => self.stored.staged(path),
            Origin::History(id) => self.stored.read(&id),
            _ => None,
        }
    }

    /// A practice that is wrong only in what ships.
    fn shipped(&self, mut finding: Finding) -> Option<Finding> {
        finding.exposure = self.exposure(&finding);
        (finding.exposure.side == Side::Client).then_some(finding)
    }

    /// A finding about a name whose value ships.
    fn practice(&self, mention: &Mention, place: Place) -> Option<Finding> {
        let path = self.ground.path(place.path.as_deref()?);
        let around = self.judge.packages().around(&path);
        let exposure = match inlined(self.judge.packages(), &around, mention) {
            Some(public) => {
                Exposure { side: Side::Client, evidence: Some(public.why), route: Vec::new() }
            }
            None if mention.is_key => self.judge(&place),
            None => return None,
        };
        if exposure.side != Side::Client {
            return None;
        }
        let exposure = self.shown(exposure);
        let why = exposure.evidence.clone().unwrap_or_default();
        let message = format!("The value of {} ships to clients: {why}.", mention.name);
        let practice = name::practice(self.scanner.label(&message));
        let within = &self.ground.prefix;
        let name = &mention.name;
        let mut finding = Finding::practice(practice, SEVERITY, place, within, name);
        finding.exposure = exposure;
        Some(finding)
    }
}

/// What bundlers make, by the ends of names.
const BUNDLES: &[&str] = &[".js", ".mjs", ".cjs", ".css"];

fn span(place: &Place) -> Range<usize> {
    let at = |offset: u64| usize::try_from(offset).unwrap_or(usize::MAX);
    at(place.start.offset)..at(place.end.offset).max(at(place.start.offset))
}
