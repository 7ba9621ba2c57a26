//! The plain way to read a repository: libgit2 and nothing clever. What the pack reader is tested
//! against.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Arc, Mutex, PoisonError};

use crate::blob::{CommitRef, ObjectId, ObjectKind};
use crate::coverage::{Coverage, Note, Progress};
use crate::git::commit::{Commit, Tag, describe};
use crate::git::database::{Content, ReadError};
use crate::git::tree::{Entries, EntryKind};
use crate::git::{Attribution, Database, Object, PathHistory, Probe, Repository, Visit};

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
    commits: BTreeMap<ObjectId, Commit>,
    tags: BTreeMap<ObjectId, Tag>,
}

/// Reads every object of a repository and shows `visit` those that may hold something.
pub fn walk(
    repository: &Repository,
    probe: &Probe<'_>,
    visit: &Visit<'_>,
    threads: usize,
    progress: &Progress,
) -> Walk {
    let (odb, gaps) = open_odb(repository);
    let mut ids = Vec::new();
    let listed = odb.foreach(|id| {
        ids.extend(ObjectId::from_bytes(id.as_bytes()));
        true
    });
    let mut seen = std::collections::HashSet::with_capacity(ids.len());
    ids.retain(|id| seen.insert(*id));
    progress.expect(ids.len() as u64);
    let total = Mutex::new(Walk::default());
    let share = ids.len().div_ceil(threads.max(1)).max(1);
    std::thread::scope(|scope| {
        for part in ids.chunks(share) {
            scope.spawn(|| {
                let mut worker = Worker {
                    id_len: repository.id_len(),
                    probe,
                    visit,
                    progress,
                    walk: Walk::default(),
                };
                let (odb, _) = open_odb(repository);
                part.iter().for_each(|id| worker.object(&odb, *id));
                total.lock().unwrap_or_else(PoisonError::into_inner).absorb(worker.walk);
            });
        }
    });
    let mut walk = total.into_inner().unwrap_or_else(PoisonError::into_inner);
    walk.coverage.gaps.extend(gaps);
    if let Err(error) = listed {
        let what = repository.common_dir.join("objects").display().to_string();
        walk.coverage.gap(what, format!("not all objects can be listed: {}", error.message()));
    }
    walk.finish(visit);
    walk
}

struct Worker<'a> {
    id_len: usize,
    probe: &'a Probe<'a>,
    visit: &'a Visit<'a>,
    progress: &'a Progress,
    walk: Walk,
}

impl Worker<'_> {
    fn object(&mut self, odb: &git2::Odb<'_>, id: ObjectId) {
        let (kind, bytes) = match read(odb, &id) {
            Ok(content) => content,
            Err(error) => return self.walk.coverage.gap(format!("object {id}"), error.to_string()),
        };
        self.progress.step(bytes.len() as u64);
        self.walk.coverage.bytes += bytes.len() as u64;
        self.walk.coverage.objects.add(kind);
        let hit = kind != ObjectKind::Tree
            && self.may_hold(&bytes)
            && (self.visit)(&Object { id, kind, bytes: &bytes });
        match kind {
            ObjectKind::Blob => self.walk.blobs.extend(hit.then_some(id)),
            ObjectKind::Tree => self.names(id, &bytes),
            ObjectKind::Commit => match Commit::parse(&bytes) {
                Some(commit) => drop(self.walk.commits.insert(id, commit)),
                None => self.walk.coverage.gap(format!("commit {id}"), "it is malformed"),
            },
            ObjectKind::Tag => self.walk.tags.extend(Tag::parse(&bytes).map(|tag| (id, tag))),
        }
        if hit && matches!(kind, ObjectKind::Commit | ObjectKind::Tag) {
            self.walk.messages.push(id);
        }
    }

    fn may_hold(&self, bytes: &[u8]) -> bool {
        let mut found = (self.probe.whole)(&bytes[..bytes.len().min(super::HEAD_LEN)]);
        (self.probe.candidates)(bytes, &mut |_| found = true);
        found
    }

    fn names(&mut self, tree: ObjectId, bytes: &[u8]) {
        let mut entries = Entries::new(bytes, self.id_len);
        let mut names = Vec::new();
        for entry in entries.by_ref() {
            (self.probe.candidates)(entry.name, &mut |_| names.push(entry.name.to_owned()));
        }
        if !entries.at_end() {
            self.walk.coverage.gap(format!("tree {tree}"), "one of its entries is malformed");
        }
        names.dedup();
        self.walk.names.extend(names);
    }
}

impl Walk {
    fn absorb(&mut self, other: Self) {
        self.coverage.merge(other.coverage);
        self.blobs.extend(other.blobs);
        self.messages.extend(other.messages);
        self.names.extend(other.names);
        self.commits.extend(other.commits);
        self.tags.extend(other.tags);
    }

