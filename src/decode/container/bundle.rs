//! Git bundles: a pack behind a list of references (gitformat-bundle).

use super::{Level, Opener};
use crate::git::bundle::{self, Seen};

/// Shows every blob under the path that a tree of the bundle gives it, and every message.
pub(super) fn open(opener: &mut Opener<'_>, level: Level<'_>, bytes: &[u8]) {
    let limit = opener.limits.member_bytes;
    let outcome = bundle::read(bytes, limit, &mut |seen| {
        if let Some(why) = opener.is_spent() {
            opener.gap(level.0, why);
            return false;
        }
        match seen {
            Seen::Object { path, bytes } => opener.member(level, path, bytes),
            Seen::Unpacked(size) => opener.spend(size),
        }
        true
    });
    for gap in outcome {
        opener.damaged(level.0, &gap);
    }
}
