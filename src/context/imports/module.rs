//! A file as the graph sees it: which other files it names, and how.

/// How a module names another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ImportKind {
    /// `import … from 'x'`, `import 'x'`.
    Import,
    /// `export … from 'x'`.
    ReExport,
    /// `import('x')`.
    Dynamic,
    /// `require('x')`, `import x = require('x')`, `importScripts('x')`.
    Require,
    /// `new URL('x', import.meta.url)`: workers and assets.
    Url,
    /// `<script src="x">`.
    Script,
    /// Every file that a pattern matches: `import.meta.glob('x/*')`, `require.context('x')`,
    /// `` import(`x/${name}`) ``.
    Pattern,
}

/// What becomes of an import when a bundler builds the module for clients.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It is in the bundle.
    Kept,
    /// Only code that the framework takes out uses it; the name of that export or part.
    Stripped(String),
    /// TypeScript leaves it out, since only types use it, unless `verbatimModuleSyntax` is set.
    Elided,
}

/// One import of a module. Type-only imports are none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Import {
    /// What is imported, as it is written.
    pub specifier: String,
    /// How.
    pub kind: ImportKind,
    /// What becomes of it.
    pub fate: Fate,
    /// The local names that it binds.
    pub names: Vec<String>,
}

/// A directive at the top of a module.
/// See <https://react.dev/reference/rsc/directives>.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Directive {
    /// `'use client'`: this module and what it imports ships.
    UseClient,
    /// `'use server'`: clients get references to its functions, never its text.
    UseServer,
}

/// A file that is reachable from an entry point.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Module {
    /// Its path below the scanned root, with `/` between parts.
    pub path: String,
    /// Its directive.
    pub directive: Option<Directive>,
    /// What it imports, in the order of the text.
    pub imports: Vec<Import>,
    /// Why it could not be read or parsed; its imports are not known then.
    pub unread: Option<String>,
}

impl Module {
    /// Whether it imports exactly `specifier`, as `server-only`.
    pub fn imports(&self, specifier: &str) -> bool {
        self.imports.iter().any(|import| import.specifier == specifier)
    }

    /// The first import that only a server can carry out: a builtin module of Node.js.
    pub fn node_builtin(&self) -> Option<&str> {
        let kept = self.imports.iter().filter(|import| import.fate == Fate::Kept);
        kept.map(|import| import.specifier.as_str()).find(|name| is_node_builtin(name))
    }
}

/// Builtin modules that browsers and phones lack and no bundler of ours puts a stand-in for by
/// default. See <https://nodejs.org/api/modules.html#built-in-modules>.
const BUILTINS: [&str; 34] = [
    "assert",
    "async_hooks",
    "buffer",
    "child_process",
    "cluster",
    "console",
    "constants",
    "crypto",
    "dgram",
    "dns",
    "domain",
    "events",
    "fs",
    "http",
    "http2",
    "https",
    "inspector",
    "module",
    "net",
    "os",
    "path",
    "perf_hooks",
    "process",
    "punycode",
    "querystring",
    "readline",
    "stream",
    "tls",
    "tty",
    "url",
    "util",
    "vm",
    "worker_threads",
    "zlib",
];

/// Whether a specifier names a builtin module of Node.js.
pub fn is_node_builtin(specifier: &str) -> bool {
    let name = specifier.split('/').next().unwrap_or_default();
    specifier.starts_with("node:") || BUILTINS.contains(&name)
}
