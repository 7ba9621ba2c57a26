//! How deep a text may be nested before its grammar cannot take it, told without parsing it.
//!
//! The scanners of some grammars are C with a buffer of 1024 bytes for what is open: an assertion ends
//! the process if more is, and one of them does work for all that is open at each token. What is told
//! here is a bound that holds whatever the text is, also where it is no program of its language.
//! docs/dependencies.md names the faults, and the grammars that have none.

mod html;
mod kotlin;
mod python;
mod ruby;
mod yaml;

use std::ops::Range;

use ast_grep_language::SupportLang;
use tree_sitter::Point;

/// More may be open at once than the grammar can take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooDeep;

/// The parts of a text that its parser may see; none if that is all of it.
///
/// # Errors
/// If the text may break the scanner of its grammar.
pub fn visible(text: &str, grammar: SupportLang) -> Result<Vec<tree_sitter::Range>, TooDeep> {
    let fits = match grammar {
        SupportLang::Html => html::fits(text),
        SupportLang::Kotlin => kotlin::fits(text),
        SupportLang::Python => python::fits(text),
        SupportLang::Ruby => return Ok(around(text, &ruby::hidden(text)?)),
        SupportLang::Yaml => yaml::fits(text),
        _ => true,
    };
    if fits { Ok(Vec::new()) } else { Err(TooDeep) }
}

/// What lies around parts that are in order and do not overlap.
fn around(text: &str, hidden: &[Range<usize>]) -> Vec<tree_sitter::Range> {
    if hidden.is_empty() {
        return Vec::new();
    }
    let mut cursor = Cursor { bytes: text.as_bytes(), at: 0, point: Point::new(0, 0) };
    let ends = hidden.iter().map(|part| (part.start, part.end)).chain([(text.len(), text.len())]);
    let mut ranges = Vec::new();
    for (stop, next) in ends {
        let (start_byte, start_point) = (cursor.at, cursor.point);
        let end_point = cursor.advance(stop);
        ranges.push(tree_sitter::Range { start_byte, end_byte: stop, start_point, end_point });
        cursor.advance(next);
    }
    ranges
}

/// A place in a text, in bytes and in lines.
struct Cursor<'a> {
    bytes: &'a [u8],
    at: usize,
    point: Point,
}

impl Cursor<'_> {
    fn advance(&mut self, to: usize) -> Point {
        for byte in &self.bytes[self.at..to] {
            self.point = match byte {
                b'\n' => Point::new(self.point.row + 1, 0),
                _ => Point::new(self.point.row, self.point.column + 1),
            };
        }
        self.at = to;
        self.point
    }
}

/// Whether a byte belongs to a name, in any of the languages and whatever letters they know.
fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || !byte.is_ascii()
}
