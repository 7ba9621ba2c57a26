//! The lines around a finding, redacted when they are cut out, so that no format can leak them.

use std::ops::Range;

use crate::document::{Document, Unit};

/// How many bytes of a line are shown to each side of a credential.
const REACH: usize = 60;

/// A piece of a text without any secret and without anything that a terminal would obey.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Snippet {
    /// The text, one line or the lines over which the credential runs.
    pub text: String,
    /// The bytes of `text` that stand for the credential.
    pub mark: Range<usize>,
}

/// A span of a document and what is shown in its place.
#[derive(Clone, Debug)]
pub struct Mask {
    /// Bytes of the document.
    pub span: Range<usize>,
    /// The redacted value.
    pub shown: String,
}

impl Snippet {
    /// Cuts the lines around `focus` out of a document and marks it. All masks must be sorted by
    /// span and must not overlap.
    pub fn cut(bytes: &[u8], document: &Document<'_>, masks: &[Mask], focus: Range<usize>) -> Self {
        let range = document.lines_around(focus.clone(), REACH);
        let mut cut = Cut { bytes, focus, text: String::new(), mark: 0..0 };
        let mut at = range.start;
        if range.start > 0 && !matches!(bytes[range.start - 1], b'\n' | b'\r') {
            cut.text.push('…');
        }
        for mask in masks.iter().filter(|m| m.span.end > range.start && m.span.start < range.end) {
            cut.plain(at..mask.span.start.max(at));
            cut.piece(&mask.span, |text| text.push_str(&mask.shown));
            at = mask.span.end.clamp(at, range.end.max(at));
        }
        cut.plain(at..range.end.max(at));
        if bytes.get(range.end).is_some_and(|byte| !matches!(byte, b'\n' | b'\r')) {
            cut.text.push('…');
        }
        Self { text: cut.text, mark: cut.mark }
    }
}

/// A snippet in the making.
struct Cut<'a> {
    bytes: &'a [u8],
    focus: Range<usize>,
    text: String,
    mark: Range<usize>,
}

impl Cut<'_> {
    /// Adds bytes that no mask covers, and looks where the focus begins and ends in them. A token
    /// is never cut in two there, since one half of it might be too short to be shortened.
    fn plain(&mut self, range: Range<usize>) {
        let clamp = |at: usize| at.clamp(range.start, range.end);
        let from = token_start(self.bytes, clamp(self.focus.start), range.start);
        let to = token_end(self.bytes, clamp(self.focus.end), range.end);
        for part in [range.start..from, from..to, to..range.end] {
            let bytes = self.bytes.get(part.clone()).unwrap_or_default();
            if !bytes.is_empty() {
                self.piece(&part, |text| push_plain(text, bytes));
            }
        }
    }

    /// Adds what stands for a part of the document; what stands for the focus is marked.
    fn piece(&mut self, part: &Range<usize>, push: impl FnOnce(&mut String)) {
        let from = self.text.len();
        push(&mut self.text);
        if part.start < self.focus.end && self.focus.start < part.end {
            let start = if self.mark.is_empty() { from } else { self.mark.start };
            self.mark = start..self.text.len();
        }
    }
}

/// The beginning of the token in whose midst a place is, not before `least`, or else the place
/// itself.
fn token_start(bytes: &[u8], at: usize, least: usize) -> usize {
    let mut start = at;
    while start > least && is_within_token(bytes, start) {
        start -= 1;
    }
    start
}

/// The end of the token in whose midst a place is, not behind `most`, or else the place itself.
fn token_end(bytes: &[u8], at: usize, most: usize) -> usize {
    let mut end = at;
    while end < most && is_within_token(bytes, end) {
        end += 1;
    }
    end
}

fn is_within_token(bytes: &[u8], at: usize) -> bool {
    let is_token = |at: usize| bytes.get(at).is_some_and(|&byte| is_token(byte as char));
    at > 0 && is_token(at - 1) && is_token(at)
}

/// Which unit a text is written in around a place where something was read as UTF-16 or UTF-32.
pub fn unit_at(bytes: &[u8], at: usize, width: usize) -> Unit {
    let first_is_zero = bytes.get(at) == Some(&0);
    match (width, first_is_zero) {
        (2, false) => Unit::Utf16Le,
        (2, true) => Unit::Utf16Be,
        (4, false) => Unit::Utf32Le,
        (4, true) => Unit::Utf32Be,
        _ => Unit::Byte,
    }
}

fn push_plain(text: &mut String, bytes: &[u8]) {
    let plain = neutral(&String::from_utf8_lossy(bytes));
    let mut rest = plain.as_str();
    while let Some(start) = rest.find(is_token) {
        let token = &rest[start..];
        let end = token.find(|c| !is_token(c)).unwrap_or(token.len());
        text.push_str(&rest[..start]);
        push_token(text, &token[..end]);
        rest = &token[end..];
    }
    text.push_str(rest);
}

fn is_token(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '_' | '+' | '=')
}

/// Long tokens of mixed characters are shortened: they may be somebody else's secret.
fn push_token(text: &mut String, token: &str) {
    let has = |class: fn(&char) -> bool| token.chars().any(|c| class(&c));
    let mixed = has(char::is_ascii_uppercase) && has(char::is_ascii_lowercase);
    let digits = has(char::is_ascii_digit);
    if digits && (token.len() >= 32 || token.len() >= 20 && mixed) {
        text.push_str(&token[..4]);
        text.push('…');
    } else {
        text.push_str(token);
    }
}

/// A text without control characters, and without the characters that end a line, change its
/// direction or are not seen: nothing in a name or a file can move the cursor, colour the terminal or
/// reorder a report. NUL bytes, which stand between the letters of UTF-16, and the marks that texts begin
/// with are left out.
pub fn neutral(text: &str) -> String {
    let mut clean = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\0' | '\u{FEFF}' => {}
            '\t' => clean.push(' '),
            '\u{61C}'
            | '\u{200B}'..='\u{200F}'
            | '\u{2028}'..='\u{202E}'
            | '\u{2060}'..='\u{2069}'
            | '\u{E0000}'..='\u{E007F}' => clean.extend(c.escape_unicode()),
            c if c.is_control() => clean.extend(c.escape_default()),
            c => clean.push(c),
        }
    }
    without_commands(clean)
}

/// CI servers obey what a log says between `##` and `]`: `##[…]`, `##vso[…]`, `##teamcity[…]`. A word
/// joiner between the two signs, which takes no room, keeps a scanned file from giving orders.
fn without_commands(text: String) -> String {
    if !text.contains("##") {
        return text;
    }
    let mut plain = String::with_capacity(text.len() + 8);
    let mut rest = text.as_str();
    while let Some(at) = rest.find("##") {
        let word = rest[at + 2..].trim_start_matches(|c: char| c.is_ascii_alphabetic());
        plain.push_str(&rest[..=at]);
        if word.starts_with('[') {
            plain.push('\u{2060}');
        }
        rest = &rest[at + 1..];
    }
    plain + rest
}
