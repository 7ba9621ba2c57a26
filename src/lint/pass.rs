//! The pass over what was held: every rule that has to look at a text looks at it.

use std::cell::OnceCell;
use std::collections::BTreeSet;
use std::io;
use std::ops::Range;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;

use super::compiled::{self, Cache};
use super::format::{self, Format};
use super::held::Text;
use super::keys::{self, Key, Misfit};
use super::page::{Change, Hit, Page};
use super::project::Projects;
use super::rule::{Rule, Scope};
use super::script;
use super::trigger::Active;
use super::{Level, Linted};
use crate::blob::Blob;
use crate::coverage::Note;
use crate::document::{Document, Unit};
use crate::finding::Finding;
use crate::fix::{Edit, Fix};
use crate::scan::Scanner;
use crate::sighting::Place;
use crate::subject::Practice;

/// The stack of a thread that parses: grammars recurse in a few places.
const STACK: usize = 16 << 20;

/// What a rule has to say about keys that were found.
pub fn compare(active: &Active, keys: &[Key<'_>], within: &str) -> Vec<Finding> {
    let rule = active.rule();
    let misfits = rule.check.map(|check| keys::misfits(check, keys)).unwrap_or_default();
    let finding = |misfit: Misfit<'_>| {
        let practice = practice(rule, Some(&misfit.message));
        let severity = Level::severity(active.level);
        Finding::practice(practice, severity, misfit.place.clone(), within, &misfit.identity)
    };
    misfits.into_iter().map(finding).collect()
}

/// How many places of a text are told for a rule. Nobody reads more, and each costs a look at the
/// whole text.
const MOST: usize = 100;

/// What a pass needs to know of the run.
pub struct Pass<'a> {
    active: &'a [Active],
    cache: &'a Cache,
    projects: &'a Projects,
    scanner: &'a Scanner,
    within: &'a str,
}

impl<'a> Pass<'a> {
    /// A pass of some rules, for projects that are known.
    pub fn new(
        active: &'a [Active],
        cache: &'a Cache,
        projects: &'a Projects,
        scanner: &'a Scanner,
        within: &'a str,
    ) -> Self {
        Self { active, cache, projects, scanner, within }
    }

    /// Applies the rules to texts, on some threads, until it is told to stop.
    pub fn run(
        &self,
        texts: &[Text],
        threads: usize,
        stopped: &(dyn Fn() -> bool + Sync),
    ) -> Linted {
        let (next, linted) = (AtomicUsize::new(0), Mutex::new(Linted::default()));
        let take = || texts.get(next.fetch_add(1, Ordering::Relaxed)).filter(|_| !stopped());
        let add = |one: Linted| linted.lock().unwrap_or_else(PoisonError::into_inner).append(one);
        let work = || {
            while let Some(text) = take() {
                add(self.text(text));
            }
        };
        thread::scope(|scope| {
            for _ in 0..threads.min(texts.len()) {
                let worker = thread::Builder::new().stack_size(STACK);
                let spawned: io::Result<_> = worker.spawn_scoped(scope, work);
                if spawned.is_err() {
                    break;
                }
            }
        });
        // What no thread could be had for.
        while let Some(text) = take() {
            let gap = note(&text.path, "not linted: the system gave no thread for it");
            add(Linted { gaps: vec![gap], ..Linted::default() });
        }
        linted.into_inner().unwrap_or_else(PoisonError::into_inner)
    }

    fn text(&self, text: &Text) -> Linted {
        let mut linted = Linted::default();
        let is_covered = OnceCell::new();
        let covers = || *is_covered.get_or_init(|| self.projects.covers(&text.path, &text.bytes));
        let is_test = format::is_test(&text.path);
        let fires: Vec<(usize, &Active)> = (text.fires.iter())
            .map(|&index| (index, &self.active[index]))
            .filter(|(_, active)| !is_test || active.tests)
            .filter(|(_, active)| active.scope == Scope::Anywhere || covers())
            .collect();
        if fires.is_empty() {
            return linted;
        }
        let Ok(content) = std::str::from_utf8(&text.bytes) else {
            linted.skipped.push(note(&text.path, "not linted: it is not UTF-8"));
            return linted;
        };
        let page = Page::new(&text.path, text.format, content);
        self.page(&page, text, &fires, &mut linted);
        if text.format == Format::Html
            && let Some((scripts, format)) = script::scripts(content)
        {
            self.page(&Page::new(&text.path, format, &scripts), text, &fires, &mut linted);
        }
        // A rule may read a page and its scripts, which are a part of it.
        let mut seen = BTreeSet::new();
        linted.findings.retain(|f| seen.insert((f.rule_id().to_owned(), f.place.start.offset)));
        linted
    }

