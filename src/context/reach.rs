//! What the import graphs of packages say, one graph for each package and stack, built when a place
//! needs it.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::rc::Rc;
use std::time::{Duration, Instant};

use fast_glob::glob_match;

use super::imports::{Candidate, Directive, Entry, Graph, Imports, Module, Reach, Rules};
use super::package::{Package, Packages};
use super::stack::{Claim, Stack};

/// Extensions that a configuration leaves out when it names a module.
const EXTENSIONS: &[&str] =
    &["", ".js", ".ts", ".tsx", ".jsx", ".mjs", "/index.js", "/index.ts", "/index.tsx"];

/// What imports say of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// Clients load it.
    Ships {
        /// From the entry point to the file, both included.
        route: Vec<String>,
        /// Why the entry point ships.
        why: String,
    },
    /// A module that ships names it, and something keeps it on the server.
    Stopped {
        /// The sentence.
        why: String,
    },
    /// All that ships is known, and it is not among it.
    Apart,
    /// Part of the graph is missing.
    Unknown {
        /// The sentence.
        why: String,
    },
    /// No entry point is known.
    NoEntry,
}

/// A graph that learns more with each question.
type Shared = Rc<RefCell<Graph>>;

/// The graphs of one tree.
pub struct Graphs<'a> {
    imports: &'a Imports,
    known: RefCell<HashMap<(String, &'static str), Shared>>,
    spent: Cell<Duration>,
}

impl<'a> Graphs<'a> {
    /// Graphs of the modules of a tree. None is built yet.
    pub fn new(imports: &'a Imports) -> Self {
        Self { imports, known: RefCell::default(), spent: Cell::default() }
    }

    /// How long building graphs took so far.
    pub fn spent(&self) -> Duration {
        self.spent.get()
    }

    /// The packages that depend on one, directly or not.
    pub fn dependents(&self, packages: &Packages<'_>, package: &Package) -> Vec<Rc<Package>> {
        let dirs = self.imports.packages().dependents(package.dir.trim_end_matches('/'));
        let manifests = dirs.into_iter().map(|dir| match dir.as_str() {
            "" => "package.json".to_owned(),
            dir => format!("{dir}/package.json"),
        });
        manifests.filter_map(|path| packages.around(&path).into_iter().next()).collect()
    }

    /// The module with 'use client' that a module imports a name from.
    pub fn client_module(&self, from: &str, name: &str) -> Option<String> {
        let begun = Instant::now();
        let found = self.imports.client_module(from, name);
        self.spent.set(self.spent.get() + begun.elapsed());
        found
    }

    /// What the imports of a package say of a file, which may be one of another package.
    pub fn answer(
        &self,
        packages: &Packages<'_>,
        package: &Package,
        stack: &'static Stack,
        path: &str,
    ) -> Answer {
        let (found, is_empty) = self.reach(packages, package, stack, path);
        match found {
            Reach::Client { route, why } => Answer::Ships { route, why },
            Reach::Stopped { route, why } => Answer::Stopped { why: stopped(&route, &why) },
            _ if is_empty && stack.entries.directive.is_none() => Answer::NoEntry,
            Reach::NotReached => Answer::Apart,
            Reach::Incomplete { why } => Answer::Unknown {
                why: format!("not known, since part of the imports is missing: {why}"),
            },
        }
    }

    /// What the graph of a package says of a file, and whether nothing of the package ships.
    fn reach(
        &self,
        packages: &Packages<'_>,
        package: &Package,
        stack: &'static Stack,
        path: &str,
    ) -> (Reach, bool) {
        let key = (package.dir.clone(), stack.id);
        let begun = Instant::now();
        let known = self.known.borrow().get(&key).cloned();
        let dir = package.dir.as_str();
        let entries = match &known {
            Some(_) => Vec::new(),
            None => self.configured(packages, package, stack),
        };
        let found = self.with_rules(dir, stack, &entries, |rules| {
            let graph = known.unwrap_or_else(|| {
                Rc::new(RefCell::new(self.imports.graph(dir.trim_end_matches('/'), rules)))
            });
            self.known.borrow_mut().insert(key, graph.clone());
            let mut graph = graph.borrow_mut();
            let found = self.imports.reach(&mut graph, rules, path);
            let is_empty = graph.modules().next().is_none();
            (found, is_empty)
        });
        self.spent.set(self.spent.get() + begun.elapsed());
        found
    }

