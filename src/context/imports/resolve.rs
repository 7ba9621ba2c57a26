//! From a specifier to the files that it names.

use std::ffi::OsStr;
use std::path::Path;
use std::sync::Arc;

use oxc_resolver::{ResolveContext, ResolveError, ResolverGeneric, TsConfig};

use super::alias::{Alias, aliases};
use super::built::source;
use super::files::Files;
use super::installed::Installed;
use super::known::Known;
use super::module::{Import, ImportKind, is_node_builtin};
use super::options::options;
use super::outside::{has_scheme, is_elsewhere, routes};
use super::packages::{Packages, join, parent};
use super::pattern::{CONVENTIONS, matching};
use super::platform;
use super::view::{View, normal};

/// What an import leads to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// Files of the tree, by their labels.
    Files(Vec<String>),
    /// Something that is no file of the tree: an installed package, a builtin, an address.
    External,
    /// Something of the tree that is not there.
    Unresolved,
}

/// Finds the files that imports name.
pub struct Resolver {
    files: Arc<Files>,
    packages: Arc<Packages>,
    inner: ResolverGeneric<View>,
    /// Configurations of TypeScript, by directory.
    configs: Known<Arc<Vec<Arc<TsConfig>>>>,
    /// Aliases, by the directory of the package.
    aliases: Known<Arc<Vec<Alias>>>,
    /// What specifiers that are not relative lead to, by scope: it is the same for a whole scope.
    bare: Known<Arc<Known<Found>>>,
    installed: Installed,
}

impl Resolver {
    /// A resolver for the packages of a tree.
    pub fn new(files: Arc<Files>, packages: Arc<Packages>) -> Self {
        let inner = ResolverGeneric::new_with_file_system(View::new(files.clone()), options());
        Self {
            installed: Installed::new(files.clone(), packages.clone()),
            files,
            packages,
            inner,
            configs: Known::default(),
            aliases: Known::default(),
            bare: Known::default(),
        }
    }

    /// What an import of the module `from` leads to.
    pub fn resolve(&self, from: &str, import: &Import) -> Target {
        // webpack: `loader!file`; what stands last is the file.
        let specifier = import.specifier.rsplit('!').next().unwrap_or_default();
        let directory = parent(from).unwrap_or_default();
        if import.kind == ImportKind::Pattern {
            return self.pattern(directory, specifier);
        }
        if let Some(pattern) = routes(specifier) {
            return self.pattern(directory, pattern);
        }
        if specifier.is_empty() || has_scheme(specifier) || specifier.starts_with("//") {
            return Target::External;
        }
        if self.installed.is_dependency(directory, specifier) {
            return Target::External;
        }
        let found = match specifier.strip_prefix('/') {
            Some(rest) => self.below_package(directory, rest),
            None if specifier.starts_with('.') => self.ask(directory, specifier),
            None => self.in_scope(directory, specifier),
        };
        match found {
            Found::Files(files) => Target::Files(files),
            Found::Ignored => Target::External,
            Found::Nothing if import.kind == ImportKind::Url => Target::External,
            Found::Nothing => self.absent(specifier),
        }
    }

    /// The files that a pattern names, which may begin with an alias.
    fn pattern(&self, directory: &str, pattern: &str) -> Target {
        let found = matching(&self.packages, &self.files, directory, pattern);
        if found != Target::Unresolved || pattern.starts_with(['.', '/']) {
            return found;
        }
        for (package, _) in self.packages.around(directory) {
            for alias in self.aliases(package).iter() {
                let rest = pattern.strip_prefix(alias.name.as_str());
                if let Some(rest) = rest.filter(|rest| rest.starts_with('/')) {
                    let inside = format!("./{}{rest}", alias.path);
                    let found = matching(&self.packages, &self.files, package, &inside);
                    if found != Target::Unresolved {
                        return found;
                    }
                }
            }
        }
        Target::Unresolved
    }

    /// Whether imports that only types use stay in what is made of a module.
    pub fn keeps_unused(&self, from: &str) -> bool {
        let configs = self.configs(parent(from).unwrap_or_default());
        let options = configs.first().map(|config| &config.compiler_options);
        options.is_some_and(|options| options.verbatim_module_syntax == Some(true))
    }

    fn in_scope(&self, directory: &str, specifier: &str) -> Found {
        let scope = self.scope(directory);
        let known = self.bare.get(scope, || Arc::new(Known::default()));
        known.get(specifier, || match self.ask(scope, specifier) {
            Found::Nothing => match self.by_alias(scope, specifier) {
                Found::Nothing => self.by_convention(scope, specifier),
                found => found,
            },
            found => found,
        })
    }

