//! Big texts in windows that overlap, so that memory stays bounded and no seam hides anything.

use std::io::{self, Read};
use std::ops::{ControlFlow, Range};

use super::Sink;
use crate::blob::{Blob, Origin, Part, Position};
use crate::document::advance;

/// How much is read at once. What is larger than this is read in windows.
pub const SIZE: usize = 8 << 20;

/// How much of a window is seen again in the next one. A credential is at most 255 characters, and
/// no spelling makes it longer than a quarter of this.
const OVERLAP: usize = 128 << 10;

/// Reads on where `window` was filled, and pushes all windows. Returns the bytes read.
///
/// # Errors
/// What the reader says. The windows before the error have been pushed.
pub fn push(
    path: &str,
    origin: Origin,
    mut window: Vec<u8>,
    mut reader: impl Read,
    sink: &Sink<'_>,
) -> io::Result<u64> {
    let mut start = Position::START;
    let mut first = 0;
    loop {
        let last = window.len() < SIZE + OVERLAP && fill(&mut reader, &mut window)? == 0;
        let end = if last { window.len() } else { window.len() - OVERLAP / 2 };
        let flow = visit(path, origin, &window, start, first..end, sink);
        let read = start.offset + window.len() as u64;
        if last || flow.is_break() {
            return Ok(read);
        }
        let keep = window.len() - OVERLAP;
        start = advance(start, &window[..keep]);
        window.drain(..keep);
        first = OVERLAP / 2;
    }
}

fn visit(
    path: &str,
    origin: Origin,
    bytes: &[u8],
    start: Position,
    owned: Range<usize>,
    sink: &Sink<'_>,
) -> ControlFlow<()> {
    (sink.visit)(&Blob { path, origin, bytes, part: Part::Window { start, owned } })
}

/// Fills up to the size of a window; returns how much came, 0 at the end of the text.
fn fill(reader: &mut impl Read, window: &mut Vec<u8>) -> io::Result<usize> {
    let want = (SIZE + OVERLAP - window.len()) as u64;
    reader.take(want).read_to_end(window)
}
