//! Zip archives, and what is one: jar, war, apk, ipa, docx, xlsx, whl, nupkg, vsix, crx, and programs
//! that unpack themselves.

use std::borrow::Cow;
use std::collections::HashSet;
use std::io::{Cursor, Read};

use ::zip::read::{
    ZipFile, read_zipfile_from_stream, read_zipfile_from_stream_with_compressed_size,
};
use ::zip::result::ZipError;
use ::zip::{CompressionMethod, ZipArchive};
use memchr::memmem;
use ruzstd::decoding::StreamingDecoder;

use super::{Level, Opener, join};

/// Reads the members that the central directory lists; without one, those that stand in order.
pub(super) fn open(opener: &mut Opener<'_>, level: Level<'_>, bytes: &[u8]) {
    match ZipArchive::new(Cursor::new(bytes)) {
        Ok(mut archive) => {
            let read = listed(opener, level, &mut archive);
            if archive.has_duplicate_names() {
                let start = archive.central_directory_start();
                hidden(opener, level, bytes, (start, archive.offset()), &read);
            }
        }
        Err(error) => {
            opener.damaged(level.0, &format!("the archive has no readable directory: {error}"));
            in_order(opener, level, bytes);
        }
    }
}

/// The end of an archive: a record, and a comment of at most 64 KiB.
const LONGEST_END: usize = 22 + (1 << 16);

/// Opens the archive behind a program or script, if there is one.
pub(super) fn open_behind(opener: &mut Opener<'_>, level: Level<'_>, bytes: &[u8]) {
    let tail = &bytes[bytes.len().saturating_sub(LONGEST_END)..];
    if memmem::rfind(tail, b"PK\x05\x06").is_none() {
        return;
    }
    if let Ok(archive) = ZipArchive::new(Cursor::new(bytes))
        && !archive.is_empty()
    {
        open(opener, level, bytes);
    }
}

/// Returns where the headers of the members that were read begin.
fn listed(
    opener: &mut Opener<'_>,
    level: Level<'_>,
    archive: &mut ZipArchive<Cursor<&[u8]>>,
) -> HashSet<u64> {
    let mut read = HashSet::new();
    for index in 0..archive.len() {
        if let Some(why) = opener.is_spent() {
            opener.gap(level.0, why);
            return read;
        }
        let name = match archive.name_for_index(index) {
            Some(Ok(name)) => name.into_owned(),
            _ => format!("member {index}"),
        };
        let raw = archive.by_index_raw(index).map(|file| (file.header_start(), is_zstd(&file)));
        let outcome = match raw {
            Ok((start, is_zstd)) => {
                read.insert(start);
                let file =
                    if is_zstd { archive.by_index_raw(index) } else { archive.by_index(index) };
                file.map(|file| member(opener, level, &name, file))
            }
            Err(error) => Err(error),
        };
        if let Err(error) = outcome {
            unread(opener, &join(level.0, &name), &error);
        }
    }
    read
}

/// Notes that a member cannot be opened, and what to do about it.
fn unread(opener: &mut Opener<'_>, what: &str, error: &ZipError) {
    match error {
        ZipError::UnsupportedArchive(why) if *why == ZipError::PASSWORD_REQUIRED => {
            let why = "it is encrypted, so it was not read; unpack it with its password, and scan \
                       what comes out";
            opener.gap(what, why);
        }
        ZipError::UnsupportedArchive(_) => {
            let why = format!("{error}, so it was not read; unpack it, and scan what comes out");
            opener.gap(what, &why);
        }
        _ => opener.damaged(what, &error.to_string()),
    }
}

/// The crate has no decoder in Rust for Zstandard; ours reads what is packed.
fn is_zstd<R: Read>(file: &ZipFile<'_, R>) -> bool {
    file.compression() == CompressionMethod::ZSTD && !file.encrypted()
}

fn member<R: Read>(opener: &mut Opener<'_>, level: Level<'_>, name: &str, file: ZipFile<'_, R>) {
    if file.is_dir() && file.size() == 0 {
        return;
    }
    if !is_zstd(&file) {
        return opener.member(level, name, file);
    }
    match StreamingDecoder::new(file) {
        Ok(decoder) => opener.member(level, name, decoder),
        Err(error) => {
            opener.damaged(&join(level.0, name), &format!("it is damaged or cut off: {error}"));
        }
    }
}

/// Of members with the same name only the last can be asked for by the directory; the others are
/// read where their headers begin (APPNOTE.TXT, §4.3.12).
fn hidden(
    opener: &mut Opener<'_>,
    level: Level<'_>,
    bytes: &[u8],
    (directory, offset): (u64, u64),
    read: &HashSet<u64>,
) {
    let mut at = usize::try_from(directory).unwrap_or(usize::MAX);
    while let Some(header) = bytes.get(at..).and_then(|rest| rest.first_chunk::<46>()) {
        if !header.starts_with(b"PK\x01\x02") {
            return;
        }
        let short = |at: usize| usize::from(u16::from_le_bytes([header[at], header[at + 1]]));
        let long = |at: usize| (short(at) | short(at + 2) << 16) as u64;
        let start = offset + long(42);
        let rest = usize::try_from(start).ok().and_then(|start| bytes.get(start..));
        if let Some(mut rest) = rest.filter(|_| !read.contains(&start)) {
            let packed = long(20);
            match read_zipfile_from_stream_with_compressed_size(&mut rest, packed) {
                Ok(Some(file)) => {
                    let name = file.name().map_or_else(|_| "member".to_owned(), Cow::into_owned);
                    member(opener, level, &name, file);
                }
                Ok(None) => {}
                Err(error) => opener.damaged(level.0, &format!("a hidden member: {error}")),
            }
        }
        at += 46 + short(28) + short(30) + short(32);
    }
}

fn in_order(opener: &mut Opener<'_>, level: Level<'_>, bytes: &[u8]) {
    let mut rest = bytes;
    while opener.is_spent().is_none() {
        match read_zipfile_from_stream(&mut rest) {
            Ok(Some(file)) => {
                let name = file.name().map_or_else(|_| "member".to_owned(), Cow::into_owned);
                member(opener, level, &name, file);
            }
            Ok(None) | Err(_) => return,
        }
    }
}
