//! Compressors of one stream: gzip, zlib, bzip2, xz and Zstandard.

use std::io::{self, Read};

use bzip2::read::MultiBzDecoder;
use flate2::read::{MultiGzDecoder, ZlibDecoder};
use flate2::{Decompress, FlushDecompress};
use lzma_rust2::XzReader;
use ruzstd::decoding::StreamingDecoder;

use super::{Kind, Level, Opener, UNNAMED};

/// Reads the stream. It has no name, so that the members of a `.tar.gz` stand directly under it.
pub(super) fn open(opener: &mut Opener<'_>, level: Level<'_>, bytes: &[u8], kind: Kind) {
    match kind {
        Kind::Gzip => opener.member(level, UNNAMED, UntilTail(MultiGzDecoder::new(bytes))),
        Kind::Zlib => opener.member(level, UNNAMED, ZlibDecoder::new(bytes)),
        Kind::Bzip2 => opener.member(level, UNNAMED, MultiBzDecoder::new(bytes)),
        Kind::Xz => opener.member(level, UNNAMED, XzReader::new(bytes, true)),
        _ => open_zstd(opener, level, bytes),
    }
}

/// Whether something begins with a zlib stream (RFC 1950): the usual header with a window of 32 KiB,
/// and something that can be unpacked. Texts begin with these two bytes too.
pub(super) fn is_zlib(head: &[u8]) -> bool {
    if !matches!(head, [0x78, 0x01 | 0x5e | 0x9c | 0xda, _, ..]) {
        return false;
    }
    let mut stream = Decompress::new(true);
    let outcome = stream.decompress(head, &mut [0; 64], FlushDecompress::None);
    outcome.is_ok() && stream.total_out() > 0
}

/// Reads every frame; they may follow each other.
fn open_zstd(opener: &mut Opener<'_>, level: Level<'_>, bytes: &[u8]) {
    let mut rest = bytes;
    while !rest.is_empty() {
        if let Some(why) = opener.is_spent() {
            return opener.gap(level.0, why);
        }
        let before = rest.len();
        match StreamingDecoder::new(&mut rest) {
            Ok(mut decoder) => opener.member(level, UNNAMED, &mut decoder),
            Err(error) => {
                return opener.damaged(level.0, &format!("it is damaged or cut off: {error}"));
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