    fn finish(&mut self, visit: &Visit<'_>) {
        self.blobs.sort_unstable();
        self.messages.sort_unstable();
        self.names.sort_unstable();
        self.names.dedup();
        let id = ObjectId::from_bytes(&[0; 20]).expect("an id may have 20 bytes");
        let kind = ObjectKind::Tree;
        self.names.retain(|name| visit(&Object { id, kind, bytes: name }));
        self.coverage.gaps.sort_unstable();
        self.coverage.gaps.dedup();
    }
}

/// A hit at a path: which blob (`Some`), or that the name itself is the hit.
type Item = (Vec<u8>, Option<ObjectId>);
type Items = Arc<BTreeSet<Item>>;

/// What happened to one item, as ranks of commits.
#[derive(Default)]
struct Events {
    introduced: Vec<usize>,
    removed: Vec<usize>,
    last: usize,
    at_head: bool,
    refs: BTreeSet<u32>,
}

/// Says by which commits, paths and references each hit of a walk is exposed.
pub fn attribute(repository: &Repository, walk: &Walk) -> Attribution {
    let references = repository.references();
    let database = Database::open(repository);
    let mut history =
        History { id_len: repository.id_len(), walk, database: &database, items: HashMap::new() };
    let order = history.order();
    let mut events = history.events(&order);
    let head = references.head.commit().and_then(|id| walk.commits.get(&id));
    for item in head.map(|head| history.items(head.tree)).iter().flat_map(|items| items.iter()) {
        if let Some(events) = events.get_mut(item) {
            events.at_head = true;
        }
    }
    let mut attribution = Attribution { refs: references.all, ..Attribution::default() };
    history.reach(&order, &mut events, &mut attribution);
    for (item, events) in events {
        history.place(item, &events, &order, &mut attribution);
    }
    attribution
}

struct History<'a> {
    id_len: usize,
    walk: &'a Walk,
    database: &'a Database,
    items: HashMap<ObjectId, Items>,
}

