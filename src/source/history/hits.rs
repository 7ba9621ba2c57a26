//! What the objects of a repository hold.

use std::collections::{BTreeSet, HashMap};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use crate::blob::{Blob, ObjectId, ObjectKind, Origin};
use crate::cache::Cache;
use crate::git::Object;
use crate::scan::{Found, Scanner};

/// What a walk can hit.
#[derive(Clone, PartialEq, Eq, Hash)]
pub enum Spot {
    /// An object.
    Object(ObjectId),
    /// The name of an entry of a tree.
    Name(Vec<u8>),
}

/// Collects what the objects hold, on all threads.
pub struct Hits<'a> {
    /// What looks at them.
    pub scanner: &'a Scanner,
    /// One for which every account has been created already, where something is to be remembered.
    some_day: Option<Scanner>,
    /// Whether something would be found on another day.
    tentative: AtomicBool,
    found: Mutex<HashMap<Spot, Found>>,
    /// How many members were opened of each object that is an archive; a walk may meet one twice.
    members: Mutex<HashMap<ObjectId, u64>>,
}

impl<'a> Hits<'a> {
    /// Nothing yet.
    pub fn new(scanner: &'a Scanner, cache: Option<&Cache>) -> Self {
        Self {
            scanner,
            some_day: cache.map(|_| scanner.some_day()),
            tentative: AtomicBool::new(false),
            found: Mutex::default(),
            members: Mutex::default(),
        }
    }

    /// Looks at an object; whether something is found in it.
    pub fn visit(&self, object: &Object<'_>) -> bool {
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
    pub fn partly(&self) -> BTreeSet<ObjectId> {
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

    /// Whether something would be found on another day.
    pub fn is_tentative(&self) -> bool {
        self.tentative.load(Ordering::Relaxed)
    }

    /// What was found, by what holds it.
    pub fn into_found(self) -> HashMap<Spot, Found> {
        self.found.into_inner().unwrap_or_else(PoisonError::into_inner)
    }

    /// How many members were opened of archives that are not counted already.
    pub fn opened(&self, counted: &BTreeSet<ObjectId>) -> u64 {
        let members = self.members.lock().unwrap_or_else(PoisonError::into_inner);
        members.iter().filter(|(id, _)| !counted.contains(id)).map(|(_, count)| count).sum()
    }
}
