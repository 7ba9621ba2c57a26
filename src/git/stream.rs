//! Searching objects that are too large to be held in memory without need.

use std::io::Read;

use crate::git::{HEAD_LEN, Probe};

/// How much is searched at a time.
const CHUNK: usize = 4 << 20;

/// Reads an object of this size to its end, and says whether it may hold something, so that all of
/// it has to be looked at.
pub(crate) fn may_hold(
    stream: &mut dyn Read,
    size: u64,
    probe: &Probe<'_>,
) -> Result<bool, String> {
    let overlap = probe.margin.most;
    let mut window = vec![0; overlap + CHUNK];
    let (mut kept, mut read) = (0, 0u64);
    loop {
        let filled = fill(stream, &mut window[kept..]).map_err(|error| {
            format!("its compressed data is damaged ({error}); fetch it again from another copy")
        })?;
        let end = kept + filled;
        let mut found = read == 0 && (probe.whole)(&window[..end.min(HEAD_LEN)]);
        (probe.candidates)(&window[..end], &mut |_| found = true);
        read += filled as u64;
        if found {
            return Ok(true);
        }
        if filled == 0 || read > size {
            break;
        }
        kept = overlap.min(end);
        window.copy_within(end - kept..end, 0);
    }
    match read == size {
        true => Ok(false),
        false => Err(format!("it claims {size} bytes and does not have as many")),
    }
}

/// Reads until the buffer is full or the stream at its end.
fn fill(stream: &mut dyn Read, buffer: &mut [u8]) -> std::io::Result<usize> {
    let mut filled = 0;
    while filled < buffer.len() {
        match stream.read(&mut buffer[filled..]) {
            Ok(0) => break,
            Ok(count) => filled += count,
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}
