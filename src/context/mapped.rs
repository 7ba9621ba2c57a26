//! Source maps hold sources whole: which of them a place in a map is in.

use memchr::memmem;
use serde_json::Value;

/// The source whose content stands at a place of a map, as the map names it.
pub fn source_at(map: &[u8], at: usize) -> Option<String> {
    let before = map.get(..at)?;
    let key = memmem::rfind(before, b"\"sourcesContent\"")?;
    let list = key + memchr::memchr(b'[', &before[key..])? + 1;
    let index = element_at(map, list, at)?;
    let parsed: Value = serde_json::from_slice(map).ok()?;
    let name = parsed.get("sources")?.get(index)?.as_str()?;
    let name = name.split_once("://").map_or(name, |(_, path)| path);
    Some(name.trim_start_matches(['.', '/']).to_owned())
}

/// Which string of the list that begins at `from` holds a place.
fn element_at(text: &[u8], from: usize, at: usize) -> Option<usize> {
    let (mut position, mut index) = (from, 0);
    while position <= at {
        match text.get(position)? {
            b'"' => {
                let end = string_end(text, position + 1)?;
                if at < end {
                    return Some(index);
                }
                position = end;
            }
            b',' => index += 1,
            b']' => return None,
            _ => {}
        }
        position += 1;
    }
    None
}

/// Where the closing quote of a string is.
fn string_end(text: &[u8], mut position: usize) -> Option<usize> {
    loop {
        position += memchr::memchr2(b'"', b'\\', text.get(position..)?)?;
        match text[position] {
            b'"' => return Some(position),
            _ => position += 2,
        }
    }
}
