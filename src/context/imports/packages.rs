//! The packages of a tree: their manifests, and every file that could be a module.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde_json::Value;

use super::alias;
use super::files::{Files, Kind, MODULES};
use super::parse::{EXTENSIONS, extension};

/// Directories that begin with a dot and hold sources.
const SOURCES: [&str; 4] = [".server", ".client", ".storybook", ".vitepress"];

/// Where package managers write down what they installed.
const LOCKS: [&str; 5] =
    ["package-lock.json", "npm-shrinkwrap.json", "yarn.lock", "pnpm-lock.yaml", "bun.lock"];

/// What a `package.json` says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Manifest {
    /// The name of the package.
    pub name: Option<String>,
    /// Where it begins: `main`, `module`, `browser`, `react-native`, `source`.
    pub main: Vec<String>,
    /// The packages that it depends on, in any way.
    pub dependencies: BTreeSet<String>,
}

impl Manifest {
    /// Reads a manifest; one that is no JSON says nothing.
    pub fn parse(bytes: &[u8]) -> Self {
        let value: Value = serde_json::from_slice(bytes).unwrap_or_default();
        let text = |name: &str| value.get(name).and_then(Value::as_str).map(str::to_owned);
        let kinds = ["dependencies", "devDependencies", "peerDependencies", "optionalDependencies"];
        let names = kinds.iter().filter_map(|kind| value.get(kind)?.as_object());
        Self {
            name: text("name"),
            main: ["main", "module", "browser", "react-native", "source"]
                .iter()
                .filter_map(|field| text(field))
                .collect(),
            dependencies: names.flat_map(|map| map.keys().cloned()).collect(),
        }
    }
}

/// What a tree holds.
#[derive(Debug, Default)]
pub struct Packages {
    /// Manifests by directory; that of the root is empty.
    pub manifests: BTreeMap<String, Manifest>,
    /// Directories that Nx treats as packages though they have no manifest of their own.
    pub projects: BTreeSet<String>,
    /// Files that could be modules, sorted.
    pub modules: BTreeSet<String>,
    /// Files of data, which a pattern may name.
    pub data: BTreeSet<String>,
    /// Configurations of bundlers, by directory.
    pub configs: BTreeMap<String, Vec<String>>,
    /// Files in which a package manager writes down what it installed.
    pub locks: Vec<String>,
    /// The packages that any package of the tree depends on.
    pub dependencies: BTreeSet<String>,
    /// The directory of each named package; of two with one name, the one that is less deep.
    pub names: BTreeMap<String, String>,
}

impl Packages {
    /// Walks the tree. Links are not followed, since what they lead to is met elsewhere.
    pub fn find(files: &Files) -> Self {
        let mut found = Self::default();
        let mut todo = vec![String::new()];
        while let Some(label) = todo.pop() {
            let Some(directory) = files.directory(&files.path(&label)) else { continue };
            for (name, kind) in &directory.entries {
                let Some(name) = name.to_str() else { continue };
                let path = join(&label, name);
                match kind {
                    Kind::Directory if is_walked(name) => todo.push(path),
                    Kind::File if name == "package.json" => {
                        let bytes = files.read(&files.path(&path)).unwrap_or_default();
                        found.manifests.insert(label.clone(), Manifest::parse(&bytes));
                    }
                    Kind::File if LOCKS.contains(&name) => found.locks.push(path),
                    Kind::File if alias::is_config(name) => {
                        found.configs.entry(label.clone()).or_default().push(path.clone());
                        found.modules.insert(path);
                    }
                    Kind::File if EXTENSIONS.contains(&extension(name).as_str()) => {
                        found.modules.insert(path);
                    }
                    Kind::File if extension(name) == "json" => {
                        if name == "project.json" {
                            found.projects.insert(label.clone());
                        }
                        found.data.insert(path);
                    }
                    _ => {}
                }
            }
        }
        found.names = by_name(&found.manifests);
        let dependencies = found.manifests.values().flat_map(|manifest| &manifest.dependencies);
        found.dependencies = dependencies.cloned().collect();
        found
    }

