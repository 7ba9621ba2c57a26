//! The imports of a text that the parser could not make sense of: every string where an import
//! could have one. Too many rather than too few.

use std::collections::HashSet;

use memchr::memmem;

use super::live::{Binding, Named};
use super::module::ImportKind;

const WORDS: [&str; 3] = ["from", "import", "require"];

/// The imports of a text, without those that are `known`.
pub fn imports(source: &[u8], known: &[Named<'_>]) -> Vec<Named<'static>> {
    let mut found: Vec<Named<'static>> = Vec::new();
    let mut known: HashSet<String> = known.iter().map(|one| one.specifier.clone()).collect();
    for word in WORDS {
        for at in memmem::find_iter(source, word) {
            let Some(specifier) = specifier(source, at, word.len()) else { continue };
            if known.insert(specifier.clone()) {
                let kind = ImportKind::Import;
                found.push(Named { specifier, kind, unit: None, bindings: Binding::None });
            }
        }
    }
    found
}

/// Words and calls whose imports are more than a string behind a word.
const COMPUTED: [&str; 5] =
    ["import.meta", "require.context", "require.resolve", "importScripts", "new URL"];

/// What every import of a text could name, each once; `None` where some are computed.
pub fn all(source: &[u8]) -> Option<Vec<String>> {
    if COMPUTED.iter().any(|word| memmem::find(source, word.as_bytes()).is_some()) {
        return None;
    }
    let mut found = Vec::new();
    let mut known = HashSet::new();
    for word in WORDS {
        for at in memmem::find_iter(source, word) {
            match specifier(source, at, word.len()) {
                Some(specifier) if is_whole(source, at + word.len()) => {
                    if known.insert(specifier.clone()) {
                        found.push(specifier);
                    }
                }
                None if !is_more(source, at + word.len(), word) => {}
                Some(_) | None => return None,
            }
        }
    }
    Some(found)
}

/// Whether a comment or the bracket of a call, and no string, stands behind a word. `from` is never
/// called, but as a method of others.
fn is_more(source: &[u8], behind: usize, word: &str) -> bool {
    let rest = source[behind..].trim_ascii_start();
    rest.starts_with(b"/") || (rest.starts_with(b"(") && word != "from")
}

/// Whether the string behind a word is all of the argument of a call.
fn is_whole(source: &[u8], behind: usize) -> bool {
    let rest = source[behind..].trim_ascii_start();
    let Some(inside) = rest.strip_prefix(b"(").map(<[u8]>::trim_ascii_start) else { return true };
    let Some((quote, string)) = inside.split_first() else { return false };
    let end = memchr::memchr(*quote, string).map_or(string.len(), |end| end + 1);
    string[end..].trim_ascii_start().starts_with(b")")
}

/// The string behind a word of so many bytes at `at`, with nothing but blanks and a parenthesis
/// between them.
fn specifier(source: &[u8], at: usize, len: usize) -> Option<String> {
    let before = at.checked_sub(1).and_then(|index| source.get(index));
    if before.is_some_and(|byte| byte.is_ascii_alphanumeric() || b"_$.".contains(byte)) {
        return None;
    }
    let line = memchr::memrchr(b'\n', &source[..at]).map_or(0, |end| end + 1);
    let line = source[line..at].trim_ascii_start();
    if line.starts_with(b"import type ") || line.starts_with(b"export type ") {
        return None;
    }
    let rest = source[at + len..].trim_ascii_start();
    let rest = rest.strip_prefix(b"(").unwrap_or(rest).trim_ascii_start();
    let quote = *rest.first().filter(|byte| b"'\"`".contains(byte))?;
    let end = memchr::memchr2(quote, b'\n', &rest[1..])? + 1;
    let text = str::from_utf8(&rest[1..end]).ok()?;
    (rest[end] == quote && !text.is_empty() && !text.contains("${")).then(|| text.to_owned())
}
