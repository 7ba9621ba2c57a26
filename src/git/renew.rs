//! Reading only what has come since a repository was last found whole and without any hit.

use std::collections::{BTreeSet, HashSet};
use std::time::SystemTime;

use crate::blob::{ObjectId, ObjectKind};
use crate::coverage::{Coverage, Progress, RepositoryState};
use crate::git::commit::{Commit, Tag};
use crate::git::known::{FileMark, Known, PackMark};
use crate::git::listing::tips;
use crate::git::tree::{Entries, EntryKind};
use crate::git::{
    Database, Object, Probe, RefKind, References, Repository, Visit, Walk, loose, walk,
};

/// More new objects than this are read faster by a walk along the deltas of their packs.
const FEW: usize = 20_000;

/// What a reader has found since it has last known something.
#[derive(Default)]
pub struct Since {
    /// What was read; of what is known, its counts.
    pub walk: Walk,
    /// Objects that were read although they are among what is known.
    pub again: BTreeSet<ObjectId>,
    /// What is known from now on, if that is more than before.
    pub known: Option<Known>,
}

/// Reads every object of a repository, or, where `known` is still true of it, only what has come
/// since.
pub fn walk_since(
    repository: &Repository,
    known: Option<&Known>,
    probe: &Probe<'_>,
    visit: &Visit<'_>,
    threads: usize,
    progress: &Progress,
) -> Since {
    let begun = SystemTime::now();
    let renewed = known.and_then(|known| renew(repository, known, probe, visit, progress));
    if let Some(since) = renewed {
        let known = since.known.filter(|known| known.is_settled(begun));
        return Since { known, ..since };
    }
    let before = Present::list(&Database::open(repository));
    let walk = walk(repository, probe, visit, threads, progress);
    let is_clean = walk.is_empty() && walk.coverage.is_complete();
    let now = if is_clean { unchanged(repository, before, known) } else { None };
    let now = now.map(|present| present.known(&walk.coverage));
    let known = now.filter(|now| now.is_settled(begun));
    Since { walk, known, ..Since::default() }
}

/// What there was before a walk, if it is there still: what came while the walk was on may have been
/// read or not.
fn unchanged(
    repository: &Repository,
    before: Option<Present>,
    known: Option<&Known>,
) -> Option<Present> {
    let database = Database::open(repository);
    let mut after = Present::list(&database).filter(|after| before.as_ref() == Some(after))?;
    after.verify(&database, known);
    Some(after)
}

/// Reads what is new. `None` if that is not enough: if something is not as it was, if anything new
/// hits, or if anything cannot be read or is missing; then a walk over everything tells what.
fn renew(
    repository: &Repository,
    known: &Known,
    probe: &Probe<'_>,
    visit: &Visit<'_>,
    progress: &Progress,
) -> Option<Since> {
    let database = &Database::open(repository);
    if !database.gaps.is_empty() || repository.is_shallow() {
        return None;
    }
    let mut present = Present::list(database)?;
    present.verify(database, Some(known));
    let mut new = present.beyond(database, known)?;
    new.touched.extend(&known.partly);
    let references = repository.references();
    let renewal = Renewal { database, probe, visit };
    if !references.gaps.is_empty() || !renewal.references_are_here(&references) {
        return None;
    }
    let mut coverage = Coverage {
        objects: known.objects,
        bytes: known.bytes,
        members: known.members,
        known: known.objects.total() - new.touched.len() as u64,
        ..Coverage::default()
    };
    progress.expect((new.objects.len() + new.touched.len()) as u64);
    for id in &new.touched {
        let (kind, bytes) = database.read(id).ok()?;
        renewal.is_clean(*id, kind, &bytes).then_some(())?;
        progress.step(bytes.len() as u64);
    }
    for id in &new.objects {
        let (kind, bytes) = database.read_unchecked(id).ok()?;
        renewal.is_clean(*id, kind, &bytes).then_some(())?;
        coverage.objects.add(kind);
        coverage.bytes += bytes.len() as u64;
        progress.step(bytes.len() as u64);
    }
    coverage.repositories.push(RepositoryState {
        path: String::new(),
        tips: tips(&references),
        objects: coverage.objects.total(),
    });
    let now = Known { partly: known.partly.clone(), ..present.known(&coverage) };
    let walk = Walk { coverage, references, ..Walk::default() };
    Some(Since { walk, again: new.touched, known: Some(now).filter(|now| now != known) })
}

/// What there is now, by its marks.
#[derive(PartialEq, Eq)]
struct Present {
    packs: Vec<PackMark>,
    loose: Vec<(ObjectId, FileMark)>,
}

impl Present {
    /// `None` if something cannot be listed.
    fn list(database: &Database) -> Option<Self> {
        let packs: Option<Vec<_>> = database.packs.iter().map(PackMark::of).collect();
        let (mut gaps, mut found) = (Vec::new(), Vec::new());
        for dir in &database.dirs {
            for id in loose::list(dir, database.id_len, &mut gaps) {
                found.push((id, FileMark::of(&loose::path(dir, &id)).ok()?));
            }
        }
        found.retain(|(id, _)| database.packs.iter().all(|pack| pack.idx.find(id).is_none()));
        found.sort_unstable_by_key(|(id, _)| *id);
        found.dedup_by_key(|(id, _)| *id);
        gaps.is_empty().then_some(Self { packs: packs?, loose: found })
    }

