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
mod page;
mod parse;
mod pass;
mod project;
pub mod rewrite;
mod rule;
mod sample;
mod script;
mod selection;
mod syntax;
mod trigger;

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

/// Texts above this are data, or made by a tool.
const LARGEST: usize = 1 << 20;

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
    /// Texts that were not linted, on purpose.
    pub skipped: Vec<Note>,
    /// Texts that could not be linted.
    pub gaps: Vec<Note>,
}

impl Linted {
    fn append(&mut self, mut other: Self) {
        self.findings.append(&mut other.findings);
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

    /// Holds the keys that were found against each other and against the files they stand in.
    pub fn compare(&self, findings: &[Finding]) -> Vec<Finding> {
        let keys = keys::of(findings);
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
        let Some(format) = Format::of(blob.path).filter(|_| !format::is_foreign(blob.path)) else {
            return;
        };
        if !self.triggers.fires(&self.active, format, blob.bytes) {
            return;
        }
        let text = Text::new(blob, format);
        let mut held = self.held();
        if blob.part != Part::Whole || blob.bytes.len() > LARGEST {
            held.pass_over(text.path, "not linted: texts above 1 MB are taken for data");
        } else if is_minified(blob.bytes) {
            held.pass_over(text.path, "not linted: its long lines were made by a tool");
        } else {
            held.hold(text);
        }
    }

    /// Takes what a text held before it was changed: what was not as it should be then is nothing new.
    pub fn offer_before(&self, blob: &Blob<'_>) {
        let is_held = |text: &Text| text.path == blob.path;
        let mut held = self.held();
        if let Some(format) = Format::of(blob.path).filter(|_| held.texts.iter().any(is_held)) {
            held.before.push(Text::new(blob, format));
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
        let before = pass(&held.before).findings;
        let known: BTreeSet<&str> = before.iter().map(|f| f.fingerprint.as_str()).collect();
        linted.findings.retain(|finding| !known.contains(finding.fingerprint.as_str()));
        linted.skipped.append(&mut held.skipped);
        linted.gaps.append(&mut held.gaps);
        sort(&mut linted.findings);
        linted
    }

    fn held(&self) -> std::sync::MutexGuard<'_, Held> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether a text has lines that nobody writes by hand.
fn is_minified(bytes: &[u8]) -> bool {
    const LONG: usize = 5000;
    bytes.len() > LONG && bytes.split(|&byte| byte == b'\n').any(|line| line.len() > LONG)
}
