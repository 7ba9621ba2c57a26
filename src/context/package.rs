//! The packages of a tree: directories with a manifest, and the stacks that their files speak of.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use fast_glob::glob_match;
use serde_json::Value;

use super::files::Files;
use super::settings;
use super::stack::{Flip, Rank, STACKS, Setting, Sign, Stack};

/// Files that make their directory a package, whatever its stack is.
const MANIFESTS: &[&str] = &[
    "package.json",
    "pubspec.yaml",
    "Gemfile",
    "composer.json",
    "pyproject.toml",
    "requirements.txt",
    "go.mod",
    "build.gradle",
    "build.gradle.kts",
    "Podfile",
    "Package.swift",
    "mix.exs",
    "Cargo.toml",
    "pom.xml",
    "project.json",
    "deno.json",
    "*.xcodeproj/",
    "*.csproj",
];

/// A directory with a manifest.
#[derive(Debug)]
pub struct Package {
    /// Its path: empty for the root, else with a `/` at its end.
    pub dir: String,
    /// What it is made with, in the order in which the stacks are asked.
    pub stacks: Vec<&'static Stack>,
    /// Its `package.json`.
    manifest: Option<Value>,
    /// Its `pubspec.yaml`.
    pubspec: Option<String>,
}

/// Finds packages, each once.
pub struct Packages<'a> {
    files: &'a Files<'a>,
    known: RefCell<HashMap<String, Option<Rc<Package>>>>,
    listed: RefCell<HashMap<String, Rc<Vec<String>>>>,
    values: RefCell<HashMap<[String; 3], Rc<Values>>>,
}

/// The values of a setting, each with the name of the file that says it.
pub type Values = Vec<(String, String)>;

impl<'a> Packages<'a> {
    /// The packages among files.
    pub fn new(files: &'a Files<'a>) -> Self {
        Self {
            files,
            known: RefCell::default(),
            listed: RefCell::default(),
            values: RefCell::default(),
        }
    }

    /// The packages that a file is in, the nearest first. Where there is none, the root stands for
    /// one.
    pub fn around(&self, path: &str) -> Vec<Rc<Package>> {
        let mut found = Vec::new();
        let mut dir = path;
        while let Some((parent, _)) = dir.rsplit_once('/') {
            found.extend(self.at(&format!("{parent}/")));
            dir = parent;
        }
        found.extend(self.at(""));
        if found.is_empty() {
            found.push(Rc::new(self.read(String::new(), &[])));
        }
        found
    }

    fn at(&self, dir: &str) -> Option<Rc<Package>> {
        if let Some(known) = self.known.borrow().get(dir) {
            return known.clone();
        }
        let names = self.list(dir);
        let package = self.read(dir.to_owned(), &names);
        let has_manifest =
            || MANIFESTS.iter().any(|manifest| names.iter().any(|name| glob_match(manifest, name)));
        let is_recognised = package.stacks.iter().any(|s| !is_everywhere(s));
        let package = (is_recognised || has_manifest()).then(|| Rc::new(package));
        self.known.borrow_mut().insert(dir.to_owned(), package.clone());
        package
    }

    /// The names in a directory, whose path is empty or ends with `/`.
    fn list(&self, dir: &str) -> Rc<Vec<String>> {
        let dir = dir.trim_end_matches('/');
        if let Some(known) = self.listed.borrow().get(dir) {
            return known.clone();
        }
        let names = Rc::new(self.files.list(dir));
        self.listed.borrow_mut().insert(dir.to_owned(), names.clone());
        names
    }

    fn read(&self, dir: String, names: &[String]) -> Package {
        let text = |name: &str| {
            let exists = names.iter().any(|one| one == name);
            exists.then(|| self.files.text(&format!("{dir}{name}"))).flatten()
        };
        let manifest = text("package.json").and_then(|text| settings::json(&text));
        let pubspec = text("pubspec.yaml");
        let mut package = Package { dir, stacks: Vec::new(), manifest, pubspec };
        package.stacks = self.recognise(&package, names);
        package
    }

