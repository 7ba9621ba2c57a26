//! Aliases that a bundler's configuration defines, read from its text: `alias` of Vite, webpack,
//! Rollup, Vue CLI, Nuxt, SvelteKit, Metro and Babel's module-resolver. Nothing is run, so what is
//! computed in any other way than from literals is not known.

use tree_sitter::Node;

use super::syntax::{Grammar, children, parse, text, walk};

/// Names of configurations, without the extension.
const CONFIGS: [&str; 21] = [
    "vite.config",
    "electron.vite.config",
    "astro.config",
    "svelte.config",
    "nuxt.config",
    "webpack.config",
    "webpack.common",
    "webpack.base.conf",
    "rspack.config",
    "rsbuild.config",
    "rollup.config",
    "vue.config",
    "craco.config",
    "config-overrides",
    "quasar.config",
    "babel.config",
    ".babelrc",
    "metro.config",
    "next.config",
    "gatsby-node",
    "vitest.config",
];

/// Whether a file is a configuration that may define aliases.
pub fn is_config(name: &str) -> bool {
    CONFIGS.iter().any(|config| {
        name.strip_prefix(config).is_some_and(|rest| {
            matches!(rest, "" | ".js" | ".ts" | ".mjs" | ".mts" | ".cjs" | ".cts" | ".json")
        })
    })
}

/// What an alias stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alias {
    /// What a specifier begins with.
    pub name: String,
    /// Whether a specifier has to be the name, with nothing behind it.
    pub exact: bool,
    /// The path below the directory of the configuration.
    pub path: String,
}

/// The aliases in the text of a configuration.
pub fn aliases(source: &[u8]) -> Vec<Alias> {
    let mut found = Vec::new();
    if memchr::memmem::find(source, b"alias").is_none() {
        return found;
    }
    let is_json = source.trim_ascii_start().starts_with(b"{");
    // An object that begins a statement would be a block.
    let wrapped: Vec<u8> = if is_json { [b"(", source, b")"].concat() } else { source.to_vec() };
    let Some(tree) = parse(&wrapped, Grammar::Tsx) else { return found };
    walk(tree.root_node(), |node| {
        let value = node.child_by_field_name("value").filter(|_| node.kind() == "pair");
        let key = node.child_by_field_name("key").map(|key| unquoted(text(&wrapped, key)));
        match (key, value) {
            (Some("alias"), Some(value)) => {
                found.extend(list(&wrapped, value));
                false
            }
            _ => true,
        }
    });
    found
}

/// The aliases of an object, or of an array of `{ find, replacement }`.
fn list(source: &[u8], value: Node<'_>) -> Vec<Alias> {
    let entries = children(value).into_iter();
    match value.kind() {
        "object" => entries.filter_map(|pair| of_pair(source, pair)).collect(),
        "array" => entries.filter_map(|object| of_object(source, object)).collect(),
        _ => Vec::new(),
    }
}

fn of_pair(source: &[u8], pair: Node<'_>) -> Option<Alias> {
    let key = text(source, pair.child_by_field_name("key")?);
    alias(unquoted(key), source, pair.child_by_field_name("value")?)
}

fn of_object(source: &[u8], object: Node<'_>) -> Option<Alias> {
    let value = |name: &str| {
        let pairs = children(object).into_iter();
        let mut pairs = pairs.filter(|pair| {
            let key = pair.child_by_field_name("key");
            key.is_some_and(|key| unquoted(text(source, key)) == name)
        });
        pairs.next()?.child_by_field_name("value")
    };
    let find = value("find")?;
    let name = match find.kind() {
        "regex" => plain(text(source, find)),
        _ => unquoted(text(source, find)).to_owned(),
    };
    alias(&name, source, value("replacement")?)
}

fn alias(name: &str, source: &[u8], value: Node<'_>) -> Option<Alias> {
    let path = path(source, value)?;
    let exact = name.ends_with('$');
    let name = name.trim_end_matches(['$', '/']).to_owned();
    (!name.is_empty()).then_some(Alias { name, exact, path })
}

/// The path that the literals of an expression make, as `path.resolve(__dirname, '..', 'src')` and
/// `fileURLToPath(new URL('./src', import.meta.url))`.
fn path(source: &[u8], value: Node<'_>) -> Option<String> {
    let mut parts = Vec::new();
    walk(value, |node| match node.kind() {
        "string" => {
            parts.push(unquoted(text(source, node)));
            false
        }
        "string_fragment" => {
            parts.push(text(source, node));
            false
        }
        _ => true,
    });
    (!parts.is_empty()).then(|| parts.join("/"))
}

/// What a regular expression such as `/^@\//` matches, if it is plain.
fn plain(regex: &str) -> String {
    let inner = regex.trim_start_matches('/').trim_start_matches('^');
    let end = inner.rfind('/').unwrap_or(inner.len());
    inner[..end].replace('\\', "").replace("(.*)", "")
}

fn unquoted(text: &str) -> &str {
    text.trim_matches(['"', '\'', '`'])
}
