//! Good practice of Stripe's keys, checked: rules of `rules/lints`, read by ast-grep.
//!
//! While a tree is read, [`Linter::offer`] looks at each text for the literals of the rules and
//! holds those that have one. [`Linter::finish`] reads what was held, when it is known which
//! projects use Stripe: a repository that does not use it is searched for literals and nothing more.

pub mod check;
mod compiled;
pub mod docs;
pub mod examples;
pub mod format;
mod held;
mod keys;
pub mod level;
mod metered;
mod name;
mod nesting;
mod page;
mod parse;
mod pass;
mod project;
pub mod rewrite;
mod rule;
mod sample;
mod script;
mod section;
mod selection;
mod syntax;
mod trigger;
mod whole;

pub use level::Level;
pub use page::{Change, Hit};
pub use project::is_manifest;
pub use rule::{Embedded, Example, Examples, LINTS, Pattern, Rule, Scope, embedded};
pub use selection::{Preset, Selection, Setting};

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

use crate::blob::{Blob, Origin, Part};
use crate::coverage::Note;
use crate::finding::{Finding, sort};
use crate::scan::Scanner;
use compiled::Cache;
use format::Format;
use held::{Held, Text};
use trigger::{Active, Triggers};

/// The rule that is right only where a run reads nothing that git ignores.
pub const NEEDS_IGNORE: &str = "env-file-not-ignored";

/// Rules about what a project lacks, which are right only where all of it is read.
pub const NEEDS_ALL: &[&str] = &["csp-missing", "env-file-in-build-context"];

/// Rules about several files at once.
const ABOUT_SEVERAL: &[&str] =
    &["csp-missing", "env-file-in-build-context", "env-file-in-image", "env-file-in-package"];

/// Texts above this are data, or made by a tool.
const LARGEST: usize = 1 << 20;

/// Directories of packages that somebody else publishes: nobody serves them from there.
const PACKAGES: &[&str] = &["node_modules", "bower_components", ".yarn"];

/// Applies rules about practice to the texts of one run.
#[derive(Debug)]
pub struct Linter {
    active: Vec<Active>,
    triggers: Triggers,
    cache: Cache,
    held: Mutex<Held>,
    within: String,
}

/// What a run has to say about practice.
#[derive(Debug, Default)]
pub struct Linted {
    /// Practices to mend, sorted.
    pub findings: Vec<Finding>,
    /// What is to be mended only if the file that it stands in ships to clients.
    pub shipping: Vec<Finding>,
    /// Texts that were not linted, on purpose.
    pub skipped: Vec<Note>,
    /// Texts that could not be linted.
    pub gaps: Vec<Note>,
}

impl Linted {
    fn append(&mut self, mut other: Self) {
        self.findings.append(&mut other.findings);
        self.shipping.append(&mut other.shipping);
        self.skipped.append(&mut other.skipped);
        self.gaps.append(&mut other.gaps);
    }
}

impl Linter {
    /// A linter of the rules that come with the program, and of others.
    pub fn new(selection: &Selection, others: Vec<Rule>) -> Self {
        let embedded = LINTS.iter().filter_map(|lint| {
            let level = selection.level(lint.id, lint.level)?;
            Some(Active::embedded(lint, level))
        });
        let others = others.into_iter().filter_map(|rule| {
            let level = selection.level(&rule.id, rule.level)?;
            Some(Active::own(rule, level))
        });
        let active: Vec<Active> = embedded.chain(others).collect();
        Self {
            active,
            triggers: Triggers::default(),
            cache: Cache::default(),
            held: Mutex::default(),
            within: String::new(),
        }
    }

    /// For a run whose paths begin there in the repository: `packages/api/`, or empty at its root.
    pub fn within(self, within: &str) -> Self {
        Self { within: within.to_owned(), ..self }
    }

    /// Whether no rule applies.
    pub fn is_idle(&self) -> bool {
        self.active.is_empty()
    }

    /// Whether a rule applies in this run.
    pub fn applies(&self, id: &str) -> bool {
        self.active.iter().any(|active| active.id == id)
    }

    /// Whether a rule is about what is missing.
    fn is_about_lack(&self, id: &str) -> bool {
        self.active.iter().any(|active| active.id == id && active.rule().lacks)
    }

    /// Holds the keys that were found against each other and against the files they stand in.
    pub fn compare(&self, findings: &[Finding]) -> Vec<Finding> {
        let held = self.held();
        let keys = keys::of(findings, &held.settings);
        if keys.is_empty() {
            return Vec::new();
        }
        let comparing = self.active.iter().filter(|active| active.compares());
        comparing.flat_map(|active| pass::compare(active, &keys, &self.within)).collect()
    }