    fn recognise(&self, package: &Package, names: &[String]) -> Vec<&'static Stack> {
        let shows = |stack: &&Stack| {
            is_everywhere(stack)
                || stack.recognised_by.iter().any(|sign| self.shows(package, names, sign))
        };
        let all: Vec<&'static Stack> = STACKS.iter().filter(shows).collect();
        let is_replaced =
            |stack: &Stack| all.iter().any(|other| other.replaces.contains(&stack.id));
        let has_normal = all.iter().any(|stack| stack.rank() == Rank::Normal);
        let mut stacks: Vec<&'static Stack> = all
            .iter()
            .copied()
            .filter(|stack| !is_replaced(stack))
            .filter(|stack| stack.rank() != Rank::Fallback || !has_normal)
            .collect();
        stacks.sort_by_key(|stack| stack.rank());
        stacks
    }

    fn shows(&self, package: &Package, names: &[String], sign: &Sign) -> bool {
        let depends = sign.dependency.is_none_or(|name| package.depends_on(name, sign.version));
        depends
            && sign.file.is_none_or(|glob| {
                let mut found = self.named(package, names, glob).into_iter();
                found.any(|path| sign.contains.is_empty() || self.holds(&path, sign.contains))
            })
    }

    /// Whether a file holds all these texts, in whatever case.
    fn holds(&self, path: &str, texts: &[&str]) -> bool {
        let content = self.files.text(path).unwrap_or_default().to_lowercase();
        texts.iter().all(|text| content.contains(&text.to_lowercase()))
    }

    /// The files of a package that a glob names, in its directory or in the one that it begins
    /// with.
    fn named(&self, package: &Package, names: &[String], glob: &str) -> Vec<String> {
        let (above, name) = match glob.trim_end_matches('/').rsplit_once('/') {
            Some((above, _)) => (above, &glob[above.len() + 1..]),
            None => ("", glob),
        };
        let prefix = if above.is_empty() { String::new() } else { format!("{above}/") };
        let first = above.split('/').next().unwrap_or_default();
        let listed;
        let names: &[String] = if above.is_empty() {
            names
        } else if names.contains(&format!("{first}/")) {
            listed = self.list(&format!("{}{above}/", package.dir));
            listed.as_slice()
        } else {
            return Vec::new();
        };
        let found = names
            .iter()
            .filter(|one| name.ends_with('/') == one.ends_with('/') && glob_match(name, one));
        found.map(|one| format!("{}{prefix}{one}", package.dir)).collect()
    }

    /// The values of a setting of a package.
    pub fn values(&self, package: &Package, setting: &Setting) -> Rc<Values> {
        self.lookup(package, setting.file, setting.key, setting.unless)
    }

    /// The values to which a key leads in the files of a package that a glob names, other than
    /// files that hold one of `unless`.
    pub fn lookup(&self, package: &Package, glob: &str, key: &str, unless: &[&str]) -> Rc<Values> {
        let id = [package.dir.clone(), glob.to_owned(), key.to_owned()];
        if let Some(known) = self.values.borrow().get(&id) {
            return known.clone();
        }
        let mut found = Vec::new();
        for path in self.named(package, &self.list(&package.dir), glob) {
            let text = self.files.text(&path).unwrap_or_default();
            if !unless.iter().any(|word| text.contains(word)) {
                let values = settings::values(&path, &text, key);
                let name = path.rsplit('/').next().unwrap_or_default();
                found.extend(values.into_iter().map(|value| (value, name.to_owned())));
            }
        }
        let found = Rc::new(found);
        self.values.borrow_mut().insert(id, found.clone());
        found
    }

    /// Whether a file of this name, in a package or a directory of it, holds a text.
    pub fn mentions(&self, package: &Package, name: &str, text: &str) -> bool {
        let names = self.list(&package.dir);
        let below = names.iter().filter(|name| name.ends_with('/') && *name != "Pods/");
        let dirs = std::iter::once(package.dir.clone())
            .chain(below.map(|name| format!("{}{name}", package.dir)));
        dirs.flat_map(|dir| {
            let inside = self.list(&dir);
            let named = inside.iter().filter(|one| glob_match(name, one));
            named.map(|one| format!("{dir}{one}")).collect::<Vec<_>>()
        })
        .any(|path| self.files.text(&path).is_some_and(|content| has(&content, text)))
    }

    /// Whether there is such a file.
    pub fn exists(&self, path: &str) -> bool {
        let (dir, name) = path.rsplit_once('/').unwrap_or(("", path));
        self.list(&format!("{dir}/")).iter().any(|one| one == name)
    }

    /// Whether something makes all variables of a package ship.
    pub fn flips(&self, package: &Package, flip: &Flip) -> bool {
        let names = self.list(&package.dir);
        let sign = Sign {
            dependency: flip.dependency,
            version: None,
            file: flip.file,
            contains: flip.contains,
        };
        self.shows(package, &names, &sign)
    }
}

impl Package {
    /// Whether the manifest names a dependency, given as a glob, of a version that begins so.
    pub fn depends_on(&self, name: &str, version: Option<&str>) -> bool {
        const KINDS: [&str; 4] =
            ["dependencies", "devDependencies", "peerDependencies", "optionalDependencies"];
        let tables = self
            .manifest
            .iter()
            .flat_map(|manifest| KINDS.iter().filter_map(|kind| manifest.get(kind)?.as_object()));
        let mut entries = tables.flatten();
        let fits = |wanted: &str, spec: &Value| {
            let spec = spec.as_str().unwrap_or_default();
            let digits = spec.trim_start_matches(|c: char| !c.is_ascii_digit());
            digits.split('.').next() == Some(wanted)
        };
        let named = entries.any(|(one, spec)| {
            glob_match(name, one) && version.is_none_or(|wanted| fits(wanted, spec))
        });
        let in_pubspec = |text: &String| {
            let mut lines = text.lines();
            lines.any(|line| {
                line.trim_start().strip_prefix(name).is_some_and(|r| r.starts_with(':'))
            })
        };
        named || (version.is_none() && self.pubspec.as_ref().is_some_and(in_pubspec))
    }

    /// The path of a file relative to the package.
    pub fn relative<'p>(&self, path: &'p str) -> &'p str {
        path.strip_prefix(self.dir.as_str()).unwrap_or(path)
    }
}

/// Whether a stack needs no sign.
fn is_everywhere(stack: &Stack) -> bool {
    stack.recognised_by.is_empty()
}

/// Whether a content holds a text, and not as the beginning of a longer name.
fn has(content: &str, text: &str) -> bool {
    let is_part = |c: char| c.is_alphanumeric() || c == '_';
    content.match_indices(text).any(|(at, _)| {
        let next = content[at + text.len()..].chars().next();
        !(text.ends_with(is_part) && next.is_some_and(is_part))
    })
}
