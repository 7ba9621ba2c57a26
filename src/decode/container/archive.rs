//! Archives that only string files together: tar and ar.

use super::{Level, Opener};

/// Reads a tar archive, with the long names of GNU and pax.
pub(super) fn open_tar(opener: &mut Opener<'_>, level: Level<'_>, bytes: &[u8]) {
    let mut archive = tar::Archive::new(bytes);
    // Archives that are strung together have blocks of zeros between them.
    archive.set_ignore_zeros(true);
    let entries = match archive.entries() {
        Ok(entries) => entries,
        Err(error) => return opener.damaged(level.0, &error.to_string()),
    };
    for entry in entries {
        if let Some(why) = opener.is_spent() {
            return opener.gap(level.0, why);
        }
        match entry {
            Ok(entry) => {
                let name = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
                let is_sparse = entry.header().entry_type().is_gnu_sparse();
                let declared = if is_sparse { 0 } else { entry.size() };
                let left = bytes.len() as u64 - entry.raw_file_position().min(bytes.len() as u64);
                opener.member(level, &name, entry);
                if declared > left {
                    let what = super::join(level.0, &name);
                    opener.damaged(&what, "the archive ends within this member");
                }
            }
            Err(error) => {
                let why = format!("the archive is damaged or cut off: {error}");
                return opener.damaged(level.0, &why);
            }
        }
    }
}

/// The length of a header in an ar archive: name 16, times and modes 32, size 10, end 2.
const AR_HEADER: usize = 60;

/// Reads an ar archive, which Debian packages are.
pub(super) fn open_ar(opener: &mut Opener<'_>, level: Level<'_>, bytes: &[u8]) {
    let mut at = 8;
    while let Some(header) = bytes.get(at..at + AR_HEADER) {
        if let Some(why) = opener.is_spent() {
            return opener.gap(level.0, why);
        }
        let name = String::from_utf8_lossy(&header[..16]);
        let name = name.trim_end().trim_end_matches('/').to_owned();
        let size = std::str::from_utf8(&header[48..58]).ok();
        let size = size.and_then(|size| size.trim().parse::<usize>().ok());
        let content = size.and_then(|size| bytes.get(at + AR_HEADER..)?.get(..size));
        let Some(content) = content else {
            let rest = bytes.get(at + AR_HEADER..).unwrap_or_default();
            opener.member(level, &name, rest);
            let what = super::join(level.0, &name);
            return opener.damaged(&what, "the archive is damaged or cut off");
        };
        opener.member(level, &name, content);
        at += AR_HEADER + content.len() + content.len() % 2;
    }
    if let Some(rest) = bytes.get(at..).filter(|rest| !rest.is_empty()) {
        opener.member(level, "rest", rest);
        opener.damaged(level.0, "the archive is damaged or cut off");
    }
}
