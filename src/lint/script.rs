//! The scripts within a page.

use std::ops::Range;

use super::format::Format;

/// The scripts of a page as a text of the same length: everything else is blank, so that a place in
/// it is a place in the page. `None` if the page has no script of its own.
pub fn scripts(page: &str) -> Option<(String, Format)> {
    let mut blank: Vec<u8> =
        page.bytes().map(|byte| if byte == b'\n' { b'\n' } else { b' ' }).collect();
    let mut format = Format::Script;
    let mut any = false;
    let mut at = 0;
    while let Some((tag, body)) = next_script(page, at) {
        at = body.end;
        let tag = page[tag].to_ascii_lowercase();
        let is_data = tag.contains("json") || tag.contains("template");
        if !is_data && !page[body.clone()].trim().is_empty() {
            if tag.contains("ts\"") || tag.contains("ts'") || tag.contains("typescript") {
                format = Format::TypedScript;
            }
            blank[body.clone()].copy_from_slice(&page.as_bytes()[body]);
            any = true;
        }
    }
    // Whole scripts of a text were put where spaces were.
    any.then(|| (String::from_utf8_lossy(&blank).into_owned(), format))
}

/// The attributes and the body of the next script at or behind `from`.
fn next_script(page: &str, from: usize) -> Option<(Range<usize>, Range<usize>)> {
    let open = find(page, "<script", from)?;
    let start = open + page[open..].find('>')? + 1;
    let end = find(page, "</script", start).unwrap_or(page.len());
    Some((open..start, start..end))
}

/// The next place of a word in lower case, whatever its case in the page.
fn find(page: &str, word: &str, from: usize) -> Option<usize> {
    let bytes = page.as_bytes();
    memchr::memchr_iter(b'<', &bytes[from..]).map(|at| from + at).find(|&at| {
        bytes
            .get(at..at + word.len())
            .is_some_and(|found| found.eq_ignore_ascii_case(word.as_bytes()))
    })
}
