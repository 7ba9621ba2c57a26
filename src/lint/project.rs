//! Whether a file belongs to a project that uses Stripe.
//!
//! A gate by file loses environment dumps and debug pages, which do not speak of Stripe, and no gate
//! floods projects that have nothing to do with it.

use std::collections::BTreeMap;

/// Names of files that say what a project depends on.
const MANIFESTS: &[&str] = &[
    "Cargo.toml",
    "Directory.Packages.props",
    "Gemfile",
    "Package.swift",
    "Pipfile",
    "Podfile",
    "build.gradle",
    "build.gradle.kts",
    "composer.json",
    "deno.json",
    "go.mod",
    "libs.versions.toml",
    "mix.exs",
    "package.json",
    "packages.config",
    "pom.xml",
    "pubspec.yaml",
    "pyproject.toml",
    "setup.cfg",
    "setup.py",
];

/// Endings of such names.
const ENDINGS: &[&str] = &[".csproj", ".fsproj", ".gemspec"];

/// Whether a file says what its project depends on, or how Stripe is configured.
pub fn is_manifest(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    MANIFESTS.contains(&name)
        || ENDINGS.iter().any(|end| name.ends_with(end))
        || name.starts_with("requirements") && name.ends_with(".txt")
        || is_environment(name)
}

fn is_environment(name: &str) -> bool {
    name == ".env" || name.starts_with(".env.")
}

/// Which directories hold projects, and which of those use Stripe.
#[derive(Debug, Default)]
pub struct Projects {
    dirs: BTreeMap<String, bool>,
}

impl Projects {
    /// Notes a manifest. What is no manifest changes nothing.
    pub fn note(&mut self, path: &str, bytes: &[u8]) {
        if !is_manifest(path) {
            return;
        }
        let (dir, name) = path.rsplit_once('/').unwrap_or(("", path));
        let uses = if is_environment(name) {
            // A file of settings makes a project only if it has settings for Stripe.
            if memchr::memmem::find(bytes, b"STRIPE_").is_none() {
                return;
            }
            true
        } else {
            speaks_of_stripe(bytes)
        };
        *self.dirs.entry(dir.to_owned()).or_default() |= uses;
    }

    /// Notes that everything belongs to a project that uses Stripe.
    pub fn assume(&mut self) {
        self.dirs.insert(String::new(), true);
    }

    /// Whether any project uses Stripe.
    pub fn any(&self) -> bool {
        self.dirs.values().any(|&uses| uses)
    }

    /// Whether the project of a file uses Stripe. One beside it counts where the file has no
    /// project of its own, or speaks of Stripe itself.
    pub fn covers(&self, path: &str, bytes: &[u8]) -> bool {
        let mut dir = path;
        let mut has_own = false;
        while let Some((parent, _)) = dir.rsplit_once('/').or((!dir.is_empty()).then_some(("", "")))
        {
            match self.dirs.get(parent) {
                Some(true) => return true,
                Some(false) => has_own = true,
                None => {}
            }
            dir = parent;
        }
        self.any() && (!has_own || speaks_of_stripe(bytes))
    }
}

/// Whether a text has the word Stripe, which `striped` and `pinstripes` are not.
pub fn speaks_of_stripe(bytes: &[u8]) -> bool {
    memchr::memmem::find_iter(bytes, b"tripe").any(|at| {
        let first = at.checked_sub(1).map(|at| bytes[at]);
        let before = at.checked_sub(2).map(|at| bytes[at]);
        let after = bytes.get(at + 5);
        let starts = match first {
            Some(b'S') => true,
            Some(b's') => !before.is_some_and(|byte| byte.is_ascii_alphabetic()),
            _ => false,
        };
        starts && !after.is_some_and(|byte| byte.is_ascii_lowercase())
    }) || memchr::memmem::find(bytes, b"STRIPE").is_some()
}
