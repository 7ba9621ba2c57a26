//! One run: from what was asked for to a report.

use std::collections::HashSet;
use std::fmt;
use std::fs::File;
use std::io::{self, Read};
use std::num::NonZero;
use std::ops::ControlFlow;
use std::path::{Component, Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::thread;

use crate::blob::{Blob, Origin, Part};
use crate::cache::Cache;
use crate::config::Settings;
use crate::context::mentions;
use crate::coverage::{Coverage, Note, Progress, Stop};
use crate::decode::container;
use crate::expose::{self, Ground, Named};
use crate::finding::{self, Finding, Traced, assemble};
use crate::git;
use crate::key;
use crate::lint::{self, Linter, Rule, Selection};
use crate::mend;
use crate::report::Report;
use crate::scan::{Found, Scanner};
use crate::sighting::Sighting;
use crate::source::staged::Stage;
use crate::source::{Sink, history, manifest, patch, push, range, rule_file, staged, stdin, tree};
use crate::suppress::{self, BaselineFile};

/// Where files were asked for and there are none, something is not as it was thought to be.
const NOTHING_READ: &str = "no file was read here: it is empty, or git ignores all of it; check the \
                            path, or use --no-ignore";

/// What a run is asked for.
#[derive(Clone, Debug)]
pub struct Request {
    /// What is to be read.
    pub scope: Scope,
    /// Which part of a history is reported.
    pub history: history::Scope,
    /// Compare the id of every object of a history with its content.
    pub verify_objects: bool,
    /// Read the files that git ignores as well.
    pub no_ignore: bool,
    /// Where is kept what need not be read again; `None` reads everything and keeps nothing.
    pub cache: Option<PathBuf>,
    /// Which rules about practice apply to files and to what is staged.
    pub lints: Selection,
    /// Threads; 0 lets the number of processors decide.
    pub threads: usize,
    /// The present, in seconds since 1970-01-01 UTC.
    pub today: i64,
    /// What the project has decided.
    pub settings: Settings,
    /// What it knows already.
    pub baseline: Option<BaselineFile>,
}

impl Request {
    /// Whether all is read that the configuration and the baseline can speak of.
    fn is_whole(&self) -> bool {
        let is_all = match &self.scope {
            Scope::Paths { paths, sides } => {
                matches!(paths.as_slice(), [path] if path.is_dir())
                    && matches!(sides, Sides::Auto | Sides::Both)
            }
            _ => false,
        };
        is_all && self.history == history::Scope::Local && self.settings.anchor.is_whole()
    }
}

/// What is to be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Scope {
    /// Files and repositories.
    Paths {
        /// Files, directories, work trees, git directories.
        paths: Vec<PathBuf>,
        /// Which sides of them.
        sides: Sides,
    },
    /// What the next commit adds.
    Staged {
        /// A directory of the work tree.
        repository: PathBuf,
        /// What git says to a hook about where it lies.
        surroundings: git::Surroundings,
    },
    /// What a push sends that the other side does not have.
    Push {
        /// A directory of the work tree, or a git directory.
        repository: PathBuf,
        /// What git says to a hook about where it lies.
        surroundings: git::Surroundings,
        /// The references that it sets.
        updates: Vec<push::Update>,
        /// What the other side has besides their old values.
        known: push::Known,
        /// What is asked for, as the report puts it.
        asked: String,
    },
    /// What the commits of a range introduce.
    Range {
        /// A directory of the work tree, or a git directory.
        repository: PathBuf,
        /// As git writes it: `A..B`, `A...B`, `A^!`.
        range: String,
    },
    /// The lines that a patch adds; `-` is standard input.
    Patch(PathBuf),
    /// Standard input as one text, with the name it is to have.
    Stdin(String),
}

impl Scope {
    /// The directory from which the paths of the report begin.
    pub fn root(&self) -> PathBuf {
        let begin = match self {
            Self::Paths { paths, .. } => match paths.as_slice() {
                [path] if path.is_dir() => path.clone(),
                _ => PathBuf::from("."),
            },
            Self::Staged { repository, .. }
            | Self::Push { repository, .. }
            | Self::Range { repository, .. } => {
                git::discover(repository).unwrap_or_else(|_| repository.clone())
            }
            Self::Patch(_) | Self::Stdin(_) => PathBuf::from("."),
        };
        begin.canonicalize().unwrap_or(begin)
    }

