//! The imports in a text of JavaScript or TypeScript, read from its syntax tree.

use std::collections::HashSet;

use memchr::memmem;
use tree_sitter::Node;

use super::live::{Binding, Named, Unit, fates};
use super::module::{Fate, Import, ImportKind};
use super::syntax::{Grammar, children, has_token, parse, text, walk};
use super::textual;

/// What is to be known of a text before its imports can be told.
#[derive(Clone, Copy, Debug)]
pub struct Reading<'a> {
    /// Its grammar.
    pub grammar: Grammar,
    /// Exports that the framework takes out of the client's bundle.
    pub stripped: &'a [String],
    /// Whether imports that only types use are left out.
    pub elides: bool,
}

/// The imports of a text, in its order, or why they cannot be told.
///
/// # Errors
/// If the parser was stopped, because the text is made to exhaust it.
pub fn imports(source: &[u8], reading: Reading<'_>) -> Result<Vec<Import>, String> {
    if !may_import(source) {
        return Ok(Vec::new());
    }
    let tree = parse(source, reading.grammar).ok_or("the parser gave up on it")?;
    let mut found = Found { source, units: Vec::new(), named: Vec::new(), decorated: false };
    found.program(tree.root_node());
    if tree.root_node().has_error() {
        found.named.extend(textual::imports(source, &found.named));
    }
    let elides = reading.elides && !found.decorated;
    let fates = fates(&found.units, &found.named, reading.stripped, elides);
    let imports = found.named.into_iter().zip(fates).map(|(named, fate)| Import {
        names: named.bindings.names(),
        specifier: named.specifier,
        kind: named.kind,
        fate,
    });
    Ok(imports.collect())
}

/// Whether any of the words stands in a text without which it imports nothing.
fn may_import(source: &[u8]) -> bool {
    let has = |word: &str| memmem::find(source, word.as_bytes()).is_some();
    has("import") || has("require") || (has("export") && has("from"))
}

struct Found<'s> {
    source: &'s [u8],
    units: Vec<Unit<'s>>,
    named: Vec<Named<'s>>,
    /// Whether there are decorators: with `emitDecoratorMetadata` types are values.
    decorated: bool,
}

impl<'s> Found<'s> {
    fn text(&self, node: Node<'_>) -> &'s str {
        text(self.source, node)
    }

    /// Every statement of the program is a unit, and every variable of a declaration.
    fn program(&mut self, root: Node<'_>) {
        for statement in children(root) {
            match statement.kind() {
                "import_statement" => self.import(statement),
                "export_statement" => self.export(statement),
                _ => self.declaration(statement, &[]),
            }
        }
    }

    /// A statement, with the names under which it is exported.
    fn declaration(&mut self, node: Node<'_>, exports: &[&'s str]) {
        match node.kind() {
            "lexical_declaration" | "variable_declaration" => {
                for variable in children(node) {
                    if variable.kind() == "variable_declarator" {
                        let names = variable.child_by_field_name("name");
                        let names = names.map_or(Vec::new(), |names| self.names_in(names));
                        self.unit(variable, names, exports, true);
                    }
                }
            }
            "function_declaration"
            | "generator_function_declaration"
            | "class_declaration"
            | "abstract_class_declaration"
            | "enum_declaration" => {
                let names = node.child_by_field_name("name").map(|name| self.text(name));
                self.unit(node, names.into_iter().collect(), exports, true);
            }
            _ => self.unit(node, Vec::new(), exports, false),
        }
    }

