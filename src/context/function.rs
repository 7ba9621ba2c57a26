//! Functions whose body stays on the server while what they return is sent to the client.

use std::ops::Range;

use tree_sitter::Node;

use super::syntax::{Script, is_function};

/// Calls that pass on what they are given.
const PASSES_ON: &[&str] =
    &["json", "data", "defer", "stringify", "serialize", "all", "resolve", "assign", "fromEntries"];

/// Where in a function a place stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// In its body.
    Body,
    /// In what it returns.
    Returned,
}

/// The exported function among `names` that a place is within, and the part of it.
pub fn exported<'n>(
    script: &Script,
    place: &Range<usize>,
    names: &[&'n str],
) -> Option<(&'n str, Part)> {
    let chain = script.around(place);
    let (at, name) = chain.iter().enumerate().find_map(|(at, node)| {
        let name = declared(script, *node)?;
        let name = names.iter().find(|one| **one == name)?;
        is_exported(script, &chain[..at], name).then_some((at, *name))
    })?;
    let inner = chain[at..].iter().position(|node| is_function(*node))? + at;
    Some((name, part(script, &chain[inner..])))
}

/// The stripped export that alone uses the declaration at the top of the module that a place is
/// within, directly or through others: what is left without a use is taken out of the bundle.
pub fn used_only_by<'n>(
    script: &Script,
    place: &Range<usize>,
    names: &[&'n str],
) -> Option<&'n str> {
    let mut todo = vec![private_declaration(script, &script.around(place))?];
    let mut seen = Vec::new();
    let mut user = None;
    while let Some(name) = todo.pop() {
        if seen.len() >= MOST_DECLARATIONS {
            return None;
        }
        seen.push(name);
        for mention in mentions(script, script.root(), name)? {
            let chain = script.around(&script.place(mention));
            match private_declaration(script, &chain) {
                Some(other) if seen.contains(&other) || todo.contains(&other) => {}
                Some(other) => todo.push(other),
                None => user = Some(stripped(script, &chain, names)?),
            }
        }
    }
    user
}

/// Where a name is used; `None` where that is more often than a person would write.
pub fn mentions<'s>(script: &'s Script, top: Node<'s>, name: &str) -> Option<Vec<Node<'s>>> {
    let found = script.find(top, |node| {
        matches!(node.kind(), "identifier" | "shorthand_property_identifier")
            && script.text(node) == name
    });
    (found.len() <= MOST_MENTIONS).then_some(found)
}

/// How often a name may be used in a module.
const MOST_MENTIONS: usize = 200;

/// How many declarations are followed from one to the next.
const MOST_DECLARATIONS: usize = 20;

/// The declaration at the top of a module that is around a place and is not exported.
fn private_declaration<'s>(script: &'s Script, chain: &[Node<'s>]) -> Option<&'s str> {
    let at = chain.iter().position(|node| declared(script, *node).is_some())?;
    let is_top = !chain[..at].iter().any(|node| is_function(*node));
    let name = declared(script, chain[at])?;
    (is_top && !is_exported(script, &chain[..at], name)).then_some(name)
}

/// The stripped export among `names` that a chain of syntax goes through.
fn stripped<'n>(script: &Script, chain: &[Node<'_>], names: &[&'n str]) -> Option<&'n str> {
    chain.iter().enumerate().find_map(|(at, node)| {
        let name = declared(script, *node)?;
        let name = names.iter().find(|one| **one == name)?;
        is_exported(script, &chain[..at], name).then_some(*name)
    })
}

/// The part of a function with the directive `'use server'` that a place is within.
pub fn with_server_directive(script: &Script, place: &Range<usize>) -> Option<Part> {
    let chain = script.around(place);
    let at = chain.iter().rposition(|node| is_function(*node) && is_for_server(script, *node))?;
    Some(part(script, &chain[at..]))
}

fn is_for_server(script: &Script, function: Node<'_>) -> bool {
    let first = function.child_by_field_name("body").and_then(|body| body.named_child(0));
    first.is_some_and(|first| {
        script.text(first).trim_end_matches(';').trim_matches(['"', '\'']) == "use server"
    })
}

fn declared<'s>(script: &'s Script, node: Node<'_>) -> Option<&'s str> {
    match node.kind() {
        "function_declaration" | "variable_declarator" => {
            Some(script.name(node.child_by_field_name("name")?))
        }
        _ => None,
    }
}

/// Whether an export stands around a declaration, or lists its name elsewhere.
fn is_exported(script: &Script, around: &[Node<'_>], name: &str) -> bool {
    let is_nested = around.iter().any(|node| is_function(*node));
    let is_export = |node: &Node<'_>| node.kind() == "export_statement";
    let lists = || {
        let listed = script.find(script.root(), |node| node.kind() == "export_specifier");
        listed.into_iter().any(|node| script.text(node) == name)
    };
    !is_nested && (around.iter().any(is_export) || lists())
}

/// Whether a place is returned by the first function of the chain.
pub fn part(script: &Script, chain: &[Node<'_>]) -> Part {
    let Some(function) = chain.first() else { return Part::Body };
    if is_returned(script, chain) || is_returned_by_name(script, *function, chain) {
        Part::Returned
    } else {
        Part::Body
    }
}

/// Whether the place is in a returned value itself, not in an argument of a call within it.
fn is_returned(script: &Script, chain: &[Node<'_>]) -> bool {
    let is_expression = |at: usize| {
        let body = chain[at].child_by_field_name("body");
        chain[at].kind() == "arrow_function"
            && body.is_some_and(|body| {
                body.kind() != "statement_block" && chain.get(at + 1) == Some(&body)
            })
    };
    let returns = chain.iter().position(|node| node.kind() == "return_statement");
    let begin = returns.or_else(|| is_expression(0).then_some(0));
    begin.is_some_and(|begin| {
        let nested = chain[1..begin.max(1)].iter().any(|node| is_function(*node));
        !nested && is_value(script, &chain[begin..])
    })
}

/// Whether what stands at the end of the chain is part of the value that stands at its beginning.
pub fn is_value(script: &Script, chain: &[Node<'_>]) -> bool {
    chain.windows(2).all(|pair| {
        let (node, below) = (pair[0], pair[1]);
        match node.kind() {
            "call_expression" => {
                let callee = node.child_by_field_name("function");
                callee.is_some_and(|callee| callee != below && passes_on(script, callee))
            }
            "new_expression" => false,
            _ => true,
        }
    })
}

pub fn passes_on(script: &Script, callee: Node<'_>) -> bool {
    let name = script.text(callee).rsplit('.').next().unwrap_or_default().trim();
    PASSES_ON.contains(&name)
}

/// Whether the place is the value of a variable that the function returns.
fn is_returned_by_name(script: &Script, function: Node<'_>, chain: &[Node<'_>]) -> bool {
    let Some(at) = chain.iter().rposition(|node| node.kind() == "variable_declarator") else {
        return false;
    };
    let Some(name) = chain[at].child_by_field_name("name") else { return false };
    let name = script.text(name);
    if !is_value(script, &chain[at..]) {
        return false;
    }
    mentions(script, function, name).is_some_and(|mentions| {
        mentions.into_iter().any(|mention| {
            let mut around = script.around(&script.place(mention));
            let begin = around.iter().position(|node| *node == function).unwrap_or(around.len());
            is_returned(script, &around.split_off(begin))
        })
    })
}
