//! Reading every object of a repository.

use std::ops::ControlFlow;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use crate::blob::{ObjectId, ObjectKind};
use crate::coverage::{Coverage, Progress, RepositoryState, Stop};
use crate::git::commit::Tag;
use crate::git::commits::CommitLog;
use crate::git::connectivity;
use crate::git::content_pass::ContentPass;
use crate::git::counted_trees::CountedTrees;
use crate::git::database::unread;
use crate::git::hit_set::HitSet;
use crate::git::listing::tips;
use crate::git::pack::traverse::{LARGE, Source};
use crate::git::plan::Plan;
use crate::git::scan::{Findings, Scanner};
use crate::git::tree_log::TreeLog;
use crate::git::tree_pass::TreePass;
use crate::git::{Database, Object, Probe, ReadError, References, Repository, Visit, loose};

/// What a walk over all objects found.
#[derive(Debug, Default)]
pub struct Walk {
    /// What was read and what could not be.
    pub coverage: Coverage,
    /// Blobs that hold something, sorted.
    pub blobs: Vec<ObjectId>,
    /// Commits and annotated tags that do, sorted.
    pub messages: Vec<ObjectId>,
    /// Names of files and directories that do, sorted.
    pub names: Vec<Vec<u8>>,
    pub(crate) commits: CommitLog,
    pub(crate) tags: Vec<(ObjectId, Tag)>,
    pub(crate) trees: TreeLog,
    pub(crate) references: References,
}

/// Reads every object of a repository, reachable or not, and shows `visit` those that may hold
/// something. What is found does not depend on the number of threads.
pub fn walk(
    repository: &Repository,
    probe: &Probe<'_>,
    visit: &Visit<'_>,
    threads: usize,
    progress: &Progress,
) -> Walk {
    let database = Database::open(repository);
    let threads = threads.max(1);
    let plan = Plan::new(&database, threads);
    progress.expect(plan.objects as u64);
    let job = Job { database: &database, plan, probe, visit, threads, progress };
    let mut findings = job.scan();
    findings.coverage.gaps.extend(database.gaps.iter().cloned());
    findings.coverage.gaps.extend(job.plan.gaps.iter().cloned());
    let mut walk = Walk {
        coverage: findings.coverage,
        blobs: findings.blobs,
        messages: findings.messages,
        commits: findings.commits,
        tags: findings.tags,
        references: repository.references(),
        ..Walk::default()
    };
    walk.sort();
    job.log_trees(&mut walk, &findings.trees);
    match progress.stopped() {
        Some(stop) => walk.coverage.gap(Stop::WHAT, stop.reason()),
        None => {
            connectivity::check(repository, &mut walk, &job.plan.presence, database.partial);
            walk.balance(job.plan.objects as u64);
        }
    }
    walk.coverage.repositories.push(RepositoryState {
        path: String::new(),
        tips: tips(&walk.references),
        objects: job.plan.objects as u64,
    });
    walk.sort();
    walk
}

impl Walk {
    fn sort(&mut self) {
        for hits in [&mut self.blobs, &mut self.messages] {
            hits.sort_unstable();
            hits.dedup();
        }
        self.tags.sort_unstable_by_key(|(id, _)| *id);
        self.coverage.gaps.sort_unstable();
        self.coverage.gaps.dedup();
    }

    /// What the indexes list was read, or else there is a gap: whatever goes wrong in a walk, it must
    /// not look like a clean one.
    fn balance(&mut self, listed: u64) {
        let read = self.coverage.objects.total();
        if read < listed && self.coverage.gaps.is_empty() {
            let why = "they are listed and were not read, which is a fault of this program; \
                       please report it";
            self.coverage.gap(format!("{} objects", listed - read), why);
        }
    }

    /// Whether there is nothing to be attributed.
    pub fn is_empty(&self) -> bool {
        self.blobs.is_empty() && self.messages.is_empty() && self.names.is_empty()
    }
}

struct Job<'a> {
    database: &'a Database,
    plan: Plan,
    probe: &'a Probe<'a>,
    visit: &'a Visit<'a>,
    threads: usize,
    progress: &'a Progress,
}

/// How many loose objects a worker takes at a time.
const SHARE: usize = 64;

