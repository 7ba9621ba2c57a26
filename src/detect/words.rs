//! The long words of a text: without white space or control characters.

use std::ops::Range;

use crate::decode::LONG_WORD;

/// The long words of a text, one after the other.
#[derive(Debug)]
pub struct Words<'a> {
    bytes: &'a [u8],
    at: usize,
    end: usize,
}

/// A word that is longer is searched in parts, which overlap by more than any literal is long.
const PART: usize = 64 << 10;
const OVERLAP: usize = 128;

impl<'a> Words<'a> {
    /// The words of which a part stands in a range; one may begin before it.
    pub fn new(bytes: &'a [u8], range: Range<usize>) -> Self {
        let at = range.start.saturating_sub(OVERLAP);
        Self { bytes, at, end: range.end.min(bytes.len()) }
    }

    /// The next word of at least [`LONG_WORD`] bytes, or the next part of one.
    pub fn next(&mut self) -> Option<Range<usize>> {
        while self.at < self.end {
            let probe = self.bytes.get(self.at..)?.first_chunk::<PROBE>()?;
            if !is_dense(probe) {
                self.at += STRIDE;
                continue;
            }
            let is_part = |byte: &&u8| **byte > b' ';
            let before = &self.bytes[self.at.saturating_sub(OVERLAP)..self.at];
            let start = self.at - before.iter().rev().take_while(is_part).count();
            let middle = self.at + PROBE;
            let rest = &self.bytes[middle..];
            let end = middle + rest.iter().take(PART).take_while(is_part).count();
            let is_whole = end < middle + PART;
            self.at = if is_whole { end } else { end - OVERLAP };
            if end - start >= LONG_WORD {
                return Some(start..end);
            }
        }
        None
    }
}

/// How many bytes are looked at, and how far apart: one such probe is all within a long word.
const PROBE: usize = 20;
const STRIDE: usize = 20;
const _: () = assert!(LONG_WORD >= STRIDE + PROBE - 1, "a long word holds a whole probe");

/// Whether no byte is white space or a control character. Without a branch, so that it is compiled
/// to one comparison of all bytes.
fn is_dense(probe: &[u8; PROBE]) -> bool {
    probe.iter().fold(true, |all, byte| all & (*byte > b' '))
}
