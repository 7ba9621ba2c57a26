//! Environment variables: which of them are inlined into what ships.

use std::rc::Rc;

use super::package::{Package, Packages};
use super::stack::{Rank, STACKS, Stack};

/// Why a variable is public.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Public {
    /// The prefix that makes it public, or the whole name where a setting lists it.
    pub prefix: String,
    /// The sentence.
    pub why: String,
}

/// Whether a variable is inlined into what the packages around a file ship. The nearest package with
/// a stack that says which variables are decides; where there is none, the prefixes count that only
/// one tool uses.
pub fn public(packages: &Packages<'_>, around: &[Rc<Package>], name: &str) -> Option<Public> {
    for package in around {
        let mut is_said = false;
        for stack in &package.stacks {
            let (found, says) = in_stack(packages, package, stack, name);
            if found.is_some() {
                return found;
            }
            is_said |= says && stack.rank() == Rank::Normal;
        }
        if is_said {
            return None;
        }
    }
    STACKS.iter().find_map(|stack| {
        let prefix = stack.public_env.prefixes.iter().find(|prefix| name.starts_with(**prefix))?;
        Some(by_prefix(prefix, stack))
    })
}

/// Whether a stack makes the variable public, and whether it says anything about variables.
fn in_stack(
    packages: &Packages<'_>,
    package: &Package,
    stack: &Stack,
    name: &str,
) -> (Option<Public>, bool) {
    let env = &stack.public_env;
    let listed = env.names.iter().flat_map(|setting| packages.values(package, setting).to_vec());
    for (value, file) in listed {
        if value == name {
            let why = format!("{file} lists {name} for the client ({})", stack.title);
            return (Some(Public { prefix: value, why }), true);
        }
    }
    let set: Vec<(String, String)> =
        env.set_by.iter().flat_map(|setting| packages.values(package, setting).to_vec()).collect();
    if let Some((prefix, file)) = set.iter().find(|(prefix, _)| name.starts_with(prefix.as_str())) {
        let why = match prefix.as_str() {
            "" => format!("{file} makes every variable public ({})", stack.title),
            _ => format!("{file} makes what begins with {prefix} public ({})", stack.title),
        };
        return (Some(Public { prefix: prefix.clone(), why }), true);
    }
    if !set.is_empty() {
        return (None, true);
    }
    let mut prefixes = env.prefixes.iter().chain(env.common_prefixes);
    let found = prefixes.find(|prefix| name.starts_with(**prefix));
    let says = !env.prefixes.is_empty() || !env.common_prefixes.is_empty();
    (found.map(|prefix| by_prefix(prefix, stack)), says)
}

fn by_prefix(prefix: &str, stack: &Stack) -> Public {
    let why =
        format!("variables that begin with {prefix} are inlined into what ships ({})", stack.title);
    Public { prefix: prefix.to_owned(), why }
}

/// The name to which the text at an offset is assigned: `NAME=…`, `NAME: "…"`, `ENV NAME …`.
pub fn assigned(text: &[u8], at: usize) -> Option<&str> {
    let before = text.get(..at)?;
    let begin = memchr::memrchr(b'\n', before).map_or(0, |end| end + 1);
    let line = std::str::from_utf8(&before[begin..]).ok()?;
    let is_between = |c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '=' | ':' | '`');
    let line = line.trim_end_matches(is_between);
    let is_word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let name = &line[line.trim_end_matches(is_word).len()..];
    (!name.is_empty()).then_some(name)
}

/// Whether the text at an offset is a value that a command gives to an app of Flutter.
pub fn is_defined_for_app(text: &[u8], at: usize) -> bool {
    let before = text.get(..at).unwrap_or_default();
    let begin = before.iter().rposition(u8::is_ascii_whitespace).map_or(0, |end| end + 1);
    before[begin..].trim_ascii_start().starts_with(b"--dart-define=")
}
