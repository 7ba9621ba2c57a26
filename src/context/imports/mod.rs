//! Which modules clients load: the import graph of JavaScript and TypeScript, from the entry points
//! of the clients to the file with a credential.
//!
//! [`Imports`] stands for one scanned tree. It reads nothing until a graph is asked for, and shares
//! what it has read among all graphs. What an entry point, a barrier and stripped code are is not
//! known here: it is the business of [`Rules`], which come from the data about stacks.
//!
//! ```
//! use stripeguard::context::imports::{Budget, Directive, Imports, Reach, Rules};
//!
//! let root = tempfile::tempdir().unwrap();
//! std::fs::write(root.path().join("page.tsx"), "'use client'\nimport './pay'\n").unwrap();
//! std::fs::write(root.path().join("pay.ts"), "export const key = 1\n").unwrap();
//!
//! let imports = Imports::new(root.path(), Budget::default()).unwrap();
//! let rules = Rules {
//!     entry: &|file| {
//!         (file.directive() == Some(Directive::UseClient)).then(|| "'use client'".to_owned())
//!     },
//!     ..Rules::default()
//! };
//! let mut graph = imports.graph("", &rules);
//! let Reach::Client { route, why } = imports.reach(&mut graph, &rules, "pay.ts") else { panic!() };
//! assert_eq!((route.as_slice(), why.as_str()), (&["page.tsx".to_owned(), "pay.ts".to_owned()][..], "'use client'"));
//! ```
//!
//! An answer is never "server" for lack of knowledge: an import of a client's module that should
//! lead to a file of the tree, and does not, makes the answer [`Reach::Incomplete`]. Not followed
//! are imports whose specifier is computed, which no bundler follows either.

mod alias;
mod budget;
mod built;
mod directive;
mod extract;
mod files;
mod graph;
mod installed;
mod known;
mod live;
mod markup;
mod module;
mod options;
mod outside;
mod packages;
mod parse;
mod pattern;
mod platform;
mod resolve;
mod syntax;
mod textual;
mod view;
mod workers;

use std::collections::{HashMap, HashSet};
use std::io;
use std::path::Path;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

pub use budget::Budget;
pub use directive::directive;
pub use graph::{Graph, Reach, Unresolved};
pub use module::{Directive, Fate, Import, ImportKind, Module, is_node_builtin};
pub use packages::{Manifest, Packages};
pub use parse::module;

use memchr::memmem;

use files::Files;
use resolve::{Resolver, Target};

/// How many modules that pass a name on are looked into.
const MOST_PASSED: usize = 50;

/// A file of a package, before it is known whether clients load it.
#[derive(Debug)]
pub struct Candidate<'a> {
    /// Its path below the scanned root, with `/` between parts.
    pub path: &'a str,
    files: &'a Files,
}

impl Candidate<'_> {
    /// The directive at its top. Reads the file.
    pub fn directive(&self) -> Option<Directive> {
        directive(&self.bytes())
    }

    /// Its text, empty if it cannot be read.
    pub fn bytes(&self) -> Vec<u8> {
        self.files.read(&self.files.path(self.path)).unwrap_or_default()
    }
}

/// A file that clients load, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its path below the scanned root, with `/` between parts.
    pub path: String,
    /// Why it ships, as the end of a sentence: "'use client'", "named in index.html".
    pub why: String,
}

/// What the stack of a package makes of its files.
pub struct Rules<'a> {
    /// Entry points that are known by their paths.
    pub entries: &'a [Entry],
    /// Whether a file of the package is an entry point, and why.
    pub entry: &'a (dyn Fn(&Candidate<'_>) -> Option<String> + Sync),
    /// Whether a module that a client's module names stays on the server, and why. It is asked for
    /// modules of other packages too.
    pub barrier: &'a (dyn Fn(&Module) -> Option<String> + Sync),
    /// The exports that the framework takes out of a module for clients, as `getServerSideProps`.
    pub stripped: &'a (dyn Fn(&str) -> &'a [String] + Sync),
}

impl Default for Rules<'_> {
    fn default() -> Self {
        Self { entries: &[], entry: &|_| None, barrier: &|_| None, stripped: &|_| &[] }
    }
}

/// What a module is read as: the same file is another module where other exports are taken out.
#[derive(PartialEq, Eq, Hash)]
struct Key {
    path: String,
    stripped: Vec<String>,
}

