//! Which imports of a module remain when a framework takes some of its exports out of the client's
//! bundle, and with them what only they use.
//!
//! Next.js (<https://nextjs.org/docs/pages/building-your-application/data-fetching>), Remix and
//! React Router (<https://reactrouter.com/explanation/code-splitting>) do this by name: the exports
//! go, then the declarations that they used and that nothing else uses.

use std::collections::{HashMap, HashSet};

use super::module::{Fate, ImportKind};

/// A statement at the top of a module, or one variable of it.
#[derive(Debug)]
pub struct Unit<'s> {
    /// The names it declares.
    pub declares: Vec<&'s str>,
    /// The names it exports.
    pub exports: Vec<&'s str>,
    /// The names it uses as values, whoever declares them.
    pub uses: HashSet<&'s str>,
    /// Whether it does nothing but declare.
    pub is_declaration: bool,
}

/// What an import makes available.
#[derive(Debug)]
pub enum Binding<'s> {
    /// Nothing that could be left out: a side effect, or everything.
    None,
    /// Types, so that it is no import.
    TypesOnly,
    /// Local names.
    Names(Vec<&'s str>),
    /// Exported names, which it passes on.
    Exports(Vec<&'s str>),
}

impl Binding<'_> {
    /// The local names.
    pub fn names(&self) -> Vec<String> {
        match self {
            Self::Names(names) => names.iter().map(|name| (*name).to_owned()).collect(),
            Self::None | Self::TypesOnly | Self::Exports(_) => Vec::new(),
        }
    }
}

/// An import as it stands in the text.
#[derive(Debug)]
pub struct Named<'s> {
    /// What is imported.
    pub specifier: String,
    /// How.
    pub kind: ImportKind,
    /// The unit in which the call stands.
    pub unit: Option<usize>,
    /// What it makes available.
    pub bindings: Binding<'s>,
}

/// What becomes of each import.
pub fn fates(
    units: &[Unit<'_>],
    named: &[Named<'_>],
    stripped: &[String],
    elides: bool,
) -> Vec<Fate> {
    let life = Life::new(units, stripped);
    named.iter().map(|import| life.fate(import, elides)).collect()
}

struct Life<'a> {
    units: &'a [Unit<'a>],
    stripped: &'a [String],
    /// For each unit, whether what remains needs it.
    live: Vec<bool>,
    /// For each unit, the stripped export that needs it.
    owner: Vec<Option<&'a str>>,
}

impl<'a> Life<'a> {
    fn new(units: &'a [Unit<'a>], stripped: &'a [String]) -> Self {
        let mut life =
            Self { units, stripped, live: vec![true; units.len()], owner: vec![None; units.len()] };
        if !stripped.is_empty() {
            life.find_owners();
            life.find_live();
        }
        life
    }

    fn is_stripped(&self, name: &str) -> bool {
        self.stripped.iter().any(|other| other == name)
    }

    fn is_stripped_unit(&self, unit: &Unit<'_>) -> bool {
        !unit.exports.is_empty() && unit.exports.iter().all(|name| self.is_stripped(name))
    }

    fn find_owners(&mut self) {
        for (index, unit) in self.units.iter().enumerate() {
            if self.is_stripped_unit(unit) {
                for reached in closure(self.units, &[index]) {
                    self.owner[reached].get_or_insert(unit.exports[0]);
                }
            }
        }
    }

    /// What remains: everything but the stripped exports and the private declarations that they
    /// alone use.
    fn find_live(&mut self) {
        let remains = |&index: &usize| {
            let unit = &self.units[index];
            let removable = unit.exports.is_empty() && unit.is_declaration;
            !(self.is_stripped_unit(unit) || removable && self.owner[index].is_some())
        };
        let roots: Vec<usize> = (0..self.units.len()).filter(remains).collect();
        self.live = vec![false; self.units.len()];
        for index in closure(self.units, &roots) {
            self.live[index] = true;
        }
    }

    fn fate(&self, import: &Named<'_>, elides: bool) -> Fate {
        match &import.bindings {
            Binding::Exports(names) if names.iter().all(|name| self.is_stripped(name)) => {
                Fate::Stripped(names.first().map_or(String::new(), |name| (*name).to_owned()))
            }
            Binding::Names(names) => self.fate_of_names(names, elides),
            _ => match import.unit {
                Some(unit) if !self.live[unit] => self.stripped_by(unit),
                _ => Fate::Kept,
            },
        }
    }

    fn fate_of_names(&self, names: &[&str], elides: bool) -> Fate {
        let uses = |unit: &Unit<'_>| names.iter().any(|name| unit.uses.contains(name));
        let users = (0..self.units.len()).filter(|&index| uses(&self.units[index]));
        let mut dead = None;
        for user in users {
            if self.live[user] {
                return Fate::Kept;
            }
            dead.get_or_insert(user);
        }
        match dead {
            Some(user) => self.stripped_by(user),
            None if elides => Fate::Elided,
            None => Fate::Kept,
        }
    }

    fn stripped_by(&self, unit: usize) -> Fate {
        Fate::Stripped(self.owner[unit].unwrap_or_default().to_owned())
    }
}

/// The units that `roots` need, with the roots themselves.
fn closure(units: &[Unit<'_>], roots: &[usize]) -> Vec<usize> {
    let mut declared: HashMap<&str, Vec<usize>> = HashMap::new();
    for (index, unit) in units.iter().enumerate() {
        for name in &unit.declares {
            declared.entry(name).or_default().push(index);
        }
    }
    let mut reached = vec![false; units.len()];
    let mut todo = roots.to_vec();
    let mut found = Vec::new();
    while let Some(index) = todo.pop() {
        if !std::mem::replace(&mut reached[index], true) {
            found.push(index);
            let needs = units[index].uses.iter().filter_map(|name| declared.get(name));
            todo.extend(needs.flatten());
        }
    }
    found
}
