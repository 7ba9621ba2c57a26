//! From when until when credentials were there.

use super::{Incident, Presence};

const DAY: i64 = 86_400;

/// One credential in time. All dates are seconds since 1970-01-01 UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timeline {
    /// When its account was made.
    pub created: Option<i64>,
    /// The author date of the commit that brought it.
    pub from: Option<i64>,
    /// The author date of the last commit that had it; `None` while it is still there.
    pub until: Option<i64>,
}

/// The timeline of an incident.
pub fn timeline(incident: &Incident<'_>) -> Timeline {
    let is_past = incident.presence() == Presence::Past;
    Timeline {
        created: incident.worst.credential().and_then(|credential| credential.facts.created),
        from: incident.first().map(|commit| commit.date),
        until: incident.last().filter(|_| is_past).map(|commit| commit.date),
    }
}

impl Timeline {
    /// For how many days whoever can read the repository has been able to read it. Taking it out of
    /// the files does not end that; only rolling the key does.
    pub fn days(&self, now: i64) -> Option<i64> {
        self.from.map(|from| now.saturating_sub(from).max(0) / DAY)
    }
}
