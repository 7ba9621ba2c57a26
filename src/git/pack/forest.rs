//! Which entry of a pack is a delta to which.

use crate::blob::{ObjectId, ObjectKind};
use crate::git::database::{BAD_ENTRY, BAD_OFFSET};
use crate::git::pack::Pack;
use crate::git::pack::entry::Storage;
use crate::git::pack::order::Order;

/// The number of an entry in the order of the pack file.
pub(crate) type Entry = u32;

/// No entry.
const NONE: u32 = u32::MAX;

/// The entries of a pack, linked to the entries that are deltas to them.
pub(crate) struct Forest {
    order: Order,
    base: Vec<u32>,
    /// The children of entry `n` are `children[first_child[n]..first_child[n + 1]]`, the heaviest
    /// last.
    first_child: Vec<u32>,
    children: Vec<Entry>,
    /// Entries that begin a tree of deltas.
    pub roots: Vec<Root>,
    /// Entries that no root leads to, with the reason.
    pub broken: Vec<(ObjectId, &'static str)>,
}

/// An entry that is not a delta to another entry of the same pack.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Root {
    pub entry: Entry,
    /// Unpacked size of the entry.
    pub size: u64,
    /// The kind of the object that the entry holds whole; `None` if it is a delta to an object that
    /// this pack does not have, as thin packs leave it.
    pub kind: Option<ObjectKind>,
}

/// What the header of an entry says about its base.
enum Link {
    Root(Root),
    Child(u32),
    Broken(&'static str),
}

impl Forest {
    /// Reads the headers of all entries of a pack, on several threads.
    pub fn new(pack: &Pack, threads: usize) -> Self {
        let mut broken = Vec::new();
        let end = (pack.map.len() - pack.id_len) as u64;
        let order =
            Order::new(&pack.idx, end, |place| broken.push((pack.idx.id(place), BAD_OFFSET)));
        let links = Self::links(pack, &order, threads);
        let mut forest = Self {
            base: vec![NONE; order.len()],
            first_child: Vec::new(),
            children: Vec::new(),
            roots: Vec::new(),
            order,
            broken,
        };
        for (entry, link) in links.into_iter().enumerate() {
            match link {
                Link::Root(root) => forest.roots.push(root),
                Link::Child(base) => forest.base[entry] = base,
                Link::Broken(why) => forest.broken.push((forest.id(pack, entry as u32), why)),
            }
        }
        forest.link_children();
        let order = forest.downwards();
        forest.sort_children(&order);
        forest.find_cycles(pack, &order);
        forest
    }

    fn links(pack: &Pack, order: &Order, threads: usize) -> Vec<Link> {
        let share = order.len().div_ceil(threads.max(1)).max(FEWEST);
        let entry_of_place = &order.by_place(pack.idx.len(), NONE);
        std::thread::scope(|scope| {
            let parts: Vec<_> = (0..order.len()).step_by(share).collect();
            let parts = parts.into_iter().map(|from| {
                let part = from..order.len().min(from + share);
                scope.spawn(move || {
                    part.map(|entry| {
                        if entry % RELEASE == 0 {
                            pack.map.release(0..pack.map.len());
                        }
                        link(pack, order, entry as Entry, entry_of_place)
                    })
                    .collect::<Vec<_>>()
                })
            });
            let workers: Vec<_> = parts.collect();
            let joined = workers.into_iter().map(|worker| worker.join().unwrap_or_default());
            joined.flatten().collect()
        })
    }

    /// Sorts the entries into lists by their base.
    fn link_children(&mut self) {
        let count = self.base.len();
        let mut starts = vec![0u32; count + 1];
        for base in self.base.iter().filter(|base| **base != NONE) {
            starts[*base as usize + 1] += 1;
        }
        for entry in 0..count {
            starts[entry + 1] += starts[entry];
        }
        let mut next = starts.clone();
        let mut children = vec![0; starts[count] as usize];
        for (entry, base) in self.base.iter().enumerate().filter(|(_, base)| **base != NONE) {
            children[next[*base as usize] as usize] = entry as u32;
            next[*base as usize] += 1;
        }
        (self.first_child, self.children) = (starts, children);
    }

