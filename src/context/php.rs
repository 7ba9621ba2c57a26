//! PHP files: what runs on the server, and what is printed.

use std::ops::Range;

use tree_sitter::{Node, Tree};

use super::syntax::{STEPS_PER_BYTE, parse};

/// What is larger than this is not parsed.
const LARGEST: usize = 1 << 20;

/// How deep syntax is followed.
const DEEPEST: usize = 500;

/// How many uses of a variable are looked at.
const MOST_USES: usize = 100;

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
    "view",
    "inertia",
];

/// Methods that send what they are given, or hand it to a template: of Laravel, Inertia, Symfony,
/// Twig and Smarty.
const SENDS: &[&str] =
    &["json", "jsonp", "render", "renderForm", "renderView", "display", "assign", "setContent"];

/// Methods that do so where they are called on a view or an answer, and mean something else
/// elsewhere.
const OF_VIEWS: &[&str] = &["with", "make", "share", "view"];

/// What such a call begins with.
const VIEWS: &[&str] = &["view", "View", "Inertia", "response", "Response", "redirect", "\\view"];

/// Classes whose objects are an answer.
const ANSWERS: &[&str] = &["Response", "JsonResponse", "HtmlResponse"];

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

/// A PHP file, parsed.
pub struct Page {
    source: Vec<u8>,
    /// `None` where the text is too large, or made to exhaust the parser.
    tree: Option<Tree>,
}

impl Page {
    /// Parses a file.
    pub fn new(text: &[u8]) -> Self {
        let language = tree_sitter_php::LANGUAGE_PHP.into();
        let is_small = text.len() <= LARGEST;
        let tree = is_small.then(|| parse(text, &language, STEPS_PER_BYTE)).flatten();
        Self { source: text.to_vec(), tree }
    }

    /// Whether it was made of this text.
    pub fn is_of(&self, text: &[u8]) -> bool {
        self.source == text
    }

    /// Why a place is sent to the browser; `None` where it runs on the server.
    pub fn printed(&self, place: &Range<usize>) -> Option<String> {
        let (text, tree) = (self.source.as_slice(), self.tree.as_ref()?);
        let chain = around(tree, place);
        printed_at(text, &chain, place).or_else(|| {
            let name = variable(text, &chain, place)?;
            let uses = memchr::memmem::find_iter(&text[place.end..], name.as_bytes());
            uses.take(MOST_USES).find_map(|at| {
                let begin = place.end + at;
                let used = begin..begin + name.len();
                let chain = around(tree, &used);
                let is_whole = chain.last().is_some_and(|node| node.end_byte() == used.end);
                is_whole.then(|| printed_at(text, &chain, &used)).flatten()
            })
        })
    }
}

/// The syntax around a place, the outermost first.
fn around<'t>(tree: &'t Tree, place: &Range<usize>) -> Vec<Node<'t>> {
    let mut chain = vec![tree.root_node()];
    let mut cursor = tree.walk();
    while cursor.goto_first_child_for_byte(place.start).is_some() && chain.len() < DEEPEST {
        let node = cursor.node();
        if node.start_byte() > place.start || node.end_byte() < place.end {
            break;
        }
        chain.push(node);
    }
    chain
}

fn printed_at(text: &[u8], chain: &[Node<'_>], place: &Range<usize>) -> Option<String> {
    let said = chain.iter().rev().find_map(|node| answer(text, *node)).flatten();
    said.or_else(|| is_short_echo(text, chain, place).then(|| ECHO.to_owned()))
}

/// The variable whose value a place is, and not an argument of what makes the value.
fn variable<'t>(text: &'t [u8], chain: &[Node<'_>], place: &Range<usize>) -> Option<&'t str> {
    let at = chain.iter().rposition(|node| node.kind() == "assignment_expression")?;
    let is_value = chain[at..].iter().all(|node| !node.kind().ends_with("call_expression"));
    let left = chain[at].child_by_field_name("left").filter(|_| is_value)?;
    (left.kind() == "variable_name" && left.end_byte() <= place.start).then(|| word(text, left))
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
            let name = word(text, node.child_by_field_name("function")?);
            if PRINTS.contains(&name) {
                return Some(Some(format!("{name} sends it to the browser")));
            }
            (!PASSES_ON.contains(&name)).then_some(None)
        }
        "member_call_expression" | "nullsafe_member_call_expression" | "scoped_call_expression" => {
            let name = word(text, node.child_by_field_name("name")?);
            let on = word(text, node.named_child(0)?);
            let is_view = || VIEWS.iter().any(|one| on.starts_with(one));
            let sends = SENDS.contains(&name) || (OF_VIEWS.contains(&name) && is_view());
            Some(sends.then(|| format!("{name} sends it to the browser")))
        }
        "object_creation_expression" => {
            let class = word(text, node.named_child(0)?);
            let class = class.rsplit('\\').next().unwrap_or_default();
            Some(ANSWERS.contains(&class).then(|| format!("a {class} is sent to the browser")))
        }
        _ => None,
    }
}

fn word<'t>(text: &'t [u8], node: Node<'_>) -> &'t str {
    std::str::from_utf8(&text[node.byte_range()]).unwrap_or_default()
}
