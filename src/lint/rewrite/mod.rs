//! Reading a variable of the environment in the place of a literal.
//!
//! Nothing is proposed that could change what else a program does: the literal has to be the whole of
//! a string, where the language takes an expression as well, and what comes of it has to be a program.

mod language;

use std::ops::Range;

use ast_grep_core::{AstGrep, Node};

use super::format::Format;
use super::metered::Metered;
use super::page::{Change, Root};
use language::{Import, Language};

/// Texts above this are not parsed for a fix.
const LARGEST: usize = 1 << 19;

/// Words that say that the environment is read or written there already.
const ENVIRONMENT: &str = "env";

/// What to change so that the variable `name` is read in the place of what stands at each of `spans`,
/// and in comments `stand_in` is written. `None` if that is not right for all of them.
pub fn changes(
    path: &str,
    text: &str,
    spans: &[Range<usize>],
    name: Option<&str>,
    stand_in: &str,
) -> Option<Vec<Change>> {
    if is_prose(path) {
        let write = |span: &Range<usize>| Change { span: span.clone(), text: stand_in.to_owned() };
        return Some(spans.iter().map(write).collect());
    }
    let format = Format::of(path)?;
    let language = language::of(format)?;
    let program = Program { language, text, root: parse(text, format)? };
    let mut changes = Vec::new();
    for span in spans {
        changes.push(match program.comment(span) {
            true => Change { span: span.clone(), text: stand_in.to_owned() },
            false => program.read(span, name?)?,
        });
    }
    if changes.iter().any(|change| change.text != stand_in)
        && let Some(import) = &language.import
    {
        changes.extend(program.import(import)?);
    }
    changes.sort_by_key(|change| change.span.start);
    parse(&applied(text, &changes), format).map(|_| changes)
}

/// A text with changes that are in order and do not overlap.
pub fn applied(text: &str, changes: &[Change]) -> String {
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    for change in changes {
        out.push_str(text.get(at..change.span.start).unwrap_or_default());
        out.push_str(&change.text);
        at = change.span.end;
    }
    out.push_str(text.get(at..).unwrap_or_default());
    out
}

/// Whether a file is there to be read by people, by its name.
fn is_prose(path: &str) -> bool {
    let ending = path.rsplit_once('.').map_or("", |(_, ending)| ending).to_ascii_lowercase();
    ["adoc", "markdown", "md", "mdx", "rst"].contains(&ending.as_str())
}

/// A text that is wholly of its language.
fn parse(text: &str, format: Format) -> Option<Root> {
    let is_small = text.len() <= LARGEST;
    let parsed = is_small.then(|| Metered::parse(text, format.grammar()?).ok()).flatten()?;
    (!parsed.has_error()).then(|| AstGrep::doc(parsed))
}

struct Program<'a> {
    language: &'static Language,
    text: &'a str,
    root: Root,
}

type Place<'r> = Node<'r, Metered>;

impl Program<'_> {
    /// The nodes around a span, the innermost first.
    fn around(&self, span: &Range<usize>) -> Vec<Place<'_>> {
        let holds =
            |node: &Place<'_>| node.range().start <= span.start && span.end <= node.range().end;
        let mut found = vec![self.root.root()];
        while let Some(inner) = found.last().and_then(|node| node.children().find(|n| holds(n))) {
            found.push(inner);
        }
        found.reverse();
        found
    }

    fn comment(&self, span: &Range<usize>) -> bool {
        self.around(span).first().is_some_and(|node| node.kind().contains("comment"))
    }

    /// The change that reads a variable in the place of the string whose whole content is at `span`.
    fn read(&self, span: &Range<usize>, name: &str) -> Option<Change> {
        if !self.language.signs.is_empty()
            && !self.language.signs.iter().any(|sign| self.text.contains(sign))
        {
            return None;
        }
        let around = self.around(span);
        let at = around.iter().position(|node| self.is_string(node, span))?;
        let is_constant = |node: &Place<'_>| self.language.constants.contains(&&*node.kind());
        if around[at..].iter().any(is_constant) || self.is_declared_constant(&around[at..]) {
            return None;
        }
        let is_wrapper = |node: &Place<'_>| self.language.wrappers.contains(&&*node.kind());
        let outer = (at + 1..around.len()).find(|&outer| !is_wrapper(&around[outer]))?;
        let (literal, holder) = (&around[outer - 1], &around[outer]);
        if !self.is_held(literal, holder) || self.is_of_environment(&around[outer..], span) {
            return None;
        }
        // A name is quoted as the key was, but for raw strings and templates.
        let quote = &self.text[span.start - 1..span.start];
        let quote = if quote == "`" { "\"" } else { quote };
        let read = self.language.read.replace("NAME", name);
        Some(Change { span: around[at].range(), text: read.replace('"', quote) })
    }

    /// Whether a node is a string, and all of it is at `span` but for the quotes.
    fn is_string(&self, node: &Place<'_>, span: &Range<usize>) -> bool {
        let range = node.range();
        self.language.strings.contains(&&*node.kind())
            && range.start + 1 == span.start
            && range.end == span.end + 1
    }

    fn is_held(&self, literal: &Place<'_>, holder: &Place<'_>) -> bool {
        let kind = holder.kind();
        let known = self.language.holders.iter().find(|(name, _)| *name == kind);
        known.is_some_and(|(_, field)| match *field {
            "" => true,
            "last" => holder.range().end == literal.range().end,
            field => holder.field(field).is_some_and(|part| part.range() == literal.range()),
        })
    }

    /// Whether a declaration around it says `const`.
    fn is_declared_constant(&self, around: &[Place<'_>]) -> bool {
        let literal = around[0].range().start;
        let is_declaration = |node: &&Place<'_>| {
            matches!(
                &*node.kind(),
                "field_declaration" | "local_declaration_statement" | "property_declaration"
            )
        };
        around.iter().filter(is_declaration).any(|node| {
            let head = self.text.get(node.range().start..literal).unwrap_or_default();
            head.split(|c: char| !c.is_ascii_alphanumeric()).any(|word| word == "const")
        })
    }

    /// Whether what it is assigned or handed to has to do with the environment.
    fn is_of_environment(&self, around: &[Place<'_>], span: &Range<usize>) -> bool {
        let is_list = around[0].kind().contains("argument") || around[0].kind().contains("list");
        let Some(scope) = around.get(usize::from(is_list)).or(around.first()) else { return true };
        let before = self.text.get(scope.range().start..span.start).unwrap_or_default();
        before.to_ascii_lowercase().contains(ENVIRONMENT)
    }

    /// The change that adds an import, unless it is there; `None` where there is no place for it.
    fn import(&self, import: &Import) -> Option<Option<Change>> {
        let root = self.root.root();
        let imports: Vec<Place<'_>> =
            root.children().filter(|node| import.kinds.contains(&&*node.kind())).collect();
        if imports.iter().any(|node| (import.is_there)(&node.text())) {
            return Some(None);
        }
        let at = imports.first()?.range().start;
        let is_line = at == 0 || self.text.as_bytes()[at - 1] == b'\n';
        let change = Change { span: at..at, text: import.line.to_owned() };
        is_line.then_some(Some(change))
    }
}
