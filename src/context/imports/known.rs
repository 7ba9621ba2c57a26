//! Answers that are found once for a run.

use std::collections::HashMap;
use std::sync::{PoisonError, RwLock};

/// Answers that were found once.
pub struct Known<T>(RwLock<HashMap<String, T>>);

impl<T> Default for Known<T> {
    fn default() -> Self {
        Self(RwLock::default())
    }
}

impl<T: Clone> Known<T> {
    /// The answer for a key. Two threads may look for the same one; both find the same.
    pub fn get(&self, key: &str, find: impl FnOnce() -> T) -> T {
        if let Some(known) = self.0.read().unwrap_or_else(PoisonError::into_inner).get(key) {
            return known.clone();
        }
        let found = find();
        let mut known = self.0.write().unwrap_or_else(PoisonError::into_inner);
        known.entry(key.to_owned()).or_insert(found).clone()
    }
}