    /// The directory of the package that a directory belongs to.
    pub fn of(&self, directory: &str) -> &str {
        self.around(directory).next().map_or("", |(directory, _)| directory)
    }

    /// The manifests in a directory and above it, the nearest first.
    pub fn around<'a>(&'a self, directory: &str) -> impl Iterator<Item = (&'a str, &'a Manifest)> {
        let parents = std::iter::successors(Some(directory), |directory| parent(directory));
        let parents: Vec<&str> = parents.collect();
        parents.into_iter().filter_map(|directory| {
            self.manifests.get_key_value(directory).map(|(key, manifest)| (key.as_str(), manifest))
        })
    }

    /// The modules of the package in a directory, without those of packages within it.
    pub fn modules_of(&self, directory: &str) -> Vec<&str> {
        let mut inside: HashMap<&str, bool> = HashMap::new();
        let mut found = Vec::new();
        for path in below(&self.modules, directory) {
            let beside = parent(path).unwrap_or_default();
            let is_owned = || self.owner(beside, directory) == directory;
            if *inside.entry(beside).or_insert_with(is_owned) {
                found.push(path);
            }
        }
        found
    }

    /// The package that a directory belongs to. A manifest that says nothing but how the files
    /// beside it are to be read is none of a package of its own.
    fn owner<'d>(&self, directory: &'d str, package: &str) -> &'d str {
        let is_package = |directory: &&str| {
            let manifest = self.manifests.get(*directory);
            *directory == package
                || self.projects.contains(*directory)
                || manifest.is_some_and(|one| one.name.is_some() || !one.dependencies.is_empty())
        };
        let mut parents = std::iter::successors(Some(directory), |directory| parent(directory));
        parents.find(is_package).unwrap_or_default()
    }

    /// The directories of the packages that depend on the package in a directory, through any
    /// number of packages of this tree. A project without a manifest names nothing that it depends
    /// on, so that each may depend on each.
    pub fn dependents(&self, directory: &str) -> Vec<String> {
        if self.projects.contains(directory) && !self.manifests.contains_key(directory) {
            return self.projects.iter().filter(|other| *other != directory).cloned().collect();
        }
        let mut todo = vec![directory];
        let mut found = BTreeSet::new();
        while let Some(next) = todo.pop() {
            let Some(name) = self.manifests.get(next).and_then(|manifest| manifest.name.as_ref())
            else {
                continue;
            };
            for (other, manifest) in &self.manifests {
                if manifest.dependencies.contains(name) && found.insert(other.clone()) {
                    todo.push(other);
                }
            }
        }
        found.remove(directory);
        found.into_iter().collect()
    }
}

/// The paths below a directory.
pub fn below<'a>(paths: &'a BTreeSet<String>, directory: &str) -> impl Iterator<Item = &'a str> {
    let prefix = if directory.is_empty() { String::new() } else { format!("{directory}/") };
    let from = paths.range(prefix.clone()..);
    from.take_while(move |path| path.starts_with(&prefix)).map(String::as_str)
}

fn by_name(manifests: &BTreeMap<String, Manifest>) -> BTreeMap<String, String> {
    let depth = |directory: &str| directory.split('/').filter(|part| !part.is_empty()).count();
    let mut named: BTreeMap<String, String> = BTreeMap::new();
    for (directory, manifest) in manifests {
        let Some(name) = &manifest.name else { continue };
        let known = named.get(name);
        if known.is_none_or(|other| depth(directory) < depth(other)) {
            named.insert(name.clone(), directory.clone());
        }
    }
    named
}

fn is_walked(name: &str) -> bool {
    name != MODULES && (!name.starts_with('.') || SOURCES.contains(&name))
}

/// A name below a directory, the root's being empty.
pub fn join(directory: &str, name: &str) -> String {
    if directory.is_empty() { name.to_owned() } else { format!("{directory}/{name}") }
}

/// The directory that a path stands in; the root's is empty, and it has none.
pub fn parent(path: &str) -> Option<&str> {
    (!path.is_empty()).then(|| path.rsplit_once('/').map_or("", |(directory, _)| directory))
}
