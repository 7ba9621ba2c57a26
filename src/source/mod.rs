//! Where bytes come from. Each source pushes [`Blob`]s into a [`Sink`] and returns what it read.

mod commits;
mod file;
pub mod history;
pub mod manifest;
mod nested;
pub mod patch;
pub mod push;
pub mod range;
pub mod rule_file;
pub mod staged;
pub mod stdin;
mod tracked;
pub mod tree;
mod walker;
mod window;

use std::ops::ControlFlow;

use crate::blob::Blob;
use crate::coverage::Progress;

/// Where the sources of a run push to. Its functions are called from several threads at once.
#[derive(Clone, Copy)]
pub struct Sink<'a> {
    /// Takes a blob; `Break` ends the run.
    pub visit: &'a (dyn Fn(&Blob<'_>) -> ControlFlow<()> + Sync),
    /// Whether the first bytes of something too big for one window say that it has to be seen
    /// whole, as an archive has to.
    pub whole: &'a (dyn Fn(&[u8]) -> bool + Sync),
    /// Counters for people.
    pub progress: &'a Progress,
}
