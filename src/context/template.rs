//! Templates: what of them is sent, and what is a comment or code that is not.

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
#[derive(Clone, Copy)]
enum Meaning {
    Sent,
    Kept(&'static str),
}

/// Goes through the delimiters from the top, since one within another does not count.
fn delimited(template: &Template, text: &[u8], at: usize) -> Option<&'static str> {
    let pairs = pairs(template);
    let top = text.len() - text.trim_ascii_start().len();
    let mut position = 0;
    while position <= at && position < text.len() {
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
        let begin = position + open.len();
        let end = memchr::memmem::find(&text[begin..], close.as_bytes())
            .map_or(text.len(), |length| begin + length + close.len());
        if at < end {
            return match meaning {
                Meaning::Sent => None,
                Meaning::Kept(why) => Some(why),
            };
        }
        position = end;
    }
    None
}

fn pairs(template: &Template) -> Vec<(&'static str, &'static str, Meaning)> {
    let pair = |parts: &&'static [&'static str]| match **parts {
        [open, close] => Some((open, close, Meaning::Sent)),
        [open, close, why] => Some((open, close, Meaning::Kept(why))),
        _ => None,
    };
    let lists = [template.comment, template.output, template.code];
    lists.into_iter().flatten().filter_map(pair).collect()
}