    /// What was named to be read.
    fn paths(&self) -> &[PathBuf] {
        match self {
            Self::Paths { paths, .. } => paths,
            _ => &[],
        }
    }

    /// The directory that holds all that is read; `None` where a path cannot be found.
    pub fn directory(&self) -> Option<PathBuf> {
        let Self::Paths { paths, .. } = self else { return Some(self.root()) };
        let mut common: Option<PathBuf> = None;
        for path in paths {
            let path = path.canonicalize().ok()?;
            let dir = if path.is_dir() { path } else { path.parent()?.to_owned() };
            common = Some(match common {
                None => dir,
                Some(before) => before.ancestors().find(|above| dir.starts_with(above))?.to_owned(),
            });
        }
        common
    }
}

/// Which sides of a path are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sides {
    /// Files, and where the path is a repository its history too.
    Auto,
    /// Files alone.
    Tree,
    /// History alone, which must be there.
    History,
    /// Files, and history, which must be there.
    Both,
}

impl Sides {
    fn tree(self) -> bool {
        self != Self::History
    }

    fn history(self) -> bool {
        self != Self::Tree
    }

    fn must_have_history(self) -> bool {
        matches!(self, Self::History | Self::Both)
    }
}

/// Why a request cannot be carried out. Its text says what to do.
#[derive(Debug)]
pub enum RequestError {
    /// A path does not exist or cannot be opened.
    Path(PathBuf, io::Error),
    /// History was asked for where there is none.
    Repository(git::OpenError),
    /// A revision or range is not understood.
    Revision(git::RevisionError),
}

