//! The sources of files that are built and are not in the repository.

use std::ffi::OsStr;
use std::path::PathBuf;

use super::files::Files;
use super::options::EXTENSIONS;
use super::packages::{Packages, join, parent};

/// Where sources are when what is built from them is not.
const SOURCES: [&str; 3] = ["src", "source", "lib"];

/// The source of a file that is built and is not there: what a package of the same tree names
/// as its entry is seldom in the repository.
pub fn source(packages: &Packages, files: &Files, missing: &[PathBuf]) -> Option<String> {
    for path in missing {
        let Some(label) = files.label(path) else { continue };
        let label = linked(files, &label).unwrap_or(label);
        if let Some(source) = source_of(packages, files, &label) {
            return Some(source);
        }
    }
    None
}

/// A label below the one `node_modules` as that of the package itself.
fn linked(files: &Files, label: &str) -> Option<String> {
    let inside = label.strip_prefix("node_modules/")?;
    let parts = if inside.starts_with('@') { 2 } else { 1 };
    let end = inside.match_indices('/').nth(parts - 1)?.0;
    let directory = files.link(&files.path(&label[..end + "node_modules/".len()]))?;
    Some(join(&files.label(&directory)?, &inside[end + 1..]))
}

fn source_of(packages: &Packages, files: &Files, built: &str) -> Option<String> {
    let package = packages.of(parent(built)?);
    let inside = built.strip_prefix(package)?.trim_start_matches('/');
    let (stem, _) = inside.rsplit_once('.').filter(|(stem, _)| !stem.ends_with('/'))?;
    let mut rest = stem;
    // `dist/esm/pay.js` may be made of `src/pay.ts`.
    while let Some((_, deeper)) = rest.split_once('/') {
        rest = deeper;
        for source in SOURCES {
            let base = join(package, &join(source, rest));
            let directory = files.directory(&files.path(parent(&base)?));
            let Some(directory) = directory else { continue };
            let name = base.rsplit('/').next().unwrap_or_default();
            let is_there = |extension: &&&str| {
                directory.entries.contains_key(OsStr::new(&format!("{name}{extension}")))
            };
            if let Some(extension) = EXTENSIONS[..8].iter().find(is_there) {
                return Some(format!("{base}{extension}"));
            }
        }
    }
    None
}
