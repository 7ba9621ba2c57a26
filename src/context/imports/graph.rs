//! What the clients of a package load: the modules that are reachable from its entry points.

use std::collections::{BTreeSet, HashMap};

use super::module::{Fate, Import, Module};
use super::resolve::Target;
use super::{Entry, Imports, Rules, workers};

/// A module that a module of the client names, or an entry point.
#[derive(Debug)]
struct Reached {
    label: String,
    from: Option<usize>,
    /// For an entry point, why it ships.
    why: String,
    /// What keeps it on the server all the same.
    barrier: Option<String>,
}

/// An import that should have led to a file of the tree, and did not.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Unresolved {
    /// The module.
    pub module: String,
    /// What it imports that is not there, or why it could not be read.
    pub what: String,
}

/// What the clients of one package load.
#[derive(Debug, Default)]
pub struct Graph {
    reached: Vec<Reached>,
    index: HashMap<String, usize>,
    /// Files that modules of the client import only for code that is taken out, with the module and
    /// that code.
    stripped: HashMap<String, (usize, String)>,
    unresolved: BTreeSet<Unresolved>,
    over_budget: bool,
}

/// What the graph says about a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reach {
    /// Clients load it.
    Client {
        /// From the entry point to the file, both included.
        route: Vec<String>,
        /// Why the entry point ships.
        why: String,
    },
    /// A module of the client names it, and something keeps it on the server.
    Stopped {
        /// From the entry point to the file, both included.
        route: Vec<String>,
        /// What keeps it there: what the barrier said, or the name of the code that alone imports
        /// it and is taken out.
        why: String,
    },
    /// No module that clients load names it.
    NotReached,
    /// Not known, since part of the graph is missing.
    Incomplete {
        /// What is missing.
        why: String,
    },
}

impl Graph {
    /// What is known about a file, by its label.
    pub fn reach(&self, label: &str) -> Reach {
        if let Some(&index) = self.index.get(label) {
            let (route, why) = self.route(index);
            return match &self.reached[index].barrier {
                Some(why) => Reach::Stopped { route, why: why.clone() },
                None => Reach::Client { route, why },
            };
        }
        if let Some(why) = self.missing() {
            return Reach::Incomplete { why };
        }
        match self.stripped.get(label) {
            Some((from, why)) => {
                let (mut route, _) = self.route(*from);
                route.push(label.to_owned());
                Reach::Stopped { route, why: why.clone() }
            }
            None => Reach::NotReached,
        }
    }

    /// The modules that clients load, the entry points first.
    pub fn modules(&self) -> impl Iterator<Item = &str> {
        let shipped = self.reached.iter().filter(|reached| reached.barrier.is_none());
        shipped.map(|reached| reached.label.as_str())
    }

    /// The imports that could not be followed.
    pub fn unresolved(&self) -> &BTreeSet<Unresolved> {
        &self.unresolved
    }

    fn missing(&self) -> Option<String> {
        if self.over_budget {
            return Some("the package has more modules than are followed".to_owned());
        }
        let first = self.unresolved.first()?;
        let more = match self.unresolved.len() - 1 {
            0 => String::new(),
            count => format!(", and {count} more could not be followed"),
        };
        Some(format!("{}: {}{more}", first.module, first.what))
    }

    fn route(&self, to: usize) -> (Vec<String>, String) {
        let steps = std::iter::successors(Some(to), |&index| self.reached[index].from);
        let mut steps: Vec<usize> = steps.collect();
        steps.reverse();
        let why = self.reached[steps[0]].why.clone();
        (steps.into_iter().map(|index| self.reached[index].label.clone()).collect(), why)
    }

    fn add(&mut self, label: String, from: Option<usize>, why: String) {
        if !self.index.contains_key(&label) {
            self.index.insert(label.clone(), self.reached.len());
            self.reached.push(Reached { label, from, why, barrier: None });
        }
    }

    fn join(&mut self, index: usize, followed: Followed) {
        self.reached[index].barrier = followed.barrier;
        for label in followed.files {
            self.add(label, Some(index), String::new());
        }
        for (label, why) in followed.stripped {
            self.stripped.entry(label).or_insert((index, why));
        }
        let module = &self.reached[index].label;
        let missing = followed.missing.into_iter();
        let missing = missing.map(|what| Unresolved { module: module.clone(), what });
        self.unresolved.extend(missing);
    }
}

/// What following one module came to.
#[derive(Default)]
struct Followed {
    barrier: Option<String>,
    files: Vec<String>,
    stripped: Vec<(String, String)>,
    missing: Vec<String>,
}

/// Follows the imports of a package's entry points, in rounds: the modules of a round are read on
/// all threads and joined in order, so that the same tree has the same routes, the shortest ones.
pub fn build(imports: &Imports, package: &str, rules: &Rules<'_>) -> Graph {
    let mut graph = Graph::default();
    for entry in entries(imports, package, rules) {
        graph.add(entry.path, None, entry.why);
    }
    let mut done = 0;
    while done < graph.reached.len() {
        if graph.reached.len() > imports.budget().modules {
            graph.over_budget = true;
            break;
        }
        let round: Vec<&str> = graph.reached[done..].iter().map(|r| r.label.as_str()).collect();
        let followed =
            workers::map(imports.budget().threads, &round, |label| follow(imports, label, rules));
        for followed in followed {
            graph.join(done, followed);
            done += 1;
        }
    }
    graph.over_budget |= imports.is_exhausted();
    graph
}

/// The entry points: those that are named, then those that the rules see among the package's files.
fn entries(imports: &Imports, package: &str, rules: &Rules<'_>) -> Vec<Entry> {
    let paths = imports.packages().modules_of(package);
    let found = workers::map(imports.budget().threads, &paths, |path| {
        (rules.entry)(&imports.candidate(path))
    });
    let found = paths
        .iter()
        .zip(found)
        .filter_map(|(path, why)| Some(Entry { path: (*path).to_owned(), why: why? }));
    rules.entries.iter().cloned().chain(found).collect()
}

fn follow(imports: &Imports, label: &str, rules: &Rules<'_>) -> Followed {
    let module = imports.module(label, (rules.stripped)(label));
    let mut followed = Followed { barrier: (rules.barrier)(&module), ..Followed::default() };
    if followed.barrier.is_some() {
        return followed;
    }
    followed.missing.extend(module.unread.clone());
    for import in &module.imports {
        follow_import(imports, &module, import, &mut followed);
    }
    followed
}

fn follow_import(imports: &Imports, module: &Module, import: &Import, followed: &mut Followed) {
    let stripped = match &import.fate {
        Fate::Elided if !imports.resolver().keeps_unused(&module.path) => return,
        Fate::Stripped(by) => Some(by),
        Fate::Elided | Fate::Kept => None,
    };
    match (imports.resolver().resolve(&module.path, import), stripped) {
        (Target::Files(files), None) => followed.files.extend(files),
        (Target::Files(files), Some(by)) => {
            followed.stripped.extend(files.into_iter().map(|file| (file, by.clone())));
        }
        (Target::Unresolved, None) => {
            followed.missing.push(format!("`{}` was not found", import.specifier));
        }
        (Target::Unresolved, Some(_)) | (Target::External, _) => {}
    }
}
