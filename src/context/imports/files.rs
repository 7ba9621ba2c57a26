//! The files below a root, and nothing else: what the graph and its resolver may see.
//!
//! A scanned tree is foreign. A link that leads out of the root does not exist here, nor does any
//! `node_modules`, but for one: at the root, with a link to every package of the tree. So a bare
//! import finds a package of the same repository the way Node.js would, whatever is installed.

use std::collections::{BTreeMap, HashMap};
use std::ffi::{OsStr, OsString};
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Component, Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock, PoisonError, RwLock};

use super::budget::Budget;

/// Where packages would be installed.
pub const MODULES: &str = "node_modules";

/// What a name in a directory is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A file.
    File,
    /// A directory.
    Directory,
    /// A symbolic link.
    Link,
}

/// A directory: where it really is, and what it holds.
#[derive(Debug)]
pub struct Directory {
    real: PathBuf,
    /// Its entries, in the order of their names.
    pub entries: BTreeMap<OsString, Kind>,
}

/// The files below a root. Every directory is listed once.
#[derive(Debug)]
pub struct Files {
    root: PathBuf,
    budget: Budget,
    listed: AtomicUsize,
    directories: RwLock<HashMap<PathBuf, Option<Arc<Directory>>>>,
    /// Names of packages of the tree, and their directories below the root.
    packages: OnceLock<BTreeMap<String, String>>,
}

impl Files {
    /// The files below `root`.
    ///
    /// # Errors
    /// If there is no such directory.
    pub fn new(root: &Path, budget: Budget) -> io::Result<Self> {
        Ok(Self {
            root: plain(fs::canonicalize(root)?),
            budget,
            listed: AtomicUsize::new(0),
            directories: RwLock::default(),
            packages: OnceLock::new(),
        })
    }

    /// Files of a root that cannot exist.
    pub fn empty() -> Self {
        Self {
            root: PathBuf::from("\0"),
            budget: Budget::default(),
            listed: AtomicUsize::new(0),
            directories: RwLock::default(),
            packages: OnceLock::new(),
        }
    }

    /// The root, without links in it.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Makes the packages of the tree known, by name. Only the first call has an effect.
    pub fn link_packages(&self, packages: BTreeMap<String, String>) {
        let _ = self.packages.set(packages);
    }

    /// Whether more directories were asked for than the budget allows to list.
    pub fn is_exhausted(&self) -> bool {
        self.listed.load(Ordering::Relaxed) > self.budget.entries
    }

    /// The path of a label.
    pub fn path(&self, label: &str) -> PathBuf {
        let parts = label.split('/').filter(|part| !part.is_empty());
        parts.fold(self.root.clone(), |path, part| path.join(part))
    }

    /// The label of a path, which has to be below the root.
    pub fn label(&self, path: &Path) -> Option<String> {
        let mut label = String::new();
        for part in path.strip_prefix(&self.root).ok()?.components() {
            let Component::Normal(part) = part else { return None };
            if !label.is_empty() {
                label.push('/');
            }
            label.push_str(part.to_str()?);
        }
        Some(label)
    }

    /// A directory, by its path.
    pub fn directory(&self, path: &Path) -> Option<Arc<Directory>> {
        let cached = |path: &Path| {
            let directories = self.directories.read().unwrap_or_else(PoisonError::into_inner);
            directories.get(path).cloned()
        };
        if let Some(known) = cached(path) {
            return known;
        }
        let below = path.strip_prefix(&self.root).ok()?;
        let mut at = self.root.clone();
        let mut directory = cached(&at).unwrap_or_else(|| self.keep(&at, self.list(&at)));
        for part in below.components() {
            let Component::Normal(part) = part else { return None };
            let parent = directory?;
            at.push(part);
            directory = cached(&at).unwrap_or_else(|| self.keep(&at, self.enter(&parent, part)));
        }
        directory
    }

    fn keep(&self, path: &Path, directory: Option<Directory>) -> Option<Arc<Directory>> {
        let directory = directory.map(Arc::new);
        let mut directories = self.directories.write().unwrap_or_else(PoisonError::into_inner);
        directories.entry(path.to_owned()).or_insert(directory).clone()
    }

    fn enter(&self, parent: &Directory, name: &OsStr) -> Option<Directory> {
        let path = parent.real.join(name);
        match parent.entries.get(name)? {
            _ if name == MODULES => None,
            Kind::File => None,
            Kind::Directory => self.list(&path),
            Kind::Link => self.list(&self.target(&path)?),
        }
    }

    /// Where a link really leads, if that is below the root.
    fn target(&self, link: &Path) -> Option<PathBuf> {
        let real = plain(fs::canonicalize(link).ok()?);
        let below = real.strip_prefix(&self.root).ok()?;
        (!below.components().any(|part| part.as_os_str() == MODULES)).then_some(real)
    }

