//! Which trees lead to hits, and what the commits did to them.

use std::collections::HashSet;
use std::panic::resume_unwind;
use std::thread;

use crate::blob::ObjectId;
use crate::git::fast_hash::FastMap;
use crate::git::id_table::IdTable;
use crate::git::tree_log::{NONE, Record, Row, TreeLog, flag};
use crate::git::{LONGEST_PATH, Walk};

/// The number of a path that leads to a hit.
pub(crate) type PathNumber = u32;
/// The number of a hit among the blobs of the walk, or [`NAMED`].
pub(crate) type Hit = u32;
/// The name itself is the hit.
pub(crate) const NAMED: Hit = Hit::MAX;
/// The root of a tree.
const ROOT: PathNumber = 0;

/// So much is followed along every path, in pieces of 64 bytes of paths not met before: trees that name
/// each other many times have more paths than there is time. From then on, each tree is gone through
/// once for each that it is compared with.
const PLENTY: usize = 1 << 17;

/// And so many trees at most.
const MOST: usize = 1 << 28;

/// What an entry of a tree leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Lead {
    /// A directory below which there are hits.
    Directory(Record),
    /// A hit.
    Hit(Hit),
}

/// An entry of a tree that leads to hits: the number of its name, and what it leads to.
type Item = (u32, Lead);

/// The trees that lead to hits, each with the list of its entries that do.
pub(crate) struct Trees<'a> {
    names: Vec<&'a [u8]>,
    by_id: ById<'a>,
    /// All items that occur, sorted; lists hold places in it.
    items: Vec<Item>,
    lists: Vec<u32>,
    /// Where in `lists` the list of each tree is.
    spans: Vec<(u32, u32)>,
    /// All paths met: the path of the directory, and the number of the name in it.
    paths: Vec<(PathNumber, u32)>,
    path_numbers: FastMap<(PathNumber, u32), PathNumber>,
    /// The length of each path.
    lengths: Vec<usize>,
    /// What is left of [`PLENTY`].
    paths_left: usize,
    /// What is left of [`MOST`].
    trees_left: usize,
}

/// A hit at a path.
pub(crate) type Place = (PathNumber, Hit);

impl<'a> Trees<'a> {
    pub fn new(walk: &'a Walk) -> Self {
        let log = &walk.trees;
        let by_id = ById::new(&log.rows);
        let names = log.names.list();
        let resolve = Resolve { walk, by_id: &by_id, names: &names };
        let (added, removed) = thread::scope(|scope| {
            let removed = scope.spawn(|| resolve.edges(&log.removed));
            let added = resolve.edges(&log.added);
            (added, removed.join().unwrap_or_else(|panic| resume_unwind(panic)))
        });
        let marked = marked(log, &added, &removed);
        let mut trees = Self {
            names,
            by_id,
            items: Vec::new(),
            lists: Vec::new(),
            spans: Vec::with_capacity(log.rows.len()),
            paths: vec![(ROOT, 0)],
            path_numbers: FastMap::default(),
            lengths: vec![0],
            paths_left: PLENTY,
            trees_left: MOST,
        };
        trees.make_lists(log, &added, &removed, &marked);
        trees
    }

    /// Writes the list of each tree: that of its base, without what the log removes and with what
    /// it adds. A tree with the same list as its base shares it.
    fn make_lists(&mut self, log: &TreeLog, added: &Edges, removed: &Edges, marked: &[bool]) {
        let added = added.items(&log.added.names, marked);
        let removed = removed.items(&log.removed.names, marked);
        self.items = added.iter().map(|(_, item)| *item).collect();
        self.items.sort_unstable();
        self.items.dedup();
        let (mut next_added, mut next_removed) =
            (added.iter().peekable(), removed.iter().peekable());
        let mut list: Vec<u32> = Vec::new();
        for row in &log.rows {
            let base = if row.base == NONE { (0, 0) } else { self.spans[row.base as usize] };
            list.clear();
            list.extend_from_slice(&self.lists[base.0 as usize..base.1 as usize]);
            let mut changed = false;
            while let Some((_, item)) = next_removed.next_if(|(edge, _)| *edge < row.removed) {
                let found = self.items.binary_search(item).ok();
                if let Some(at) = found.and_then(|n| list.iter().position(|i| *i == n as u32)) {
                    list.remove(at);
                    changed = true;
                }
            }
            while let Some((_, item)) = next_added.next_if(|(edge, _)| *edge < row.added) {
                list.extend(self.items.binary_search(item).ok().map(|number| number as u32));
                changed = true;
            }
            let span = if changed { self.store(&mut list) } else { base };
            self.spans.push(span);
        }
    }

