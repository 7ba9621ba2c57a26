//! Syntax trees of JavaScript and TypeScript, walked without recursion: how deep a text is nested is
//! up to whoever wrote it.

use tree_sitter::{Language, Node, Tree};

use crate::context::syntax;

/// Which grammar reads a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Grammar {
    /// TypeScript without JSX, where `<T>x` is a cast.
    TypeScript,
    /// TypeScript with JSX, which reads JavaScript with JSX as well.
    Tsx,
}

/// How many steps of the parser a byte may be worth: of a graph's many modules each may take less
/// than a single file.
const STEPS_PER_BYTE: usize = 2;

/// Parses a text; none if it is made to exhaust the parser.
pub fn parse(source: &[u8], grammar: Grammar) -> Option<Tree> {
    let language: Language = match grammar {
        Grammar::TypeScript => tree_sitter_typescript::LANGUAGE_TYPESCRIPT.into(),
        Grammar::Tsx => tree_sitter_typescript::LANGUAGE_TSX.into(),
    };
    syntax::parse(source, &language, STEPS_PER_BYTE)
}

/// Calls `visit` for a node and all below it; it says whether to go deeper.
pub fn walk<'t>(node: Node<'t>, mut visit: impl FnMut(Node<'t>) -> bool) {
    let mut cursor = node.walk();
    loop {
        if visit(cursor.node()) && cursor.goto_first_child() {
            continue;
        }
        while !cursor.goto_next_sibling() {
            if !cursor.goto_parent() {
                return;
            }
        }
    }
}

/// The nodes directly below one.
pub fn children(node: Node<'_>) -> Vec<Node<'_>> {
    node.children(&mut node.walk()).collect()
}

/// Whether a token such as `type` stands directly in a node.
pub fn has_token(node: Node<'_>, kinds: &[&str]) -> bool {
    children(node).iter().any(|child| kinds.contains(&child.kind()))
}

/// The text of a node.
pub fn text<'s>(source: &'s [u8], node: Node<'_>) -> &'s str {
    str::from_utf8(source.get(node.byte_range()).unwrap_or_default()).unwrap_or_default()
}
