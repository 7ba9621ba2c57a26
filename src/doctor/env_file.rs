//! Files of environment variables, read as the usual libraries read them, but keeping what is odd.

use super::{Problem, Setting};
use crate::secret::Secret;

/// The settings of a file of `NAME=value` lines.
pub fn settings(text: &str, source: &str) -> Vec<Setting> {
    let text = text.strip_prefix('\u{FEFF}').unwrap_or(text);
    let lines = text.lines().enumerate();
    lines.filter_map(|(number, line)| setting(line, number as u64 + 1, source)).collect()
}

fn setting(line: &str, number: u64, source: &str) -> Option<Setting> {
    let line = line.trim_start();
    let line = line.strip_prefix("export ").unwrap_or(line);
    let (name, value) = line.split_once('=')?;
    let name = name.trim();
    let is_name = !name.is_empty()
        && name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-'));
    if !is_name {
        return None;
    }
    let (value, problems) = unquote(value.trim_start_matches([' ', '\t']));
    Some(Setting {
        name: name.to_owned(),
        source: source.to_owned(),
        line: Some(number),
        value: Secret::new(value, 0),
        problems,
    })
}

/// What stands between quotes, or up to a comment.
fn unquote(text: &str) -> (String, Vec<Problem>) {
    let quote = text.chars().next().filter(|c| matches!(c, '"' | '\'' | '`'));
    let Some(quote) = quote else {
        let end = [" #", "\t#"].iter().filter_map(|mark| text.find(mark)).min();
        return (text[..end.unwrap_or(text.len())].trim_end().to_owned(), Vec::new());
    };
    match text[1..].find(quote) {
        // Libraries make a line break of `\n` between double quotes.
        Some(end) if quote == '"' && text[1..=end].contains(['\\']) => {
            (text[1..=end].replace("\\r", "\r").replace("\\n", "\n"), Vec::new())
        }
        Some(end) => (text[1..=end].to_owned(), Vec::new()),
        None => (
            text[1..].trim_end().to_owned(),
            vec![Problem::error(
                "the quote before the value is never closed, so the value runs on over the line \
                 break",
                "Put the whole value on one line and close the quote, or leave both quotes out.",
            )],
        ),
    }
}
