//! A log of how trees differ from the trees that they are deltas to, for the entries that matter.

use std::collections::{BTreeMap, HashMap, HashSet};

use crate::blob::ObjectId;
use crate::git::presence;

/// The number of a tree in the log.
pub(crate) type Record = u32;

/// No record.
pub(crate) const NONE: Record = Record::MAX;

/// Why an entry matters; an entry may do so for several reasons.
pub(crate) mod flag {
    /// It is a directory.
    pub const TREE: u8 = 1;
    /// It is a blob that is a hit.
    pub const HIT: u8 = 2;
    /// Its name holds a candidate.
    pub const NAME: u8 = 4;
}

/// Entries of trees, each with the number of its name and the id that it names.
#[derive(Debug, Default)]
pub(crate) struct Edges {
    pub names: Vec<u32>,
    pub flags: Vec<u8>,
    ids: Vec<u8>,
}

impl Edges {
    pub fn len(&self) -> usize {
        self.names.len()
    }

    pub fn id(&self, edge: usize) -> ObjectId {
        let len = self.ids.len() / self.names.len().max(1);
        ObjectId::from_bytes(&self.ids[edge * len..(edge + 1) * len]).expect("made of ids")
    }

    pub fn push(&mut self, name: u32, flags: u8, id: &ObjectId) {
        self.names.push(name);
        self.flags.push(flags);
        self.ids.extend_from_slice(id.as_bytes());
    }

    fn absorb(&mut self, other: Self, names: &[u32]) {
        self.names.extend(other.names.into_iter().map(|name| names[name as usize]));
        self.flags.extend(other.flags);
        self.ids.extend(other.ids);
    }
}

/// One tree: how its entries that matter differ from those of another tree.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Row {
    pub id: ObjectId,
    /// The tree that it is compared with, which comes earlier, or [`NONE`].
    pub base: Record,
    /// Where its entries end in [`TreeLog::added`]; they begin where those of the row before end.
    pub added: u32,
    /// The same in [`TreeLog::removed`].
    pub removed: u32,
}

/// The log of all trees.
#[derive(Debug, Default)]
pub(crate) struct TreeLog {
    pub rows: Vec<Row>,
    pub added: Edges,
    pub removed: Edges,
    pub names: Names,
    /// Names of entries that hold candidates.
    pub candidates: HashSet<Vec<u8>>,
    /// Objects that trees name and the database does not have, each with one such tree.
    pub missing: BTreeMap<ObjectId, ObjectId>,
}

/// Names of entries, each with a number.
#[derive(Debug, Default)]
pub(crate) struct Names {
    numbers: HashMap<Vec<u8>, u32>,
}

impl Names {
    /// The number of a name.
    pub fn number(&mut self, name: &[u8]) -> u32 {
        if let Some(number) = self.numbers.get(name) {
            return *number;
        }
        let number = self.numbers.len() as u32;
        self.numbers.insert(name.to_owned(), number);
        number
    }

    /// All names by their numbers.
    pub fn list(&self) -> Vec<&[u8]> {
        let mut list: Vec<&[u8]> = vec![b""; self.numbers.len()];
        for (name, number) in &self.numbers {
            list[*number as usize] = name;
        }
        list
    }
}

impl TreeLog {
    /// Appends the log of another worker.
    pub fn absorb(&mut self, other: Self) {
        let names: Vec<u32> =
            other.names.list().into_iter().map(|name| self.names.number(name)).collect();
        let (first, added, removed) =
            (self.rows.len() as u32, self.added.len() as u32, self.removed.len() as u32);
        self.rows.extend(other.rows.into_iter().map(|row| Row {
            base: if row.base == NONE { NONE } else { row.base + first },
            added: row.added + added,
            removed: row.removed + removed,
            ..row
        }));
        self.added.absorb(other.added, &names);
        self.removed.absorb(other.removed, &names);
        self.candidates.extend(other.candidates);
        for (object, tree) in other.missing {
            presence::note(&mut self.missing, object, tree);
        }
    }
}
