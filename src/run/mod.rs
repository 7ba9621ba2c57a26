//! One run: from what was asked for to a report.

mod collected;
mod error;
mod input;
mod paths;
mod report;
mod request;
mod rules;
mod staged;

use std::fs::File;
use std::io::{self, Read};
use std::num::NonZero;
use std::ops::ControlFlow;
use std::path::Path;
use std::thread;

use crate::blob::Blob;
use crate::coverage::{Coverage, Progress};
use crate::decode::container;
use crate::finding::Traced;
use crate::git;
use crate::lint::{self, Linter};
use crate::report::Report;
use crate::scan::Scanner;
use crate::source::staged::Stage;
use crate::source::{self, Sink, patch, push, range, stdin};
use collected::Collected;

pub use error::RequestError;
pub use request::{Request, Scope, Sides};
pub use rules::{own_rule_ids, rule_ids};

/// Carries out a request.
///
/// # Errors
/// If the request itself is wrong. What cannot be read on the way is a gap in the report.
pub fn run(request: &Request, progress: &Progress) -> Result<Report, RequestError> {
    let processors = thread::available_parallelism().map_or(1, NonZero::get);
    let mut coverage = Coverage::default();
    let within = paths::beginning(&request.scope);
    let own = if request.lints.is_empty() {
        Vec::new()
    } else {
        rules::own(&request.scope, &mut coverage)
    };
    let run = Run {
        request,
        own: own.iter().map(|rule| rule.id.clone()).collect(),
        linter: Linter::new(&rules::selection(request), own).within(&within),
        within,
        threads: if request.threads == 0 { processors } else { request.threads },
        scanner: Scanner::new(request.today, request.settings.config.limits),
        collected: Collected::default(),
        progress,
    };
    let outcome = run.read()?;
    coverage.merge(outcome.coverage);
    Ok(run.report(Outcome { coverage, ..outcome }))
}

/// What the sources of a run have to say besides what they pushed.
#[derive(Default)]
struct Outcome {
    coverage: Coverage,
    /// What was found in history, with what history tells about it.
    traced: Vec<Traced>,
    /// What leads from the current directory to where paths begin.
    base: String,
}

struct Run<'a> {
    request: &'a Request,
    threads: usize,
    scanner: Scanner,
    linter: Linter,
    /// What leads from the root of the repository to where paths begin.
    within: String,
    /// The ids of rules that the repository has of its own.
    own: Vec<String>,
    collected: Collected,
    progress: &'a Progress,
}

impl Run<'_> {
    fn read(&self) -> Result<Outcome, RequestError> {
        match &self.request.scope {
            Scope::Paths { paths, sides } => self.paths(paths, *sides),
            Scope::Staged { repository, surroundings } => {
                let repository = git::open_within(repository, surroundings)?;
                let coverage = self.staged(&Stage::new(&repository));
                if self.linter.wants_manifests() {
                    let note = |path: &str, bytes: &[u8]| self.linter.manifest(path, bytes);
                    source::staged::manifests(&repository, lint::is_manifest, &note);
                }
                Ok(Outcome { coverage, ..Outcome::default() })
            }
            Scope::Push { repository, surroundings, updates, known, asked } => {
                let repository = git::open_within(repository, surroundings)?;
                let mut read =
                    push::scan(&repository, updates, known, &self.scanner, self.progress);
                read.coverage.requested.push(asked.clone());
                Ok(Outcome { coverage: read.coverage, traced: read.traced, ..Outcome::default() })
            }
            Scope::Range { repository, range } => {
                let repository = git::open(&git::discover(repository)?)?;
                let read = range::scan(&repository, range, &self.scanner, self.progress)?;
                Ok(Outcome { coverage: read.coverage, traced: read.traced, ..Outcome::default() })
            }
            Scope::Patch(path) => {
                let name = path.to_string_lossy();
                let input = open_input(path)?;
                let coverage = self.push(|sink| patch::scan(input, &name, sink));
                Ok(Outcome { coverage, ..Outcome::default() })
            }
            Scope::Stdin(name) => {
                let coverage = self.push(|sink| stdin::scan(io::stdin().lock(), name, sink));
                Ok(Outcome { coverage, ..Outcome::default() })
            }
        }
    }

    /// Gives a source what it needs to push to this run.
    fn push<T>(&self, source: impl FnOnce(Sink<'_>) -> T) -> T {
        let visit = |blob: &Blob<'_>| {
            self.collected.add(blob, &self.scanner);
            self.linter.offer(blob);
            self.unless_stopped()
        };
        source(self.sink(&visit))
    }

    fn sink<'s>(&'s self, visit: &'s (dyn Fn(&Blob<'_>) -> ControlFlow<()> + Sync)) -> Sink<'s> {
        Sink { visit, whole: &container::may_end_as_one, progress: self.progress }
    }

    fn unless_stopped(&self) -> ControlFlow<()> {
        match self.progress.stopped() {
            None => ControlFlow::Continue(()),
            Some(_) => ControlFlow::Break(()),
        }
    }
}

fn open_input(path: &Path) -> Result<Box<dyn Read>, RequestError> {
    if path == Path::new("-") {
        return Ok(Box::new(io::stdin()));
    }
    let file = File::open(path).map_err(|error| RequestError::Path(path.to_owned(), error))?;
    Ok(Box::new(file))
}
