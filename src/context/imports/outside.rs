//! Specifiers that name no file of the tree: modules that plugins make up, addresses, assets.

use super::parse::extension;

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

/// The pattern of all files that a module stands for which a plugin makes up of them.
pub fn routes(specifier: &str) -> Option<&'static str> {
    ROUTES.iter().find(|(name, _)| *name == specifier).map(|(_, pattern)| *pattern)
}

/// Whether nothing of the tree is meant by a specifier for which no file was found.
pub fn is_elsewhere(specifier: &str) -> bool {
    let path = specifier.split(['?', '#']).next().filter(|path| !path.is_empty());
    let is_asset = ASSETS.contains(&extension(path.unwrap_or(specifier)).as_str());
    let is_virtual = VIRTUAL.iter().any(|name| specifier.starts_with(name));
    // Such a file is handed out as it is, and nobody follows what it imports.
    let is_handed_out = specifier.ends_with("?url") || specifier.ends_with("?raw");
    let is_generated = GENERATED.iter().any(|place| specifier.contains(place));
    is_asset || is_virtual || is_handed_out || is_generated
}

/// Whether a specifier is an address or a module that a plugin makes up: `https:`, `virtual:`.
pub fn has_scheme(specifier: &str) -> bool {
    let scheme = specifier.split_once(':').map(|(scheme, _)| scheme);
    scheme.is_some_and(|scheme| {
        !scheme.is_empty()
            && scheme.bytes().all(|b| b.is_ascii_alphanumeric() || b"+-.".contains(&b))
    }) || specifier.starts_with('\0')
}
