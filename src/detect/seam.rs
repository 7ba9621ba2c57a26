//! How much of a text must be seen around a place at which it changes.
//!
//! A literal alone is short. But what is spelled twice is only looked for in a long word, what is
//! wide only in a stretch of some length, and a text in base64 may go on in the next line. Whether a
//! change brings one of them about is decided by what stands farther away; most texts do not look as
//! if anything did, and then no more than the length of a literal is asked for.

use super::search::{ENOUGH, WRAP, is_base64};
use crate::decode::LONG_WORD;

/// A long word, the end of its line, and the beginning of the next one: so much is asked for at most
/// if there is no NUL in the text.
pub const WORD: usize = LONG_WORD + 2 * WRAP;

/// The same in characters of eight bytes: so much is asked for at most.
pub const FAR: usize = 8 * WORD;

/// Whether so many bytes behind a change, and before the next one, are enough to see, or
/// [`after`] and [`before`] have to be asked.
pub fn is_enough(after: &[u8; ENOUGH], before: &[u8; ENOUGH]) -> bool {
    let is_enough = |near, base64_beside_line_end: fn(&[u8; ENOUGH]) -> bool| match looks(near) {
        Looks::Plain => !near.contains(&b'\n') || !base64_beside_line_end(near),
        Looks::Dense | Looks::Wide => false,
    };
    is_enough(after, |near| near[first_line(near.iter())..].first().is_none_or(is_base64))
        && is_enough(before, |near| {
            near[..ENOUGH - first_line(near.iter().rev())].last().is_none_or(is_base64)
        })
}

/// How long the rest of a line is, with the white space at its end.
fn first_line<'a>(bytes: impl Iterator<Item = &'a u8> + Clone) -> usize {
    let head = dense(bytes.clone());
    head + bytes.skip(head).take_while(|byte| byte.is_ascii_whitespace()).count()
}

/// How many bytes at the end of a text may make a literal, or decide about one, together with what
/// comes behind it.
pub fn before(text: &[u8]) -> usize {
    let Some(near) = text.last_chunk() else { return text.len() };
    let wanted = match looks(near) {
        Looks::Wide => FAR,
        Looks::Dense => WORD,
        Looks::Plain => wrapped_before(text, dense(near.iter().rev())),
    };
    wanted.min(text.len())
}

/// How many bytes at the beginning of a text may make a literal, or decide about one, together with
/// what comes before it.
pub fn after(text: &[u8]) -> usize {
    let Some(near) = text.first_chunk() else { return text.len() };
    let wanted = match looks(near) {
        Looks::Wide => FAR,
        Looks::Dense => WORD,
        Looks::Plain => wrapped_after(text, dense(near.iter())),
    };
    wanted.min(text.len())
}

/// What the bytes beside a change can be a part of.
enum Looks {
    /// Of words that are all there, or whose rest does not matter.
    Plain,
    /// Of one word, of which more may follow.
    Dense,
    /// Of a text in wide characters.
    Wide,
}

/// Without a branch for each byte, so that all are compared at once.
fn looks(near: &[u8; ENOUGH]) -> Looks {
    let lowest = near.iter().fold(u8::MAX, |lowest, byte| lowest.min(*byte));
    match lowest {
        0 => Looks::Wide,
        1..=b' ' => Looks::Plain,
        _ => Looks::Dense,
    }
}

fn dense<'a>(bytes: impl Iterator<Item = &'a u8>) -> usize {
    bytes.take_while(|byte| **byte > b' ').count()
}

/// The line before counts if it may be base64 that goes on in the `tail` characters at the end.
fn wrapped_before(text: &[u8], tail: usize) -> usize {
    let line = &text[..text.len() - tail];
    let Some(gap) = line_end(line.iter().rev()).filter(|_| tail < WRAP) else { return ENOUGH };
    let is_base64 = line[..line.len() - gap].last_chunk::<WRAP>().is_some_and(all_base64);
    if is_base64 { tail + gap + WORD } else { ENOUGH }
}

/// The next line counts if what stands at its beginning may be the rest of base64.
fn wrapped_after(text: &[u8], head: usize) -> usize {
    let Some(gap) = line_end(text[head..].iter()).filter(|_| head < WRAP) else { return ENOUGH };
    let is_base64 = text[head + gap..].first_chunk::<WRAP>().is_some_and(all_base64);
    if is_base64 { ENOUGH.max(head + gap + WRAP) } else { ENOUGH }
}

/// The length of white space that holds the end of a line, as far as it may stand within base64.
fn line_end<'a>(bytes: impl Iterator<Item = &'a u8>) -> Option<usize> {
    let mut ends = false;
    let blank = bytes.take(WRAP).take_while(|byte| byte.is_ascii_whitespace());
    let count = blank.inspect(|byte| ends |= **byte == b'\n').count();
    ends.then_some(count)
}

fn all_base64(line: &[u8; WRAP]) -> bool {
    line.iter().all(is_base64)
}