    /// The nearest directory with a manifest or a configuration of TypeScript.
    fn scope<'d>(&self, directory: &'d str) -> &'d str {
        let parents = std::iter::successors(Some(directory), |directory| parent(directory));
        let mut parents = parents.filter(|directory| {
            self.packages.manifests.contains_key(*directory) || self.has_config(directory)
        });
        parents.next().unwrap_or_default()
    }

    fn has_config(&self, directory: &str) -> bool {
        let directory = self.files.directory(&self.files.path(directory));
        directory.is_some_and(|directory| {
            ["tsconfig.json", "jsconfig.json"]
                .iter()
                .any(|name| directory.entries.contains_key(OsStr::new(name)))
        })
    }

    /// By the aliases that configurations of bundlers beside a manifest define.
    fn by_alias(&self, directory: &str, specifier: &str) -> Found {
        for (package, _) in self.packages.around(directory) {
            for alias in self.aliases(package).iter() {
                let rest = specifier.strip_prefix(alias.name.as_str());
                let fits = |rest: &&str| rest.is_empty() || (rest.starts_with('/') && !alias.exact);
                if let Some(rest) = rest.filter(fits) {
                    match self.ask(package, &format!("./{}{rest}", alias.path)) {
                        Found::Nothing => {}
                        found => return found,
                    }
                }
            }
        }
        Found::Nothing
    }

    fn aliases(&self, package: &str) -> Arc<Vec<Alias>> {
        self.aliases.get(package, || {
            let configs = self.packages.configs.get(package).into_iter().flatten();
            let texts = configs.filter_map(|config| self.files.read(&self.files.path(config)).ok());
            Arc::new(texts.flat_map(|text| aliases(&text)).collect())
        })
    }

    /// Asks the resolver, with each configuration of TypeScript that could apply.
    fn ask(&self, directory: &str, specifier: &str) -> Found {
        let configs = self.configs(directory);
        let relative = specifier.starts_with('.');
        let mut tried: Vec<Option<&TsConfig>> = configs.iter().map(|c| Some(c.as_ref())).collect();
        tried.push(None);
        if relative {
            tried.truncate(1);
        }
        let path = self.files.path(directory);
        let mut missing = Vec::new();
        for config in tried {
            let mut context = ResolveContext::default();
            match self.inner.resolve_with_context(&path, specifier, config, &mut context) {
                Ok(resolution) => return self.found(resolution.path()),
                Err(ResolveError::Ignored(_)) => return Found::Ignored,
                Err(_) => missing.extend(context.missing_dependencies),
            }
        }
        missing.sort();
        let mut files = platform::only(&self.files, &missing);
        if files.is_empty() {
            files.extend(source(&self.packages, &self.files, &missing));
        }
        if files.is_empty() { Found::Nothing } else { Found::Files(files) }
    }

    /// A file, and what other platforms have in its place.
    fn found(&self, path: &Path) -> Found {
        let Some(label) = self.files.label(path) else { return Found::Nothing };
        let mut labels = vec![label];
        labels.extend(platform::beside(&self.files, path));
        Found::Files(labels)
    }

    /// `/x`: from the root of the package, as dev servers serve it, or below `public`.
    fn below_package(&self, beside: &str, rest: &str) -> Found {
        for (package, _) in self.packages.around(beside) {
            for directory in [package.to_owned(), join(package, "public")] {
                match self.ask(&directory, &format!("./{rest}")) {
                    Found::Nothing => {}
                    found => return found,
                }
            }
        }
        self.ask(beside, &format!("./{rest}"))
    }

    fn by_convention(&self, directory: &str, specifier: &str) -> Found {
        let package = self.packages.of(directory);
        for (prefix, directories) in CONVENTIONS {
            let bare = prefix.trim_end_matches('/');
            let rest = specifier.strip_prefix(prefix).or((specifier == bare).then_some("."));
            let Some(rest) = rest else { continue };
            for directory in directories {
                let directory = match *directory {
                    "." => package.to_owned(),
                    below => join(package, below),
                };
                match self.ask(&directory, &format!("./{rest}")) {
                    Found::Nothing => {}
                    found => return found,
                }
            }
        }
        Found::Nothing
    }

    /// What it means that nothing was found.
    fn absent(&self, specifier: &str) -> Target {
        if is_elsewhere(specifier) {
            return Target::External;
        }
        let relative = specifier.starts_with(['.', '/', '#']);
        if !relative && (is_node_builtin(specifier) || self.installed.is_installed(specifier)) {
            return Target::External;
        }
        Target::Unresolved
    }

    /// The configurations of TypeScript that could apply in a directory, the nearest first, each
    /// with those that it refers to.
    fn configs(&self, directory: &str) -> Arc<Vec<Arc<TsConfig>>> {
        self.configs.get(directory, || {
            let mut found = Vec::new();
            let path = self.files.path(directory);
            if self.has_config(directory)
                && let Ok(config) = self.inner.resolve_tsconfig(path.join("tsconfig.json"))
            {
                let referred = config.references.iter();
                let referred = referred.map(|reference| normal(&path.join(&reference.path)));
                found.extend(referred.filter_map(|path| self.inner.resolve_tsconfig(path).ok()));
                found.insert(0, config);
            }
            if let Some(above) = parent(directory) {
                found.extend(self.configs(above).iter().cloned());
            }
            Arc::new(found)
        })
    }
}

/// What looking for a file came to.
#[derive(Clone)]
enum Found {
    Files(Vec<String>),
    /// The manifest says that clients get nothing in its place.
    Ignored,
    Nothing,
}
