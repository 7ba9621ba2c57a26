//! Parsing of foreign text, which comes to an end.

use std::ops::ControlFlow;
use std::time::{Duration, Instant};

use ast_grep_language::{LanguageExt, SupportLang};
use tree_sitter::{ParseOptions, ParseState, Parser, Range, Tree};

use super::nesting;

/// How often the parser may report that it is still at work, for each byte of a text and besides.
/// It reports once in a hundred operations; ordinary code takes one or two operations a byte.
const REPORTS: (usize, usize) = (1, 20_000);

/// How long one text is parsed. An operation may walk all that is open, so that their number alone
/// bounds no time; ordinary code of the largest size that is linted takes a fraction of a second.
const PATIENCE: Duration = Duration::from_secs(5);

/// Code that is nested deeper than this is made to break parsers. Types of some hundred alternatives
/// are nested as deep as they are long.
const DEPTH: usize = 4000;

/// Why a text cannot be linted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The parser did not come to an end in time.
    Parse,
    /// It is nested too deep.
    Depth,
    /// The grammar may be unable to hold what is open in it.
    Nesting,
}

impl Refusal {
    /// The reason as the end of a sentence.
    pub fn text(self) -> &'static str {
        match self {
            Self::Parse => "the parser did not come to an end within its budget",
            Self::Depth => "it is nested deeper than 4,000 levels",
            Self::Nesting => {
                "more strings, blocks or elements may be open at once in it than its parser can hold; \
                 keys in it are found all the same, and rules apply again when it is split or nested less"
            }
        }
    }
}

/// A tree of a text, and what finding the parent of one of its nodes may cost, in steps.
///
/// # Errors
/// If the text is made to exhaust a parser.
pub fn tree(text: &str, grammar: SupportLang) -> Result<(Tree, u64), Refusal> {
    let visible = nesting::visible(text, grammar).map_err(|_| Refusal::Nesting)?;
    let tree = parse(text, grammar, &visible).ok_or(Refusal::Parse)?;
    let climb = measure(&tree).ok_or(Refusal::Depth)?;
    Ok((tree, climb))
}

fn parse(text: &str, grammar: SupportLang, visible: &[Range]) -> Option<Tree> {
    let mut parser = Parser::new();
    parser.set_language(&grammar.get_ts_language()).ok()?;
    parser.set_included_ranges(visible).ok()?;
    let mut left = text.len() * REPORTS.0 + REPORTS.1;
    let begun = Instant::now();
    let mut progress = |_: &ParseState| {
        left = left.saturating_sub(1);
        let is_over = left == 0 || begun.elapsed() > PATIENCE;
        if is_over { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    };
    let options = ParseOptions::new().progress_callback(&mut progress);
    let mut read = |at: usize, _| text.as_bytes().get(at..).unwrap_or_default();
    parser.parse_with_options(&mut read, None, Some(options))
}

/// What finding the parent of a node may cost; `None` if the tree is too deep.
fn measure(tree: &Tree) -> Option<u64> {
    let mut cursor = tree.walk();
    let (mut depth, mut deepest, mut width) = (0, 0, 0);
    loop {
        width = width.max(cursor.node().child_count());
        if cursor.goto_first_child() {
            depth += 1;
            deepest = deepest.max(depth);
            if depth > DEPTH {
                return None;
            }
            continue;
        }
        while !cursor.goto_next_sibling() {
            if !cursor.goto_parent() {
                return Some(u64::from(width) / 4 + deepest as u64 / 8);
            }
            depth -= 1;
        }
    }
}
