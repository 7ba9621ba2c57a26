//! What git tells a hook about a push.

use crate::blob::ObjectId;
use crate::source::push::Update;

use super::Moment;

/// The references that a push sets, or why a line is not understood.
pub type Updates = Result<Vec<Update>, String>;

/// Reads the lines on the standard input of `pre-push`, `<local ref> <local id> <remote ref> <remote
/// id>`, and of `pre-receive`, `<old id> <new id> <ref>` (githooks). An id of zeros is no object.
pub fn updates(moment: Moment, input: &str) -> Updates {
    let lines = input.lines().filter(|line| !line.trim().is_empty());
    lines.map(|line| update(moment, line).ok_or_else(|| line.to_owned())).collect()
}

/// Names of references have no blanks.
fn update(moment: Moment, line: &str) -> Option<Update> {
    let words: Vec<&str> = line.split(' ').collect();
    let (old, new, name) = match (moment, words.as_slice()) {
        (Moment::PrePush, [_, new, name, old]) => (old, new, name),
        (Moment::PreReceive, [old, new, name]) => (old, new, name),
        _ => return None,
    };
    Some(Update { name: (*name).to_owned(), old: id(old)?, new: id(new)? })
}

fn id(hex: &str) -> Option<Option<ObjectId>> {
    ObjectId::from_hex(hex.as_bytes()).map(|id| Some(id).filter(|id| !id.is_zero()))
}
