//! Packages that are not of the tree: what manifests depend on, and what a package manager wrote down.

use std::sync::{Arc, OnceLock};

use memchr::memmem;

use super::files::Files;
use super::packages::Packages;

/// The most that is read of a file in which a package manager writes down what it installed.
const LOCK_BYTES: u64 = 64 << 20;

/// Tells packages that would be installed from names that mean something in the tree.
pub struct Installed {
    files: Arc<Files>,
    packages: Arc<Packages>,
    locks: OnceLock<Vec<Vec<u8>>>,
}

impl Installed {
    /// What is installed for the packages of a tree. Nothing is read yet.
    pub fn new(files: Arc<Files>, packages: Arc<Packages>) -> Self {
        Self { files, packages, locks: OnceLock::new() }
    }

    /// Whether a package that is not of this tree is what a bare specifier names: one that a
    /// manifest around the module depends on.
    pub fn is_dependency(&self, directory: &str, specifier: &str) -> bool {
        let name = package_name(specifier);
        let mut around = self.packages.around(directory);
        !self.packages.names.contains_key(name)
            && around.any(|(_, manifest)| manifest.dependencies.contains(name))
    }

    /// Whether a package is installed though no manifest around the module depends on it: another
    /// package of the tree does, or a dependency, and the package manager wrote it down.
    pub fn is_installed(&self, specifier: &str) -> bool {
        let name = package_name(specifier);
        if self.packages.names.contains_key(name) {
            return false;
        }
        let locks = self.locks.get_or_init(|| {
            let paths = self.packages.locks.iter().map(|lock| self.files.path(lock));
            paths.filter_map(|path| self.files.read_up_to(&path, LOCK_BYTES).ok()).collect()
        });
        self.packages.dependencies.contains(name) || locks.iter().any(|lock| names(lock, name))
    }
}

/// The name of the package in a bare specifier: `@scope/name` or `name`.
fn package_name(specifier: &str) -> &str {
    let parts = if specifier.starts_with('@') { 2 } else { 1 };
    let end = specifier.match_indices('/').nth(parts - 1).map(|(at, _)| at);
    &specifier[..end.unwrap_or(specifier.len())]
}

/// Whether what a package manager wrote down names a package: `"node_modules/x"`, `x@1.0.0`,
/// `/x@1.0.0`, `x: ^1`.
fn names(lock: &[u8], name: &str) -> bool {
    memmem::find_iter(lock, name).any(|at| {
        let before = &lock[..at];
        let inside = before.ends_with(b"node_modules/");
        let before = before.strip_suffix(b"/").unwrap_or(before);
        let begins = inside || before.last().is_none_or(|byte| b" \n\"'".contains(byte));
        begins && lock.get(at + name.len()).is_some_and(|byte| b"@\"':".contains(byte))
    })
}
