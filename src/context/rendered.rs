//! What a server component renders: values in its JSX are part of what is sent, and those that it
//! hands to components may be.
//! See <https://react.dev/reference/rsc/use-client#serializable-types>.

use std::ops::Range;

use tree_sitter::Node;

use super::function::is_value;
use super::sent::places;
use super::syntax::{Script, is_function};

/// What JSX does with a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Rendered {
    /// It is an attribute of an element or stands between elements.
    Sent,
    /// It is a property of the component of this name.
    Given(String),
}

/// What JSX does with the value at a place, or with the variable that has it.
pub fn rendered(script: &Script, place: &Range<usize>) -> Vec<Rendered> {
    let places = places(script, place);
    places.iter().filter_map(|place| in_jsx(script, &script.around(place))).collect()
}

fn in_jsx(script: &Script, chain: &[Node<'_>]) -> Option<Rendered> {
    let is_jsx = |node: &Node<'_>| node.kind().starts_with("jsx_");
    let at = chain.iter().rposition(|node| is_jsx(node) && node.kind() != "jsx_expression")?;
    if chain[at..].iter().any(|node| is_function(*node)) || !is_value(script, &chain[at..]) {
        return None;
    }
    match chain[at].kind() {
        "jsx_attribute" => {
            let element = chain[at].parent()?;
            let name = script.text(element.child_by_field_name("name")?);
            let is_component = name.starts_with(|c: char| c.is_uppercase()) || name.contains('.');
            Some(if is_component { Rendered::Given(name.to_owned()) } else { Rendered::Sent })
        }
        "jsx_element" | "jsx_fragment" | "jsx_text" => Some(Rendered::Sent),
        _ => None,
    }
}
