//! One text with the positions of its lines, found only when somebody asks.

use std::cell::OnceCell;
use std::ops::Range;

use crate::blob::Position;

/// How wide the units are in which a text is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// UTF-8, or any encoding that contains ASCII.
    Byte,
    /// UTF-16 in little-endian order.
    Utf16Le,
    /// UTF-16 in big-endian order.
    Utf16Be,
    /// UTF-32 in little-endian order.
    Utf32Le,
    /// UTF-32 in big-endian order.
    Utf32Be,
}

impl Unit {
    /// The width in bytes.
    fn width(self) -> usize {
        match self {
            Self::Byte => 1,
            Self::Utf16Le | Self::Utf16Be => 2,
            Self::Utf32Le | Self::Utf32Be => 4,
        }
    }

    /// The value of one unit.
    fn value(self, unit: &[u8]) -> u32 {
        let fold = |sum, &byte: &u8| sum << 8 | u32::from(byte);
        match self {
            Self::Byte | Self::Utf16Be | Self::Utf32Be => unit.iter().fold(0, fold),
            Self::Utf16Le | Self::Utf32Le => unit.iter().rev().fold(0, fold),
        }
    }

    /// Whether a unit goes on with the character that the unit before it began.
    fn continues(self, value: u32) -> bool {
        match self {
            Self::Utf16Le | Self::Utf16Be => (0xDC00..0xE000).contains(&value),
            Self::Byte | Self::Utf32Le | Self::Utf32Be => false,
        }
    }
}

/// A text, or one window of a text that is too big to be held whole.
#[derive(Debug)]
pub struct Document<'a> {
    bytes: &'a [u8],
    start: Position,
    /// Offsets behind each line end, for texts of bytes; the lines of other texts are counted.
    line_starts: OnceCell<Vec<usize>>,
}

impl<'a> Document<'a> {
    /// A whole text.
    pub fn new(bytes: &'a [u8]) -> Self {
        Self::continuing(bytes, Position::START)
    }

    /// A window of a text that begins at `start`.
    pub fn continuing(bytes: &'a [u8], start: Position) -> Self {
        Self { bytes, start, line_starts: OnceCell::new() }
    }

    /// The position of a byte of this window; past the end, that of the end.
    pub fn position(&self, at: usize, unit: Unit) -> Position {
        let at = at.min(self.bytes.len());
        let (lines, line_start) = match unit {
            Unit::Byte => self.line_of(at),
            _ => self.wide_line_of(at, unit),
        };
        let before = if lines == 0 { self.start.column - 1 } else { 0 };
        Position {
            line: self.start.line + lines,
            column: before + count_chars(&self.bytes[line_start..at], unit) + 1,
            offset: self.start.offset + at as u64,
        }
    }

    /// The bytes of the lines in which `span` stands, without the last line end, at most `reach`
    /// bytes to each side of it.
    pub fn lines_around(&self, span: Range<usize>, reach: usize) -> Range<usize> {
        let end = span.end.min(self.bytes.len());
        let start = span.start.min(end);
        let left = start.saturating_sub(reach);
        let right = (end + reach).min(self.bytes.len());
        let is_end = |byte: &u8| matches!(byte, b'\n' | b'\r');
        let from = self.bytes[left..start].iter().rposition(is_end).map_or(left, |i| left + i + 1);
        let to = self.bytes[end..right].iter().position(is_end).map_or(right, |i| end + i);
        from..to
    }

    fn line_of(&self, at: usize) -> (u64, usize) {
        let starts = self.line_starts.get_or_init(|| line_starts(self.bytes));
        let lines = starts.partition_point(|&start| start <= at);
        (lines as u64, if lines == 0 { 0 } else { starts[lines - 1] })
    }

    fn wide_line_of(&self, at: usize, unit: Unit) -> (u64, usize) {
        let width = unit.width();
        let mut from = at % width;
        let mut lines = 0;
        let head = from;
        for (index, chunk) in self.bytes[head..at].chunks_exact(width).enumerate() {
            if unit.value(chunk) == u32::from(b'\n') {
                lines += 1;
                from = head + (index + 1) * width;
            }
        }
        (lines, from)
    }
}

/// The position behind `bytes` when they begin at `start`: what the next window continues from.
pub fn advance(start: Position, bytes: &[u8]) -> Position {
    Document::continuing(bytes, start).position(bytes.len(), Unit::Byte)
}

/// Lines end with LF or CR LF; a text without any LF is an old one whose lines end with CR.
fn line_starts(bytes: &[u8]) -> Vec<usize> {
    let end = if memchr::memchr(b'\n', bytes).is_some() { b'\n' } else { b'\r' };
    memchr::memchr_iter(end, bytes).map(|at| at + 1).collect()
}

fn count_chars(bytes: &[u8], unit: Unit) -> u64 {
    match unit {
        Unit::Byte => bytes
            .utf8_chunks()
            .map(|chunk| chunk.valid().chars().count() + chunk.invalid().len())
            .sum::<usize>() as u64,
        _ => bytes
            .chunks_exact(unit.width())
            .map(|chunk| unit.value(chunk))
            .filter(|&value| !unit.continues(value))
            .count() as u64,
    }
}