impl History<'_> {
    /// All commits, parents before children, by date corrected to be later than all parents'.
    fn order(&self) -> Vec<ObjectId> {
        let mut dates: HashMap<ObjectId, i64> = HashMap::new();
        let mut pending: Vec<ObjectId> = self.walk.commits.keys().copied().collect();
        while let Some(id) = pending.last().copied() {
            let commit = self.walk.commits.get(&id).filter(|_| !dates.contains_key(&id));
            let Some(commit) = commit else {
                pending.pop();
                continue;
            };
            let known = |parent: &&ObjectId| self.walk.commits.contains_key(parent);
            let parents: Vec<_> = commit.parents.iter().filter(known).collect();
            let waiting = parents.iter().filter(|parent| !dates.contains_key(**parent));
            let before = pending.len();
            pending.extend(waiting.copied());
            if pending.len() == before {
                let after = parents.iter().map(|parent| dates[*parent] + 1).max();
                dates.insert(id, after.map_or(commit.date, |after| after.max(commit.date)));
                pending.pop();
            }
        }
        let mut order: Vec<ObjectId> = dates.keys().copied().collect();
        order.sort_unstable_by_key(|id| (dates[id], *id));
        order
    }

    /// The hits below a tree, with their paths from there.
    fn items(&mut self, tree: ObjectId) -> Items {
        if let Some(items) = self.items.get(&tree) {
            return items.clone();
        }
        let bytes = self.database.read(&tree).map_or_else(|_| Vec::new(), |(_, bytes)| bytes);
        let mut items = BTreeSet::new();
        for entry in Entries::new(&bytes, self.id_len) {
            let name = entry.name.to_vec();
            if self.walk.names.binary_search(&name).is_ok() {
                items.insert((name.clone(), None));
            }
            match entry.kind {
                EntryKind::Tree => {
                    let join = |path: &[u8]| [&name, &b"/"[..], path].concat();
                    let below = self.items(entry.id);
                    items.extend(below.iter().map(|(path, hit)| (join(path), *hit)));
                }
                EntryKind::Blob if self.walk.blobs.binary_search(&entry.id).is_ok() => {
                    items.insert((name, Some(entry.id)));
                }
                _ => {}
            }
        }
        self.items.insert(tree, Arc::new(items));
        self.items[&tree].clone()
    }

    fn events(&mut self, order: &[ObjectId]) -> BTreeMap<Item, Events> {
        let mut events: BTreeMap<Item, Events> = BTreeMap::new();
        for (rank, id) in order.iter().enumerate() {
            let commit = &self.walk.commits[id];
            let here = self.items(commit.tree);
            let parents: Vec<Items> = commit
                .parents
                .iter()
                .filter_map(|parent| self.walk.commits.get(parent))
                .map(|parent| self.items(parent.tree))
                .collect();
            for item in here.iter() {
                let event = events.entry(item.clone()).or_default();
                event.last = rank;
                if !parents.iter().any(|parent| parent.contains(item)) {
                    event.introduced.push(rank);
                }
            }
            let mut parents = parents.into_iter();
            let Some(first) = parents.next() else { continue };
            let gone =
                first.difference(&here).filter(|item| parents.clone().all(|p| p.contains(*item)));
            for item in gone {
                events.entry(item.clone()).or_default().removed.push(rank);
            }
        }
        events
    }

    /// Walks from each reference to all its ancestors.
    fn reach(
        &mut self,
        order: &[ObjectId],
        events: &mut BTreeMap<Item, Events>,
        attribution: &mut Attribution,
    ) {
        let rank: HashMap<ObjectId, usize> =
            order.iter().enumerate().map(|(r, id)| (*id, r)).collect();
        for number in 0..attribution.refs.len() {
            let mut reached = vec![false; order.len()];
            let mut direct = BTreeSet::new();
            let mut pending = vec![attribution.refs[number].target];
            while let Some(id) = pending.pop() {
                if let Some(rank) = rank.get(&id) {
                    if !std::mem::replace(&mut reached[*rank], true) {
                        pending.extend(&self.walk.commits[&id].parents);
                    }
                } else if direct.insert(id) {
                    pending.extend(self.walk.tags.get(&id).map(|tag| tag.target));
                }
            }
            let number = number as u32;
            for event in events.values_mut().filter(|e| e.introduced.iter().any(|r| reached[*r])) {
                event.refs.insert(number);
            }
            for id in &self.walk.messages {
                if rank.get(id).is_some_and(|rank| reached[*rank]) || direct.contains(id) {
                    attribution.messages.entry(*id).or_default().refs.push(number);
                }
            }
            for id in direct.iter().filter(|id| self.walk.blobs.binary_search(id).is_ok()) {
                attribution.blobs.entry(*id).or_default().refs.push(number);
            }
        }
        for id in &self.walk.messages {
            attribution.messages.entry(*id).or_default().message = self.describe(*id);
        }
        for id in &self.walk.blobs {
            attribution.blobs.entry(*id).or_default();
        }
        for name in &self.walk.names {
            attribution.names.entry(name.clone()).or_default();
        }
    }

    fn place(
        &mut self,
        (path, hit): Item,
        events: &Events,
        order: &[ObjectId],
        attribution: &mut Attribution,
    ) {
        let ids = |ranks: &[usize]| ranks.iter().map(|rank| order[*rank]).collect::<Vec<_>>();
        let introductions = ids(&events.introduced);
        let history = PathHistory {
            first: introductions.first().and_then(|id| self.describe(*id)),
            last: self.describe(order[events.last]),
            removals: ids(&events.removed),
            introductions,
            at_head: events.at_head,
            refs: events.refs.iter().copied().collect(),
            path,
        };
        let exposure = match hit {
            Some(blob) => attribution.blobs.entry(blob).or_default(),
            None => {
                let name = history.path.rsplit(|&byte| byte == b'/').next().unwrap_or_default();
                attribution.names.entry(name.to_vec()).or_default()
            }
        };
        exposure.refs.extend(&history.refs);
        exposure.refs.sort_unstable();
        exposure.refs.dedup();
        exposure.paths.push(history);
    }

    fn describe(&self, id: ObjectId) -> Option<CommitRef> {
        self.database.read(&id).ok().map(|(_, bytes)| describe(id, &bytes))
    }
}

/// Opens the object directories one by one, so that no configuration of the repository is read.
fn open_odb(repository: &Repository) -> (git2::Odb<'static>, Vec<Note>) {
    let (dirs, mut gaps) = repository.object_dirs();
    let odb = git2::Odb::new().expect("an empty object database needs nothing but memory");
    for dir in dirs {
        let text = dir.to_string_lossy();
        if let Err(error) = odb.add_disk_alternate(&text) {
            gaps.push(Note { what: text.into_owned(), why: error.message().to_owned() });
        }
    }
    (odb, gaps)
}

fn read(odb: &git2::Odb<'_>, id: &ObjectId) -> Result<Content, ReadError> {
    let oid = git2::Oid::from_bytes(id.as_bytes())
        .map_err(|_| ReadError::Damaged("SHA-256 objects are not supported".to_owned()))?;
    let object = odb.read(oid).map_err(|error| match error.code() {
        git2::ErrorCode::NotFound => ReadError::Missing,
        _ => ReadError::Damaged(format!("it is damaged: {}", error.message())),
    })?;
    Ok((kind_of(object.kind())?, object.data().to_owned()))
}

fn kind_of(kind: git2::ObjectType) -> Result<ObjectKind, ReadError> {
    match kind {
        git2::ObjectType::Blob => Ok(ObjectKind::Blob),
        git2::ObjectType::Tree => Ok(ObjectKind::Tree),
        git2::ObjectType::Commit => Ok(ObjectKind::Commit),
        git2::ObjectType::Tag => Ok(ObjectKind::Tag),
        git2::ObjectType::Any => Err(ReadError::Damaged("it has no kind".to_owned())),
    }
}
