//! From the bytes of a file to a module.

use super::directive::directive;
use super::extract::{Reading, imports, kept};
use super::markup;
use super::module::{Fate, Import, ImportKind, Module};
use super::syntax::Grammar;
use super::textual;

/// Extensions of files that the graph looks into. Others are reached, and lead nowhere.
pub const EXTENSIONS: [&str; 14] = [
    "ts", "tsx", "js", "jsx", "mts", "mjs", "cts", "cjs", "vue", "svelte", "astro", "mdx", "html",
    "htm",
];

/// The name of the part of an Astro component that never ships.
const FRONTMATTER: &str = "frontmatter";

/// The extension of a path, in lower case.
pub fn extension(path: &str) -> String {
    let name = path.rsplit('/').next().unwrap_or_default();
    name.rsplit_once('.').map_or(String::new(), |(_, extension)| extension.to_ascii_lowercase())
}

/// Reads a module; `stripped` are the exports that the framework takes out of it.
pub fn module(path: &str, source: &[u8], stripped: &[String]) -> Module {
    let mut module =
        Module { path: path.to_owned(), directive: None, imports: Vec::new(), unread: None };
    let found = match extension(path).as_str() {
        "ts" | "mts" | "cts" if is_declaration(path) => Ok(Vec::new()),
        kind @ ("ts" | "tsx" | "js" | "jsx" | "mts" | "mjs" | "cts" | "cjs") => {
            module.directive = directive(source);
            script(kind, source, stripped)
        }
        "vue" | "svelte" => component(source, stripped),
        "html" | "htm" => component(source, &[]).map(relative),
        "astro" => astro(source),
        "mdx" => imports(&markup::mdx(source), reading(Grammar::Tsx, stripped)),
        _ => Ok(Vec::new()),
    };
    match found {
        Ok(imports) => module.imports = imports,
        Err(why) => module.unread = Some(why),
    }
    module
}

/// A module of JavaScript or TypeScript with every import that it could have, those in comments and
/// of types included; `None` where only parsing can tell what it imports.
pub fn draft(path: &str, source: &[u8]) -> Option<Module> {
    const SCRIPTS: [&str; 8] = ["ts", "tsx", "js", "jsx", "mts", "mjs", "cts", "cjs"];
    if !SCRIPTS.contains(&extension(path).as_str()) || is_declaration(path) {
        return None;
    }
    let found = textual::all(source)?;
    let import = |specifier: String| kept(&specifier, ImportKind::Import);
    Some(Module {
        path: path.to_owned(),
        directive: directive(source),
        imports: found.into_iter().map(import).collect(),
        unread: None,
    })
}

fn is_declaration(path: &str) -> bool {
    [".d.ts", ".d.mts", ".d.cts"].iter().any(|end| path.ends_with(end))
}

fn reading(grammar: Grammar, stripped: &[String]) -> Reading<'_> {
    Reading { grammar, stripped, elides: false }
}

fn script(kind: &str, source: &[u8], stripped: &[String]) -> Result<Vec<Import>, String> {
    let grammar = match kind {
        "ts" | "mts" | "cts" => Grammar::TypeScript,
        _ => Grammar::Tsx,
    };
    let elides = matches!(kind, "ts" | "tsx" | "mts" | "cts");
    imports(source, Reading { grammar, stripped, elides })
}

fn component(source: &[u8], stripped: &[String]) -> Result<Vec<Import>, String> {
    let mut found = Vec::new();
    for script in markup::scripts(source) {
        // What a template fills in is an address that is not known here.
        let src = script.src.filter(|src| !src.contains(['{', '<']));
        found.extend(src.map(|src| kept(src, ImportKind::Script)));
        let grammar = if script.lang == Some("ts") { Grammar::TypeScript } else { Grammar::Tsx };
        found.extend(imports(&source[script.text], reading(grammar, stripped))?);
    }
    Ok(found)
}

/// In a page a script without a leading `./` stands beside the page all the same.
fn relative(mut found: Vec<Import>) -> Vec<Import> {
    for import in &mut found {
        let is_plain = !import.specifier.starts_with(['.', '/']) && !import.specifier.contains(':');
        if import.kind == ImportKind::Script && is_plain {
            import.specifier.insert_str(0, "./");
        }
    }
    found
}

/// The scripts of an Astro component ship; its frontmatter does not, but the components that it
/// imports and hydrates do.
fn astro(source: &[u8]) -> Result<Vec<Import>, String> {
    let front = markup::frontmatter(source).unwrap_or_default();
    let template = &source[front.end..];
    let mut found = component(template, &[])?;
    let islands = markup::islands(template);
    let mut before = imports(&source[front], reading(Grammar::TypeScript, &[]))?;
    for import in &mut before {
        if !import.names.iter().any(|name| islands.contains(&name.as_str())) {
            import.fate = Fate::Stripped(FRONTMATTER.to_owned());
        }
    }
    found.append(&mut before);
    Ok(found)
}
