//! Sets of references, of which most hits of a repository share a few.

use std::collections::HashSet;
use std::sync::Arc;

/// References as numbers in [`Attribution::refs`](crate::git::Attribution::refs), sorted.
pub type RefSet = Arc<[u32]>;

/// All sets that occurred so far. Thousands of hits are each reached by thousands of references, but
/// mostly by the same ones.
#[derive(Default)]
pub(crate) struct RefSets(HashSet<RefSet>);

impl RefSets {
    /// The set of these numbers.
    pub fn share(&mut self, mut numbers: Vec<u32>) -> RefSet {
        numbers.sort_unstable();
        numbers.dedup();
        if let Some(known) = self.0.get(numbers.as_slice()) {
            return known.clone();
        }
        let set: RefSet = numbers.into();
        self.0.insert(set.clone());
        set
    }

    /// The set of all numbers in several sets.
    pub fn union(&mut self, sets: &[RefSet]) -> RefSet {
        match sets {
            [only] => only.clone(),
            [first, rest @ ..] if rest.iter().all(|set| set == first) => first.clone(),
            _ => self.share(sets.concat()),
        }
    }
}
