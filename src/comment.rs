//! Comments that allow findings: `stripeguard:allow[rule] reason`, in whatever syntax the file has.
//!
//! Only what they say is read here; whether they cover anything is decided by `suppress`.

use std::ops::Range;

use crate::document::{Document, Unit};

/// What a comment that allows something begins with.
pub const MARK: &str = concat!("stripeguard", ":allow[");

/// How far from a credential its comment may stand on the same line.
const REACH: usize = 16 << 10;

/// How many comments of one line are read, and how many of one text: nobody writes more.
const MOST: (usize, usize) = (8, 1000);

/// How comments end in languages where they do not end with the line.
const CLOSERS: &[&str] = &["*/", "-->", "--%>", "%>", "#}", "}}", "-}", "*)", "]]", "|#", "=#"];

/// Words that begin a comment.
const OPENERS: &[&str] = &["rem", "dnl", "comment"];

/// A comment that allows findings beside it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Comment {
    /// What it names.
    pub names: Vec<Name>,
    /// Why, if it says so.
    pub reason: Option<String>,
    /// The line that it stands on, from 1.
    pub line: u64,
    /// Whether nothing but a comment is on that line, so that it speaks of the next one too.
    pub is_alone: bool,
}

/// What a comment names: a rule, and the credential by the beginning of its fingerprint.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Name {
    /// The id of the rule, which may be unknown.
    pub rule: String,
    /// The first digits of the fingerprint.
    pub fingerprint: Option<String>,
}

/// The comments that can speak of what stands at `span`: on its lines, or alone on the line above.
pub fn beside(bytes: &[u8], document: &Document<'_>, span: &Range<usize>) -> Vec<Comment> {
    let own = document.lines_around(span.clone(), REACH);
    let mut comments = Vec::new();
    if let Some(above) = line_above(bytes, document, own.start) {
        comments.extend(on(bytes, document, above).filter(|comment| comment.is_alone));
    }
    comments.extend(on(bytes, document, own));
    comments
}

/// Every comment of a text, with the bytes that it stands at.
pub fn all(bytes: &[u8], document: &Document<'_>) -> Vec<(Comment, Range<usize>)> {
    let mut found = Vec::new();
    for at in memchr::memmem::find_iter(bytes, MARK.as_bytes()).take(MOST.1) {
        let line = document.lines_around(at..at, REACH);
        let text = String::from_utf8_lossy(&bytes[at..line.end]);
        let before = String::from_utf8_lossy(&bytes[line.start..at]);
        if let Some((names, reason, len)) = parse(&text) {
            let line = document.position(at, Unit::Byte).line;
            let comment = Comment { names, reason, line, is_alone: is_alone(&before) };
            found.push((comment, at..(at + len).min(bytes.len())));
        }
    }
    found
}

fn on<'a>(
    bytes: &'a [u8],
    document: &'a Document<'_>,
    lines: Range<usize>,
) -> impl Iterator<Item = Comment> + 'a {
    let mut at = lines.start;
    let lines = bytes[lines].split_inclusive(|&byte| byte == b'\n');
    lines.flat_map(move |line| {
        let number = document.position(at, Unit::Byte).line;
        at += line.len();
        on_line(line, number)
    })
}

/// The comments of one line. NUL bytes stand between the letters of UTF-16.
fn on_line(line: &[u8], number: u64) -> Vec<Comment> {
    let letters: Vec<u8>;
    let line = if line.contains(&0) {
        letters = line.iter().copied().filter(|&byte| byte != 0).collect();
        &letters
    } else {
        line
    };
    let places = memchr::memmem::find_iter(line, MARK.as_bytes()).take(MOST.0);
    let comments = places.filter_map(|at| {
        let (names, reason, _) = parse(&String::from_utf8_lossy(&line[at..]))?;
        let is_alone = is_alone(&String::from_utf8_lossy(&line[..at]));
        Some(Comment { names, reason, line: number, is_alone })
    });
    comments.collect()
}

fn line_above(bytes: &[u8], document: &Document<'_>, start: usize) -> Option<Range<usize>> {
    let mut end = start.checked_sub(1)?;
    if !matches!(bytes[end], b'\n' | b'\r') {
        return None;
    }
    if bytes[end] == b'\n' {
        let before = bytes[..end].iter().rposition(|&byte| byte != 0);
        end = before.filter(|&at| bytes[at] == b'\r').unwrap_or(end);
    }
    Some(document.lines_around(end..end, REACH))
}

/// What a text that begins with the mark names, its reason, and how long all of it is in bytes.
fn parse(text: &str) -> Option<(Vec<Name>, Option<String>, usize)> {
    let (list, rest) = text.strip_prefix(MARK)?.split_once(']')?;
    let names: Option<Vec<Name>> = list.split(',').map(|name| parse_name(name.trim())).collect();
    let reason = reason(rest);
    let len = MARK.len() + list.len() + 1;
    Some((names?, (!reason.is_empty()).then(|| reason.to_owned()), len))
}

fn parse_name(text: &str) -> Option<Name> {
    let (rule, print) = match text.split_once(':') {
        Some((rule, print)) => (rule.trim_end(), Some(print.trim().to_ascii_lowercase())),
        None => (text, None),
    };
    let is_word = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '*');
    let is_rule = rule.chars().any(|c| c.is_ascii_alphanumeric()) && rule.chars().all(is_word);
    is_rule.then(|| Name { rule: rule.to_owned(), fingerprint: print })
}

/// What stands behind the list, up to the end of the comment.
fn reason(text: &str) -> &str {
    let line = text.lines().next().unwrap_or_default();
    let end = CLOSERS.iter().filter_map(|closer| line.find(closer)).min().unwrap_or(line.len());
    let is_mark =
        |c: char| c.is_whitespace() || matches!(c, ':' | '-' | '–' | '—' | '"' | '\'' | ',');
    line[..end].trim_matches(is_mark)
}

/// Whether what stands before a comment on its line is nothing but what begins a comment.
fn is_alone(before: &str) -> bool {
    let words = before.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    words.into_iter().all(|word| OPENERS.contains(&word.to_ascii_lowercase().as_str()))
}