    /// What is known of these once all of them have been read.
    fn known(&self, coverage: &Coverage) -> Known {
        Known {
            objects: coverage.objects,
            bytes: coverage.bytes,
            members: coverage.members,
            packs: self.packs.clone(),
            loose: self.loose.iter().copied().collect(),
            partly: BTreeSet::new(),
        }
    }

    /// Takes over which packs are known to have their checksums. One of which git has set the time
    /// since the last run is looked at now, since it will do so again.
    fn verify(&mut self, database: &Database, known: Option<&Known>) {
        let marks = self.packs.iter_mut().zip(&database.packs);
        for (mark, pack) in marks {
            let old = known.and_then(|known| known.packs.iter().find(|old| old.resembles(mark)));
            mark.verified = match old {
                Some(old) if old.is_same(mark) => old.verified,
                Some(_) => pack.has_its_checksum(),
                None => false,
            };
        }
    }

    /// The objects that are not known, and those whose files git has touched; `None` if something
    /// that is known is not here as it was, or if they are too many.
    fn beyond(&self, database: &Database, known: &Known) -> Option<New> {
        let mut new = New::default();
        for (id, mark) in &known.loose {
            let at = self.loose.binary_search_by_key(id, |(id, _)| *id).ok()?;
            let is_touched = self.loose[at].1 != *mark;
            new.touched.extend(is_touched.then_some(*id));
        }
        for old in &known.packs {
            let here = self.packs.iter().find(|mark| mark.resembles(old))?;
            (here.is_same(old) || old.verified && here.verified).then_some(())?;
        }
        let is_old = |at: &usize| known.packs.iter().any(|old| old.resembles(&self.packs[*at]));
        let (old, fresh): (Vec<_>, Vec<_>) = (0..self.packs.len()).partition(is_old);
        let count: usize = fresh.iter().map(|at| database.packs[*at].idx.len()).sum();
        if count.max(self.loose.len().saturating_sub(known.loose.len())) > FEW {
            return None;
        }
        let in_old =
            |id: &ObjectId| old.iter().any(|at| database.packs[*at].idx.find(id).is_some());
        for at in fresh {
            let idx = &database.packs[at].idx;
            let ids = (0..idx.len()).map(|place| idx.id(place));
            new.objects.extend(ids.filter(|id| !in_old(id)));
        }
        let loose = self.loose.iter().map(|(id, _)| *id);
        new.objects.extend(loose.filter(|id| !known.loose.contains_key(id)));
        Some(new)
    }
}

/// What is to be read.
#[derive(Default)]
struct New {
    objects: BTreeSet<ObjectId>,
    /// Objects that are counted already, and are to be read again.
    touched: BTreeSet<ObjectId>,
}

struct Renewal<'a> {
    database: &'a Database,
    probe: &'a Probe<'a>,
    visit: &'a Visit<'a>,
}

impl Renewal<'_> {
    /// Whether nothing in a new object hits, and all that it names is here.
    fn is_clean(&self, id: ObjectId, kind: ObjectKind, bytes: &[u8]) -> bool {
        let is_here = |id: &ObjectId| self.database.contains(id);
        let named = match kind {
            ObjectKind::Tree => return self.is_clean_tree(id, bytes),
            ObjectKind::Blob => true,
            ObjectKind::Commit => Commit::parse(bytes)
                .is_some_and(|commit| is_here(&commit.tree) && commit.parents.iter().all(is_here)),
            ObjectKind::Tag => Tag::parse(bytes).is_some_and(|tag| is_here(&tag.target)),
        };
        named && !(self.visit)(&Object { id, kind, bytes })
    }

    fn is_clean_tree(&self, id: ObjectId, bytes: &[u8]) -> bool {
        let mut entries = Entries::new(bytes, self.database.id_len);
        let clean = entries.by_ref().all(|entry| {
            let mut hits = 0;
            (self.probe.candidates)(entry.name, &mut |_| hits += 1);
            let name = Object { id, kind: ObjectKind::Tree, bytes: entry.name };
            let is_here = entry.kind == EntryKind::Submodule || self.database.contains(&entry.id);
            is_here && (hits == 0 || !(self.visit)(&name))
        });
        clean && entries.at_end()
    }

    /// The same references as those of which a walk says that what they name must be here.
    fn references_are_here(&self, references: &References) -> bool {
        let must = references.all.iter().filter(|found| {
            found.kind == RefKind::Head
                || found.kind != RefKind::Reflog && found.name.starts_with(b"refs/")
        });
        must.map(|found| found.target)
            .collect::<HashSet<_>>()
            .iter()
            .all(|id| self.database.contains(id))
    }
}
