//! The archives of Electron: a JSON directory, and the files behind it
//! (<https://github.com/electron/asar>).

use serde_json::{Map, Value};

use super::{Level, Opener};

/// Four lengths of four bytes stand before the directory.
const HEADER: usize = 16;

/// Whether something begins like an asar archive.
pub(super) fn is_asar(head: &[u8]) -> bool {
    head.starts_with(b"\x04\0\0\0") && head.get(HEADER..HEADER + 9) == Some(b"{\"files\":")
}

/// Reads the files that the directory lists. Those that are marked as unpacked lie beside the
/// archive.
pub(super) fn open(opener: &mut Opener<'_>, level: Level<'_>, bytes: &[u8]) {
    let number = |at: usize| {
        let four = bytes.get(at..at + 4).and_then(|four| four.first_chunk());
        four.map_or(usize::MAX, |four| u32::from_le_bytes(*four) as usize)
    };
    let directory = bytes.get(HEADER..).and_then(|rest| rest.get(..number(12)));
    let files = directory
        .and_then(|json| serde_json::from_slice::<Value>(json).ok())
        .and_then(|mut json| Some(std::mem::take(json.get_mut("files")?.as_object_mut()?)));
    let base = number(4).saturating_add(8);
    let (Some(files), Some(content)) = (files, bytes.get(base..)) else {
        opener.member(level, "data", bytes);
        return opener.damaged(level.0, "the directory of the archive is damaged or cut off");
    };
    let mut pending = vec![(String::new(), files)];
    while let Some((path, files)) = pending.pop() {
        for (name, entry) in files {
            if let Some(why) = opener.is_spent() {
                return opener.gap(level.0, why);
            }
            let path = if path.is_empty() { name } else { format!("{path}/{name}") };
            match entry {
                Value::Object(mut entry) => match entry.get_mut("files") {
                    Some(Value::Object(inside)) => pending.push((path, std::mem::take(inside))),
                    _ => file(opener, level, &path, (&entry, content)),
                },
                _ => opener.damaged(&super::join(level.0, &path), "its entry is damaged"),
            }
        }
    }
}

fn file(
    opener: &mut Opener<'_>,
    level: Level<'_>,
    path: &str,
    (entry, content): (&Map<String, Value>, &[u8]),
) {
    if entry.get("unpacked") == Some(&Value::Bool(true)) || entry.contains_key("link") {
        return;
    }
    let offset = entry.get("offset").and_then(Value::as_str).and_then(|text| text.parse().ok());
    let size =
        entry.get("size").and_then(Value::as_u64).and_then(|size| usize::try_from(size).ok());
    let rest = offset.and_then(|offset: usize| content.get(offset..));
    match (rest, size) {
        (Some(rest), Some(size)) => {
            opener.member(level, path, &rest[..size.min(rest.len())]);
            if size > rest.len() {
                opener.damaged(&super::join(level.0, path), "the archive ends within this file");
            }
        }
        _ => opener.damaged(&super::join(level.0, path), "its place in the archive is damaged"),
    }
}
