//! From a specifier to the files that it names.

use std::ffi::OsStr;
use std::ops::Bound;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use oxc_resolver::{
    ResolveContext, ResolveError, ResolveOptions, ResolverGeneric, TsConfig, TsconfigDiscovery,
};

use super::alias::{Alias, aliases};
use super::built::source;
use super::files::Files;
use super::installed::Installed;
use super::known::Known;
use super::module::{Import, ImportKind, is_node_builtin};
use super::packages::{Packages, join, parent};
use super::parse::extension;
use super::pattern::{CONVENTIONS, matching};
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

/// Extensions that a specifier may leave out.
pub const EXTENSIONS: [&str; 12] = [
    ".ts", ".tsx", ".js", ".jsx", ".mts", ".mjs", ".cts", ".cjs", ".json", ".vue", ".svelte",
    ".d.ts",
];

/// Conditions that bundlers for clients set, in no order of their own.
/// See <https://nodejs.org/api/packages.html#community-conditions-definitions>.
const CONDITIONS: [&str; 11] = [
    "browser",
    "import",
    "module",
    "require",
    "default",
    "development",
    "production",
    "react-native",
    "svelte",
    "solid",
    "source",
];

/// Parts of names that stand for a platform; React Native takes one file for each.
/// See <https://reactnative.dev/docs/platform-specific-code>.
const PLATFORMS: [&str; 4] = [".ios", ".android", ".native", ".web"];

/// Modules that frameworks and plugins make up: SvelteKit's, Nuxt's, icons.
const VIRTUAL: [&str; 10] = [
    "$app/",
    "$env/",
    "$service-worker",
    "#app",
    "#imports",
    "#build",
    "#components",
    "#nitro",
    "~icons/",
    "~build/",
];

/// Modules that plugins make up of all files of a directory.
/// See <https://github.com/hannoeru/vite-plugin-pages>.
const ROUTES: [(&str, &str); 6] = [
    ("~pages", "/src/pages/*"),
    ("~react-pages", "/src/pages/*"),
    ("~solid-pages", "/src/pages/*"),
    ("virtual:generated-pages", "/src/pages/*"),
    ("virtual:generated-pages-react", "/src/pages/*"),
    ("virtual:generated-layouts", "/src/layouts/*"),
];

/// Where generators write code that imports nothing of the project, and that is seldom in the
/// repository: Prisma's client, the documents of GraphQL.
/// See <https://www.prisma.io/docs/orm/prisma-schema/overview/generators>.
const GENERATED: [&str; 5] = [
    "generated/prisma",
    "generated/client",
    ".prisma/client",
    "__generated__",
    "generated/graphql",
];

/// Files without code that name no other file of interest.
const ASSETS: [&str; 38] = [
    "css", "scss", "sass", "less", "styl", "pcss", "svg", "png", "jpg", "jpeg", "gif", "webp",
    "avif", "ico", "woff", "woff2", "ttf", "otf", "eot", "mp3", "mp4", "webm", "wasm", "pdf",
    "txt", "md", "graphql", "gql", "json", "json5", "yaml", "yml", "csv", "xml", "glsl", "glb",
    "bin", "sql",
];

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
        if let Some((_, pattern)) = ROUTES.iter().find(|(name, _)| *name == specifier) {
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
        self.platform_files(&missing).unwrap_or_else(|| {
            let source = source(&self.packages, &self.files, &missing);
            source.map_or(Found::Nothing, |source| Found::Files(vec![source]))
        })
    }

    /// A file, and what other platforms have in its place.
    fn found(&self, path: &Path) -> Found {
        let Some(label) = self.files.label(path) else { return Found::Nothing };
        let mut labels = vec![label];
        labels.extend(self.other_platforms(path));
        Found::Files(labels)
    }

    /// The files `pay.ios.ts`, `pay.web.ts` beside a path `pay.ts`, which need not be there.
    fn other_platforms(&self, path: &Path) -> Vec<String> {
        let stem = path.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default();
        let directory = path.parent().and_then(|parent| self.files.directory(parent));
        let Some(directory) = directory else { return Vec::new() };
        let has_platform = |name: &str| {
            let rest = name.strip_prefix(stem)?;
            let platform = PLATFORMS.iter().find(|platform| rest.starts_with(*platform))?;
            EXTENSIONS.contains(&&rest[platform.len()..]).then_some(())
        };
        let from = (Bound::Included(OsStr::new(stem)), Bound::Unbounded);
        let from = directory.entries.range::<OsStr, _>(from);
        let names = from.map_while(|(name, _)| name.to_str().filter(|n| n.starts_with(stem)));
        let names = names.filter(|name| has_platform(name).is_some());
        names.filter_map(|name| self.files.label(&path.with_file_name(name))).collect()
    }

    /// Where only files for single platforms are there.
    fn platform_files(&self, missing: &[PathBuf]) -> Option<Found> {
        let tried = missing.iter().filter(|path| path.extension().is_some_and(|e| e == "ts"));
        let mut labels: Vec<String> = tried.flat_map(|path| self.other_platforms(path)).collect();
        labels.sort();
        labels.dedup();
        (!labels.is_empty()).then_some(Found::Files(labels))
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
        let path = specifier.split(['?', '#']).next().filter(|path| !path.is_empty());
        let is_asset = ASSETS.contains(&extension(path.unwrap_or(specifier)).as_str());
        if is_asset || VIRTUAL.iter().any(|name| specifier.starts_with(name)) {
            return Target::External;
        }
        // Such a file is handed out as it is, and nobody follows what it imports.
        if specifier.ends_with("?url") || specifier.ends_with("?raw") {
            return Target::External;
        }
        if GENERATED.iter().any(|place| specifier.contains(place)) {
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

fn options() -> ResolveOptions {
    let texts = |list: &[&str]| list.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>();
    ResolveOptions {
        tsconfig: Some(TsconfigDiscovery::Auto),
        extensions: texts(&EXTENSIONS),
        extension_alias: vec![
            (".js".to_owned(), texts(&[".js", ".ts", ".tsx", ".jsx"])),
            (".jsx".to_owned(), texts(&[".jsx", ".tsx"])),
            (".mjs".to_owned(), texts(&[".mjs", ".mts"])),
            (".cjs".to_owned(), texts(&[".cjs", ".cts"])),
        ],
        condition_names: texts(&CONDITIONS),
        main_fields: texts(&["browser", "module", "main", "source"]),
        alias_fields: vec![texts(&["browser"])],
        allow_package_exports_in_directory_resolve: true,
        // The environment has no say in what a tree means.
        node_path: false,
        ..ResolveOptions::default()
    }
}

/// Whether a specifier is an address or a module that a plugin makes up: `https:`, `virtual:`.
fn has_scheme(specifier: &str) -> bool {
    let scheme = specifier.split_once(':').map(|(scheme, _)| scheme);
    scheme.is_some_and(|scheme| {
        !scheme.is_empty()
            && scheme.bytes().all(|b| b.is_ascii_alphanumeric() || b"+-.".contains(&b))
    }) || specifier.starts_with('\0')
}
