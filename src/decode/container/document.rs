//! Pictures and documents with packed texts in them: PNG and PDF.

use flate2::read::ZlibDecoder;
use memchr::memmem;

use super::{Level, Opener};

/// Reads the texts of a PNG (its specification, §11.3.3): `zTXt` and `iTXt`, which may be packed.
/// `tEXt` stands there as it is.
pub(super) fn open_png(opener: &mut Opener<'_>, level: Level<'_>, bytes: &[u8]) {
    let mut at = 8;
    while let Some(header) = bytes.get(at..at + 8) {
        if let Some(why) = opener.is_spent() {
            return opener.gap(level.0, why);
        }
        let len = u32::from_be_bytes([header[0], header[1], header[2], header[3]]) as usize;
        let Some(chunk) = bytes.get(at + 8..).and_then(|rest| rest.get(..len)) else {
            return opener.damaged(level.0, "the picture is cut off");
        };
        let packed = match &header[4..] {
            b"zTXt" => memchr::memchr(0, chunk).and_then(|end| chunk.get(end + 2..)),
            b"iTXt" => packed_itxt(chunk),
            b"IEND" => return,
            _ => None,
        };
        if let Some(packed) = packed {
            opener.member(level, "text", ZlibDecoder::new(packed));
        }
        at += 12 + len;
    }
}

/// Keyword, NUL, whether it is packed, how, language, NUL, keyword again, NUL, text.
fn packed_itxt(chunk: &[u8]) -> Option<&[u8]> {
    let keyword = memchr::memchr(0, chunk)?;
    let is_packed = *chunk.get(keyword + 1)? == 1;
    let language = keyword + 3 + memchr::memchr(0, chunk.get(keyword + 3..)?)?;
    let translated = language + 1 + memchr::memchr(0, chunk.get(language + 1..)?)?;
    is_packed.then(|| chunk.get(translated + 1..)).flatten()
}

/// Reads the streams of a PDF (ISO 32000-1, §7.3.8) that are packed with deflate. Other filters are
/// those of pictures.
pub(super) fn open_pdf(opener: &mut Opener<'_>, level: Level<'_>, bytes: &[u8]) {
    let ends: Vec<usize> = memmem::find_iter(bytes, b"endstream").collect();
    let mut end = ends.iter();
    for start in memmem::find_iter(bytes, b"stream") {
        if let Some(why) = opener.is_spent() {
            return opener.gap(level.0, why);
        }
        if start >= 3 && &bytes[start - 3..start] == b"end" {
            continue;
        }
        // What only looks like a stream costs a search too, so it counts as a member.
        opener.allowance.spend_member();
        let dictionary = &bytes[start.saturating_sub(1024)..start];
        let dictionary = &dictionary[memmem::rfind(dictionary, b" obj").unwrap_or(0)..];
        if memmem::find(dictionary, b"FlateDecode").is_none() {
            continue;
        }
        let content = bytes[start + 6..].trim_ascii_start();
        let from = bytes.len() - content.len();
        let Some(to) = end.find(|&&end| end >= from) else {
            return opener.damaged(level.0, "the document is cut off within a stream");
        };
        opener.member(level, "stream", ZlibDecoder::new(&bytes[from..*to]));
    }
}