    /// All entries that roots lead to, each behind the one that it is a delta to.
    fn downwards(&self) -> Vec<Entry> {
        let mut order: Vec<Entry> = Vec::with_capacity(self.base.len());
        order.extend(self.roots.iter().map(|root| root.entry));
        let mut next = 0;
        while let Some(entry) = order.get(next).copied() {
            next += 1;
            order.extend_from_slice(self.children(entry));
        }
        order
    }

    /// Sorts the children of each entry by how many entries hang on them: taking the heaviest child
    /// last, when its base is no longer needed, leaves few buffers alive.
    fn sort_children(&mut self, order: &[Entry]) {
        let mut weights = vec![1u32; self.base.len()];
        for entry in order.iter().rev() {
            let base = self.base[*entry as usize];
            if base != NONE {
                let weight = weights[*entry as usize];
                weights[base as usize] = weights[base as usize].saturating_add(weight);
            }
        }
        for bounds in self.first_child.windows(2) {
            let list = &mut self.children[bounds[0] as usize..bounds[1] as usize];
            if list.len() > 1 {
                list.sort_unstable_by_key(|child| (weights[*child as usize], *child));
            }
        }
    }

    /// Entries that cannot be reached from any root are deltas to each other in a circle.
    fn find_cycles(&mut self, pack: &Pack, order: &[Entry]) {
        if order.len() == self.base.len() {
            return;
        }
        let mut reached = vec![false; self.base.len()];
        order.iter().for_each(|entry| reached[*entry as usize] = true);
        let lost = reached.iter().enumerate().filter(|(_, reached)| !**reached);
        let lost = lost.map(|(entry, _)| (self.id(pack, entry as u32), CYCLE));
        let lost: Vec<_> = lost.collect();
        let known: std::collections::HashSet<_> = self.broken.iter().map(|(id, _)| *id).collect();
        self.broken.extend(lost.into_iter().filter(|(id, _)| !known.contains(id)));
    }

    /// How many entries there are.
    pub fn len(&self) -> usize {
        self.order.len()
    }

    /// The entries that are deltas to this one, the heaviest last.
    pub fn children(&self, entry: Entry) -> &[Entry] {
        let entry = entry as usize;
        &self.children[self.first_child[entry] as usize..self.first_child[entry + 1] as usize]
    }

    /// Where an entry begins.
    pub fn offset(&self, entry: Entry) -> u64 {
        self.order.offset(entry)
    }

    /// The place of an entry in the order of ids.
    pub fn place(&self, entry: Entry) -> usize {
        self.order.place(entry)
    }

    /// The id of an entry.
    pub fn id(&self, pack: &Pack, entry: Entry) -> ObjectId {
        pack.idx.id(self.place(entry))
    }
}

/// Fewer headers are not worth a thread.
const FEWEST: usize = 1024;
/// After so many headers the mapped memory is given back: each of them touches another page.
const RELEASE: usize = 1 << 15;

const CYCLE: &str = "its delta chain leads to itself or to an object that cannot be read";

fn link(pack: &Pack, order: &Order, entry: Entry, entry_of_place: &[Entry]) -> Link {
    let Some(header) = pack.header(order.offset(entry)) else {
        return Link::Broken(BAD_ENTRY);
    };
    let root = |kind| Link::Root(Root { entry, size: header.size, kind });
    match header.storage {
        Storage::Whole(kind) => root(Some(kind)),
        Storage::OffsetDelta(base) => match order.find(base) {
            Some(base) => Link::Child(base),
            None => Link::Broken("the object that it is a delta to is not in the pack"),
        },
        Storage::RefDelta(id) => match pack.idx.find(&id).map(|place| entry_of_place[place]) {
            Some(base) if base != NONE => Link::Child(base),
            _ => root(None),
        },
    }
}