    fn list(&self, real: &Path) -> Option<Directory> {
        let mut entries = BTreeMap::new();
        for entry in fs::read_dir(real).ok()? {
            if self.listed.fetch_add(1, Ordering::Relaxed) >= self.budget.entries {
                return None;
            }
            let entry = entry.ok()?;
            let kind = match entry.file_type().ok()? {
                kind if kind.is_file() => Kind::File,
                kind if kind.is_dir() => Kind::Directory,
                kind if kind.is_symlink() => Kind::Link,
                _ => continue,
            };
            entries.insert(entry.file_name(), kind);
        }
        Some(Directory { real: real.to_owned(), entries })
    }

    /// What a path is, without following it if it is a link.
    pub fn kind(&self, path: &Path) -> Option<Kind> {
        if path == self.root {
            return Some(Kind::Directory);
        }
        if let Some(linked) = self.linked(path) {
            return match linked {
                Linked::Link(_) => Some(Kind::Link),
                Linked::Directory => Some(Kind::Directory),
                Linked::Within(path) => self.kind(&path),
            };
        }
        self.directory(path.parent()?)?.entries.get(path.file_name()?).copied()
    }

    /// What a path leads to, which is no link.
    pub fn kind_followed(&self, path: &Path) -> Option<Kind> {
        match self.kind(path)? {
            Kind::Link => {
                let target = self.link(path)?;
                match self.kind(&target)? {
                    Kind::Link => None,
                    kind => Some(kind),
                }
            }
            kind => Some(kind),
        }
    }

    /// Where a link leads in the end, below the root.
    pub fn link(&self, path: &Path) -> Option<PathBuf> {
        match self.linked(path) {
            Some(Linked::Link(target)) => Some(target),
            Some(Linked::Within(path)) => self.link(&path),
            Some(Linked::Directory) => None,
            None => {
                let parent = self.directory(path.parent()?)?;
                self.target(&parent.real.join(path.file_name()?))
            }
        }
    }

    /// The bytes of a file, if it has no more than the budget allows.
    ///
    /// # Errors
    /// If it is not there, leads out of the root, is too big or cannot be read.
    pub fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        self.read_up_to(path, self.budget.file_bytes)
    }

    /// The bytes of a file, if it has no more than `limit`.
    ///
    /// # Errors
    /// If it is not there, leads out of the root, is too big or cannot be read.
    pub fn read_up_to(&self, path: &Path, limit: u64) -> io::Result<Vec<u8>> {
        let missing = || io::Error::from(io::ErrorKind::NotFound);
        let path = match self.linked(path) {
            Some(Linked::Within(path)) => path,
            Some(_) => return Err(missing()),
            None => path.to_owned(),
        };
        let real = match self.kind(&path).ok_or_else(missing)? {
            Kind::File => {
                let parent = path.parent().and_then(|parent| self.directory(parent));
                let parent = parent.ok_or_else(missing)?;
                parent.real.join(path.file_name().unwrap_or_default())
            }
            Kind::Link => {
                let target = self.link(&path).ok_or_else(missing)?;
                (self.kind(&target) == Some(Kind::File)).then_some(target).ok_or_else(missing)?
            }
            Kind::Directory => return Err(missing()),
        };
        let mut bytes = Vec::new();
        File::open(real)?.take(limit + 1).read_to_end(&mut bytes)?;
        if bytes.len() as u64 > limit {
            let why = format!("it has more than {limit} bytes");
            return Err(io::Error::new(io::ErrorKind::FileTooLarge, why));
        }
        Ok(bytes)
    }

    /// What the one `node_modules` makes of a path.
    fn linked(&self, path: &Path) -> Option<Linked> {
        // Asked for every path: most are told apart by their bytes.
        let root = self.root.as_os_str().len();
        let below = path.as_os_str().as_encoded_bytes().get(root..)?;
        if !below.get(1..).unwrap_or(below).starts_with(MODULES.as_bytes()) {
            return None;
        }
        let mut parts = path.strip_prefix(&self.root).ok()?.components();
        if parts.next()?.as_os_str() != MODULES {
            return None;
        }
        let Some(mut name) = parts.next().and_then(|part| part.as_os_str().to_str()) else {
            return Some(Linked::Directory);
        };
        let scoped: String;
        if name.starts_with('@') {
            let Some(second) = parts.next().and_then(|part| part.as_os_str().to_str()) else {
                return Some(Linked::Directory);
            };
            scoped = format!("{name}/{second}");
            name = &scoped;
        }
        let target = self.path(self.packages.get()?.get(name)?);
        let inside = parts.as_path();
        if inside.as_os_str().is_empty() {
            Some(Linked::Link(target))
        } else {
            Some(Linked::Within(target.join(inside)))
        }
    }
}

/// What a path below the one `node_modules` is.
enum Linked {
    /// The directory itself, or that of a scope.
    Directory,
    /// The link to a package.
    Link(PathBuf),
    /// Something in a package.
    Within(PathBuf),
}

/// A path without the prefix that Windows puts before canonical paths, which the resolver does
/// not use.
fn plain(path: PathBuf) -> PathBuf {
    match path.to_str().and_then(|text| text.strip_prefix(r"\\?\")) {
        Some(short) if short.as_bytes().get(1) == Some(&b':') => PathBuf::from(short),
        _ => path,
    }
}
