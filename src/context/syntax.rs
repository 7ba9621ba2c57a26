//! JavaScript, TypeScript and JSON, parsed: which syntax a place stands in.

use std::ops::{ControlFlow, Range};

use tree_sitter::{Language, Node, ParseOptions, ParseState, Parser, Tree};

/// What is larger than this is no text that a person wrote, and is not parsed.
const LARGEST: usize = 1 << 20;

/// How many steps of the parser a byte may be worth. A count and not a clock: the same text has the same answer.
pub const STEPS_PER_BYTE: usize = 8;

/// How deep syntax is followed.
const DEEPEST: usize = 500;

/// Parses a text; none if it is made to exhaust the parser. A step is a hundred operations of the
/// parser, of which a text takes some 0.2 a byte; error recovery that needs far more is given up.
pub fn parse(source: &[u8], language: &Language, steps_per_byte: usize) -> Option<Tree> {
    let mut parser = Parser::new();
    parser.set_language(language).ok()?;
    let mut steps = 10_000 + source.len() * steps_per_byte;
    let mut progress = |_: &ParseState| {
        steps = steps.saturating_sub(1);
        if steps == 0 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    };
    let options = ParseOptions::new().progress_callback(&mut progress);
    let mut read = |at: usize, _| source.get(at..).unwrap_or_default();
    parser.parse_with_options(&mut read, None, Some(options))
}

/// A parsed text.
pub struct Script {
    tree: Tree,
    source: Vec<u8>,
    /// What stands before the text in `source`.
    shift: usize,
    /// Where in a file the text begins.
    begin: usize,
}

impl Script {
    /// The part of a file that holds a place and can be parsed: all of it, or the script or
    /// frontmatter of a component.
    pub fn part(path: &str, text: &[u8], place: &Range<usize>) -> Option<Range<usize>> {
        let part = match path.rsplit('.').next()? {
            "vue" | "svelte" | "html" => script_around(text, place)?,
            "astro" => script_around(text, place).or_else(|| frontmatter(text))?,
            _ => 0..text.len(),
        };
        part.contains(&place.start).then_some(part)
    }

    /// Parses a part of a file.
    pub fn of_part(path: &str, text: &[u8], part: &Range<usize>) -> Option<Self> {
        let script = Self::parse(path, &text[part.clone()])?;
        Some(Self { begin: part.start, ..script })
    }

    /// Whether it was made of this part of a text.
    pub fn is_of(&self, text: &[u8], part: &Range<usize>) -> bool {
        let source = self.source.get(self.shift..self.source.len() - self.shift);
        self.begin == part.start && source == text.get(part.clone())
    }

    /// Parses a text, if there is a grammar for files of this name and it is not too large.
    pub fn parse(path: &str, text: &[u8]) -> Option<Self> {
        let (_, extension) = path.rsplit_once('.')?;
        let is_json = matches!(extension, "json" | "jsonc" | "json5");
        let language = match extension {
            "ts" | "mts" | "cts" => tree_sitter_typescript::LANGUAGE_TYPESCRIPT,
            "js" | "jsx" | "tsx" | "mjs" | "cjs" | "vue" | "svelte" | "astro" | "html" => {
                tree_sitter_typescript::LANGUAGE_TSX
            }
            _ if is_json => tree_sitter_typescript::LANGUAGE_TSX,
            _ => return None,
        };
        if text.len() > LARGEST {
            return None;
        }
        // An object that begins a statement would be a block.
        let source = if is_json { [b"(", text, b")"].concat() } else { text.to_vec() };
        let tree = parse(&source, &language.into(), STEPS_PER_BYTE)?;
        Some(Self { tree, source, shift: usize::from(is_json), begin: 0 })
    }

