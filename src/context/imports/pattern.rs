//! Imports of every file that a pattern matches, and what prefixes mean by convention.

use globset::{GlobBuilder, GlobMatcher};

use super::files::Files;
use super::packages::{Packages, below, join};
use super::resolve::Target;
use super::view::normal;

/// What aliases mean by convention, when no configuration that can be read says so: the default of
/// Vue CLI, Vite's templates, Nuxt, SvelteKit and Remix.
pub const CONVENTIONS: [(&str, &[&str]); 7] = [
    ("@/", &["src", "app", "resources/js", "."]),
    ("~/", &["app", "src", "."]),
    ("@@/", &["."]),
    ("~~/", &["."]),
    ("$lib/", &["src/lib"]),
    ("#shared/", &["shared"]),
    ("src/", &["src"]),
];

/// The files that a pattern names: those of the directory before its first `*`.
pub fn matching(packages: &Packages, files: &Files, beside: &str, pattern: &str) -> Target {
    let (start, rest) = pattern.split_at(pattern.find('*').unwrap_or(pattern.len()));
    let cut = start.rfind('/').map_or(0, |slash| slash + 1);
    let (directory, rest) = (&start[..cut], format!("{}{rest}", &start[cut..]));
    let directories: Vec<String> = match directory.strip_prefix('/') {
        Some(below) => packages.around(beside).map(|(package, _)| join(package, below)).collect(),
        None if directory.starts_with('.') => {
            vec![join(beside, directory)]
        }
        None => convention_directories(packages, beside, directory),
    };
    let Some(glob) = matcher(&rest) else { return Target::Unresolved };
    for directory in directories {
        let path = normal(&files.path(&directory));
        let Some(label) = files.label(&path) else { continue };
        if files.directory(&path).is_some() {
            let matches = |path: &&str| {
                let inside = path.strip_prefix(label.as_str()).unwrap_or(path);
                glob.is_match(inside.trim_start_matches('/'))
            };
            let found = below(&packages.modules, &label).chain(below(&packages.data, &label));
            return Target::Files(found.filter(matches).map(str::to_owned).collect());
        }
    }
    Target::Unresolved
}

fn convention_directories(packages: &Packages, beside: &str, directory: &str) -> Vec<String> {
    let package = packages.of(beside);
    let matching = CONVENTIONS.iter().filter_map(|(prefix, directories)| {
        directory.strip_prefix(prefix).map(|rest| (rest, directories))
    });
    let expand = |(rest, directories): (&str, &&[&str])| {
        directories.iter().map(|d| join(package, &join(d, rest))).collect::<Vec<_>>()
    };
    matching.flat_map(expand).collect()
}

/// A pattern as it stands, or with an extension behind it.
fn matcher(pattern: &str) -> Option<GlobMatcher> {
    let with_extension = format!("{{{pattern},{pattern}.*,{pattern}/index.*}}");
    let glob = GlobBuilder::new(&with_extension).literal_separator(false).build().ok()?;
    Some(glob.compile_matcher())
}
