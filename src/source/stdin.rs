//! Text from standard input, under a name that the caller gives it.

use std::io::{self, Read};

use super::{Sink, window};
use crate::blob::{Blob, Origin};
use crate::coverage::{Coverage, unreadable};

/// Reads to the end of `input` and pushes it under `name`.
pub fn scan(mut input: impl Read, name: &str, sink: Sink<'_>) -> Coverage {
    let mut coverage = Coverage { files: 1, ..Coverage::default() };
    match push(&mut input, name, &sink) {
        Ok((bytes, true)) => coverage.bytes = bytes,
        Ok((bytes, false)) => {
            coverage.bytes = bytes;
            let why = "an archive of more than 1 GiB is not read to its end from standard input; \
                       write it to a file and scan that";
            coverage.gap(name, why);
        }
        Err(error) => coverage.gap(name, unreadable(&error)),
    }
    sink.progress.step(coverage.bytes);
    coverage
}

/// Archives have to be whole in memory, since input cannot be read twice.
const ARCHIVE_LIMIT: u64 = 1 << 30;

/// Returns how many bytes were read, and whether these are all.
fn push(input: &mut impl Read, name: &str, sink: &Sink<'_>) -> io::Result<(u64, bool)> {
    let mut head = Vec::new();
    input.take(window::SIZE as u64 + 1).read_to_end(&mut head)?;
    let mut is_whole = true;
    if head.len() > window::SIZE && (sink.whole)(&head) {
        let left = ARCHIVE_LIMIT - head.len() as u64;
        input.take(left).read_to_end(&mut head)?;
        is_whole = input.read(&mut [0])? == 0;
    } else if head.len() > window::SIZE {
        return Ok((window::push(name, Origin::Stdin, head, input, sink)?, true));
    }
    let _ = (sink.visit)(&Blob::whole(name, Origin::Stdin, &head));
    Ok((head.len() as u64, is_whole))
}