    /// Takes a text, and holds it if a rule has to look at it.
    pub fn offer(&self, blob: &Blob<'_>) {
        if self.is_idle() || !matches!(blob.origin, Origin::Tree | Origin::Index) {
            return;
        }
        if is_manifest(blob.path) {
            self.held().projects.note(blob.path, blob.bytes);
        }
        if keys::is_settings(blob.path) && Held::is_worth_keeping(blob) {
            self.held().keep(blob);
        }
        let Some(format) = Format::of(blob.path) else { return };
        let is_foreign = format::is_foreign(blob.path);
        if is_foreign && !self.reads_made(blob.path, format) {
            return;
        }
        let mut fires = self.triggers.fires(&self.active, format, blob.bytes);
        if fires.is_empty() {
            return;
        }
        let why = reason_against(blob);
        if is_foreign || why.is_some() {
            let left = fires.extract_if(.., |rule| !self.active[*rule].made).count();
            if let Some(why) = why.filter(|_| left > 0 && !is_foreign) {
                self.held().pass_over(blob.path.to_owned(), why);
            }
        }
        if !fires.is_empty() && blob.part == Part::Whole {
            let text = Text::new(blob, format, fires);
            self.held().hold(text);
        }
    }

    /// Whether any rule looks at code of others, if this is any.
    fn reads_made(&self, path: &str, format: Format) -> bool {
        !path.split('/').any(|part| PACKAGES.contains(&part))
            && self.active.iter().any(|one| one.made && one.reads(format))
    }

    /// Takes what a text held before it was changed: what was not as it should be then is nothing new.
    pub fn offer_before(&self, blob: &Blob<'_>) {
        let is_held = |text: &Text| text.path == blob.path;
        let mut held = self.held();
        if let Some(format) = Format::of(blob.path).filter(|_| held.texts.iter().any(is_held)) {
            let fires = self.triggers.fires(&self.active, format, blob.bytes);
            held.before.push(Text::new(blob, format, fires));
        }
    }

    /// Whether any text waits to be read.
    pub fn is_waiting(&self) -> bool {
        !self.held().texts.is_empty()
    }

    /// Whether a manifest would decide something: a rule has to look at some text.
    pub fn wants_manifests(&self) -> bool {
        let held = self.held();
        !held.texts.is_empty() && !held.projects.any()
    }

    /// Notes a manifest that governs everything that was read, from above or beside it.
    pub fn manifest(&self, path: &str, bytes: &[u8]) {
        self.held().projects.note(path, bytes);
    }

    /// Takes everything for a part of a project that uses Stripe.
    pub fn assume_project(&self) {
        self.held().projects.assume();
    }

    /// Reads what was held, until it is told to stop.
    pub fn finish(
        &self,
        scanner: &Scanner,
        threads: usize,
        stopped: &(dyn Fn() -> bool + Sync),
    ) -> Linted {
        let mut held = std::mem::take(&mut *self.held());
        held.texts.sort_by(|a, b| a.path.cmp(&b.path));
        let pass = |texts: &[Text]| {
            let (active, projects) = (&self.active, &held.projects);
            let pass = pass::Pass::new(active, &self.cache, projects, scanner, &self.within);
            pass.run(texts, threads, stopped)
        };
        let mut linted = pass(&held.texts);
        whole::run(&self.active, &held, scanner, &self.within, &mut linted.findings);
        let before = pass(&held.before);
        let before = before.findings.iter().chain(&before.shipping);
        let known: BTreeSet<&str> = before.map(|f| f.fingerprint.as_str()).collect();
        for findings in [&mut linted.findings, &mut linted.shipping] {
            findings.retain(|finding| !known.contains(finding.fingerprint.as_str()));
            sort(findings);
        }
        linted.skipped.append(&mut held.skipped);
        linted.gaps.append(&mut held.gaps);
        self.held().settings = held.settings;
        linted
    }

    fn held(&self) -> std::sync::MutexGuard<'_, Held> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Why nobody would lint a text, whatever stands in it.
fn reason_against(blob: &Blob<'_>) -> Option<&'static str> {
    if blob.part != Part::Whole || blob.bytes.len() > LARGEST {
        Some("not linted: texts above 1 MB are taken for data")
    } else if is_minified(blob.bytes) {
        Some("not linted: its long lines were made by a tool")
    } else {
        None
    }
}

/// Whether a text has lines that nobody writes by hand.
pub(crate) fn is_minified(bytes: &[u8]) -> bool {
    const LONG: usize = 5000;
    let ends = memchr::memchr_iter(b'\n', bytes).chain([bytes.len()]);
    let lines = ends.scan(0, |start, end| Some(end - std::mem::replace(start, end + 1)));
    bytes.len() > LONG && lines.into_iter().any(|len| len > LONG)
}
