//! The whole object database of a repository, its index, and the places around it.

mod hits;
mod tracer;

use std::path::{Path, PathBuf};

use super::{nested, tree};
use crate::blob::Blob;
use crate::cache::Cache;
use crate::coverage::{Coverage, Progress};
use crate::decode::container;
use crate::detect::{Detector, seam};
use crate::finding::Traced;
use crate::git::{self, Attribution, Index, Probe, Repository, Since, Walk};
use crate::scan::{Found, Scanner};
use hits::Hits;
use tracer::Tracer;

/// How a history is to be read.
#[derive(Clone, Copy, Debug)]
pub struct Options<'a> {
    /// How many threads.
    pub threads: usize,
    /// What stands before every path.
    pub prefix: &'a str,
    /// The path by which the repository was opened, which is left out of the paths of its files.
    pub root: &'a str,
    /// What was asked for: objects are borrowed from there and from nowhere else.
    pub asked: &'a [PathBuf],
    /// Which part is reported.
    pub scope: Scope,
    /// Compare the id of every object with its content, not of hits alone.
    pub verify: bool,
    /// Report only paths that begin with this; empty for all, and for what has no path.
    pub under: &'a str,
    /// Where is written what need not be read again.
    pub cache: Option<&'a Cache>,
}

/// Which part of what a database holds is reported. All of it is read whatever is reported.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Scope {
    /// All: what no reference reaches any more, reflogs and the places around as well.
    #[default]
    Local,
    /// What a branch, a tag or another reference reaches.
    Refs,
    /// What a remote-tracking reference reaches, so that a server has it; in a bare repository, which
    /// is such a server, what any reference reaches.
    Pushed,
}

/// What a history holds.
#[derive(Debug, Default)]
pub struct History {
    /// What was read.
    pub coverage: Coverage,
    /// What was found, with what history tells about it.
    pub traced: Vec<Traced>,
}

impl History {
    fn merge(&mut self, other: Self) {
        self.coverage.merge(other.coverage);
        self.traced.extend(other.traced);
    }
}

/// Reads every object of a repository, reachable or not, the places around its database, and the
/// same of the submodules whose repositories lie in it and of the repositories in its work tree.
pub fn scan(
    repository: &Repository,
    options: &Options<'_>,
    scanner: &Scanner,
    progress: &Progress,
) -> History {
    let mut history = with_submodules(repository, options, scanner, progress);
    if !options.under.is_empty() {
        return history;
    }
    for dir in nested::repositories(repository, options.threads) {
        let inside = inside(&dir, options.root);
        let prefix = format!("{}{inside}/", options.prefix);
        let root = tree::label("", &dir);
        match git::open(&dir).map(|inner| inner.borrowing_within(options.asked)) {
            Ok(inner) => {
                let options = Options { prefix: &prefix, root: &root, ..*options };
                history.merge(with_submodules(&inner, &options, scanner, progress));
            }
            Err(error) => history.coverage.gap(prefix.trim_end_matches('/'), error.to_string()),
        }
    }
    history
}

fn with_submodules(
    repository: &Repository,
    options: &Options<'_>,
    scanner: &Scanner,
    progress: &Progress,
) -> History {
    let mut history = one(repository, options, scanner, progress);
    for git_dir in git::submodules(repository) {
        let prefix = format!("{}{}:", options.prefix, inside(&git_dir, options.root));
        let options = Options { prefix: &prefix, ..*options };
        match git::open(&git_dir).map(|inner| inner.borrowing_within(options.asked)) {
            Ok(submodule) if options.under.is_empty() => {
                history.merge(one(&submodule, &options, scanner, progress));
            }
            Ok(_) => {}
            Err(error) => history.coverage.gap(prefix.trim_end_matches(':'), error.to_string()),
        }
    }
    history
}

/// A path as it is called from the path that was scanned.
fn inside(path: &Path, root: &str) -> String {
    let name = tree::label("", path);
    name.strip_prefix(root).unwrap_or(&name).trim_start_matches('/').to_owned()
}

