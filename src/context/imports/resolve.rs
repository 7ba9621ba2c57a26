//! From a specifier to the files that it names.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};

use globset::{GlobBuilder, GlobMatcher};
use oxc_resolver::{
    ResolveContext, ResolveError, ResolveOptions, ResolverGeneric, TsConfig, TsconfigDiscovery,
};

use super::alias::{Alias, aliases};
use super::files::{Files, Kind};
use super::module::{Import, ImportKind, is_node_builtin};
use super::packages::{Packages, join, parent};
use super::parse::extension;
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

const EXTENSIONS: [&str; 12] = [
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

/// Where sources are when what is built from them is not.
const SOURCES: [&str; 3] = ["src", "source", "lib"];

/// Modules that frameworks make up: SvelteKit's and Nuxt's.
const VIRTUAL: [&str; 8] =
    ["$app/", "$env/", "$service-worker", "#app", "#imports", "#build", "#components", "#nitro"];

/// Files without code that name no other file of interest.
const ASSETS: [&str; 28] = [
    "css", "scss", "sass", "less", "styl", "pcss", "svg", "png", "jpg", "jpeg", "gif", "webp",
    "avif", "ico", "woff", "woff2", "ttf", "otf", "eot", "mp3", "mp4", "webm", "wasm", "pdf",
    "txt", "md", "graphql", "gql",
];

/// What aliases mean by convention, when no configuration that can be read says so: the default of
/// Vue CLI, Vite's templates, Nuxt, SvelteKit and Remix.
const CONVENTIONS: [(&str, &[&str]); 7] = [
    ("@/", &["src", "app", "resources/js", "."]),
    ("~/", &["app", "src", "."]),
    ("@@/", &["."]),
    ("~~/", &["."]),
    ("$lib/", &["src/lib"]),
    ("#shared/", &["shared"]),
    ("src/", &["src"]),
];

/// Finds the files that imports name.
pub struct Resolver {
    files: Arc<Files>,
    packages: Arc<Packages>,
    inner: ResolverGeneric<View>,
    configs: RwLock<HashMap<String, Arc<Vec<Arc<TsConfig>>>>>,
    aliases: RwLock<HashMap<String, Arc<Vec<Alias>>>>,
}

impl Resolver {
    /// A resolver for the packages of a tree.
    pub fn new(files: Arc<Files>, packages: Arc<Packages>) -> Self {
        let inner = ResolverGeneric::new_with_file_system(View::new(files.clone()), options());
        Self { files, packages, inner, configs: RwLock::default(), aliases: RwLock::default() }
    }

    /// What an import of the module `from` leads to.
    pub fn resolve(&self, from: &str, import: &Import) -> Target {
        // webpack: `loader!file`; what stands last is the file.
        let specifier = import.specifier.rsplit('!').next().unwrap_or_default();
        if import.kind == ImportKind::Pattern {
            return self.matching(from, specifier);
        }
        if specifier.is_empty() || has_scheme(specifier) || specifier.starts_with("//") {
            return Target::External;
        }
        if self.is_installed(from, specifier) {
            return Target::External;
        }
        let found = match specifier.strip_prefix('/') {
            Some(rest) => self.below_package(from, rest),
            None => self.find(from, specifier),
        };
        match found {
            Found::Files(files) => Target::Files(files),
            Found::Ignored => Target::External,
            Found::Nothing if import.kind == ImportKind::Url => Target::External,
            Found::Nothing => Self::absent(specifier),
        }
    }

    /// Whether imports that only types use stay in what is made of a module.
    pub fn keeps_unused(&self, from: &str) -> bool {
        let configs = self.configs(parent(from).unwrap_or_default());
        let options = configs.first().map(|config| &config.compiler_options);
        options.is_some_and(|options| options.verbatim_module_syntax == Some(true))
    }

    fn find(&self, from: &str, specifier: &str) -> Found {
        let directory = parent(from).unwrap_or_default();
        match self.ask(directory, specifier) {
            Found::Nothing => {}
            found => return found,
        }
        match self.by_alias(from, specifier) {
            Found::Nothing => self.by_convention(from, specifier),
            found => found,
        }
    }

    /// By the aliases that configurations of bundlers beside a manifest above define.
    fn by_alias(&self, from: &str, specifier: &str) -> Found {
        for (package, _) in self.packages.above(from) {
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
        let known = self.aliases.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(aliases) = known.get(package) {
            return aliases.clone();
        }
        drop(known);
        let configs = self.packages.configs.get(package).into_iter().flatten();
        let texts = configs.filter_map(|config| self.files.read(&self.files.path(config)).ok());
        let found = Arc::new(texts.flat_map(|text| aliases(&text)).collect());
        let mut known = self.aliases.write().unwrap_or_else(PoisonError::into_inner);
        known.entry(package.to_owned()).or_insert(found).clone()
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
        self.platform_files(&missing).unwrap_or_else(|| self.sources(&missing))
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
        let names = directory.entries.keys().filter_map(|name| name.to_str());
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

    /// The source of a file that is built and is not there: what a package of the same tree names
    /// as its entry is seldom in the repository.
    fn sources(&self, missing: &[PathBuf]) -> Found {
        for path in missing {
            let Some(label) = self.files.label(path) else { continue };
            let label = self.linked(&label).unwrap_or(label);
            if let Some(source) = self.source_of(&label) {
                return Found::Files(vec![source]);
            }
        }
        Found::Nothing
    }

    /// A label below the one `node_modules` as that of the package itself.
    fn linked(&self, label: &str) -> Option<String> {
        let inside = label.strip_prefix("node_modules/")?;
        let parts = if inside.starts_with('@') { 2 } else { 1 };
        let end = inside.match_indices('/').nth(parts - 1)?.0;
        let directory = self.files.link(&self.files.path(&label[..end + "node_modules/".len()]))?;
        Some(join(&self.files.label(&directory)?, &inside[end + 1..]))
    }

    fn source_of(&self, built: &str) -> Option<String> {
        let package = self.packages.of(built);
        let inside = built.strip_prefix(package)?.trim_start_matches('/');
        let (stem, _) = inside.rsplit_once('.').filter(|(stem, _)| !stem.ends_with('/'))?;
        let mut rest = stem;
        // `dist/esm/pay.js` may be made of `src/pay.ts`.
        while let Some((_, deeper)) = rest.split_once('/') {
            rest = deeper;
            for source in SOURCES {
                let base = join(package, &join(source, rest));
                let names = EXTENSIONS[..8].iter().map(|extension| format!("{base}{extension}"));
                for name in names {
                    if self.files.kind_followed(&self.files.path(&name)) == Some(Kind::File) {
                        return Some(name);
                    }
                }
            }
        }
        None
    }

    /// `/x`: from the root of the package, as dev servers serve it, or below `public`.
    fn below_package(&self, from: &str, rest: &str) -> Found {
        for (package, _) in self.packages.above(from) {
            for directory in [package.to_owned(), join(package, "public")] {
                match self.ask(&directory, &format!("./{rest}")) {
                    Found::Nothing => {}
                    found => return found,
                }
            }
        }
        let beside = parent(from).unwrap_or_default();
        self.ask(beside, &format!("./{rest}"))
    }

    fn by_convention(&self, from: &str, specifier: &str) -> Found {
        let package = self.packages.of(from);
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
    fn absent(specifier: &str) -> Target {
        let path = specifier.split(['?', '#']).next().filter(|path| !path.is_empty());
        let is_asset = ASSETS.contains(&extension(path.unwrap_or(specifier)).as_str());
        if is_asset || VIRTUAL.iter().any(|name| specifier.starts_with(name)) {
            return Target::External;
        }
        let relative = specifier.starts_with(['.', '/', '#']);
        if !relative && is_node_builtin(specifier) { Target::External } else { Target::Unresolved }
    }

    /// Whether a package that is not of this tree is what a bare specifier names: one that a
    /// manifest above depends on.
    fn is_installed(&self, from: &str, specifier: &str) -> bool {
        let parts = if specifier.starts_with('@') { 2 } else { 1 };
        let end = specifier.match_indices('/').nth(parts - 1).map_or(specifier.len(), |(at, _)| at);
        let name = &specifier[..end];
        !self.packages.names.contains_key(name)
            && self.packages.above(from).any(|(_, manifest)| manifest.dependencies.contains(name))
    }

    /// The files that a pattern names: those of the directory before its first `*`.
    fn matching(&self, from: &str, pattern: &str) -> Target {
        let (start, rest) = pattern.split_at(pattern.find('*').unwrap_or(pattern.len()));
        let cut = start.rfind('/').map_or(0, |slash| slash + 1);
        let (directory, rest) = (&start[..cut], format!("{}{rest}", &start[cut..]));
        let directories: Vec<String> = match directory.strip_prefix('/') {
            Some(below) => {
                self.packages.above(from).map(|(package, _)| join(package, below)).collect()
            }
            None if directory.starts_with('.') => {
                vec![join(parent(from).unwrap_or_default(), directory)]
            }
            None => self.convention_directories(from, directory),
        };
        let Some(glob) = matcher(&rest) else { return Target::Unresolved };
        for directory in directories {
            let path = normal(&self.files.path(&directory));
            let Some(label) = self.files.label(&path) else { continue };
            if self.files.directory(&path).is_some() {
                let below = |path: &&str| {
                    let inside = path.strip_prefix(label.as_str()).unwrap_or(path);
                    glob.is_match(inside.trim_start_matches('/'))
                };
                let found = self.packages.modules_below(&label).filter(below);
                return Target::Files(found.map(str::to_owned).collect());
            }
        }
        Target::Unresolved
    }

    fn convention_directories(&self, from: &str, directory: &str) -> Vec<String> {
        let package = self.packages.of(from);
        let matching = CONVENTIONS.iter().filter_map(|(prefix, directories)| {
            directory.strip_prefix(prefix).map(|rest| (rest, directories))
        });
        let expand = |(rest, directories): (&str, &&[&str])| {
            directories.iter().map(|d| join(package, &join(d, rest))).collect::<Vec<_>>()
        };
        matching.flat_map(expand).collect()
    }

    /// The configurations of TypeScript that could apply in a directory, the nearest first, each
    /// with those that it refers to.
    fn configs(&self, directory: &str) -> Arc<Vec<Arc<TsConfig>>> {
        let known = self.configs.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(configs) = known.get(directory) {
            return configs.clone();
        }
        drop(known);
        let mut found = Vec::new();
        let path = self.files.path(directory);
        let has = |name: &str| {
            let directory = self.files.directory(&path);
            directory.is_some_and(|directory| {
                directory.entries.contains_key(name.as_ref() as &std::ffi::OsStr)
            })
        };
        if (has("tsconfig.json") || has("jsconfig.json"))
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
        let found = Arc::new(found);
        let mut known = self.configs.write().unwrap_or_else(PoisonError::into_inner);
        known.entry(directory.to_owned()).or_insert(found).clone()
    }
}

/// What looking for a file came to.
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

/// A pattern as it stands, or with an extension behind it.
fn matcher(pattern: &str) -> Option<GlobMatcher> {
    let with_extension = format!("{{{pattern},{pattern}.*,{pattern}/index.*}}");
    let glob = GlobBuilder::new(&with_extension).literal_separator(false).build().ok()?;
    Some(glob.compile_matcher())
}