    /// The names that a pattern binds, and with them some that it only reads.
    fn names_in(&self, pattern: Node<'_>) -> Vec<&'s str> {
        let mut names = Vec::new();
        walk(pattern, |node| {
            if matches!(node.kind(), "identifier" | "shorthand_property_identifier_pattern") {
                names.push(self.text(node));
            }
            !is_type(node.kind())
        });
        names
    }

    fn unit(
        &mut self,
        node: Node<'_>,
        declares: Vec<&'s str>,
        exports: &[&'s str],
        is_declaration: bool,
    ) {
        let exports = match exports {
            ["*"] => declares.clone(),
            names => names.to_vec(),
        };
        let index = self.units.len();
        self.units.push(Unit { declares, exports, uses: HashSet::new(), is_declaration });
        let mut uses = HashSet::new();
        walk(node, |inner| match inner.kind() {
            "identifier" | "shorthand_property_identifier" => {
                uses.insert(self.text(inner));
                false
            }
            "call_expression" => {
                self.call(inner, index);
                true
            }
            "new_expression" => {
                self.new_url(inner, index);
                true
            }
            // Only in a text with errors do these stand below another statement.
            "import_statement" => {
                self.import(inner);
                false
            }
            "export_statement" if inner.child_by_field_name("source").is_some() => {
                self.export(inner);
                false
            }
            "decorator" => {
                self.decorated = true;
                true
            }
            kind => !is_type(kind),
        });
        self.units[index].uses = uses;
    }

    fn import(&mut self, node: Node<'_>) {
        if has_token(node, &["type", "typeof"]) {
            return;
        }
        let parts = children(node);
        let clause = parts.iter().find(|part| part.kind() == "import_clause");
        let required = parts.iter().find(|part| part.kind() == "import_require_clause");
        let holder = required.copied().unwrap_or(node);
        let Some(specifier) = holder.child_by_field_name("source").and_then(|s| self.literal(s))
        else {
            return;
        };
        let bindings = match (clause, required) {
            (Some(clause), _) => self.clause(*clause),
            (_, Some(required)) => {
                Binding::Names(children(*required).iter().take(1).map(|n| self.text(*n)).collect())
            }
            _ => Binding::None,
        };
        if !matches!(&bindings, Binding::TypesOnly) {
            let kind = if required.is_some() { ImportKind::Require } else { ImportKind::Import };
            self.named.push(Named { specifier, kind, unit: None, bindings });
        }
    }

    /// The names that an import clause binds, without those marked as types.
    fn clause(&self, clause: Node<'_>) -> Binding<'s> {
        let mut names = Vec::new();
        let mut types = false;
        walk(clause, |node| match node.kind() {
            "import_specifier" if has_token(node, &["type", "typeof"]) => {
                types = true;
                false
            }
            "import_specifier" => {
                let alias = node.child_by_field_name("alias");
                names.extend(alias.or(node.child_by_field_name("name")).map(|n| self.text(n)));
                false
            }
            "identifier" => {
                names.push(self.text(node));
                false
            }
            _ => true,
        });
        match names.is_empty() {
            true if types => Binding::TypesOnly,
            true => Binding::None,
            false => Binding::Names(names),
        }
    }

    fn export(&mut self, node: Node<'_>) {
        if has_token(node, &["type"]) {
            return;
        }
        let source = node.child_by_field_name("source").and_then(|source| self.literal(source));
        if let Some(declaration) = node.child_by_field_name("declaration") {
            let exports: &[&str] =
                if has_token(node, &["default"]) { &["default"] } else { &["*"] };
            return self.declaration(declaration, exports);
        }
        let clause = children(node).into_iter().find(|part| part.kind() == "export_clause");
        let names = clause.map(|clause| self.exported(clause));
        match (source, names) {
            (Some(specifier), names) => self.reexport(specifier, names),
            (None, Some(names)) => {
                for (local, exported) in names {
                    let uses = HashSet::from([local]);
                    let exports = vec![exported];
                    let declares = Vec::new();
                    self.units.push(Unit { declares, exports, uses, is_declaration: false });
                }
            }
            (None, None) => self.unit(node, Vec::new(), &["default"], false),
        }
    }

    fn reexport(&mut self, specifier: String, names: Option<Vec<(&'s str, &'s str)>>) {
        let bindings = match names {
            Some(names) if names.is_empty() => Binding::TypesOnly,
            Some(names) => Binding::Exports(names.into_iter().map(|(_, name)| name).collect()),
            None => Binding::None,
        };
        if !matches!(bindings, Binding::TypesOnly) {
            self.named.push(Named { specifier, kind: ImportKind::ReExport, unit: None, bindings });
        }
    }

    /// The pairs of local and exported names in an export clause, without types.
    fn exported(&self, clause: Node<'_>) -> Vec<(&'s str, &'s str)> {
        let specifiers = children(clause).into_iter();
        let specifiers = specifiers
            .filter(|part| part.kind() == "export_specifier" && !has_token(*part, &["type"]));
        let pair = |part: Node<'_>| {
            let name = part.child_by_field_name("name").map(|name| self.text(name))?;
            let alias = part.child_by_field_name("alias").map(|alias| self.text(alias));
            Some((name, alias.unwrap_or(name)))
        };
        specifiers.filter_map(pair).collect()
    }

    fn call(&mut self, call: Node<'_>, unit: usize) {
        let Some(function) = call.child_by_field_name("function") else { return };
        let arguments = call.child_by_field_name("arguments");
        let arguments: Vec<Node<'_>> = arguments.map_or(Vec::new(), |list| {
            list.named_children(&mut list.walk()).filter(|node| node.kind() != "comment").collect()
        });
        let Some(first) = arguments.first().copied() else { return };
        let kind = match (function.kind(), self.text(function)) {
            ("import", _) => ImportKind::Dynamic,
            (_, "require" | "require.resolve" | "importScripts") => ImportKind::Require,
            (_, "import.meta.glob" | "import.meta.globEager") => {
                return self.globs(first, unit);
            }
            (_, "require.context") => {
                let directory = self.literal(first).filter(|name| !name.contains('*'));
                return self.push(
                    directory.map(|name| format!("{name}/**")),
                    ImportKind::Pattern,
                    unit,
                );
            }
            _ => return,
        };
        let specifier = self.literal(first);
        let is_pattern = specifier.as_ref().is_some_and(|text| text.contains('*'));
        self.push(specifier, if is_pattern { ImportKind::Pattern } else { kind }, unit);
    }