fn one(
    repository: &Repository,
    options: &Options<'_>,
    scanner: &Scanner,
    progress: &Progress,
) -> History {
    let hits = Hits::new(scanner, options.cache);
    let (walk, members) = read(repository, options, &hits, progress);
    let mut coverage = walk.coverage.clone();
    coverage.members += members;
    for state in &mut coverage.repositories {
        state.path = options.prefix.to_owned();
        state.tips.iter_mut().for_each(|(name, _)| *name = scanner.label(name));
    }
    if options.verify {
        let verified = git::verify_objects(repository, options.threads, progress);
        coverage.gaps.extend(verified.gaps);
    }
    let hits = hits.into_found();
    coverage.gaps.extend(hits.values().flat_map(|found| found.gaps.iter().cloned()));
    let cut_short = progress.stopped().is_some();
    let is_clean = hits.values().all(|found| found.sightings.is_empty());
    let attribution = match is_clean || cut_short {
        true => Attribution::default(),
        false => git::attribute(repository, &walk),
    };
    if attribution.is_cut_short {
        let why = "its trees lead to what was found along more ways than can be followed, so that some \
                   paths and references are missing; `git log --find-object` finds them";
        coverage.gap(options.prefix, why);
    }
    let (index, others) = indexes(repository, options);
    let staged = others.iter().map(|(_, index)| index).chain([&index]);
    let staged = staged.flat_map(|index| &index.entries).filter(|entry| entry.has_blob());
    let staged = staged.map(|entry| entry.id).collect();
    let is_bare = repository.work_tree.is_none();
    let tracer = Tracer { attribution: &attribution, options, scanner, is_bare, cut_short, staged };
    let mut traced = tracer.trace(&hits);
    let is_local = options.scope == Scope::Local;
    if is_local {
        traced.extend(tracer.trace_indexes(&hits, &index, &others));
    }
    if is_local && options.under.is_empty() {
        traced.extend(around(repository, options, scanner, &mut coverage));
    }
    History { coverage, traced }
}

/// What the detector must see around a change.
pub const MARGIN: git::Margin = git::Margin {
    is_enough: seam::is_enough,
    before: seam::before,
    after: seam::after,
    name: seam::WORD,
    most: seam::FAR,
};

/// Reads the database, or of one that is known what is new in it. Says, too, how many members of
/// archives were opened that are not counted yet.
fn read(
    repository: &Repository,
    options: &Options<'_>,
    hits: &Hits<'_>,
    progress: &Progress,
) -> (Walk, u64) {
    let candidates = |window: &[u8], found: git::Report<'_>| {
        hits.scanner.detector().candidates(window, found);
    };
    let probe = Probe {
        candidates: &candidates,
        margin: MARGIN,
        reach: Detector::REACH,
        whole: &container::is_container,
    };
    let known = options.cache.and_then(|cache| cache.read(repository));
    let Since { walk, again, known } = git::walk_since(
        repository,
        known.as_ref(),
        &probe,
        &|object| hits.visit(object),
        options.threads,
        progress,
    );
    let members = hits.opened(&again);
    if let (Some(cache), Some(known)) = (options.cache, known)
        && !hits.is_tentative()
        && !hits.scanner.is_budget_spent()
    {
        cache.write(repository, &known.with_archives(members, hits.partly()));
    }
    (walk, members)
}

/// The index of this work tree, and those of the others with what stands before their paths.
fn indexes(repository: &Repository, options: &Options<'_>) -> (Index, Vec<(String, Index)>) {
    let others = repository.other_work_trees().into_iter().map(|other| {
        let prefix = format!("{}{}:", options.prefix, inside(&other.git_dir, options.root));
        (prefix, other.index())
    });
    (repository.index(), others.collect())
}

/// What stands around the database: references, reflogs, configuration, states of git.
fn around(
    repository: &Repository,
    options: &Options<'_>,
    scanner: &Scanner,
    coverage: &mut Coverage,
) -> Vec<Traced> {
    let mut found = Found::default();
    let read = git::places(repository, &mut |blob| {
        let inside = blob.path.strip_prefix(options.root).map(|path| path.trim_start_matches('/'));
        let path = format!("{}{}", options.prefix, inside.unwrap_or(blob.path));
        scanner.scan(&Blob { path: &path, ..blob.clone() }, &mut found);
    });
    coverage.merge(read);
    coverage.gaps.append(&mut found.gaps);
    coverage.members += found.members;
    found.sightings.into_iter().map(|sighting| (sighting, None)).collect()
}
