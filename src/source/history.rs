//! The whole object database of a repository, its index, and the places around it.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use super::{nested, tree};
use crate::blob::{Blob, ObjectId, ObjectKind, Origin};
use crate::cache::Cache;
use crate::coverage::{Coverage, Progress};
use crate::decode::container;
use crate::detect::Detector;
use crate::finding::{Lineage, Traced};
use crate::git::{
    self, Attribution, Exposure, Index, IndexEntry, Object, PathHistory, Probe, RefKind,
    Repository, Since, Walk,
};
use crate::scan::{Found, Scanner};
use crate::sighting::Sighting;

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
    let hits = hits.found.into_inner().unwrap_or_else(PoisonError::into_inner);
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
        longest: hits.scanner.detector().longest_needle(),
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
        && !hits.tentative.load(Ordering::Relaxed)
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

/// What a walk can hit.
#[derive(Clone, PartialEq, Eq, Hash)]
enum Spot {
    Object(ObjectId),
    Name(Vec<u8>),
}

/// Collects what the objects hold, on all threads.
struct Hits<'a> {
    scanner: &'a Scanner,
    /// One for which every account has been created already, where something is to be remembered.
    some_day: Option<Scanner>,
    /// Whether something would be found on another day.
    tentative: AtomicBool,
    found: Mutex<HashMap<Spot, Found>>,
    /// How many members were opened of each object that is an archive; a walk may meet one twice.
    members: Mutex<HashMap<ObjectId, u64>>,
}

impl<'a> Hits<'a> {
    fn new(scanner: &'a Scanner, cache: Option<&Cache>) -> Self {
        Self {
            scanner,
            some_day: cache.map(|_| scanner.some_day()),
            tentative: AtomicBool::new(false),
            found: Mutex::default(),
            members: Mutex::default(),
        }
    }

    fn visit(&self, object: &Object<'_>) -> bool {
        let (origin, spot) = match object.kind {
            ObjectKind::Blob => (Origin::History(object.id), Spot::Object(object.id)),
            ObjectKind::Tree => (Origin::Name(object.id), Spot::Name(object.bytes.to_vec())),
            ObjectKind::Commit | ObjectKind::Tag => {
                (Origin::Message(object.id), Spot::Object(object.id))
            }
        };
        let mut found = Found::default();
        let blob = Blob::whole("", origin, object.bytes);
        self.scanner.scan(&blob, &mut found);
        if found.members > 0 {
            let mut members = self.members.lock().unwrap_or_else(PoisonError::into_inner);
            members.insert(object.id, found.members);
        }
        let is_hit = !found.sightings.is_empty();
        if let Some(some_day) = self.some_day.as_ref().filter(|_| !is_hit) {
            let mut then = Found::default();
            some_day.scan(&blob, &mut then);
            self.tentative.fetch_or(!then.sightings.is_empty(), Ordering::Relaxed);
        }
        if !found.is_empty() {
            self.found.lock().unwrap_or_else(PoisonError::into_inner).insert(spot, found);
        }
        // What could not be read of an archive is told without its path.
        is_hit
    }

    /// Archives of which a part could not be read, and in which nothing was found.
    fn partly(&self) -> BTreeSet<ObjectId> {
        let found = self.found.lock().unwrap_or_else(PoisonError::into_inner);
        let id = |spot: &Spot| match spot {
            Spot::Object(id) => Some(*id),
            Spot::Name(_) => None,
        };
        found
            .iter()
            .filter(|(_, found)| !found.gaps.is_empty())
            .filter_map(|(s, _)| id(s))
            .collect()
    }

    /// How many members were opened of archives that are not counted already.
    fn opened(&self, counted: &BTreeSet<ObjectId>) -> u64 {
        let members = self.members.lock().unwrap_or_else(PoisonError::into_inner);
        members.iter().filter(|(id, _)| !counted.contains(id)).map(|(_, count)| count).sum()
    }
}

/// Gives sightings their paths and their history.
struct Tracer<'a> {
    attribution: &'a Attribution,
    options: &'a Options<'a>,
    scanner: &'a Scanner,
    is_bare: bool,
    /// Whether the walk was ended before it was done, so that nothing is known of where hits stand.
    cut_short: bool,
    /// The blobs of the index, which have a path there if they have none in any commit.
    staged: HashSet<ObjectId>,
}

