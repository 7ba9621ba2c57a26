//! What a run may spend on unpacking beyond what is in proportion to what was packed.

use std::sync::atomic::{AtomicU64, Ordering};

use super::Limits;

/// Shared by all containers of a run, so that a hundred bombs cost no more than one. Which of them
/// is left unread when it is used up depends on which thread comes first; that something was left
/// is a gap in any case.
#[derive(Debug)]
pub struct Budget {
    bytes: AtomicU64,
    members: AtomicU64,
}

impl Budget {
    /// The budget of a run.
    pub fn new(limits: &Limits) -> Self {
        Self {
            bytes: AtomicU64::new(limits.run_bytes),
            members: AtomicU64::new(limits.run_members),
        }
    }

    /// Whether it is used up, so that what was read depends on what was read before.
    pub fn is_spent(&self) -> bool {
        [&self.bytes, &self.members].iter().any(|left| left.load(Ordering::Relaxed) == 0)
    }

    fn take(from: &AtomicU64, amount: u64) {
        let less = |left: u64| Some(left.saturating_sub(amount));
        // The closure always gives a value, so the update cannot fail.
        let _ = from.fetch_update(Ordering::Relaxed, Ordering::Relaxed, less);
    }
}

/// What one container and all that is nested in it may take.
#[derive(Debug)]
pub(super) struct Allowance<'a> {
    budget: &'a Budget,
    free_bytes: u64,
    free_members: u64,
    bytes_left: u64,
    members_left: u64,
}

/// A member of an archive takes about so many bytes in it at least: a header and a name.
const LEAST_MEMBER: u64 = 64;

impl<'a> Allowance<'a> {
    /// For a container of `packed` bytes.
    pub fn new(budget: &'a Budget, limits: &Limits, packed: usize) -> Self {
        let packed = packed as u64;
        Self {
            budget,
            free_bytes: packed.saturating_mul(limits.ratio),
            free_members: packed / LEAST_MEMBER + 1,
            bytes_left: limits.unpacked_bytes,
            members_left: limits.members,
        }
    }

    /// How many bytes may still be unpacked.
    pub fn bytes(&self) -> u64 {
        let shared = self.budget.bytes.load(Ordering::Relaxed);
        self.bytes_left.min(self.free_bytes.saturating_add(shared))
    }

    /// Why no further member can be read, if none can.
    pub fn is_spent(&self) -> Option<&'static str> {
        if self.members_left == 0 || self.bytes_left == 0 {
            return Some(
                "the limit for one container is reached, and further members were not read; raise \
                 `members` or `unpacked-bytes` in [limits], or unpack it and scan what comes out",
            );
        }
        let shared = |left: &AtomicU64| left.load(Ordering::Relaxed) == 0;
        let is_empty = self.free_bytes == 0 && shared(&self.budget.bytes)
            || self.free_members == 0 && shared(&self.budget.members);
        is_empty.then_some(
            "it unpacks to far more than its size, and what a run may spend on that is used up; \
             scan it alone",
        )
    }

    /// Notes that bytes were unpacked.
    pub fn spend_bytes(&mut self, amount: u64) {
        let free = amount.min(self.free_bytes);
        self.free_bytes -= free;
        self.bytes_left = self.bytes_left.saturating_sub(amount);
        Budget::take(&self.budget.bytes, amount - free);
    }

    /// Notes that a member was read.
    pub fn spend_member(&mut self) {
        self.members_left = self.members_left.saturating_sub(1);
        match self.free_members.checked_sub(1) {
            Some(less) => self.free_members = less,
            None => Budget::take(&self.budget.members, 1),
        }
    }
}
