//! A parsed text that counts every step that is taken in it, and comes to an end.
//!
//! Rules can ask for work that grows with the square of a file, and rules of a scanned repository
//! for any power of it. The budget is counted in steps and not in time, so that the same input
//! gives the same findings on every machine.

use std::borrow::Cow;
use std::cell::Cell;
use std::ops::Range;

use ast_grep_core::source::{Edit, SgNode};
use ast_grep_core::{Doc, Position};
use ast_grep_language::SupportLang;
use tree_sitter::{Node, Tree, TreeCursor};

use super::parse::{self, Refusal};

/// Steps that may be taken in one file: some tenths of a second.
const STEPS: u64 = 40_000_000;

/// A parsed text with a budget.
#[derive(Clone)]
pub struct Metered {
    text: String,
    grammar: SupportLang,
    tree: Tree,
    steps: Cell<u64>,
    /// What finding the parent of a node may cost: the most children that a node has, and how deep
    /// the tree is.
    climb: u64,
}

impl Metered {
    /// Parses a text.
    ///
    /// # Errors
    /// If it is made to exhaust a parser.
    pub fn parse(text: &str, grammar: SupportLang) -> Result<Self, Refusal> {
        let (tree, climb) = parse::tree(text, grammar)?;
        Ok(Self { text: text.to_owned(), grammar, tree, steps: Cell::new(STEPS), climb })
    }

    /// Whether a part of the text is not of the language.
    pub fn has_error(&self) -> bool {
        self.tree.root_node().has_error()
    }

    /// Whether the budget ran out: what was found until then may be wrong.
    pub fn is_exhausted(&self) -> bool {
        self.steps.get() == 0
    }
}

impl Doc for Metered {
    type Source = String;
    type Lang = SupportLang;
    type Node<'r> = Step<'r>;

    fn get_lang(&self) -> &SupportLang {
        &self.grammar
    }

    fn get_source(&self) -> &String {
        &self.text
    }

    fn do_edit(&mut self, _: &Edit<String>) -> Result<(), String> {
        Err("a text that is linted is not changed".to_owned())
    }

    fn root_node(&self) -> Step<'_> {
        Step { node: self.tree.root_node(), meter: Meter { steps: &self.steps, climb: self.climb } }
    }

    fn get_node_text<'a>(&'a self, node: &Step<'a>) -> Cow<'a, str> {
        let range = node.node.byte_range();
        node.meter.take(range.len() as u64 / 16);
        Cow::Borrowed(self.text.get(range).unwrap_or_default())
    }
}

/// What is left of a budget.
#[derive(Clone, Copy)]
struct Meter<'r> {
    steps: &'r Cell<u64>,
    climb: u64,
}

impl Meter<'_> {
    /// Takes steps, and says whether there were as many.
    fn take(self, steps: u64) -> bool {
        let left = self.steps.get().saturating_sub(steps + 1);
        self.steps.set(left);
        left > 0
    }

    /// Goes up: the parser knows only the way down, so a parent is searched for from the root.
    fn climb(self) -> bool {
        self.take(8 + self.climb)
    }
}

/// A node of a parsed text.
#[derive(Clone)]
pub struct Step<'r> {
    node: Node<'r>,
    meter: Meter<'r>,
}

impl<'r> Step<'r> {
    fn at(&self, node: Node<'r>) -> Self {
        Self { node, meter: self.meter }
    }

    fn siblings(
        &self,
        forth: fn(&mut TreeCursor<'r>) -> bool,
    ) -> impl Iterator<Item = Self> + use<'r> {
        let meter = self.meter;
        let cursor = meter.climb().then(|| self.node.parent()).flatten().map(|parent| {
            let mut cursor = parent.walk();
            if cursor.goto_first_child() {
                while cursor.node().id() != self.node.id() && cursor.goto_next_sibling() {}
            }
            cursor
        });
        let mut cursor = cursor;
        std::iter::from_fn(move || {
            let cursor = cursor.as_mut()?;
            (meter.take(1) && forth(cursor)).then(|| Step { node: cursor.node(), meter })
        })
    }
}

