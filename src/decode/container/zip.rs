//! Zip archives, and what is one: jar, war, apk, ipa, docx, xlsx, whl, nupkg, vsix, crx.

use std::borrow::Cow;
use std::io::{Cursor, Read};

use ::zip::ZipArchive;
use ::zip::read::read_zipfile_from_stream;

use super::{Level, Opener};

/// Reads the members that the central directory lists; without one, those that stand in order.
pub(super) fn open(opener: &mut Opener<'_>, level: Level<'_>, bytes: &[u8]) {
    match ZipArchive::new(Cursor::new(bytes)) {
        Ok(mut archive) => listed(opener, level, &mut archive),
        Err(error) => {
            opener.gap(level.0, &format!("the archive has no readable directory: {error}"));
            in_order(opener, level, bytes);
        }
    }
}

fn listed(opener: &mut Opener<'_>, level: Level<'_>, archive: &mut ZipArchive<Cursor<&[u8]>>) {
    for index in 0..archive.len() {
        if opener.is_spent() {
            return opener.gap(level.0, super::SPENT);
        }
        let name = match archive.name_for_index(index) {
            Some(Ok(name)) => name.into_owned(),
            _ => format!("member {index}"),
        };
        match archive.by_index(index) {
            Ok(file) if file.is_dir() && file.size() == 0 => {}
            Ok(file) => opener.member(level, &name, file),
            Err(error) => opener.gap(&super::join(level.0, &name), &error.to_string()),
        }
    }
}

fn in_order(opener: &mut Opener<'_>, level: Level<'_>, bytes: &[u8]) {
    let mut rest = bytes;
    while !opener.is_spent() {
        match read_zipfile_from_stream(&mut rest) {
            Ok(Some(mut file)) => {
                let name = file.name().map_or_else(|_| "member".to_owned(), Cow::into_owned);
                opener.member(level, &name, file.by_ref());
            }
            Ok(None) | Err(_) => return,
        }
    }
}
