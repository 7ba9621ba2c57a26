//! PHP files: what runs on the server, and what is printed.

use std::ops::Range;

use tree_sitter::{Node, Parser};

/// What is larger than this is not parsed.
const LARGEST: usize = 1 << 20;

/// How deep syntax is followed.
const DEEPEST: usize = 500;

/// Functions that send what they are given to the browser.
const PRINTS: &[&str] = &[
    "printf",
    "print_r",
    "vprintf",
    "wp_localize_script",
    "wp_add_inline_script",
    "wp_send_json",
    "wp_send_json_success",
    "wp_die",
    "_e",
    "esc_html_e",
    "esc_attr_e",
];

/// Functions that pass on what they are given.
const PASSES_ON: &[&str] = &[
    "sprintf",
    "json_encode",
    "wp_json_encode",
    "esc_js",
    "esc_html",
    "esc_attr",
    "htmlspecialchars",
    "htmlentities",
    "array",
    "implode",
    "trim",
    "addslashes",
    "array_merge",
];

const ECHO: &str = "what echo prints is sent";

/// Why a place in a PHP file is sent to the browser; `None` where it runs on the server.
pub fn printed(text: &[u8], place: &Range<usize>) -> Option<String> {
    if text.len() > LARGEST {
        return None;
    }
    let mut parser = Parser::new();
    parser.set_language(&tree_sitter_php::LANGUAGE_PHP.into()).ok()?;
    let tree = parser.parse(text, None)?;
    let mut chain = vec![tree.root_node()];
    let mut cursor = tree.walk();
    while cursor.goto_first_child_for_byte(place.start).is_some() && chain.len() < DEEPEST {
        let node = cursor.node();
        if node.start_byte() > place.start || node.end_byte() < place.end {
            break;
        }
        chain.push(node);
    }
    let said = chain.iter().rev().find_map(|node| answer(text, *node)).flatten();
    said.or_else(|| is_short_echo(text, &chain, place).then(|| ECHO.to_owned()))
}

/// Whether a place is what `<?= … ?>` prints, and not an argument of a call in it.
fn is_short_echo(text: &[u8], chain: &[Node<'_>], place: &Range<usize>) -> bool {
    let before = &text[..place.start.min(text.len())];
    let Some(open) = memchr::memmem::rfind(before, b"<?") else { return false };
    let is_open = memchr::memmem::find(&before[open..], b"?>").is_none();
    let is_argument =
        chain.iter().any(|node| node.start_byte() > open && node.kind() == "arguments");
    before[open..].starts_with(b"<?=") && is_open && !is_argument
}

/// What a node says of a place within it, if it says anything.
fn answer(text: &[u8], node: Node<'_>) -> Option<Option<String>> {
    match node.kind() {
        "text" => Some(Some("what stands outside of PHP is sent as it is".to_owned())),
        "comment" => Some(None),
        "echo_statement" | "print_intrinsic" => Some(Some(ECHO.to_owned())),
        "program" => Some(None),
        "function_call_expression" => {
            let name = &text[node.child_by_field_name("function")?.byte_range()];
            let name = std::str::from_utf8(name).unwrap_or_default();
            if PRINTS.contains(&name) {
                return Some(Some(format!("{name} sends it to the browser")));
            }
            (!PASSES_ON.contains(&name)).then_some(None)
        }
        "member_call_expression" | "scoped_call_expression" | "object_creation_expression" => {
            Some(None)
        }
        _ => None,
    }
}
