//! What a run found and read, and the formats that show it.

mod contract;
pub mod csv;
mod date;
pub mod github;
pub mod gitlab;
pub mod html;
pub mod json;
pub mod jsonl;
pub mod junit;
pub mod markdown;
pub mod merge;
mod place;
mod rule;
pub mod sarif;
mod sentence;
pub mod text;
mod words;

pub use contract::{ReadError, read};
pub use date::day;

use crate::coverage::{Coverage, Note};
use crate::finding::{Finding, Status};
use crate::key::Severity;

/// The result of a run.
#[derive(Clone, Debug)]
pub struct Report {
    /// What was found, sorted: what asks somebody to act first, the worst first.
    pub findings: Vec<Finding>,
    /// What was read and what was not.
    pub coverage: Coverage,
    /// What leads from the current directory to where paths begin, such as `../shop/`; empty, or
    /// with a `/` at its end.
    pub base: String,
    /// What leads from the root of the repository to where paths begin, such as `packages/api/`;
    /// empty at the root and where there is no repository.
    pub within: String,
    /// What a configuration in the scanned repository suppressed or disabled.
    pub notices: Vec<Note>,
}

/// How a report is shown.
#[derive(Clone, Copy, Debug)]
pub struct Style {
    /// Show the values of secrets in clear text.
    pub reveal: bool,
    /// Use colours.
    pub color: bool,
    /// The width of the terminal in columns.
    pub width: usize,
    /// The present, in seconds since 1970-01-01 UTC, for formats that say when they were written.
    pub now: i64,
    /// List what is suppressed; programs see it in any case.
    pub show_suppressed: bool,
}

impl Report {
    /// Findings that ask somebody to act and are at least this bad.
    pub fn open(&self, at_least: Severity) -> impl Iterator<Item = &Finding> {
        self.findings.iter().filter(move |f| f.status == Status::Open && f.severity <= at_least)
    }
}