    fn store(&mut self, list: &mut Vec<u32>) -> (u32, u32) {
        list.sort_unstable();
        list.dedup();
        let start = self.lists.len() as u32;
        self.lists.extend_from_slice(list);
        (start, self.lists.len() as u32)
    }

    /// The tree with this id, if it leads to hits.
    pub fn find(&self, id: &ObjectId) -> Option<Record> {
        self.by_id.find(id).filter(|tree| !self.list(*tree).is_empty())
    }

    /// Trees that lead to hits and that no other such tree leads to.
    pub fn tops(&self) -> Vec<Record> {
        let mut below = vec![false; self.spans.len()];
        for (_, lead) in &self.items {
            if let Lead::Directory(tree) = lead {
                below[*tree as usize] = true;
            }
        }
        let tops = self.by_id.table.numbers();
        let mut tops: Vec<_> = tops.filter(|tree| !below[*tree as usize]).collect();
        tops.retain(|tree| !self.list(*tree).is_empty());
        tops.sort_unstable();
        tops
    }

    fn list(&self, tree: Record) -> &[u32] {
        if tree == NONE {
            return &[];
        }
        let (start, end) = self.spans[tree as usize];
        &self.lists[start as usize..end as usize]
    }

    fn path(&mut self, parent: PathNumber, name: u32) -> PathNumber {
        if let Some(known) = self.path_numbers.get(&(parent, name)) {
            return *known;
        }
        let length = self.lengths[parent as usize] + self.names[name as usize].len() + 1;
        self.paths_left = self.paths_left.saturating_sub(1 + length / 64);
        if length > LONGEST_PATH {
            return parent;
        }
        let number = self.paths.len() as PathNumber;
        self.path_numbers.insert((parent, name), number);
        self.paths.push((parent, name));
        self.lengths.push(length);
        number
    }

    /// Whether there was more than could be followed.
    pub fn is_cut_short(&self) -> bool {
        self.trees_left == 0
    }

    /// A path in full, with `/` between its names.
    pub fn full_path(&self, path: PathNumber) -> Vec<u8> {
        let mut names = Vec::new();
        let mut at = path;
        while at != ROOT {
            let (parent, name) = self.paths[at as usize];
            names.push(self.names[name as usize]);
            at = parent;
        }
        names.reverse();
        names.join(&b'/')
    }

    /// The hits that a tree has and none of the others has at the same path.
    pub fn difference(&mut self, tree: Record, others: &[Record], found: &mut Vec<Place>) {
        if tree == NONE || others.contains(&tree) {
            return;
        }
        let mut pending = vec![(tree, others.to_vec(), ROOT)];
        let mut seen = HashSet::new();
        while let Some((tree, others, path)) = pending.pop() {
            let same = |other: &Record| self.spans_equal(tree, *other);
            if tree == NONE || others.iter().any(same) || self.is_cut_short() {
                continue;
            }
            self.trees_left -= 1;
            if self.paths_left == 0 && !seen.insert((tree, others.clone())) {
                continue;
            }
            let (start, end) = self.spans[tree as usize];
            let mut cursors: Vec<&[u32]> = Vec::new();
            cursors.extend(others.iter().map(|other| self.list(*other)));
            let mut fresh: Vec<u32> = Vec::new();
            for number in &self.lists[start as usize..end as usize] {
                let known = cursors.iter_mut().fold(false, |known, cursor| {
                    while cursor.first().is_some_and(|first| first < number) {
                        *cursor = &cursor[1..];
                    }
                    known | (cursor.first() == Some(number))
                });
                if !known {
                    fresh.push(*number);
                }
            }
            for number in fresh {
                let (name, lead) = self.items[number as usize];
                let path = self.path(path, name);
                match lead {
                    Lead::Hit(hit) => found.push((path, hit)),
                    Lead::Directory(tree) => {
                        let others = others.iter().map(|other| self.directory(*other, name));
                        pending.push((tree, others.collect(), path));
                    }
                }
            }
        }
    }

    fn spans_equal(&self, a: Record, b: Record) -> bool {
        a == b || b != NONE && self.spans[a as usize] == self.spans[b as usize]
    }

