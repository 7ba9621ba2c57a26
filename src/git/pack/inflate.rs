//! Inflating the zlib streams of packs and loose objects.

use libdeflater::{DecompressionError, Decompressor};

/// A decompressor that is used again and again; making one costs more than most objects do.
pub(crate) struct Inflater(Decompressor);

/// No zlib stream unpacks to more than 1032 times its size; the rest is for tiny ones.
pub(crate) const MOST_GROWTH: u64 = 1032;
const SLACK: u64 = 64;

impl Inflater {
    pub fn new() -> Self {
        Self(Decompressor::new())
    }

    /// Unpacks the stream at the beginning of `input` into `out[..size]`. The rest of `out`, which
    /// only ever grows, means nothing. Checks the size before memory is asked for, and the stream's
    /// own checksum.
    pub fn inflate(&mut self, input: &[u8], size: u64, out: &mut Vec<u8>) -> Result<(), String> {
        if size > (input.len() as u64).saturating_mul(MOST_GROWTH).saturating_add(SLACK) {
            return Err(format!("it claims {size} bytes, more than can be packed into its entry"));
        }
        let size = usize::try_from(size).map_err(|_| "it is too large".to_owned())?;
        if out.len() < size {
            out.resize(size, 0);
        }
        match self.0.zlib_decompress(input, &mut out[..size]) {
            Ok(found) if found == size => Ok(()),
            Ok(found) => Err(format!("it claims {size} bytes and has {found}")),
            Err(DecompressionError::InsufficientSpace) => {
                Err(format!("it claims {size} bytes and has more"))
            }
            Err(DecompressionError::BadData) => {
                Err("its compressed data is damaged; fetch it again from another copy".to_owned())
            }
        }
    }
}
