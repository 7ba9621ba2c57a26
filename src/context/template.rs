//! Templates: what of them is sent, and what is a comment or code that is not.

use std::ops::Range;

use super::stack::Template;

/// Why a place of a template is not sent; `None` where it is.
pub fn kept_back(template: &Template, text: &[u8], at: usize) -> Option<&'static str> {
    line(template, text, at).or_else(|| delimited(template, text, at))
}

/// Whether a place is in a comment of HTML, which is sent like the rest of the page.
pub fn is_html_comment(text: &[u8], at: usize) -> bool {
    let before = text.get(..at).unwrap_or_default();
    memchr::memmem::rfind(before, b"<!--")
        .is_some_and(|open| memchr::memmem::find(&before[open..], b"-->").is_none())
}

fn line(template: &Template, text: &[u8], at: usize) -> Option<&'static str> {
    let before = text.get(..at)?;
    let begin = memchr::memrchr(b'\n', before).map_or(0, |end| end + 1);
    let line = before[begin..].trim_ascii_start();
    let begins = |marks: &[&str]| marks.iter().any(|mark| line.starts_with(mark.as_bytes()));
    if begins(template.line_comment) {
        return Some("a template comment is not sent");
    }
    begins(template.line_code).then_some("code of a template runs on the server")
}

/// What a pair of delimiters means.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Meaning {
    Sent,
    Comment(&'static str),
    Code(&'static str),
}

/// What stands between two delimiters.
struct Part {
    meaning: Meaning,
    span: Range<usize>,
}

/// Goes through the delimiters from the top, since one within another does not count.
fn parts<'t>(template: &Template, text: &'t [u8]) -> impl Iterator<Item = Part> + use<'t> {
    let pairs = pairs(template);
    let top = text.len() - text.trim_ascii_start().len();
    let mut position = 0;
    std::iter::from_fn(move || {
        while position < text.len() {
            let rest = &text[position..];
            // Of two that begin here the longer one is meant, as `<%#` and `<%`.
            let open = pairs
                .iter()
                .filter(|(open, close, _)| {
                    rest.starts_with(open.as_bytes()) && (open != close || position == top)
                })
                .max_by_key(|(open, ..)| open.len());
            let Some((open, close, meaning)) = open else {
                position += 1;
                continue;
            };
            let begin = position;
            let inside = begin + open.len();
            let end = memchr::memmem::find(&text[inside..], close.as_bytes());
            position = end.map_or(text.len(), |length| inside + length + close.len());
            return Some(Part { meaning: *meaning, span: begin..position });
        }
        None
    })
}

fn delimited(template: &Template, text: &[u8], at: usize) -> Option<&'static str> {
    match parts(template, text).find(|part| part.span.end > at)? {
        Part { span, .. } if span.start > at => None,
        Part { meaning: Meaning::Comment(why) | Meaning::Code(why), .. } => Some(why),
        Part { meaning: Meaning::Sent, .. } => None,
    }
}

/// Whether a template prints a variable to which its code at `at` gives a value.
pub fn prints(template: &Template, text: &[u8], at: usize, name: &str) -> bool {
    let mut parts = parts(template, text).skip_while(|part| part.span.end <= at);
    let is_code = parts
        .next()
        .is_some_and(|part| part.span.start <= at && matches!(part.meaning, Meaning::Code(_)));
    is_code && parts.any(|part| part.meaning == Meaning::Sent && has_word(&text[part.span], name))
}

fn has_word(text: &[u8], name: &str) -> bool {
    let is_part = |byte: Option<&u8>| byte.is_some_and(|b| b.is_ascii_alphanumeric() || *b == b'_');
    memchr::memmem::find_iter(text, name.as_bytes()).any(|at| {
        let before = at.checked_sub(1).and_then(|before| text.get(before));
        !is_part(before) && !is_part(text.get(at + name.len()))
    })
}

fn pairs(template: &Template) -> Vec<(&'static str, &'static str, Meaning)> {
    let pair = |parts: &&'static [&'static str], kept: fn(&'static str) -> Meaning| match **parts {
        [open, close] => Some((open, close, Meaning::Sent)),
        [open, close, why] => Some((open, close, kept(why))),
        _ => None,
    };
    let comments = template.comment.iter().filter_map(|parts| pair(parts, Meaning::Comment));
    let rest = template.output.iter().chain(template.code);
    comments.chain(rest.filter_map(|parts| pair(parts, Meaning::Code))).collect()
}