    /// The directory of this name in a tree, or [`NONE`].
    fn directory(&self, tree: Record, name: u32) -> Record {
        let list = self.list(tree);
        let first = list.partition_point(|item| self.items[*item as usize].0 < name);
        match list.get(first).map(|item| self.items[*item as usize]) {
            Some((found, Lead::Directory(tree))) if found == name => tree,
            _ => NONE,
        }
    }
}

/// The rows of the log by the ids of their trees; of several with one id the first.
struct ById<'a> {
    rows: &'a [Row],
    table: IdTable,
}

impl<'a> ById<'a> {
    fn new(rows: &'a [Row]) -> Self {
        let mut table = IdTable::with_capacity(rows.len());
        for (record, Row { id, .. }) in rows.iter().enumerate() {
            let has_id = |other: Record| rows[other as usize].id == *id;
            table.insert(id.as_bytes(), record as Record, has_id);
        }
        Self { rows, table }
    }

    fn find(&self, id: &ObjectId) -> Option<Record> {
        self.table.find(id.as_bytes(), |record| self.rows[record as usize].id == *id)
    }
}

/// Turns the edges of the log into what they may lead to.
struct Resolve<'a> {
    walk: &'a Walk,
    by_id: &'a ById<'a>,
    names: &'a [&'a [u8]],
}

/// For each edge of the log: the tree or the hit that it names, and whether its name is a hit.
struct Edges {
    leads: Vec<Option<Lead>>,
    named: Vec<bool>,
}

impl Resolve<'_> {
    fn edges(&self, edges: &crate::git::tree_log::Edges) -> Edges {
        let lead = |edge: usize| {
            let id = edges.id(edge);
            match edges.flags[edge] {
                flags if flags & flag::TREE != 0 => self.by_id.find(&id).map(Lead::Directory),
                flags if flags & flag::HIT != 0 => {
                    let hit = self.walk.blobs.binary_search(&id).ok()?;
                    Some(Lead::Hit(hit as Hit))
                }
                _ => None,
            }
        };
        let is_hit = |name: &u32| {
            let name = self.names[*name as usize];
            self.walk.names.binary_search_by(|hit| hit.as_slice().cmp(name)).is_ok()
        };
        let flagged = edges.names.iter().zip(&edges.flags);
        Edges {
            leads: (0..edges.len()).map(lead).collect(),
            named: flagged.map(|(name, flags)| flags & flag::NAME != 0 && is_hit(name)).collect(),
        }
    }
}

impl Edges {
    /// How many items an edge stands for, given which trees lead to hits.
    fn weight(&self, edge: usize, marked: &[bool]) -> i32 {
        let leads = match self.leads[edge] {
            Some(Lead::Hit(_)) => true,
            Some(Lead::Directory(tree)) => marked[tree as usize],
            None => false,
        };
        i32::from(leads) + i32::from(self.named[edge])
    }

    /// The items of all edges that lead to hits, each with the number of its edge.
    fn items(&self, names: &[u32], marked: &[bool]) -> Vec<(u32, Item)> {
        let mut items = Vec::new();
        for (edge, name) in names.iter().enumerate() {
            let lead = self.leads[edge].filter(|lead| match lead {
                Lead::Directory(tree) => marked[*tree as usize],
                Lead::Hit(_) => true,
            });
            let named = self.named[edge].then_some(Lead::Hit(NAMED));
            items.extend(lead.into_iter().chain(named).map(|lead| (edge as u32, (*name, lead))));
        }
        items
    }
}

/// Which trees lead to hits: those that have a hit or a tree that does. The log is gone through
/// until nothing changes, as often as directories are nested.
fn marked(log: &TreeLog, added: &Edges, removed: &Edges) -> Vec<bool> {
    let mut marked = vec![false; log.rows.len()];
    let mut counts = vec![0i32; log.rows.len()];
    loop {
        let mut changed = false;
        let (mut next_added, mut next_removed) = (0, 0);
        for (record, row) in log.rows.iter().enumerate() {
            let mut count = if row.base == NONE { 0 } else { counts[row.base as usize] };
            for edge in next_added..row.added as usize {
                count += added.weight(edge, &marked);
            }
            for edge in next_removed..row.removed as usize {
                count -= removed.weight(edge, &marked);
            }
            (next_added, next_removed) = (row.added as usize, row.removed as usize);
            counts[record] = count;
            changed |= count > 0 && !marked[record];
            marked[record] |= count > 0;
        }
        if !changed {
            return marked;
        }
    }
}