impl fmt::Display for RequestError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Path(path, error) if error.kind() == io::ErrorKind::NotFound => {
                write!(f, "{} does not exist; check the spelling of the path", path.display())
            }
            Self::Path(path, error) => write!(f, "{} cannot be read: {error}", path.display()),
            Self::Repository(error) => error.fmt(f),
            Self::Revision(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for RequestError {}

impl From<git::OpenError> for RequestError {
    fn from(error: git::OpenError) -> Self {
        Self::Repository(error)
    }
}

impl From<git::RevisionError> for RequestError {
    fn from(error: git::RevisionError) -> Self {
        Self::Revision(error)
    }
}

/// Carries out a request.
///
/// # Errors
/// If the request itself is wrong. What cannot be read on the way is a gap in the report.
pub fn run(request: &Request, progress: &Progress) -> Result<Report, RequestError> {
    let processors = thread::available_parallelism().map_or(1, NonZero::get);
    let mut coverage = Coverage::default();
    let within = beginning(&request.scope);
    let own = if request.lints.is_empty() {
        Vec::new()
    } else {
        own_rules(&request.scope, &mut coverage)
    };
    let run = Run {
        request,
        own: own.iter().map(|rule| rule.id.clone()).collect(),
        linter: Linter::new(&selection(request), own).within(&within),
        within,
        threads: if request.threads == 0 { processors } else { request.threads },
        scanner: Scanner::new(request.today, request.settings.config.limits),
        found: Mutex::new(Found::default()),
        named: Mutex::default(),
        progress,
    };
    let outcome = run.read()?;
    coverage.merge(outcome.coverage);
    Ok(run.report(Outcome { coverage, ..outcome }))
}

/// The rules about practice that the repository has of its own.
fn own_rules(scope: &Scope, coverage: &mut Coverage) -> Vec<Rule> {
    let mut own: Vec<Rule> = Vec::new();
    for root in roots(scope) {
        let mut gaps = Vec::new();
        rule_file::scan(&root, coverage, &mut |label, text| match Rule::parse_foreign(text) {
            Ok(rule) if own.iter().any(|other| other.id == rule.id) => {}
            Ok(rule) => own.push(rule),
            Err(why) => gaps.push((label.to_owned(), why)),
        });
        gaps.into_iter().for_each(|(label, why)| coverage.gap(label, why));
    }
    own
}

/// The ids of the rules that a repository has of its own, which its configuration can name as well.
pub fn own_rule_ids(scope: &Scope) -> Vec<String> {
    let own = own_rules(scope, &mut Coverage::default());
    own.into_iter().map(|rule| rule.id).collect()
}

/// That a file is read shows that git does not ignore it, unless the run reads what git ignores, or
/// somebody named the file, or no git is there to ignore it.
fn selection(request: &Request) -> Selection {
    let mut selection = request.lints.clone();
    let is_obeyed = match &request.scope {
        Scope::Paths { paths, .. } => {
            !request.no_ignore
                && paths.iter().all(|path| path.is_dir() && git::discover(path).is_ok())
        }
        _ => true,
    };
    let mut switch_off = |rule: &str| selection.rules.insert(rule.to_owned(), lint::Setting::Off);
    if !is_obeyed {
        switch_off(lint::NEEDS_IGNORE);
    }
    if !is_all_read(&request.scope) {
        lint::NEEDS_ALL.iter().for_each(|rule| {
            switch_off(rule);
        });
    }
    selection
}

/// Whether everything of the projects that are read is read.
fn is_all_read(scope: &Scope) -> bool {
    let Scope::Paths { paths, .. } = scope else { return false };
    let is_root = |path: &PathBuf| {
        path.is_dir() && (git::is_repository(path) || git::discover(path).is_err())
    };
    paths.iter().all(is_root)
}

/// Where the repositories or directories that are read may have rules of their own.
fn roots(scope: &Scope) -> Vec<PathBuf> {
    let paths = match scope {
        Scope::Paths { paths, sides } if sides.tree() => paths.as_slice(),
        Scope::Staged { repository, .. } => std::slice::from_ref(repository),
        _ => return Vec::new(),
    };
    let mut roots: Vec<PathBuf> = paths
        .iter()
        .filter_map(|path| git::discover(path).ok().or_else(|| path.canonicalize().ok()))
        .collect();
    roots.sort();
    roots.dedup();
    roots
}

/// Where the paths of a report lie.
fn ground(scope: &Scope) -> Ground {
    match scope {
        Scope::Paths { paths, sides } => {
            let ground = match paths.as_slice() {
                [path] if path.is_dir() => Ground::of(path),
                _ => Ground::of(Path::new(".")),
            };
            let prefix = if sides.must_have_history() { String::new() } else { ground.prefix };
            Ground { prefix, ..ground }
        }
        Scope::Staged { repository, surroundings }
        | Scope::Push { repository, surroundings, .. } => Ground {
            prefix: String::new(),
            repository: git::open_within(repository, surroundings).ok(),
            ..Ground::of(repository)
        },
        Scope::Range { repository, .. } => {
            Ground { prefix: String::new(), ..Ground::of(repository) }
        }
        Scope::Patch(_) | Scope::Stdin(_) => Ground::default(),
    }
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
    found: Mutex<Found>,
    /// Names of secrets, of which it is judged later whether their values ship.
    named: Mutex<Vec<Named>>,
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
                    staged::manifests(&repository, lint::is_manifest, &note);
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

    /// Finds what the next commit adds. What a file held before under the same path is nothing new,
    /// nor is what comes from a file that the commit renames or deletes.
    fn staged(&self, stage: &Stage) -> Coverage {
        let coverage = self.push(|sink| stage.scan(self.threads, sink));
        if self.linter.is_waiting() {
            let offer = |blob: &Blob<'_>| {
                self.linter.offer_before(blob);
                ControlFlow::Continue(())
            };
            stage.scan_before(self.sink(&offer));
        }
        let mut found = self.found.lock().unwrap_or_else(PoisonError::into_inner);
        let mut named = self.named.lock().unwrap_or_else(PoisonError::into_inner);
        // Whether a comment covers anything is told where all that it stands beside counts.
        found.comments.clear();
        if found.sightings.is_empty() && named.is_empty() {
            return coverage;
        }
        let (before, removed) = (Mutex::default(), Mutex::default());
        let (names_before, names_removed) = (Mutex::default(), Mutex::default());
        self.push_to(&before, &names_before, |sink| stage.scan_before(sink));
        self.push_to(&removed, &names_removed, |sink| stage.scan_removed(sink));
        let (names_here, names) = (names(names_before), names(names_removed));
        named.retain(|(mention, place)| {
            !names.iter().any(|(name, _)| *name == mention.name)
                && !names_here.contains(&(mention.name.clone(), place.path.clone()))
        });
        let known_here: HashSet<_> = sightings(before).map(|s| (print(&s), s.place.path)).collect();
        let known: HashSet<_> = sightings(removed).map(|s| print(&s)).collect();
        found.sightings.retain(|sighting| {
            let print = print(sighting);
            !known.contains(&print) && !known_here.contains(&(print, sighting.place.path.clone()))
        });
        coverage
    }

    /// Gives a source what it needs to push to this run.
    fn push<T>(&self, source: impl FnOnce(Sink<'_>) -> T) -> T {
        let visit = |blob: &Blob<'_>| {
            self.scan(blob, &self.found, &self.named);
            self.linter.offer(blob);
            self.unless_stopped()
        };
        source(self.sink(&visit))
    }

    fn push_to<T>(
        &self,
        to: &Mutex<Found>,
        names: &Mutex<Vec<Named>>,
        source: impl FnOnce(Sink<'_>) -> T,
    ) -> T {
        let visit = |blob: &Blob<'_>| {
            self.scan(blob, to, names);
            self.unless_stopped()
        };
        source(self.sink(&visit))
    }

    fn unless_stopped(&self) -> ControlFlow<()> {
        match self.progress.stopped() {
            None => ControlFlow::Continue(()),
            Some(_) => ControlFlow::Break(()),
        }
    }

    fn scan(&self, blob: &Blob<'_>, to: &Mutex<Found>, names: &Mutex<Vec<Named>>) {
        let mut found = Found::default();
        self.scanner.scan(blob, &mut found);
        self.look_for_names(blob, names);
        if !found.is_empty() || found.members > 0 {
            to.lock().unwrap_or_else(PoisonError::into_inner).append(found);
        }
    }

    fn sink<'s>(&'s self, visit: &'s (dyn Fn(&Blob<'_>) -> ControlFlow<()> + Sync)) -> Sink<'s> {
        Sink { visit, whole: &container::may_end_as_one, progress: self.progress }
    }

    /// Whether a rule about practice was applied to all that such rules are about.
    fn has_linted(&self, rule: &str) -> bool {
        let reads_files = match &self.request.scope {
            Scope::Paths { sides, .. } => sides.tree(),
            _ => false,
        };
        reads_files && self.linter.applies(rule)
    }

    fn look_for_names(&self, blob: &Blob<'_>, to: &Mutex<Vec<Named>>) {
        if blob.part != Part::Whole || !matches!(blob.origin, Origin::Tree | Origin::Index) {
            return;
        }
        let mentions = mentions(blob.path, blob.bytes).into_iter();
        let named: Vec<Named> = mentions
            .map(|mention| {
                let place = self.scanner.place(blob, mention.span.clone());
                (mention, place)
            })
            .collect();
        if !named.is_empty() {
            to.lock().unwrap_or_else(PoisonError::into_inner).extend(named);
        }
    }

    fn paths(&self, paths: &[PathBuf], sides: Sides) -> Result<Outcome, RequestError> {
        for path in paths {
            path.metadata().map_err(|error| RequestError::Path(path.clone(), error))?;
        }
        let mut outcome = Outcome::default();
        match paths {
            [path] if path.is_dir() => {
                self.path(path, "", sides, &mut outcome)?;
                outcome.base = match sides.must_have_history() {
                    true => root_of(&prefix(path), &within(path)),
                    false => prefix(path),
                };
            }
            _ => {
                for path in paths {
                    self.path(path, &prefix(path), sides, &mut outcome)?;
                }
            }
        }
        self.look_above(paths);
        Ok(outcome)
    }

    /// Where only a part of a repository is read, what it depends on may stand above that part.
    fn look_above(&self, paths: &[PathBuf]) {
        for path in paths.iter().filter(|_| self.linter.wants_manifests()) {
            if let (Ok(root), Ok(path)) = (git::discover(path), path.canonicalize()) {
                let note = |name: &str, bytes: &[u8]| self.linter.manifest(name, bytes);
                manifest::above(&path, &root, lint::is_manifest, &note);
            }
        }
    }

    fn path(
        &self,
        path: &Path,
        prefix: &str,
        sides: Sides,
        outcome: &mut Outcome,
    ) -> Result<(), RequestError> {
        let repository = match sides {
            Sides::Tree => None,
            _ if git::is_repository(path) => Some(git::open(path)),
            _ if sides.must_have_history() => Some(git::open(&git::discover(path)?)),
            _ => None,
        };
        let asked = self.request.scope.paths();
        let within = |opened: git::Repository| opened.borrowing_within(asked);
        let repository = repository.map(|opened| opened.map(within));
        let under = match &repository {
            Some(Ok(repository)) if sides.must_have_history() => path_within(repository, path),
            _ => String::new(),
        };
        // Paths begin at the root of the repository where its history is asked for.
        let root =
            if under.is_empty() { prefix } else { prefix.strip_suffix(&under).unwrap_or("") };
        let is_git_dir = matches!(&repository, Some(Ok(r)) if r.git_dir == path && r.work_tree.as_deref() != Some(path));
        if sides.tree() && !is_git_dir {
            let options = tree::Options {
                no_ignore: self.request.no_ignore,
                threads: self.threads,
                prefix: if under.is_empty() { prefix.to_owned() } else { root.to_owned() + &under },
            };
            outcome.coverage.requested.push(format!("files under {}", path.display()));
            let mut files = self.push(|sink| tree::scan(path, &options, sink));
            if files.files == 0 && files.is_complete() && repository.is_none() {
                files.gap(path.to_string_lossy(), NOTHING_READ);
            }
            outcome.coverage.merge(files);
        }
        match repository {
            Some(Ok(repository)) if sides.history() => {
                outcome.coverage.requested.push(format!("history of {}", path.display()));
                let key = self.scanner.identity();
                let directory = self.request.cache.clone();
                let cache = directory.map(|directory| Cache { directory, key });
                let history = history::scan(
                    &repository,
                    &history::Options {
                        asked: self.request.scope.paths(),
                        threads: self.threads,
                        prefix: root,
                        root: &path.to_string_lossy().replace(std::path::MAIN_SEPARATOR, "/"),
                        scope: self.request.history,
                        verify: self.request.verify_objects,
                        under: &under,
                        cache: cache.as_ref(),
                    },
                    &self.scanner,
                    self.progress,
                );
                outcome.coverage.merge(history.coverage);
                outcome.traced.extend(history.traced);
                Ok(())
            }
            Some(Err(error)) if sides.must_have_history() => Err(error.into()),
            Some(Err(error)) => {
                outcome.coverage.gap(path.to_string_lossy(), error.to_string());
                Ok(())
            }
            _ => Ok(()),
        }
    }

    fn report(&self, outcome: Outcome) -> Report {
        let found = std::mem::take(&mut *self.found.lock().unwrap_or_else(PoisonError::into_inner));
        let mut coverage = outcome.coverage;
        coverage.gaps.extend(found.gaps);
        coverage.members += found.members;
        let linted =
            self.linter.finish(&self.scanner, self.threads, &|| self.progress.stopped().is_some());
        coverage.gaps.extend(linted.gaps);
        coverage.skipped.extend(linted.skipped);
        if let Some(stop) = self.progress.stopped() {
            coverage.gap(Stop::WHAT, stop.reason());
        }
        for asked in &mut coverage.requested {
            *asked = self.scanner.label(asked);
        }
        for notes in [&mut coverage.gaps, &mut coverage.skipped] {
            for note in notes.iter_mut() {
                note.what = self.scanner.label(&note.what);
                note.why = self.scanner.label(&note.why);
            }
            notes.sort();
            notes.dedup();
        }
        let mut traced = outcome.traced;
        traced.extend(found.sightings.into_iter().map(|sighting| (sighting, None)));
        excuse(&mut coverage, &self.request.settings);
        let mut findings = assemble(traced);
        let compared = self.linter.compare(&findings);
        let named = std::mem::take(&mut *self.named.lock().unwrap_or_else(PoisonError::into_inner));
        let ground = Ground { threads: self.threads, ..ground(&self.request.scope) };
        let shipping = linted.shipping;
        expose::expose(&mut findings, named, shipping, &ground, &self.scanner, self.progress);
        findings.extend(compared.into_iter().chain(linted.findings));
        grade(&mut findings, &self.request.settings);
        let rules: Vec<&str> =
            rule_ids().into_iter().chain(self.own.iter().map(String::as_str)).collect();
        let inputs = suppress::Inputs {
            settings: &self.request.settings,
            baseline: self.request.baseline.as_ref(),
            comments: &found.comments,
            rules: &rules,
            has_run: &|rule| {
                key::rule(rule).is_some() || rule == expose::RULE || self.has_linted(rule)
            },
            is_whole: self.request.is_whole() && coverage.is_complete(),
            today: self.request.today,
            scanner: &self.scanner,
            within: &self.within,
        };
        let notices = suppress::apply(&mut findings, &inputs);
        mend::mend(&mut findings, &ground);
        finding::sort(&mut findings);
        Report {
            findings,
            coverage,
            base: self.scanner.label(&outcome.base),
            within: self.scanner.label(&self.within),
            notices,
        }
    }
}

