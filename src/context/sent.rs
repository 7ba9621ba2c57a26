//! What code of a server sends: arguments of calls that answer or render, and what functions return
//! to a framework that sends it. Only what can be seen in the file itself counts.

use std::ops::Range;

use tree_sitter::Node;

use super::function::{self, Part};
use super::stack::{Claim, Send};
use super::statement::{self, Source, Statement};
use super::syntax::{Script, is_function};

/// What is larger than this is no text that a person wrote.
const LARGEST: usize = 1 << 20;

/// A value in a file, as far as it is known where it goes.
pub enum Value<'a> {
    /// In a parsed text: where it stands, and where the variable is used that it is the value of.
    Parsed(&'a Script, Vec<Range<usize>>),
    /// In another text, the same.
    Plain(Vec<Statement<'a>>),
}

impl<'a> Value<'a> {
    /// The value at a place of a parsed text.
    pub fn parsed(script: &'a Script, place: &Range<usize>) -> Self {
        Self::Parsed(script, places(script, place))
    }

    /// The value at a place of a text of a language without a grammar here.
    pub fn plain(source: &'a Source<'a>, at: usize) -> Self {
        let Some(first) = source.statement(at).filter(|_| source.size() <= LARGEST) else {
            return Self::Plain(Vec::new());
        };
        let uses = first.variable().map(|name| source.uses(name, at)).unwrap_or_default();
        let uses = uses.into_iter().filter_map(|at| source.statement(at));
        Self::Plain(std::iter::once(first).chain(uses).collect())
    }

    /// Why the value is sent or may be.
    pub fn claim(&self, send: &Send) -> Option<(Claim, String)> {
        let call = match self {
            Self::Parsed(script, places) => in_script(script, places, send),
            Self::Plain(statements) => statements.iter().find_map(|one| in_statement(one, send)),
        }?;
        Some((send.side?, send.why.replace("{call}", call)))
    }
}

fn in_script(script: &Script, places: &[Range<usize>], send: &Send) -> Option<&'static str> {
    places.iter().find_map(|place| {
        let chain = script.around(place);
        given(script, &chain, send.calls)
            .or_else(|| returned(script, &chain, send.returned_by))
            .or_else(|| assigned(script, &chain, send.assigned))
    })
}

/// A place, and where the variable that it is the value of is used.
pub fn places(script: &Script, place: &Range<usize>) -> Vec<Range<usize>> {
    let mut found = vec![place.clone()];
    let chain = script.around(place);
    let Some(at) = chain.iter().rposition(|node| node.kind() == "variable_declarator") else {
        return found;
    };
    let is_within = chain[at..].iter().any(|node| is_function(*node));
    let name = chain[at].child_by_field_name("name");
    let name = name.filter(|_| !is_within && function::is_value(script, &chain[at..]));
    let Some(name) = name.filter(|name| name.kind() == "identifier") else { return found };
    let top = chain[..at].iter().rfind(|node| is_function(**node)).copied();
    let mentions = function::mentions(script, top.unwrap_or(script.root()), script.text(name));
    let others = mentions.unwrap_or_default().into_iter().filter(|node| *node != name);
    found.extend(others.map(|node| script.place(node)));
    found
}

/// The innermost call that a place is an argument of, if it is one of these.
fn given(script: &Script, chain: &[Node<'_>], calls: &[&'static str]) -> Option<&'static str> {
    for pair in chain.windows(2).rev() {
        let (node, below) = (pair[0], pair[1]);
        let callee = match node.kind() {
            "call_expression" => node.child_by_field_name("function")?,
            "new_expression" => node.child_by_field_name("constructor")?,
            _ if is_function(node) => return None,
            _ => continue,
        };
        let name = script.text(callee);
        let call = calls.iter().find(|call| statement::is_call(name, call));
        match call.filter(|_| callee != below) {
            Some(call) => return Some(call),
            None if callee == below || !function::passes_on(script, callee) => return None,
            None => {}
        }
    }
    None
}

/// What sends the returned value of the function that a place is in.
fn returned(script: &Script, chain: &[Node<'_>], by: &[&'static str]) -> Option<&'static str> {
    if by.is_empty() {
        return None;
    }
    let at = chain.iter().rposition(|node| is_function(*node))?;
    if function::part(script, &chain[at..]) != Part::Returned {
        return None;
    }
    let call = chain[..at].iter().rfind(|node| node.kind() == "call_expression");
    let given = call.filter(|_| chain[at - 1].kind() == "arguments");
    let callee = given.and_then(|call| call.child_by_field_name("function"));
    let named = |name: &str| by.iter().find(|one| statement::is_call(name, one)).copied();
    callee.and_then(|callee| named(script.text(callee))).or_else(|| {
        let before =
            std::iter::successors(chain[at].prev_named_sibling(), Node::prev_named_sibling);
        let mut decorators = before.take_while(|node| node.kind() == "decorator");
        decorators.find_map(|node| {
            let text = script.text(node).trim_start_matches('@');
            named(text.split('(').next().unwrap_or_default())
        })
    })
}

/// The assignment whose value a place is part of, if what is assigned to begins so.
fn assigned(script: &Script, chain: &[Node<'_>], to: &[&'static str]) -> Option<&'static str> {
    let at = chain.iter().rposition(|node| node.kind() == "assignment_expression")?;
    let left = chain[at].child_by_field_name("left")?;
    let is_right = chain.get(at + 1).is_some_and(|below| *below != left);
    if !is_right || !function::is_value(script, &chain[at..]) {
        return None;
    }
    to.iter().find(|one| script.text(left).starts_with(**one)).copied()
}

/// Of a language without a grammar here.
fn in_statement(statement: &Statement<'_>, send: &Send) -> Option<&'static str> {
    statement
        .given(send.calls)
        .or_else(|| statement.returned(send.returned_by))
        .or_else(|| statement.assigned(send.assigned))
        .or_else(|| (send.data && statement.is_data()).then_some(""))
}
