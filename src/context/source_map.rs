//! From a place in a bundle to the place in the source that it was made of.
//! The format is <https://tc39.es/ecma426/>.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use memchr::memmem;
use serde::Deserialize;
use serde_json::Value;

/// How far from the end of a bundle the comment that names its map may stand. A map within the
/// comment may be as long as the bundle.
const NAME: &[u8] = b"sourceMappingURL=";

/// A place in a source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Original {
    /// Its path as far as the map tells it, with `/` between parts.
    pub path: String,
    /// Its line, the first being 1.
    pub line: u64,
    /// Its column in UTF-16 units, the first being 1.
    pub column: u64,
}

/// The place in the source of byte `offset` of a bundle. `read` reads the file of a map, by its
/// path, and bounds its size.
pub fn original(
    bundle_path: &str,
    bundle: &[u8],
    offset: usize,
    read: impl Fn(&str) -> Option<Vec<u8>>,
) -> Option<Original> {
    let directory = bundle_path.rsplit_once('/').map_or("", |(directory, _)| directory);
    let (base, map) = match map_name(bundle) {
        Some(name) if name.starts_with("data:") => (directory.to_owned(), inline(name)?),
        named => {
            let beside = format!("{bundle_path}.map");
            let named = named.map(|name| joined(directory, name)).filter(|path| *path != beside);
            let found = named.and_then(|path| read(&path).map(|map| (path, map)));
            let (path, map) = found.or_else(|| read(&beside).map(|map| (beside, map)))?;
            (path.rsplit_once('/').map_or(String::new(), |(base, _)| base.to_owned()), map)
        }
    };
    let (line, column) = place(bundle.get(..offset)?);
    let map: Map = serde_json::from_slice(without_guard(&map)).ok()?;
    let (map, line, column) = map.section(line, column)?;
    let found = segment(&map.mappings, line, column)?;
    let source = map.sources.get(usize::try_from(found.source).ok()?)?.as_ref()?;
    Some(Original {
        path: source_path(&base, map.source_root.as_deref().unwrap_or_default(), source),
        line: u64::try_from(found.line).ok()? + 1,
        column: u64::try_from(found.column).ok()? + 1,
    })
}

/// What the last comment of a bundle names as its map.
fn map_name(bundle: &[u8]) -> Option<&str> {
    let at = memmem::rfind(bundle, NAME)?;
    let mark = bundle[..at].trim_ascii_end();
    if ![b"//#", b"//@", b"/*#", b"/*@"].iter().any(|start| mark.ends_with(*start)) {
        return None;
    }
    let name = &bundle[at + NAME.len()..];
    let end = name.iter().position(|b| b.is_ascii_whitespace() || *b == b'*').unwrap_or(name.len());
    str::from_utf8(&name[..end]).ok().filter(|name| !name.is_empty())
}

fn inline(url: &str) -> Option<Vec<u8>> {
    let (head, data) = url.split_once(',')?;
    head.ends_with(";base64").then(|| STANDARD.decode(data).ok())?
}

/// The line and the column of the end of a text, both counted from 0, the column in UTF-16 units.
fn place(before: &[u8]) -> (u64, u64) {
    let line = memchr::memchr_iter(b'\n', before).count() as u64;
    let start = memchr::memrchr(b'\n', before).map_or(0, |end| end + 1);
    let text = String::from_utf8_lossy(&before[start..]);
    (line, text.encode_utf16().count() as u64)
}

/// Servers put this before JSON so that no page can load it as a script.
fn without_guard(map: &[u8]) -> &[u8] {
    if map.starts_with(b")]}") {
        return memchr::memchr(b'\n', map).map_or(&[], |end| &map[end + 1..]);
    }
    map
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Map {
    sources: Vec<Option<String>>,
    source_root: Option<String>,
    mappings: String,
    sections: Vec<Section>,
}

#[derive(Deserialize)]
struct Section {
    offset: Offset,
    map: Value,
}

#[derive(Deserialize)]
struct Offset {
    line: u64,
    column: u64,
}

impl Map {
    /// The map of the last section that begins before a place, and the place in that section; a map
    /// without sections is the only one.
    fn section(mut self, line: u64, column: u64) -> Option<(Self, u64, u64)> {
        if self.sections.is_empty() {
            return Some((self, line, column));
        }
        let before =
            |section: &Section| (section.offset.line, section.offset.column) <= (line, column);
        let index = self.sections.iter().rposition(before)?;
        let section = self.sections.swap_remove(index);
        let map = serde_json::from_value(section.map).ok()?;
        let line = line - section.offset.line;
        let column = if line == 0 { column - section.offset.column } else { column };
        Some((map, line, column))
    }
}

/// Where a mapping leads: numbers counted from 0, which a wrong map makes negative.
#[derive(Clone, Copy, Debug, Default)]
struct Segment {
    source: i64,
    line: i64,
    column: i64,
}

/// The last mapping at or before a place of the bundle, on its line.
fn segment(mappings: &str, line: u64, column: u64) -> Option<Segment> {
    let mut state = Segment::default();
    for (index, text) in mappings.split(';').enumerate() {
        let mut at = 0_i64;
        let mut found = None;
        for fields in text.split(',').filter(|fields| !fields.is_empty()) {
            let fields = numbers(fields)?;
            at = at.checked_add(*fields.first()?)?;
            let is_mapped = fields.len() >= 4;
            if is_mapped {
                state.source = state.source.checked_add(fields[1])?;
                state.line = state.line.checked_add(fields[2])?;
                state.column = state.column.checked_add(fields[3])?;
            }
            if at <= i64::try_from(column).ok()? {
                found = is_mapped.then_some(state);
            }
        }
        if index as u64 == line {
            return found;
        }
    }
    None
}

/// The numbers of a field in base 64 VLQ: five bits a digit, the least first, the lowest bit of all
/// being the sign.
fn numbers(text: &str) -> Option<Vec<i64>> {
    let mut numbers = Vec::new();
    let (mut value, mut shift) = (0_i64, 0);
    for byte in text.bytes() {
        let digit = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            _ => return None,
        };
        if shift > 30 {
            return None;
        }
        value |= i64::from(digit & 31) << shift;
        shift += 5;
        if digit & 32 == 0 {
            numbers.push(if value & 1 == 1 { -(value >> 1) } else { value >> 1 });
            (value, shift) = (0, 0);
        }
    }
    (shift == 0).then_some(numbers)
}

/// A source as a path from where the bundle's path begins, as far as that can be told. Bundlers
/// write `webpack://name/./src/x.ts?hash`, `turbopack://[project]/src/x.ts` or a path relative to
/// the map.
fn source_path(base: &str, root: &str, source: &str) -> String {
    let source = source.split('?').next().unwrap_or_default();
    let whole = match root {
        "" => source.to_owned(),
        root => format!("{}/{source}", root.trim_end_matches('/')),
    };
    match whole.split_once("://") {
        // What stands before the first slash is the name of the bundle.
        Some((_, rest)) => joined("", rest.split_once('/').map_or(rest, |(_, path)| path)),
        None if whole.starts_with('/') => joined("", &whole),
        None => joined(base, &whole),
    }
}

/// A path below a directory, without `.` and `..`; what leads out of the top stays at the top.
fn joined(directory: &str, path: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for part in directory.split('/').chain(path.split('/')) {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    parts.join("/")
}