    fn with_rules<R>(
        &self,
        dir: &str,
        stack: &'static Stack,
        entries: &[Entry],
        act: impl FnOnce(&Rules<'_>) -> R,
    ) -> R {
        let exports: Vec<String> =
            stack.server_exports.iter().map(|name| (*name).to_owned()).collect();
        let rules = Rules {
            entries,
            entry: &|file| {
                let is_own = self.imports.packages().of(file.path).len() <= dir.len();
                entry(stack, dir, file, is_own)
            },
            barrier: &|module| barrier(stack, dir, module),
            stripped: &|path| {
                let is_stripped = path.strip_prefix(dir).is_some_and(|path| {
                    stack
                        .regions
                        .iter()
                        .any(|region| !region.exports.is_empty() && fits(region.within, path))
                });
                if is_stripped { &exports } else { &[] }
            },
        };
        act(&rules)
    }

    /// Entry points that a configuration names.
    fn configured(&self, packages: &Packages<'_>, package: &Package, stack: &Stack) -> Vec<Entry> {
        let values = stack
            .entries
            .config
            .iter()
            .flat_map(|setting| packages.values(package, setting).to_vec());
        values
            .filter_map(|(value, file)| {
                let value = value.trim_start_matches("./").trim_start_matches('/');
                let exists = |end: &&&str| packages.exists(&format!("{}{value}{end}", package.dir));
                let end = EXTENSIONS.iter().find(exists)?;
                let path = format!("{}{value}{end}", package.dir);
                Some(Entry { path, why: format!("named in {file}") })
            })
            .collect()
    }
}

fn stopped(route: &[String], why: &str) -> String {
    let is_name = !why.contains([' ', '\'']);
    match route {
        [.., from, _] if is_name => format!("{from} imports it for {why} alone, which is stripped"),
        [.., from, _] => format!("{from} imports it, and it stays on the server: {why}"),
        _ => format!("it stays on the server: {why}"),
    }
}

/// Whether a file of the package is where what ships begins, and why. Of packages within it only
/// those files are that a glob names.
fn entry(stack: &Stack, dir: &str, file: &Candidate<'_>, is_own: bool) -> Option<String> {
    let path = file.path.strip_prefix(dir)?;
    let entries = &stack.entries;
    if fits(entries.except, path) {
        return None;
    }
    if entries.html && is_own && (path.ends_with(".html") || path.ends_with(".htm")) {
        return Some("a page".to_owned());
    }
    if fits(entries.paths, path) {
        return Some(format!("an entry of {}", stack.title));
    }
    let directive = entries.directive.filter(|_| is_own)?;
    (file.directive() == Some(Directive::UseClient)).then(|| format!("'{directive}'"))
}

/// Whether a module stays on the server although one that ships names it.
fn barrier(stack: &Stack, dir: &str, module: &Module) -> Option<String> {
    if module.directive == Some(Directive::UseServer) {
        return Some("'use server'".to_owned());
    }
    if module.imports("server-only") {
        return Some("it imports 'server-only'".to_owned());
    }
    // Names such as `*.server.*` mean the same in every package that the bundler takes in.
    let inside = module.path.strip_prefix(dir);
    let path = inside.unwrap_or(&module.path);
    let is_meant = |glob: &&&str| inside.is_some() || glob.starts_with("**/");
    let is_barrier = |rule: &&super::stack::PathRule| {
        rule.marker
            && rule.side == Some(Claim::Server)
            && rule.paths.iter().filter(is_meant).any(|glob| glob_match(glob, path))
    };
    stack.rules.iter().find(is_barrier).map(|rule| rule.why.to_owned())
}

fn fits(globs: &[&str], path: &str) -> bool {
    globs.iter().any(|glob| glob_match(glob, path))
}
