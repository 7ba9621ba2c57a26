//! What sources have pushed, collected on all their threads.

use std::collections::HashSet;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::blob::{Blob, Origin, Part};
use crate::context::mentions;
use crate::expose::Named;
use crate::scan::{Found, Scanner};
use crate::sighting::Sighting;

/// What was found in the texts that were pushed.
#[derive(Default)]
pub struct Collected {
    found: Mutex<Found>,
    /// Names of secrets, of which it is judged later whether their values ship.
    named: Mutex<Vec<Named>>,
}

impl Collected {
    /// Adds what a text holds.
    pub fn add(&self, blob: &Blob<'_>, scanner: &Scanner) {
        let mut found = Found::default();
        scanner.scan(blob, &mut found);
        let named = named(blob, scanner);
        if !named.is_empty() {
            lock(&self.named).extend(named);
        }
        if !found.is_empty() || found.members > 0 {
            lock(&self.found).append(found);
        }
    }

    /// Takes all of it.
    pub fn take(&self) -> (Found, Vec<Named>) {
        (std::mem::take(&mut *lock(&self.found)), std::mem::take(&mut *lock(&self.named)))
    }

    /// Whether there is neither a credential nor a name.
    pub fn is_empty(&self) -> bool {
        lock(&self.found).sightings.is_empty() && lock(&self.named).is_empty()
    }

    /// Drops the comments.
    pub fn drop_comments(&self) {
        lock(&self.found).comments.clear();
    }

    /// Drops what was there `before` under the same path, and what was `removed` from any.
    pub fn drop_known(&self, before: &Self, removed: &Self) {
        let ((before, names_before), (removed, names_removed)) = (before.take(), removed.take());
        let here = |sighting: &Sighting| (print(sighting), sighting.place.path.clone());
        let known_here: HashSet<_> = before.sightings.iter().map(here).collect();
        let known: HashSet<_> = removed.sightings.iter().map(print).collect();
        lock(&self.found).sightings.retain(|sighting| {
            !known.contains(&print(sighting)) && !known_here.contains(&here(sighting))
        });
        let here = |(mention, place): &Named| (mention.name.clone(), place.path.clone());
        let names_here: HashSet<_> = names_before.iter().map(here).collect();
        let names: HashSet<_> = names_removed.iter().map(|(mention, _)| &mention.name).collect();
        lock(&self.named)
            .retain(|named| !names.contains(&named.0.name) && !names_here.contains(&here(named)));
    }
}

/// The names of secrets in a file, and where they stand.
fn named(blob: &Blob<'_>, scanner: &Scanner) -> Vec<Named> {
    if blob.part != Part::Whole || !matches!(blob.origin, Origin::Tree | Origin::Index) {
        return Vec::new();
    }
    let place = |span| scanner.place(blob, span);
    let mentions = mentions(blob.path, blob.bytes).into_iter();
    mentions
        .map(|mention| {
            let place = place(mention.span.clone());
            (mention, place)
        })
        .collect()
}

fn print(sighting: &Sighting) -> String {
    sighting.secret.fingerprint(sighting.rule.family)
}

fn lock<T>(part: &Mutex<T>) -> MutexGuard<'_, T> {
    part.lock().unwrap_or_else(PoisonError::into_inner)
}
