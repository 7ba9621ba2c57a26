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
            let start = self.at - dense_at_end(&self.bytes[..self.at], OVERLAP);
            let middle = self.at + PROBE;
            let end = middle + dense_at_start(&self.bytes[middle..], PART);
            let is_whole = end < middle + PART;
            // The byte at the end is white space, so that no word is probed from before it.
            self.at = if is_whole { (self.at + STRIDE).max(end + 1) } else { end - OVERLAP };
            if end - start >= LONG_WORD {
                return Some(start..end);
            }
        }
        None
    }
}

/// How many bytes are looked at, and how far apart: one such probe is all within a long word.
const PROBE: usize = 16;
const STRIDE: usize = 24;
const _: () = assert!(LONG_WORD >= STRIDE + PROBE - 1, "a long word holds a whole probe");

/// Whether no byte is white space or a control character. Without a branch, so that it is compiled
/// to one comparison of all bytes.
fn is_dense(probe: &[u8; PROBE]) -> bool {
    probe.iter().fold(true, |all, byte| all & (*byte > b' '))
}

/// Of eight bytes, the highest bit of each that is white space or a control character.
fn gaps(bytes: [u8; 8]) -> u64 {
    const LOW: u64 = 0x7f7f_7f7f_7f7f_7f7f;
    const ABOVE_SPACE: u64 = 0x5f5f_5f5f_5f5f_5f5f;
    let bytes = u64::from_le_bytes(bytes);
    !(((bytes & LOW) + ABOVE_SPACE) | bytes) & !LOW
}

/// How many bytes at the beginning are neither white space nor control characters: at most `most`.
fn dense_at_start(text: &[u8], most: usize) -> usize {
    let text = &text[..text.len().min(most)];
    let (blocks, rest) = text.as_chunks::<8>();
    for (number, block) in blocks.iter().enumerate() {
        let gaps = gaps(*block);
        if gaps != 0 {
            return 8 * number + gaps.trailing_zeros() as usize / 8;
        }
    }
    let tail = rest.iter().take_while(|byte| **byte > b' ').count();
    text.len() - rest.len() + tail
}

/// The same at the end.
fn dense_at_end(text: &[u8], most: usize) -> usize {
    let text = &text[text.len() - text.len().min(most)..];
    let (rest, blocks) = text.as_rchunks::<8>();
    for (number, block) in blocks.iter().rev().enumerate() {
        let gaps = gaps(*block);
        if gaps != 0 {
            return 8 * number + gaps.leading_zeros() as usize / 8;
        }
    }
    let head = rest.iter().rev().take_while(|byte| **byte > b' ').count();
    text.len() - rest.len() + head
}
