//! The plain way to read a repository: libgit2 and nothing clever. What the reader of the library is
//! compared with.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::rc::Rc;

use git2::{ObjectType, Oid, TreeEntry};
use stripeguard::blob::{CommitRef, ObjectId, ObjectKind};
use stripeguard::coverage::ObjectCounts;
use stripeguard::git::{
    Attribution, HEAD_LEN, Object, PathHistory, Probe, RefSet, Repository, Visit,
};

/// What was found in a repository.
pub struct Reference {
    repository: git2::Repository,
    commits: BTreeSet<Oid>,
    items: HashMap<Oid, Rc<BTreeSet<Item>>>,
    pub objects: ObjectCounts,
    pub bytes: u64,
    pub blobs: BTreeSet<ObjectId>,
    pub messages: BTreeSet<ObjectId>,
    pub names: BTreeSet<Vec<u8>>,
}

/// A path, and the blob at it that is a hit, or none if the name itself is.
type Item = (Vec<u8>, Option<ObjectId>);

/// What happened to an item, as places in the order of commits.
#[derive(Default)]
struct Events {
    introduced: Vec<usize>,
    removed: Vec<usize>,
    last: usize,
    at_head: bool,
    refs: Vec<u32>,
}

fn union(a: &[u32], b: &[u32]) -> RefSet {
    a.iter().chain(b).copied().collect::<BTreeSet<u32>>().into_iter().collect()
}

pub fn id(oid: Oid) -> ObjectId {
    ObjectId::from_bytes(oid.as_bytes()).unwrap()
}

fn oid(id: ObjectId) -> Oid {
    Oid::from_bytes(id.as_bytes()).unwrap()
}

impl Reference {
    /// Reads all objects, one after the other, and shows those with candidates.
    pub fn read(repository: &Repository, probe: &Probe<'_>, visit: &Visit<'_>) -> Self {
        let mut this = Self {
            repository: git2::Repository::open(&repository.common_dir).unwrap(),
            commits: BTreeSet::new(),
            items: HashMap::new(),
            objects: ObjectCounts::default(),
            bytes: 0,
            blobs: BTreeSet::new(),
            messages: BTreeSet::new(),
            names: BTreeSet::new(),
        };
        let mut oids = BTreeSet::new();
        let odb = this.repository.odb().unwrap();
        odb.foreach(|oid| {
            oids.insert(*oid);
            true
        })
        .unwrap();
        drop(odb);
        oids.into_iter().for_each(|oid| this.object(oid, probe, visit));
        let zero = ObjectId::from_bytes(&[0; 20]).unwrap();
        let kind = ObjectKind::Tree;
        this.names.retain(|name| visit(&Object { id: zero, kind, bytes: name }));
        this
    }

    fn object(&mut self, oid: Oid, probe: &Probe<'_>, visit: &Visit<'_>) {
        let odb = self.repository.odb().unwrap();
        let object = odb.read(oid).unwrap();
        let bytes = object.data();
        let kind = match object.kind() {
            ObjectType::Blob => ObjectKind::Blob,
            ObjectType::Tree => ObjectKind::Tree,
            ObjectType::Commit => ObjectKind::Commit,
            ObjectType::Tag => ObjectKind::Tag,
            ObjectType::Any => unreachable!("no object is of any kind"),
        };
        self.objects.add(kind);
        self.bytes += bytes.len() as u64;
        if kind == ObjectKind::Commit {
            self.commits.insert(oid);
        }
        if kind == ObjectKind::Tree {
            for entry in &self.repository.find_tree(oid).unwrap() {
                let name = entry.name_bytes();
                let mut found = false;
                (probe.candidates)(name, &mut |_| found = true);
                self.names.extend(found.then(|| name.to_vec()));
            }
            return;
        }
        let mut found = (probe.whole)(&bytes[..bytes.len().min(HEAD_LEN)]);
        (probe.candidates)(bytes, &mut |_| found = true);
        if found && visit(&Object { id: id(oid), kind, bytes }) {
            let hits = if kind == ObjectKind::Blob { &mut self.blobs } else { &mut self.messages };
            hits.insert(id(oid));
        }
    }

    /// All commits, parents first, by date corrected to be later than that of all parents.
    fn order(&self) -> Vec<Oid> {
        let mut dates: HashMap<Oid, i64> = HashMap::new();
        let mut pending: Vec<Oid> = self.commits.iter().copied().collect();
        while let Some(oid) = pending.last().copied() {
            let commit = self.repository.find_commit(oid).unwrap();
            let parents: Vec<Oid> =
                commit.parent_ids().filter(|p| self.commits.contains(p)).collect();
            let waiting = parents.iter().filter(|parent| !dates.contains_key(parent));
            let waiting: Vec<Oid> = waiting.copied().collect();
            if waiting.is_empty() {
                let after = parents.iter().map(|parent| dates[parent] + 1).max();
                let date = commit.time().seconds();
                dates.insert(oid, after.map_or(date, |after| after.max(date)));
                pending.pop();
            }
            pending.extend(waiting);
        }
        let mut order: Vec<Oid> = dates.keys().copied().collect();
        order.sort_unstable_by_key(|oid| (dates[oid], *oid));
        order
    }

