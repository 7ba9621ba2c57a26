//! Text from standard input, under a name that the caller gives it.

use std::io::{self, Read};

use super::{Sink, window};
use crate::blob::{Blob, Origin};
use crate::coverage::Coverage;

/// Reads to the end of `input` and pushes it under `name`.
pub fn scan(mut input: impl Read, name: &str, sink: Sink<'_>) -> Coverage {
    let mut coverage = Coverage { files: 1, ..Coverage::default() };
    match push(&mut input, name, &sink) {
        Ok(bytes) => coverage.bytes = bytes,
        Err(error) => coverage.gap(name, format!("cannot be read to its end: {error}")),
    }
    sink.progress.step(coverage.bytes);
    coverage
}

/// Archives have to be whole in memory, since input cannot be read twice.
const ARCHIVE_LIMIT: u64 = 1 << 30;

fn push(input: &mut impl Read, name: &str, sink: &Sink<'_>) -> io::Result<u64> {
    let mut head = Vec::new();
    input.take(window::SIZE as u64 + 1).read_to_end(&mut head)?;
    if head.len() > window::SIZE && (sink.whole)(&head) {
        input.take(ARCHIVE_LIMIT).read_to_end(&mut head)?;
    } else if head.len() > window::SIZE {
        return window::push(name, Origin::Stdin, head, input, sink);
    }
    let _ = (sink.visit)(&Blob::whole(name, Origin::Stdin, &head));
    Ok(head.len() as u64)
}