impl<'r> SgNode<'r> for Step<'r> {
    fn parent(&self) -> Option<Self> {
        if !self.meter.climb() {
            return None;
        }
        self.node.parent().map(|node| self.at(node))
    }

    fn ancestors(&self, _: Self) -> impl Iterator<Item = Self> {
        let mut at = self.clone();
        std::iter::from_fn(move || {
            at = at.parent()?;
            Some(at.clone())
        })
    }

    fn dfs(&self) -> impl Iterator<Item = Self> {
        let meter = self.meter;
        let mut cursor = self.node.walk();
        let mut state = Walk::Begin;
        std::iter::from_fn(move || {
            if !meter.take(1) {
                return None;
            }
            state = state.advance(&mut cursor)?;
            Some(Step { node: cursor.node(), meter })
        })
    }

    fn children(&self) -> impl ExactSizeIterator<Item = Self> {
        let count = self.node.child_count() as usize;
        let left = if self.meter.take(count as u64) { count } else { 0 };
        let mut cursor = self.node.walk();
        cursor.goto_first_child();
        Children { cursor, left, meter: self.meter }
    }

    fn child(&self, nth: usize) -> Option<Self> {
        self.meter.take(nth as u64 / 4);
        self.node.child(u32::try_from(nth).ok()?).map(|node| self.at(node))
    }

    fn next(&self) -> Option<Self> {
        if !self.meter.climb() {
            return None;
        }
        self.node.next_sibling().map(|node| self.at(node))
    }

    fn prev(&self) -> Option<Self> {
        if !self.meter.climb() {
            return None;
        }
        self.node.prev_sibling().map(|node| self.at(node))
    }

    fn next_all(&self) -> impl Iterator<Item = Self> {
        self.siblings(TreeCursor::goto_next_sibling)
    }

    fn prev_all(&self) -> impl Iterator<Item = Self> {
        self.siblings(TreeCursor::goto_previous_sibling)
    }

    fn kind(&self) -> Cow<'_, str> {
        Cow::Borrowed(self.node.kind())
    }

    fn kind_id(&self) -> u16 {
        self.node.kind_id()
    }

    fn node_id(&self) -> usize {
        self.node.id()
    }

    fn range(&self) -> Range<usize> {
        self.node.byte_range()
    }

    fn start_pos(&self) -> Position {
        let at = self.node.start_position();
        Position::new(at.row, at.column, self.node.start_byte())
    }

    fn end_pos(&self) -> Position {
        let at = self.node.end_position();
        Position::new(at.row, at.column, self.node.end_byte())
    }

    fn is_named(&self) -> bool {
        self.node.is_named()
    }

    fn is_named_leaf(&self) -> bool {
        self.node.named_child_count() == 0
    }

    fn is_leaf(&self) -> bool {
        self.node.child_count() == 0
    }

    fn is_missing(&self) -> bool {
        self.node.is_missing()
    }

    fn is_error(&self) -> bool {
        self.node.is_error()
    }

    fn is_extra(&self) -> bool {
        self.node.is_extra()
    }

    fn field(&self, name: &str) -> Option<Self> {
        self.node.child_by_field_name(name).map(|node| self.at(node))
    }

    fn field_children(&self, field: Option<u16>) -> impl Iterator<Item = Self> {
        let meter = self.meter;
        let field = field.and_then(std::num::NonZero::new);
        let mut cursor = self.node.walk();
        let mut more = field.is_some() && cursor.goto_first_child();
        std::iter::from_fn(move || {
            while more && meter.take(1) {
                let found = (cursor.field_id() == field).then(|| cursor.node());
                more = cursor.goto_next_sibling();
                if let Some(node) = found {
                    return Some(Step { node, meter });
                }
            }
            None
        })
    }

    fn child_by_field_id(&self, field: u16) -> Option<Self> {
        self.node.child_by_field_id(field).map(|node| self.at(node))
    }
}

struct Children<'r> {
    cursor: TreeCursor<'r>,
    left: usize,
    meter: Meter<'r>,
}

impl<'r> Iterator for Children<'r> {
    type Item = Step<'r>;

    fn next(&mut self) -> Option<Step<'r>> {
        self.left = self.left.checked_sub(1)?;
        let node = self.cursor.node();
        self.cursor.goto_next_sibling();
        Some(Step { node, meter: self.meter })
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.left, Some(self.left))
    }
}

impl ExactSizeIterator for Children<'_> {}

/// Where a walk over a tree, parents first, stands. A cursor never leaves the node it began at.
#[derive(Clone, Copy)]
enum Walk {
    Begin,
    At,
}

impl Walk {
    fn advance(self, cursor: &mut TreeCursor<'_>) -> Option<Self> {
        if matches!(self, Self::Begin) || cursor.goto_first_child() {
            return Some(Self::At);
        }
        while !cursor.goto_next_sibling() {
            if !cursor.goto_parent() {
                return None;
            }
        }
        Some(Self::At)
    }
}
