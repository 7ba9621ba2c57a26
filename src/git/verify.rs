//! Checking that every object has the id that it goes by.

use crate::blob::{ObjectId, ObjectKind};
use crate::coverage::{Coverage, Progress};
use crate::git::database::{hash, unread};
use crate::git::pack::Pack;
use crate::git::pack::delta::Delta;
use crate::git::pack::forest::{Entry, Forest};
use crate::git::pack::pass::{FOREIGN, Pass, Target};
use crate::git::pack::traverse::Source;
use crate::git::{Database, Repository, loose};

/// Hashes every object of a repository. A walk does so for hits only, for it takes longer than all
/// the rest; what an object whose content was changed holds, a walk reports all the same. The
/// coverage counts the objects and names those that are changed or cannot be read.
pub fn verify_objects(repository: &Repository, threads: usize, progress: &Progress) -> Coverage {
    let database = Database::open(repository);
    let mut coverage = Coverage { gaps: database.gaps.clone(), ..Coverage::default() };
    for pack in &database.packs {
        let forest = Forest::new(pack, threads.max(1));
        progress.expect(forest.len() as u64);
        let new = |_| VerifyPass { pack, forest: &forest, progress, coverage: Coverage::default() };
        let mut passes: Vec<_> = (0..threads.max(1)).map(new).collect();
        Source { database: &database, pack, forest: &forest }.run(&mut passes);
        passes.into_iter().for_each(|pass| coverage.merge(pass.coverage));
        for (id, why) in &forest.broken {
            coverage.gap(format!("object {id}"), unread(why));
        }
    }
    for dir in &database.dirs {
        let ids = loose::list(dir, database.id_len, &mut coverage.gaps);
        progress.expect(ids.len() as u64);
        for id in ids {
            match loose::read(&loose::path(dir, &id)) {
                Ok((kind, bytes)) => check(id, kind, &bytes, &mut coverage, progress),
                Err(error) => coverage.gap(format!("object {id}"), error.to_string()),
            }
        }
    }
    coverage.gaps.sort_unstable();
    coverage.gaps.dedup();
    coverage
}

fn check(
    id: ObjectId,
    kind: ObjectKind,
    bytes: &[u8],
    coverage: &mut Coverage,
    progress: &Progress,
) {
    coverage.objects.add(kind);
    coverage.bytes += bytes.len() as u64;
    progress.step(bytes.len() as u64);
    if hash(kind, bytes, id.as_bytes().len()) != id {
        let why = "its content was changed: it does not have this id; fetch it again from another \
                   copy";
        coverage.gap(format!("{} {id}", kind.name()), why);
    }
}

struct VerifyPass<'a> {
    pack: &'a Pack,
    forest: &'a Forest,
    progress: &'a Progress,
    coverage: Coverage,
}

impl VerifyPass<'_> {
    fn check(&mut self, entry: Entry, kind: ObjectKind, bytes: &[u8]) {
        if entry != FOREIGN {
            let id = self.forest.id(self.pack, entry);
            check(id, kind, bytes, &mut self.coverage, self.progress);
        }
    }
}

impl Pass for VerifyPass<'_> {
    type Note = ();

    fn wants(&self, _: ObjectKind) -> bool {
        true
    }

    fn whole(&mut self, entry: Entry, kind: ObjectKind, bytes: &[u8]) {
        self.check(entry, kind, bytes);
    }

    fn delta(
        &mut self,
        entry: Entry,
        kind: ObjectKind,
        delta: &Delta<'_>,
        _: &(),
        target: &mut Target,
    ) {
        self.check(entry, kind, target.get(delta));
    }

    fn failed(&mut self, entry: Entry, why: &str) {
        let id = self.forest.id(self.pack, entry);
        self.coverage.gap(format!("object {id}"), unread(why));
    }
}
