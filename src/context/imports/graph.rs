//! What the clients of a package load: the modules that are reachable from its entry points.
//!
//! Parsing is what costs. So a module is first read as a draft, which has every import that it could
//! have, and parsed only where an answer rests on it: on the way to a file, or on the way to an
//! import that leads nowhere. A file that no draft leads to is not reached.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

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

/// How often the ways are looked for anew before all modules are parsed.
const MOST_WALKS: usize = 20;

/// What the clients of one package load.
#[derive(Debug, Default)]
pub struct Graph {
    entries: Vec<Entry>,
    nodes: HashMap<String, Followed>,
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
    /// What is known about a file, by its label, as far as modules have been parsed.
    fn known(&self, label: &str) -> Reach {
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

    fn join(&mut self, index: usize) {
        let Some(followed) = self.nodes.get(&self.reached[index].label).cloned() else { return };
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

    /// Goes from the entry points to all that they reach, in rounds: the modules of a round are read
    /// on all threads and joined in order, so that the same tree has the same routes, the shortest
    /// ones.
    fn walk(&mut self, imports: &Imports, rules: &Rules<'_>) {
        self.reached.clear();
        self.index.clear();
        self.stripped.clear();
        self.unresolved.clear();
        self.over_budget = false;
        for entry in self.entries.clone() {
            self.add(entry.path, None, entry.why);
        }
        let mut done = 0;
        while done < self.reached.len() {
            if self.reached.len() > imports.budget().modules {
                self.over_budget = true;
                break;
            }
            let round = self.reached[done..].iter().map(|reached| reached.label.clone());
            let new: Vec<String> = round.filter(|label| !self.nodes.contains_key(label)).collect();
            self.follow(imports, rules, new, Reading::Draft);
            let end = self.reached.len();
            (done..end).for_each(|index| self.join(index));
            done = end;
        }
        self.over_budget |= imports.is_exhausted();
    }

    fn follow(&mut self, imports: &Imports, rules: &Rules<'_>, labels: Vec<String>, how: Reading) {
        let threads = imports.budget().threads;
        let found = workers::map(threads, &labels, |label| follow(imports, label, rules, how));
        self.nodes.extend(labels.into_iter().zip(found));
    }

    /// Parses those of these modules that are drafts. Whether there was any.
    fn settle(&mut self, imports: &Imports, rules: &Rules<'_>, labels: Vec<String>) -> bool {
        let is_draft = |label: &String| self.nodes.get(label).is_some_and(|node| node.is_draft);
        let drafts: Vec<String> = labels.into_iter().filter(is_draft).collect();
        let is_any = !drafts.is_empty();
        if is_any {
            self.follow(imports, rules, drafts, Reading::Parsed);
            self.walk(imports, rules);
        }
        is_any
    }

    /// The modules that an answer rests on.
    fn grounds(&self, answer: &Reach) -> Vec<String> {
        match answer {
            Reach::Client { route, .. } | Reach::Stopped { route, .. } => {
                route[..route.len() - 1].to_vec()
            }
            Reach::Incomplete { .. } => {
                let modules = self.unresolved.iter().filter_map(|one| self.index.get(&one.module));
                let routes: BTreeSet<String> =
                    modules.flat_map(|index| self.route(*index).0).collect();
                routes.into_iter().collect()
            }
            Reach::NotReached => Vec::new(),
        }
    }
}

/// How a module is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Reading {
    Draft,
    Parsed,
}

/// What following one module came to.
#[derive(Clone, Debug, Default)]
struct Followed {
    /// Whether the module may import less than it seems to.
    is_draft: bool,
    barrier: Option<String>,
    files: Vec<String>,
    stripped: Vec<(String, String)>,
    missing: Vec<String>,
}

/// The graph of a package's clients, of drafts.
pub fn build(imports: &Imports, package: &str, rules: &Rules<'_>) -> Graph {
    let mut graph = Graph { entries: entries(imports, package, rules), ..Graph::default() };
    graph.walk(imports, rules);
    graph
}

/// What is known about a file, after parsing what the answer rests on.
pub fn reach(graph: &mut Graph, imports: &Imports, rules: &Rules<'_>, label: &str) -> Reach {
    for _ in 0..MOST_WALKS {
        let found = graph.known(label);
        let grounds = graph.grounds(&found);
        if !graph.settle(imports, rules, grounds) {
            return found;
        }
    }
    settle(graph, imports, rules);
    graph.known(label)
}

/// Parses every module that is reached.
pub fn settle(graph: &mut Graph, imports: &Imports, rules: &Rules<'_>) {
    while graph.settle(imports, rules, graph.reached.iter().map(|r| r.label.clone()).collect()) {}
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

fn follow(imports: &Imports, label: &str, rules: &Rules<'_>, how: Reading) -> Followed {
    let stripped = (rules.stripped)(label);
    let draft = || imports.draft(label, stripped);
    // A barrier is never taken from a draft, which may have found it in a comment.
    let draft = Some(()).filter(|()| how == Reading::Draft).and_then(|()| draft());
    let draft = draft.filter(|module| (rules.barrier)(module).is_none());
    let is_draft = draft.is_some();
    let module = draft.map_or_else(|| imports.module(label, stripped), Arc::new);
    let barrier = (rules.barrier)(&module);
    let mut followed = Followed { is_draft, barrier, ..Followed::default() };
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