    /// The syntax around a place, the outermost first. Empty where it is too deep.
    pub fn around(&self, place: &Range<usize>) -> Vec<Node<'_>> {
        let inside = |at: usize| at.saturating_sub(self.begin) + self.shift;
        let (start, end) = (inside(place.start), inside(place.end));
        let mut cursor = self.tree.walk();
        let mut chain = vec![cursor.node()];
        while cursor.goto_first_child_for_byte(start).is_some() {
            let node = cursor.node();
            if node.start_byte() > start || node.end_byte() < end {
                break;
            }
            chain.push(node);
            if chain.len() > DEEPEST {
                return Vec::new();
            }
        }
        chain
    }

    /// The text of a node.
    pub fn text(&self, node: Node<'_>) -> &str {
        let bytes = self.source.get(node.byte_range()).unwrap_or_default();
        std::str::from_utf8(bytes).unwrap_or_default()
    }

    /// Where a node stands in the text.
    pub fn place(&self, node: Node<'_>) -> Range<usize> {
        let outside = |at: usize| at.saturating_sub(self.shift) + self.begin;
        outside(node.start_byte())..outside(node.end_byte())
    }

    /// A node's text without the quotes of a string.
    pub fn name(&self, node: Node<'_>) -> &str {
        self.text(node).trim_matches(['"', '\'', '`'])
    }

    /// Every node for which `wanted` says so, in order, and not what is below one.
    pub fn find<'t>(&'t self, top: Node<'t>, wanted: impl Fn(Node<'t>) -> bool) -> Vec<Node<'t>> {
        let mut found = Vec::new();
        let mut cursor = top.walk();
        loop {
            let node = cursor.node();
            let is_wanted = wanted(node);
            if is_wanted {
                found.push(node);
            }
            if !is_wanted && cursor.goto_first_child() {
                continue;
            }
            while !cursor.goto_next_sibling() {
                if !cursor.goto_parent() {
                    return found;
                }
            }
        }
    }

    /// The whole text.
    pub fn root(&self) -> Node<'_> {
        self.tree.root_node()
    }

    /// The names of the properties that a place is within, the outermost first.
    pub fn keys(&self, chain: &[Node<'_>]) -> Vec<String> {
        let key = |pair: &[Node<'_>]| match pair[0].kind() {
            "pair" => {
                let key = pair[0].child_by_field_name("key")?;
                (key != pair[1]).then(|| self.name(key).to_owned())
            }
            // An object that is put together further below under its own name.
            "variable_declarator" if is_top_level(chain, pair[0]) => {
                let name = self.name(pair[0].child_by_field_name("name")?);
                self.is_shorthand(name).then(|| name.to_owned())
            }
            _ => None,
        };
        chain.windows(2).filter_map(key).collect()
    }

    fn is_shorthand(&self, name: &str) -> bool {
        let wanted = |node: Node<'_>| node.kind() == "shorthand_property_identifier";
        self.find(self.root(), wanted).into_iter().any(|node| self.text(node) == name)
    }

    /// The strings of a value: a literal, or those of a list, an object or the arguments of a call
    /// such as `path.join`.
    pub fn strings(&self, value: Node<'_>) -> Vec<String> {
        let fragments = self.find(value, |node| node.kind() == "string_fragment");
        fragments.into_iter().map(|node| self.text(node).to_owned()).collect()
    }

    /// The values of every property to which `key` leads, with `.` between names.
    pub fn values(&self, key: &str) -> Vec<String> {
        let names: Vec<&str> = key.split('.').collect();
        let mut tops = vec![self.root()];
        for name in names {
            let is_named = |node: Node<'_>| {
                let key = (node.kind() == "pair").then(|| node.child_by_field_name("key"));
                key.flatten().is_some_and(|key| self.name(key) == name)
            };
            let found = tops.iter().flat_map(|top| self.find(*top, is_named));
            tops = found.filter_map(|pair| pair.child_by_field_name("value")).collect();
        }
        tops.into_iter().flat_map(|value| self.value(value)).collect()
    }

    /// The parts of a joined path are one value.
    fn value(&self, value: Node<'_>) -> Vec<String> {
        let strings = self.strings(value);
        match value.kind() {
            "call_expression" => vec![strings.join("/")],
            "string" if strings.is_empty() => vec![String::new()],
            _ => strings,
        }
    }
}

fn is_top_level(chain: &[Node<'_>], node: Node<'_>) -> bool {
    let at = chain.iter().position(|one| *one == node).unwrap_or_default();
    !chain[..at].iter().any(|one| is_function(*one))
}

/// Whether a node is a function of any spelling.
pub fn is_function(node: Node<'_>) -> bool {
    matches!(
        node.kind(),
        "function_declaration"
            | "function_expression"
            | "arrow_function"
            | "method_definition"
            | "generator_function"
            | "generator_function_declaration"
    )
}

/// The text of the `<script>` that holds a place.
fn script_around(text: &[u8], place: &Range<usize>) -> Option<Range<usize>> {
    let before = text.get(..place.start)?;
    let open = memchr::memmem::rfind(before, b"<script")?;
    let begin = open + memchr::memchr(b'>', &before[open..])? + 1;
    let is_closed = memchr::memmem::find(&before[begin..], b"</script").is_some();
    let end = memchr::memmem::find(&text[place.start..], b"</script")? + place.start;
    (!is_closed).then_some(begin..end)
}

/// What stands between the two lines of dashes at the top.
fn frontmatter(text: &[u8]) -> Option<Range<usize>> {
    let begin = text.iter().position(|byte| !byte.is_ascii_whitespace())?;
    let inner = text[begin..].strip_prefix(b"---")?;
    let end = memchr::memmem::find(inner, b"\n---")?;
    Some(begin + 3..begin + 3 + end)
}