impl Tracer<'_> {
    fn trace(&self, hits: &HashMap<Spot, Found>) -> Vec<Traced> {
        let mut traced = Vec::new();
        for (spot, found) in hits {
            let exposure = match spot {
                Spot::Object(id) => {
                    let blobs = self.attribution.blobs.get(id);
                    blobs.or_else(|| self.attribution.messages.get(id))
                }
                Spot::Name(name) => self.attribution.names.get(name),
            };
            if self.cut_short {
                traced.extend(found.sightings.iter().map(|sighting| (sighting.clone(), None)));
                continue;
            }
            // What has no exposure lies in a store that this repository borrows from, and nothing
            // of this repository leads to it.
            let Some(exposure) = exposure else { continue };
            for sighting in &found.sightings {
                self.place(sighting, exposure, &mut traced);
            }
        }
        traced
    }

    fn place(&self, sighting: &Sighting, exposure: &Exposure, traced: &mut Vec<Traced>) {
        for history in &exposure.paths {
            let path = String::from_utf8_lossy(&history.path);
            if path.starts_with(self.options.under) && self.is_in_scope(&history.refs) {
                let mut sighting = self.at(sighting, self.options.prefix, &path);
                sighting.place.commit =
                    history.first.as_ref().map(|commit| self.scanner.commit(commit));
                traced.push((sighting, Some(self.lineage(history))));
            }
        }
        let is_staged = match sighting.place.origin {
            Origin::History(id) => self.staged.contains(&id),
            _ => false,
        };
        let is_wanted = self.options.under.is_empty() && self.is_in_scope(&exposure.refs);
        if exposure.paths.is_empty() && !is_staged && is_wanted {
            let mut sighting = sighting.clone();
            sighting.place.commit =
                exposure.message.as_ref().map(|commit| self.scanner.commit(commit));
            let lineage = Lineage {
                first: sighting.place.commit.clone(),
                last: None,
                at_head: false,
                refs: self.refs(&exposure.refs),
            };
            traced.push((sighting, Some(lineage)));
        }
    }

    /// What the index holds. Of the other work trees only what no commit has at the same path:
    /// their files are mostly those of some commit.
    fn trace_indexes(
        &self,
        hits: &HashMap<Spot, Found>,
        index: &Index,
        others: &[(String, Index)],
    ) -> Vec<Traced> {
        let mut traced = Vec::new();
        let own = index.entries.iter().map(|entry| (self.options.prefix, entry));
        let others = others.iter().flat_map(|(prefix, index)| {
            let fresh = index.entries.iter().filter(|entry| !self.is_committed(entry));
            fresh.map(move |entry| (prefix.as_str(), entry))
        });
        for (prefix, entry) in own.chain(others).filter(|(_, entry)| entry.has_blob()) {
            if let Some(found) = hits.get(&Spot::Object(entry.id)) {
                traced.extend(self.indexed(&found.sightings, prefix, &entry.path));
            }
        }
        traced
    }

    fn is_committed(&self, entry: &IndexEntry) -> bool {
        let exposure = self.attribution.blobs.get(&entry.id);
        exposure.is_some_and(|known| known.paths.iter().any(|known| known.path == entry.path))
    }

    fn indexed(&self, sightings: &[Sighting], prefix: &str, path: &[u8]) -> Vec<Traced> {
        let path = String::from_utf8_lossy(path);
        let wanted = path.starts_with(self.options.under);
        let sightings = sightings.iter().filter(|_| wanted).map(|sighting| {
            let mut sighting = self.at(sighting, prefix, &path);
            sighting.place.origin = Origin::Index;
            (sighting, None)
        });
        sightings.collect()
    }

    /// A sighting at a path; what it has for a path so far is that of a member in an archive.
    fn at(&self, sighting: &Sighting, prefix: &str, path: &str) -> Sighting {
        let mut sighting = sighting.clone();
        let member = sighting.place.path.take().unwrap_or_default();
        sighting.place.path = Some(self.scanner.label(&format!("{prefix}{path}{member}")));
        sighting
    }

    fn lineage(&self, history: &PathHistory) -> Lineage {
        Lineage {
            first: history.first.as_ref().map(|commit| self.scanner.commit(commit)),
            last: history.last.as_ref().map(|commit| self.scanner.commit(commit)),
            at_head: history.at_head,
            refs: self.refs(&history.refs),
        }
    }

    fn is_in_scope(&self, refs: &[u32]) -> bool {
        let mut kinds =
            refs.iter().filter_map(|&n| self.attribution.refs.get(n as usize)).map(|r| r.kind);
        match self.options.scope {
            Scope::Local => true,
            Scope::Pushed if !self.is_bare => kinds.any(|kind| kind == RefKind::Remote),
            Scope::Refs | Scope::Pushed => {
                kinds.any(|kind| !matches!(kind, RefKind::Reflog | RefKind::Stash))
            }
        }
    }

    /// Names of references; reflogs only where nothing else leads there.
    fn refs(&self, numbers: &[u32]) -> Vec<String> {
        let all = numbers.iter().filter_map(|&n| self.attribution.refs.get(n as usize));
        let (logs, named): (Vec<_>, Vec<_>) = all.partition(|r| r.kind == RefKind::Reflog);
        let shown = if named.is_empty() { logs } else { named };
        shown.iter().map(|r| self.scanner.label(&String::from_utf8_lossy(&r.name))).collect()
    }
}