    /// The hits below a tree, with their paths from there.
    fn items(&mut self, tree: Oid) -> Rc<BTreeSet<Item>> {
        if let Some(items) = self.items.get(&tree) {
            return items.clone();
        }
        let mut items = BTreeSet::new();
        let entries = self.repository.find_tree(tree).map_or_else(
            |_| Vec::new(),
            |tree| tree.iter().map(|entry: TreeEntry<'_>| entry.to_owned()).collect(),
        );
        for entry in entries {
            let name = entry.name_bytes().to_vec();
            if self.names.contains(&name) {
                items.insert((name.clone(), None));
            }
            if entry.kind() == Some(ObjectType::Tree) {
                let join = |path: &[u8]| [&name, &b"/"[..], path].concat();
                let below = self.items(entry.id());
                items.extend(below.iter().map(|(path, hit)| (join(path), *hit)));
            } else if self.blobs.contains(&id(entry.id())) {
                items.insert((name, Some(id(entry.id()))));
            }
        }
        self.items.insert(tree, Rc::new(items));
        self.items[&tree].clone()
    }

    fn items_of(&mut self, commit: Oid) -> Rc<BTreeSet<Item>> {
        let tree = self.repository.find_commit(commit).unwrap().tree_id();
        self.items(tree)
    }

    fn events(&mut self, order: &[Oid]) -> BTreeMap<Item, Events> {
        let mut events: BTreeMap<Item, Events> = BTreeMap::new();
        for (rank, oid) in order.iter().enumerate() {
            let here = self.items_of(*oid);
            let parents: Vec<Oid> =
                self.repository.find_commit(*oid).unwrap().parent_ids().collect();
            let known = parents.into_iter().filter(|parent| self.commits.contains(parent));
            let known: Vec<Oid> = known.collect();
            let parents: Vec<_> = known.into_iter().map(|parent| self.items_of(parent)).collect();
            for item in here.iter() {
                let event = events.entry(item.clone()).or_default();
                event.last = rank;
                if !parents.iter().any(|parent| parent.contains(item)) {
                    event.introduced.push(rank);
                }
            }
            for item in parents.first().into_iter().flat_map(|parent| parent.iter()) {
                if !here.contains(item) && parents.iter().all(|parent| parent.contains(item)) {
                    events.entry(item.clone()).or_default().removed.push(rank);
                }
            }
        }
        events
    }

    /// The same as the attribution of the library, for paths that are in commits.
    pub fn attribute(&mut self, repository: &Repository) -> Attribution {
        let references = repository.references();
        let order = self.order();
        let mut events = self.events(&order);
        if let Some(head) = references.head.commit() {
            for item in self.items_of(oid(head)).iter() {
                events.get_mut(item).unwrap().at_head = true;
            }
        }
        let mut attribution = Attribution { refs: references.all, ..Attribution::default() };
        for blob in &self.blobs {
            attribution.blobs.entry(*blob).or_default();
        }
        for name in &self.names {
            attribution.names.entry(name.clone()).or_default();
        }
        for message in &self.messages {
            attribution.messages.entry(*message).or_default().message = self.describe(*message);
        }
        for number in 0..attribution.refs.len() {
            self.reach(number as u32, &order, &mut events, &mut attribution);
        }
        for ((path, blob), events) in events {
            self.place(path, blob, &events, &order, &mut attribution);
        }
        attribution
    }

    /// Walks from a reference to everything that it reaches.
    fn reach(
        &self,
        number: u32,
        order: &[Oid],
        events: &mut BTreeMap<Item, Events>,
        attribution: &mut Attribution,
    ) {
        let mut reached = BTreeSet::new();
        let mut pending = vec![oid(attribution.refs[number as usize].target)];
        while let Some(oid) = pending.pop() {
            if reached.insert(oid) {
                if let Ok(commit) = self.repository.find_commit(oid) {
                    pending.extend(commit.parent_ids());
                } else if let Ok(tag) = self.repository.find_tag(oid) {
                    pending.push(tag.target_id());
                }
            }
        }
        for event in events.values_mut() {
            if event.introduced.iter().any(|rank| reached.contains(&order[*rank])) {
                event.refs.push(number);
            }
        }
        for exposures in [&mut attribution.messages, &mut attribution.blobs] {
            for (_, exposure) in exposures.iter_mut().filter(|(id, _)| reached.contains(&oid(**id)))
            {
                exposure.refs = union(&exposure.refs, &[number]);
            }
        }
    }

    fn place(
        &self,
        path: Vec<u8>,
        blob: Option<ObjectId>,
        events: &Events,
        order: &[Oid],
        attribution: &mut Attribution,
    ) {
        let ids = |ranks: &[usize]| ranks.iter().map(|rank| id(order[*rank])).collect::<Vec<_>>();
        let name = path.rsplit(|byte| *byte == b'/').next().unwrap().to_vec();
        let exposure = match blob {
            Some(blob) => attribution.blobs.entry(blob).or_default(),
            None => attribution.names.entry(name).or_default(),
        };
        exposure.refs = union(&exposure.refs, &events.refs);
        let introductions = ids(&events.introduced);
        exposure.paths.push(PathHistory {
            path,
            first: introductions.first().and_then(|first| self.describe(*first)),
            last: self.describe(id(order[events.last])),
            introductions,
            removals: ids(&events.removed),
            at_head: events.at_head,
            refs: events.refs.as_slice().into(),
        });
    }

    fn describe(&self, id: ObjectId) -> Option<CommitRef> {
        let (signature, message) = match self.repository.find_commit(oid(id)) {
            Ok(commit) => (Some(commit.author().to_owned()), commit.message_bytes().to_vec()),
            Err(_) => {
                let tag = self.repository.find_tag(oid(id)).ok()?;
                (tag.tagger().map(|tagger| tagger.to_owned()), tag.message_bytes()?.to_vec())
            }
        };
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let signature = signature?;
        Some(CommitRef {
            id,
            author: text(&[signature.name_bytes(), b" <", signature.email_bytes(), b">"].concat()),
            date: signature.when().seconds(),
            subject: text(message.split(|byte| *byte == b'\n').next()?.trim_ascii()),
        })
    }
}
