//! How bundlers for clients look for files.

use oxc_resolver::{ResolveOptions, TsconfigDiscovery};

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

/// What the resolver is told.
pub fn options() -> ResolveOptions {
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