/// Names of secrets and the paths in which they stand.
fn names(found: Mutex<Vec<Named>>) -> HashSet<(String, Option<String>)> {
    let found = found.into_inner().unwrap_or_else(PoisonError::into_inner);
    found.into_iter().map(|(mention, place)| (mention.name, place.path)).collect()
}

fn sightings(found: Mutex<Found>) -> impl Iterator<Item = Sighting> {
    found.into_inner().unwrap_or_else(PoisonError::into_inner).sightings.into_iter()
}

fn print(sighting: &Sighting) -> String {
    sighting.secret.fingerprint(sighting.rule.family)
}

/// What leads from the root of the repository to where the paths of a report begin. Where history is
/// asked for, they begin at the root.
fn beginning(scope: &Scope) -> String {
    match scope {
        Scope::Paths { paths, sides } if !sides.must_have_history() => match paths.as_slice() {
            [path] if path.is_dir() => within(path),
            _ => within(Path::new(".")),
        },
        _ => String::new(),
    }
}

/// What leads from the root of the repository that holds a directory to it: `packages/api/`.
fn within(dir: &Path) -> String {
    let inside = || {
        let absolute = dir.canonicalize().ok()?;
        let root = absolute.ancestors().find(|dir| git::is_repository(dir))?;
        Some(tree::label("", absolute.strip_prefix(root).ok()?))
    };
    inside().filter(|label| !label.is_empty()).map_or_else(String::new, |label| label + "/")
}