/// The modules of one scanned tree.
pub struct Imports {
    budget: Budget,
    files: Arc<Files>,
    packages: OnceLock<Arc<Packages>>,
    resolver: OnceLock<Resolver>,
    modules: Mutex<HashMap<Key, Arc<Module>>>,
}

impl Imports {
    /// The modules below `root`. Nothing is read yet.
    ///
    /// # Errors
    /// If there is no such directory.
    pub fn new(root: &Path, budget: Budget) -> io::Result<Self> {
        Ok(Self {
            budget,
            files: Arc::new(Files::new(root, budget)?),
            packages: OnceLock::new(),
            resolver: OnceLock::new(),
            modules: Mutex::default(),
        })
    }

    /// What the clients of the package in a directory load; the root's is empty. It may hold more
    /// until it is settled.
    pub fn graph(&self, package: &str, rules: &Rules<'_>) -> Graph {
        graph::build(self, package, rules)
    }

    /// What a graph says of a file, by its label. The rules are those that it was made with.
    pub fn reach(&self, graph: &mut Graph, rules: &Rules<'_>, label: &str) -> Reach {
        graph::reach(graph, self, rules, label)
    }

    /// Parses all modules of a graph, so that it holds what clients load and nothing else.
    pub fn settle(&self, graph: &mut Graph, rules: &Rules<'_>) {
        graph::settle(graph, self, rules);
    }

    /// The packages of the tree.
    pub fn packages(&self) -> &Arc<Packages> {
        self.packages.get_or_init(|| {
            let packages = Packages::find(&self.files);
            self.files.link_packages(packages.names.clone());
            Arc::new(packages)
        })
    }

    /// A file of the tree, by its label.
    pub fn candidate<'a>(&'a self, path: &'a str) -> Candidate<'a> {
        Candidate { path, files: &self.files }
    }

    /// A module of the tree as it is without the exports in `stripped`. Read once for a run.
    pub fn module(&self, path: &str, stripped: &[String]) -> Arc<Module> {
        let key = Key { path: path.to_owned(), stripped: stripped.to_vec() };
        let lock = || self.modules.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(module) = lock().get(&key) {
            return module.clone();
        }
        let module = match self.files.read(&self.files.path(path)) {
            Ok(bytes) => module(path, &bytes, stripped),
            Err(error) => Module {
                path: path.to_owned(),
                directive: None,
                imports: Vec::new(),
                unread: Some(format!("could not be read: {error}")),
            },
        };
        lock().entry(key).or_insert_with(|| Arc::new(module)).clone()
    }

    /// The module with `'use client'` that a module imports a name from, directly or through
    /// modules that pass it on.
    pub fn client_module(&self, from: &str, name: &str) -> Option<String> {
        let module = self.module(from, &[]);
        let import = module.imports.iter().find(|one| one.names.iter().any(|n| n == name))?;
        let mut todo = self.targets(from, import);
        let direct = todo.clone();
        let mut seen = HashSet::new();
        while let Some(path) = todo.pop() {
            let text = self.candidate(&path).bytes();
            let has_name =
                || direct.contains(&path) || memmem::find(&text, name.as_bytes()).is_some();
            if directive(&text) == Some(Directive::UseClient) && has_name() {
                return Some(path);
            }
            if seen.len() < MOST_PASSED && seen.insert(path.clone()) {
                let module = self.module(&path, &[]);
                let passed = module.imports.iter().filter(|one| one.kind == ImportKind::ReExport);
                todo.extend(passed.flat_map(|one| self.targets(&path, one)));
            }
        }
        None
    }

    fn targets(&self, from: &str, import: &Import) -> Vec<String> {
        match self.resolver().resolve(from, import) {
            Target::Files(files) => files,
            Target::External | Target::Unresolved => Vec::new(),
        }
    }

    /// A module with every import that it could have, found without parsing it; `None` where that
    /// cannot be told.
    fn draft(&self, path: &str, stripped: &[String]) -> Option<Module> {
        if !stripped.is_empty() {
            return None;
        }
        parse::draft(path, &self.files.read(&self.files.path(path)).ok()?)
    }

    fn budget(&self) -> &Budget {
        &self.budget
    }

    fn is_exhausted(&self) -> bool {
        self.files.is_exhausted()
    }

    fn resolver(&self) -> &Resolver {
        let packages = self.packages();
        self.resolver.get_or_init(|| Resolver::new(self.files.clone(), packages.clone()))
    }
}