    /// The patterns of `import.meta.glob`; those that exclude are not needed to reach enough.
    fn globs(&mut self, argument: Node<'_>, unit: usize) {
        let list = match argument.kind() {
            "array" => children(argument),
            _ => vec![argument],
        };
        for pattern in list {
            let pattern = self.literal(pattern).filter(|text| !text.starts_with('!'));
            self.push(pattern, ImportKind::Pattern, unit);
        }
    }

    fn new_url(&mut self, node: Node<'_>, unit: usize) {
        let constructor = node.child_by_field_name("constructor").map(|c| self.text(c));
        let arguments = node.child_by_field_name("arguments");
        let (Some("URL"), Some(arguments)) = (constructor, arguments) else { return };
        let arguments: Vec<Node<'_>> = arguments.named_children(&mut arguments.walk()).collect();
        if let [first, second] = arguments.as_slice()
            && self.text(*second).starts_with("import.meta")
        {
            self.push(self.literal(*first), ImportKind::Url, unit);
        }
    }

    fn push(&mut self, specifier: Option<String>, kind: ImportKind, unit: usize) {
        if let Some(specifier) = specifier {
            let bindings = Binding::None;
            self.named.push(Named { specifier, kind, unit: Some(unit), bindings });
        }
    }

    /// The text of a string; for a template or a sum, with `*` where something is filled in. None
    /// if nothing but a filling is known, which no bundler follows either.
    fn literal(&self, node: Node<'_>) -> Option<String> {
        let text = match node.kind() {
            "string" => self.text(node).trim_matches(['"', '\'']).to_owned(),
            "template_string" => self.template(node),
            "binary_expression" => {
                let (mut first, mut last) = (node, node);
                while let Some(left) = first.child_by_field_name("left") {
                    first = left;
                }
                while let Some(right) = last.child_by_field_name("right") {
                    last = right;
                }
                let end = if last.kind() == "string" { self.literal(last)? } else { String::new() };
                let start =
                    if first.kind() == "string" { self.literal(first)? } else { String::new() };
                format!("{start}*{end}")
            }
            _ => return None,
        };
        (!text.is_empty() && !text.starts_with('*')).then_some(text)
    }

    fn template(&self, node: Node<'_>) -> String {
        let parts = children(node).into_iter();
        let parts = parts.map(|part| match part.kind() {
            "template_substitution" => "*",
            "`" => "",
            _ => self.text(part),
        });
        parts.collect()
    }
}

/// Kinds of nodes that hold types and no values.
fn is_type(kind: &str) -> bool {
    kind.ends_with("_type")
        || matches!(
            kind,
            "type_annotation"
                | "nested_type_identifier"
                | "type_arguments"
                | "type_parameters"
                | "type_alias_declaration"
                | "interface_declaration"
                | "ambient_declaration"
                | "type_query"
                | "implements_clause"
                | "extends_type_clause"
                | "type_predicate_annotation"
                | "asserts_annotation"
                | "index_signature"
                | "function_signature"
        )
}

/// An import that is in the bundle whatever the rest of the text says.
pub fn kept(specifier: &str, kind: ImportKind) -> Import {
    Import { specifier: specifier.to_owned(), kind, fate: Fate::Kept, names: Vec::new() }
}
