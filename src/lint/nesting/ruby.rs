//! Ruby: a literal that is open takes five bytes, a heredoc four and its word, whose length has to fit
//! into one. What would take a byte too much is written before that is noticed.

use std::collections::BTreeSet;
use std::ops::Range;

use super::{TooDeep, is_word};

/// What the scanner has room for.
const ROOM: usize = 1024;

/// The longest word.
const WORD: usize = 255;

/// Parts of the words of heredocs that the parser must not see; none for nearly all texts.
///
/// In broken code each quote may open a literal that is never closed, so how many are open cannot be
/// told. Where all that the text has might not fit, words are cut to a length at which a heredoc takes
/// five bytes or a multiple of them, as literals do: then nothing ever exceeds the room by one byte,
/// and all that exceeds it by more is noticed in time. A word is cut at its end as well.
///
/// # Errors
/// If there is a word that cannot be cut.
pub fn hidden(text: &str) -> Result<Vec<Range<usize>>, TooDeep> {
    let bytes = text.as_bytes();
    if takes(bytes).is_some_and(|taken| taken <= ROOM) {
        return Ok(Vec::new());
    }
    let (mut hidden, mut words, mut at) = (Vec::new(), BTreeSet::new(), 0);
    while let Some(found) = memchr::memmem::find(&bytes[at..], b"<<") {
        at += found;
        let Some(word) = word(bytes, at) else {
            at += 1;
            continue;
        };
        let spelled = &bytes[word.range.clone()];
        if word.is_quoted && !is_plain(spelled) {
            return Err(TooDeep);
        }
        if !is_right(spelled) {
            hidden.push(word.range.start..last(text, &word.range));
            words.insert(spelled);
        }
        at = word.range.end;
    }
    hidden.extend(ends(text, &words));
    hidden.retain(|part| !part.is_empty());
    hidden.sort_by_key(|part| part.start);
    Ok(hidden)
}

/// The bytes that everything takes if nothing is ever closed; `None` if a word is too long, or if it is
/// no use to go on. A text without heredocs takes none.
fn takes(bytes: &[u8]) -> Option<usize> {
    let (mut taken, mut at) = (0, 0);
    while let Some(found) = memchr::memmem::find(&bytes[at..], b"<<") {
        at += found;
        if let Some(word) = word(bytes, at) {
            taken += 4 + word.range.len();
            if word.range.len() > WORD || taken > ROOM {
                return None;
            }
        }
        at += 1;
    }
    let opens = |byte: &&u8| matches!(byte, b'"' | b'\'' | b'`' | b'/' | b'%');
    let literals = if taken == 0 { 0 } else { bytes.iter().filter(opens).count() };
    Some(taken + 2 + 5 * literals)
}

/// The word of a heredoc, without quotes.
struct Word {
    range: Range<usize>,
    is_quoted: bool,
}

/// What the scanner would take for the word of a heredoc that begins with `<<` at a place.
fn word(bytes: &[u8], at: usize) -> Option<Word> {
    let mut start = at + 2;
    start += usize::from(matches!(bytes.get(start), Some(b'-' | b'~')));
    let quote = bytes.get(start).copied().filter(|byte| matches!(byte, b'"' | b'\'' | b'`'));
    let (start, len) = match quote {
        Some(quote) => {
            let rest = &bytes[start + 1..];
            (start + 1, memchr::memchr(quote, rest).unwrap_or(rest.len()))
        }
        None => {
            let rest = bytes.get(start..).unwrap_or_default();
            (start, rest.iter().take_while(|byte| is_word(**byte)).count())
        }
    };
    (len > 0).then(|| Word { range: start..start + len, is_quoted: quote.is_some() })
}

/// Whether a quoted word may be cut: what is left shows nothing else, and it is no code between two
/// strings, of which one ends with `<<`.
fn is_plain(word: &[u8]) -> bool {
    word.iter().all(|byte| is_word(*byte) || matches!(byte, b' ' | b'-' | b'.'))
}

/// Whether a heredoc with this word takes a multiple of five bytes.
fn is_right(word: &[u8]) -> bool {
    word.is_ascii() && word.len() <= WORD && word.len() % 5 == 1
}

/// Where the last character of a range begins.
fn last(text: &str, range: &Range<usize>) -> usize {
    let character = text[range.clone()].chars().next_back();
    range.end - character.map_or(0, char::len_utf8)
}

/// What to hide of the lines that end heredocs.
fn ends<'t>(
    text: &'t str,
    words: &BTreeSet<&[u8]>,
) -> impl Iterator<Item = Range<usize>> + use<'t> {
    let mut found = Vec::new();
    for line in text.split_inclusive(['\n', '\r']) {
        let word = line.trim_matches([' ', '\t', '\n', '\r']);
        if !word.is_empty() && words.contains(word.as_bytes()) {
            let start = word.as_ptr() as usize - text.as_ptr() as usize;
            found.push(start..last(text, &(start..start + word.len())));
        }
    }
    found.into_iter()
}
