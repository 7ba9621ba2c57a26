//! Loose objects: one file each, compressed with its header.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use flate2::read::ZlibDecoder;

use crate::blob::{ObjectId, ObjectKind};
use crate::coverage::{Note, unreadable};
use crate::git::database::{Content, ReadError};
use crate::git::pack::inflate::MOST_GROWTH;

/// The file of a loose object in an object directory.
pub(crate) fn path(objects: &Path, id: &ObjectId) -> PathBuf {
    let hex = id.to_string();
    objects.join(&hex[..2]).join(&hex[2..])
}

/// Whether the file of a loose object is large enough to hold so many bytes.
pub(crate) fn may_have(path: &Path, size: u64) -> bool {
    let most = |metadata: fs::Metadata| metadata.len().saturating_mul(MOST_GROWTH);
    fs::metadata(path).is_ok_and(|metadata| most(metadata) > size)
}

/// Begins to read a loose object: its kind, its size, and a stream of its content.
pub(crate) fn stream(path: &Path) -> Result<(ObjectKind, u64, impl Read + use<>), ReadError> {
    let mut stream = ZlibDecoder::new(open(path)?);
    let (kind, size) = read_header(&mut stream)?;
    Ok((kind, size, stream))
}

/// Reads a loose object.
pub(crate) fn read(path: &Path) -> Result<Content, ReadError> {
    let (kind, size, stream) = stream(path)?;
    let mut bytes = Vec::new();
    let read = stream.take(size.saturating_add(1)).read_to_end(&mut bytes);
    read.map_err(|error| damaged(&error))?;
    match bytes.len() as u64 == size {
        true => Ok((kind, bytes)),
        false => Err(ReadError::Damaged(format!(
            "its file claims {size} bytes and does not have as many"
        ))),
    }
}

fn open(path: &Path) -> Result<File, ReadError> {
    let regular = fs::metadata(path).map(|metadata| metadata.is_file());
    match regular.and_then(|regular| Ok((regular, File::open(path)?))) {
        Ok((true, file)) => Ok(file),
        Ok((false, _)) => Err(ReadError::Damaged("its file is not a regular file".to_owned())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Err(ReadError::Missing),
        Err(error) => Err(ReadError::Damaged(format!("its file cannot be read: {error}"))),
    }
}

/// `kind size NUL`.
fn read_header(stream: &mut impl Read) -> Result<(ObjectKind, u64), ReadError> {
    let mut header = Vec::with_capacity(32);
    let mut byte = [0];
    while header.len() < 32 {
        stream.read_exact(&mut byte).map_err(|error| damaged(&error))?;
        if byte[0] == 0 {
            break;
        }
        header.push(byte[0]);
    }
    let unknown = || ReadError::Damaged("the header of its file is not understood".to_owned());
    let text = std::str::from_utf8(&header).map_err(|_| unknown())?;
    let (kind, size) = text.split_once(' ').ok_or_else(unknown)?;
    let kind = match kind {
        "blob" => ObjectKind::Blob,
        "tree" => ObjectKind::Tree,
        "commit" => ObjectKind::Commit,
        "tag" => ObjectKind::Tag,
        _ => return Err(unknown()),
    };
    Ok((kind, size.parse().map_err(|_| unknown())?))
}

fn damaged(error: &io::Error) -> ReadError {
    ReadError::Damaged(format!("its file is damaged ({error}); fetch it again from another copy"))
}

/// The loose objects of an object directory, in the order of their ids.
pub(crate) fn list(objects: &Path, id_len: usize, gaps: &mut Vec<Note>) -> Vec<ObjectId> {
    let mut ids = Vec::new();
    for first in 0..=255u8 {
        let prefix = format!("{first:02x}");
        let dir = objects.join(&prefix);
        let entries = match fs::read_dir(&dir) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            Err(error) => {
                let why = unreadable(&error);
                gaps.push(Note { what: dir.display().to_string(), why });
                continue;
            }
        };
        let names = entries.flatten().filter_map(|entry| entry.file_name().into_string().ok());
        let found = names.filter_map(|name| {
            ObjectId::from_hex(format!("{prefix}{name}").as_bytes())
                .filter(|id| id.as_bytes().len() == id_len)
        });
        ids.extend(found);
    }
    ids.sort_unstable();
    ids
}
