//! The configuration of a project: found beside the code, checked whole, and never obeyed in part.
//!
//! A mistake in it is an error, not a warning: who writes `exlude` must not believe that something
//! is excluded. What a configuration can do is to be seen in [`Config`]: it can order, quieten and
//! suppress, but nothing here opens a network connection or runs a program.

mod anchor;
mod decode;
mod discover;
mod file;
mod node;
mod patterns;
mod problem;

use std::collections::BTreeMap;
use std::ops::Range;

use time::Date;

use crate::decode::container::Limits;
use crate::key::Severity;

pub use anchor::Anchor;
pub use decode::{date, decode};
pub use discover::{FileError, Source, find, open, read_text};
pub use file::{dump, schema};
pub use patterns::Patterns;
pub use problem::{Problem, closest};

/// What a project has decided about its scans. [`Config::default`] is what holds without a file.
#[derive(Clone, Debug)]
pub struct Config {
    /// The least severity of a finding that makes the exit code 1.
    pub fail_on: Spanned<Severity>,
    /// Which lints run, before single ones are switched by `rules`.
    pub lints: Spanned<LintSet>,
    /// Whether a suppression without a reason is a finding.
    pub require_reason: bool,
    /// What is decided about single rules, by their ids.
    pub rules: BTreeMap<String, Spanned<Level>>,
    /// Which paths are reported.
    pub paths: Paths,
    /// Budgets for opening containers.
    pub limits: Limits,
    /// Findings that are known and accepted.
    pub allow: Vec<Allow>,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            fail_on: Spanned { value: Severity::Low, span: 0..0 },
            lints: Spanned { value: LintSet::Default, span: 0..0 },
            require_reason: false,
            rules: BTreeMap::new(),
            paths: Paths::default(),
            limits: Limits::default(),
            allow: Vec::new(),
        }
    }
}

impl Config {
    /// What is decided about a rule; nothing, if the file does not name it.
    pub fn level(&self, rule: &str) -> Option<Level> {
        self.rules.get(rule).map(|level| level.value)
    }

    /// Whether a lint runs, given whether it is one of those that run by default.
    pub fn runs_lint(&self, rule: &str, by_default: bool) -> bool {
        match (self.level(rule), self.lints.value) {
            (Some(level), _) => level != Level::Off,
            (None, LintSet::All) => true,
            (None, LintSet::Default) => by_default,
            (None, LintSet::None) => false,
        }
    }

    /// The severity of a finding of a rule which by itself is this bad.
    pub fn severity(&self, rule: &str, own: Severity) -> Severity {
        match self.level(rule) {
            Some(Level::Severity(severity)) => severity,
            _ => own,
        }
    }
}

/// A configuration, the file that it is from, and how paths of the run relate to it.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// What is decided.
    pub config: Config,
    /// The file, if there is one.
    pub source: Option<Source>,
    /// The file as the report writes its path.
    pub label: String,
    /// From the paths of the report to those of the file.
    pub anchor: Anchor,
}

/// A value, and where in the file it stands, in bytes. What stands in no file is at `0..0`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spanned<T> {
    /// The value.
    pub value: T,
    /// Where it stands.
    pub span: Range<usize>,
}

/// Which lints run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LintSet {
    /// All.
    All,
    /// Those that say so of themselves.
    #[default]
    Default,
    /// None.
    None,
}

impl LintSet {
    /// Every variant.
    pub const ALL: &[Self] = &[Self::All, Self::Default, Self::None];

    /// The word for it in a file.
    pub fn word(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Default => "default",
            Self::None => "none",
        }
    }
}

/// What is decided about a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// Its findings are suppressed.
    Off,
    /// It runs, with its own severity.
    On,
    /// It runs, and its findings are this bad.
    Severity(Severity),
}

impl Level {
    /// The word for it in a file.
    pub fn word(self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::On => "on",
            Self::Severity(severity) => severity.word(),
        }
    }
}

/// Which paths are reported. What is excluded is read all the same, since a live key in it is
/// reported wherever it stands.
#[derive(Clone, Debug, Default)]
pub struct Paths {
    /// If there are any, only these.
    pub include: Option<Spanned<Patterns>>,
    /// Not these.
    pub exclude: Spanned<Patterns>,
}

impl Default for Spanned<Patterns> {
    fn default() -> Self {
        Self { value: Patterns::default(), span: 0..0 }
    }
}

impl Paths {
    /// The part of the file that excludes a path, if one does. The path is relative to the
    /// directory of the configuration.
    pub fn excluding(&self, path: &str) -> Option<&Spanned<Patterns>> {
        let left_out = self.include.as_ref().filter(|include| !include.value.matches(path));
        left_out.or_else(|| self.exclude.value.matches(path).then_some(&self.exclude))
    }
}

/// An entry `[[allow]]`: covers a finding that fits all that it names.
#[derive(Clone, Debug, Default)]
pub struct Allow {
    /// Where it stands in the file.
    pub span: Range<usize>,
    /// Paths, if it names any.
    pub paths: Option<Patterns>,
    /// Ids of rules, if it names any.
    pub rules: Vec<String>,
    /// Beginnings of fingerprints, if it names any.
    pub fingerprints: Vec<String>,
    /// Why.
    pub reason: Option<String>,
    /// Who answers for it.
    pub owner: Option<String>,
    /// The last day on which it holds.
    pub until: Option<Date>,
    /// Whether it covers credentials that may be live without naming their fingerprints.
    pub live: bool,
}