impl Job<'_> {
    fn scanner(&self) -> Scanner<'_> {
        Scanner::new(self.probe, self.visit, self.progress, self.database.id_len)
    }

    /// Looks at the contents of all objects, trees excepted, which are only counted.
    fn scan(&self) -> Findings {
        let mut findings = Findings::default();
        for (number, forest) in self.plan.forests.iter().enumerate() {
            let pack = &self.database.packs[number];
            let repeated = &self.plan.repeated[number];
            let mut passes: Vec<_> = (0..self.threads)
                .map(|_| ContentPass { scanner: self.scanner(), pack, forest, repeated })
                .collect();
            Source { database: self.database, pack, forest }.run(&mut passes);
            for mut pass in passes {
                let _: ControlFlow<()> = pass.scanner.report();
                findings.absorb(pass.scanner.findings);
            }
            let broken = forest.broken.iter().map(|(id, why)| (*id, (*why).to_owned()));
            findings.failed.extend(broken);
        }
        self.scan_loose(&mut findings);
        self.retry(&mut findings);
        findings
    }

    fn scan_loose(&self, findings: &mut Findings) {
        let next = AtomicUsize::new(0);
        let found = Mutex::new(Vec::new());
        std::thread::scope(|scope| {
            for _ in 0..self.threads.min(self.plan.loose.len().div_ceil(SHARE)) {
                scope.spawn(|| {
                    let mut scanner = self.scanner();
                    while let Some(rest) =
                        self.plan.loose.get(next.fetch_add(SHARE, Ordering::Relaxed)..)
                    {
                        rest.iter().take(SHARE).for_each(|id| self.single(*id, &mut scanner));
                        if scanner.report().is_break() || rest.len() < SHARE {
                            break;
                        }
                    }
                    let mut found = found.lock().unwrap_or_else(PoisonError::into_inner);
                    found.push(scanner.findings);
                });
            }
        });
        let found = found.into_inner().unwrap_or_else(PoisonError::into_inner);
        found.into_iter().for_each(|part| findings.absorb(part));
    }

    /// Objects that could not be read in their pack may have another copy elsewhere.
    fn retry(&self, findings: &mut Findings) {
        let mut failed = std::mem::take(&mut findings.failed);
        failed.sort_unstable();
        failed.dedup_by_key(|(id, _)| *id);
        let mut scanner = self.scanner();
        for (id, why) in failed {
            match self.database.read(&id) {
                Ok((kind, bytes)) => self.content(id, kind, &bytes, &mut scanner),
                Err(_) => scanner.findings.coverage.gap(format!("object {id}"), unread(&why)),
            }
        }
        let _: ControlFlow<()> = scanner.report();
        findings.absorb(scanner.findings);
    }

    fn single(&self, id: ObjectId, scanner: &mut Scanner<'_>) {
        if self.large_and_harmless(&id, scanner) {
            return;
        }
        match self.database.read_unchecked(&id) {
            Ok((kind, bytes)) => self.content(id, kind, &bytes, scanner),
            Err(ReadError::Missing) => {}
            Err(error) => {
                scanner.findings.coverage.gap(format!("object {id}"), error.to_string());
            }
        }
    }

    /// Whether the object is a large file in which there is nothing. Others are read whole.
    fn large_and_harmless(&self, id: &ObjectId, scanner: &mut Scanner<'_>) -> bool {
        let files = self.database.dirs.iter().map(|dir| loose::path(dir, id));
        let mut large = files.filter(|file| loose::may_have(file, LARGE));
        let Some(Ok((kind, size, mut stream))) = large.next().map(|file| loose::stream(&file))
        else {
            return false;
        };
        size > LARGE && matches!(scanner.large(kind, size, &mut stream), Ok(false))
    }

    fn content(&self, id: ObjectId, kind: ObjectKind, bytes: &[u8], scanner: &mut Scanner<'_>) {
        scanner.count(kind, bytes.len());
        match kind {
            ObjectKind::Tree => scanner.findings.trees.push(id),
            _ => drop(scanner.whole(id, kind, bytes)),
        }
    }

    /// Searches the names in all trees, and logs what attribution needs if there is a hit.
    fn log_trees(&self, walk: &mut Walk, single: &[ObjectId]) {
        let hits = HitSet::new(&walk.blobs);
        let edges = !walk.blobs.is_empty();
        let (mut log, counts) = self.tree_log(&hits, edges, single);
        let trees = counts.objects.trees;
        walk.coverage.merge(counts);
        walk.names = self.judge_names(&log);
        if !edges && !walk.names.is_empty() {
            self.progress.expect(trees);
            (log, _) = self.tree_log(&hits, true, single);
        }
        walk.trees = log;
    }

    /// Trees that could not be read in their pack may have another copy elsewhere.
    fn retry_trees(
        &self,
        failed: Vec<(ObjectId, String)>,
        pass: &mut TreePass<'_>,
        counts: &mut Coverage,
    ) {
        for (id, why) in failed {
            match self.database.read(&id) {
                Ok((ObjectKind::Tree, bytes)) => {
                    counts.objects.add(ObjectKind::Tree);
                    counts.bytes += bytes.len() as u64;
                    pass.tree(id, &bytes);
                }
                Ok(_) => {}
                Err(_) => counts.gap(format!("object {id}"), unread(&why)),
            }
        }
    }

    /// Has the names judged that hold candidates.
    fn judge_names(&self, log: &TreeLog) -> Vec<Vec<u8>> {
        let id = ObjectId::from_bytes(&[0; 32][..self.database.id_len]).expect("20 or 32 bytes");
        let kind = ObjectKind::Tree;
        let mut names: Vec<Vec<u8>> = log.candidates.iter().cloned().collect();
        names.sort_unstable();
        names.retain(|name| (self.visit)(&Object { id, kind, bytes: name }));
        names
    }

    fn tree_log(&self, hits: &HitSet, edges: bool, single: &[ObjectId]) -> (TreeLog, Coverage) {
        let (mut log, mut counts) = (TreeLog::default(), Coverage::default());
        let mut failed = Vec::new();
        let id_len = self.database.id_len;
        let new = || TreePass::new(self.probe, hits, &self.plan.presence, edges, id_len);
        for (number, forest) in self.plan.forests.iter().enumerate() {
            let pack = &self.database.packs[number];
            let repeated = &self.plan.repeated[number];
            let mut passes: Vec<_> = (0..self.threads)
                .map(|_| {
                    let mut pass = new();
                    pass.pack = Some((pack, forest));
                    CountedTrees { pass, repeated, scanner: self.scanner() }
                })
                .collect();
            Source { database: self.database, pack, forest }.run(&mut passes);
            for mut pass in passes {
                let _: ControlFlow<()> = pass.scanner.report();
                counts.merge(pass.scanner.findings.coverage);
                failed.extend(pass.scanner.findings.failed);
                log.absorb(pass.pass.log);
            }
        }
        let mut pass = new();
        for id in single {
            if let Ok((_, bytes)) = self.database.read_unchecked(id) {
                pass.tree(*id, &bytes);
            }
        }
        self.retry_trees(failed, &mut pass, &mut counts);
        log.absorb(pass.log);
        (log, counts)
    }
}
