//! What a module says of itself: directives, and imports that a framework lets only one side make.

use super::syntax::Script;
use crate::exposure::Side;

/// Modules that only one side may import.
const IMPORTS: &[(&str, Side)] = &[
    ("server-only", Side::Server),
    ("client-only", Side::Client),
    ("$env/static/private", Side::Server),
    ("$env/dynamic/private", Side::Server),
    ("$app/server", Side::Server),
    ("next/headers", Side::Server),
];

/// The side that a module declares for itself, and by what.
pub fn declared<'s>(
    path: &str,
    text: &[u8],
    script: impl FnOnce() -> Option<&'s Script>,
) -> Option<(Side, String)> {
    if text.starts_with(b"#!") {
        return Some((Side::Server, "a program that is run by name".to_owned()));
    }
    if !is_script(path) {
        return None;
    }
    let may_import =
        IMPORTS.iter().any(|(name, _)| memchr::memmem::find(text, name.as_bytes()).is_some());
    let imported = if may_import { script().and_then(imported) } else { None };
    let is_server = |said: &(Side, String)| said.0 == Side::Server;
    let directive = directive(text);
    // An explicit mark of the server counts before one of the client.
    let said = [imported, directive];
    let server = said.iter().flatten().find(|said| is_server(said));
    server.or_else(|| said.iter().flatten().next()).cloned()
}

fn imported(script: &Script) -> Option<(Side, String)> {
    let imports = script.find(script.root(), |node| node.kind() == "import_statement");
    let mut sources = imports.into_iter().filter_map(|node| node.child_by_field_name("source"));
    sources.find_map(|source| {
        let name = script.name(source);
        let (_, side) = IMPORTS.iter().find(|(known, _)| *known == name)?;
        Some((*side, format!("it imports '{name}'")))
    })
}

/// The directive at the top of a module, behind comments.
/// See <https://react.dev/reference/rsc/directives>.
fn directive(text: &[u8]) -> Option<(Side, String)> {
    let mut rest = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text);
    loop {
        rest = rest.trim_ascii_start();
        if let Some(comment) = rest.strip_prefix(b"//") {
            rest = &comment[memchr::memchr(b'\n', comment)?..];
        } else if let Some(comment) = rest.strip_prefix(b"/*") {
            rest = &comment[memchr::memmem::find(comment, b"*/")? + 2..];
        } else {
            break;
        }
    }
    let (quote, string) = rest.split_first().filter(|(quote, _)| b"'\"".contains(quote))?;
    match &string[..memchr::memchr(*quote, string)?] {
        b"use client" => Some((Side::Client, "'use client'".to_owned())),
        b"use server" => Some((Side::Server, "'use server'".to_owned())),
        b"use strict" => {
            directive(string[10..].strip_prefix(&[*quote])?.trim_ascii_start().strip_prefix(b";")?)
        }
        _ => None,
    }
}

/// Whether a file is a module of JavaScript or TypeScript.
pub fn is_script(path: &str) -> bool {
    let extension = path.rsplit('.').next().unwrap_or_default();
    matches!(extension, "js" | "jsx" | "ts" | "tsx" | "mjs" | "cjs" | "mts" | "cts")
}