/// What leads to the root of a repository, if `to_dir` leads to a directory `within` it.
fn root_of(to_dir: &str, within: &str) -> String {
    match to_dir.strip_suffix(within) {
        Some(root) => root.to_owned(),
        None => to_dir.to_owned() + &"../".repeat(within.matches('/').count()),
    }
}

/// Gives findings the severity that the project has decided for their rules.
fn grade(findings: &mut [Finding], settings: &Settings) {
    for finding in findings.iter_mut() {
        finding.severity = settings.config.severity(finding.rule_id(), finding.severity);
    }
}

/// What cannot be read in a path that the project has excluded is passed over on purpose.
fn excuse(coverage: &mut Coverage, settings: &Settings) {
    let is_excluded = |note: &mut Note| {
        let path = settings.anchor.inside(&note.what);
        path.is_some_and(|path| settings.config.paths.excluding(&path).is_some())
    };
    for note in coverage.gaps.extract_if(.., is_excluded) {
        let why = format!("its path is excluded by {}; {}", settings.label, note.why);
        coverage.skipped.push(Note { what: note.what, why });
    }
    coverage.skipped.sort();
}

/// The ids of every rule that a configuration, a comment or a baseline can name.
pub fn rule_ids() -> Vec<&'static str> {
    let secrets = key::RULES.iter().map(|rule| rule.id);
    let own = suppress::RULES.iter().map(|rule| rule.id).chain([expose::RULE]);
    let lints = lint::LINTS.iter().map(|lint| lint.id);
    secrets.chain(own).chain(lints).collect()
}