    fn page(&self, page: &Page<'_>, text: &Text, fires: &[(usize, &Active)], linted: &mut Linted) {
        let mut found: Vec<(&Active, Hit)> = Vec::new();
        for (active, mut hits) in self.hits(page, fires, linted) {
            let mut seen = BTreeSet::new();
            hits.sort_by_key(|hit| (hit.span.start, hit.client, hit.span.end));
            hits.retain(|hit| seen.insert(hit.span.start));
            if hits.len() > MOST {
                let why = format!("only the first {MOST} places are told for {}", active.id);
                linted.skipped.push(note(&text.path, &why));
                hits.truncate(MOST);
            }
            found.extend(hits.into_iter().map(|hit| (active, hit)));
        }
        match page.refusal() {
            Some(why) => linted.gaps.push(note(&text.path, &format!("not linted: {why}"))),
            None => self.tell(text, &found, linted),
        }
    }

    /// What each rule finds in a text. All patterns are looked for in one walk.
    fn hits<'r>(
        &self,
        page: &Page<'_>,
        fires: &[(usize, &'r Active)],
        linted: &mut Linted,
    ) -> Vec<(&'r Active, Vec<Hit>)> {
        let (mut by_rule, mut walking, mut patterns) = (Vec::new(), Vec::new(), Vec::new());
        for &(index, active) in fires {
            let rule = active.rule();
            let reads = |languages: &[Format]| languages.iter().any(|&l| page.format.reads(l));
            let mut hits = Vec::new();
            if let Some(check) = rule.check
                && rule.triggers.iter().any(|trigger| reads(&trigger.languages))
            {
                check.run(page, &mut hits);
            }
            if rule.patterns.iter().any(|pattern| reads(&pattern.languages)) {
                match self.cache.get(index, rule, page.format) {
                    Ok(compiled) => {
                        walking.push(by_rule.len());
                        patterns.push(compiled);
                    }
                    Err(error) => {
                        linted.gaps.push(note(page.path, &format!("{}: {error}", rule.id)));
                    }
                }
            }
            by_rule.push((active, hits));
        }
        if let Some(root) = (!patterns.is_empty()).then(|| page.root()).flatten() {
            for (at, mut hits) in walking.into_iter().zip(compiled::run(&patterns, root)) {
                by_rule[at].1.append(&mut hits);
            }
        }
        by_rule
    }

    fn tell(&self, text: &Text, found: &[(&Active, Hit)], linted: &mut Linted) {
        let blob = Blob::whole(&text.path, text.origin, &text.bytes);
        let spans = found.iter().map(|(_, hit)| first_line(&text.bytes, &hit.span));
        for ((active, hit), place) in found.iter().zip(self.scanner.places(&blob, spans)) {
            let finding = finding_at(active, (text, hit, place), self.scanner, self.within);
            let to = if hit.client { &mut linted.shipping } else { &mut linted.findings };
            to.push(finding);
        }
    }
}

/// What a rule has to say about one place of a text.
pub fn finding(
    active: &Active,
    (text, hit): (&Text, &Hit),
    scanner: &Scanner,
    within: &str,
) -> Finding {
    let blob = Blob::whole(&text.path, text.origin, &text.bytes);
    let place = scanner.place(&blob, first_line(&text.bytes, &hit.span));
    finding_at(active, (text, hit, place), scanner, within)
}

fn finding_at(
    active: &Active,
    (text, hit, place): (&Text, &Hit, Place),
    scanner: &Scanner,
    within: &str,
) -> Finding {
    let broken = String::from_utf8_lossy(&text.bytes[hit.span.clone()]);
    let practice = practice(active.rule(), hit.message.as_ref());
    let severity = Level::severity(active.level);
    let fix = hit.fix.as_ref().and_then(|change| fix(active.rule(), text, change, scanner));
    Finding { fix, ..Finding::practice(practice, severity, place, within, &broken) }
}

/// A fix that holds no secret, which the file may have brought into it, and nothing that a terminal
/// would obey.
fn fix(rule: &Rule, text: &Text, change: &Change, scanner: &Scanner) -> Option<Fix> {
    if scanner.label(&change.text) != change.text {
        return None;
    }
    let document = Document::new(&text.bytes);
    let at = |offset| document.position(offset, Unit::Byte);
    let (start, end) = (at(change.span.start), at(change.span.end));
    let description = rule.remedy.lines().next().unwrap_or(&rule.title).to_owned();
    Some(Fix { description, edits: vec![Edit { start, end, text: change.text.clone() }] })
}

fn practice(rule: &Rule, message: Option<&String>) -> Practice {
    Practice {
        id: rule.id.clone(),
        title: rule.title.clone(),
        message: message.unwrap_or(&rule.message).trim().to_owned(),
        remedy: rule.remedy.clone(),
        references: rule.references.clone(),
    }
}

/// A snippet shows one line: of what runs over many, such as a whole function, the first.
fn first_line(bytes: &[u8], span: &Range<usize>) -> Range<usize> {
    let part = bytes.get(span.clone()).unwrap_or_default();
    let len = memchr::memchr2(b'\n', b'\r', part).unwrap_or(part.len());
    span.start..span.start + part[..len].trim_ascii_end().len()
}

fn note(what: &str, why: &str) -> Note {
    Note { what: what.to_owned(), why: why.to_owned() }
}
