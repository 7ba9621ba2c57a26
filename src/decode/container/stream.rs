//! Compressors of one stream: gzip, bzip2, xz and Zstandard.

use std::io::{self, Read};

use bzip2::read::MultiBzDecoder;
use flate2::read::MultiGzDecoder;
use lzma_rust2::XzReader;
use ruzstd::decoding::StreamingDecoder;

use super::{Kind, Level, Opener, UNNAMED};

/// Reads the stream. It has no name, so that the members of a `.tar.gz` stand directly under it.
pub(super) fn open(opener: &mut Opener<'_>, level: Level<'_>, bytes: &[u8], kind: Kind) {
    match kind {
        Kind::Gzip => opener.member(level, UNNAMED, UntilTail(MultiGzDecoder::new(bytes))),
        Kind::Bzip2 => opener.member(level, UNNAMED, MultiBzDecoder::new(bytes)),
        Kind::Xz => opener.member(level, UNNAMED, XzReader::new(bytes, true)),
        _ => open_zstd(opener, level, bytes),
    }
}

/// Reads every frame; they may follow each other.
fn open_zstd(opener: &mut Opener<'_>, level: Level<'_>, bytes: &[u8]) {
    let mut rest = bytes;
    while !rest.is_empty() {
        if opener.is_spent() {
            return opener.gap(level.0, super::SPENT);
        }
        let before = rest.len();
        match StreamingDecoder::new(&mut rest) {
            Ok(mut decoder) => opener.member(level, UNNAMED, &mut decoder),
            Err(error) => {
                return opener.gap(level.0, &format!("it is damaged or cut off: {error}"));
            }
        }
        if rest.len() == before {
            return;
        }
    }
}

/// Bytes behind the last gzip member are padding, not damage: gzip itself only warns.
struct UntilTail<R>(R);

impl<R: Read> Read for UntilTail<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self.0.read(buffer) {
            Err(error) if error.to_string().contains("invalid gzip header") => Ok(0),
            other => other,
        }
    }
}