/// Which part of the repository a path is, with `/` and one at the end; empty for all of it.
fn path_within(repository: &git::Repository, path: &Path) -> String {
    let root = repository.work_tree.as_ref().and_then(|root| root.canonicalize().ok());
    let absolute = path.canonicalize().ok();
    match (root, absolute) {
        (Some(root), Some(path)) => match path.strip_prefix(&root) {
            Ok(inside) if inside.as_os_str().is_empty() => String::new(),
            Ok(inside) if path.is_dir() => tree::label("", inside) + "/",
            Ok(inside) => tree::label("", inside),
            Err(_) => String::new(),
        },
        _ => String::new(),
    }
}

/// A path as the beginning of labels: with `/`, one at the end of a directory, and without `./`.
fn prefix(path: &Path) -> String {
    let parts = path.components().filter(|part| *part != Component::CurDir);
    let clean: PathBuf = parts.collect();
    let mut text = clean.to_string_lossy().replace(std::path::MAIN_SEPARATOR, "/");
    if path.is_dir() && !text.is_empty() && !text.ends_with('/') {
        text.push('/');
    }
    text
}

fn open_input(path: &Path) -> Result<Box<dyn Read>, RequestError> {
    if path == Path::new("-") {
        return Ok(Box::new(io::stdin()));
    }
    let file = File::open(path).map_err(|error| RequestError::Path(path.to_owned(), error))?;
    Ok(Box::new(file))
}
