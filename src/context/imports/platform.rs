//! Files of which each platform has its own.

use std::ffi::OsStr;
use std::ops::Bound;
use std::path::{Path, PathBuf};

use super::files::Files;
use super::options::EXTENSIONS;

/// Parts of names that stand for a platform; React Native takes one file for each.
/// See <https://reactnative.dev/docs/platform-specific-code>.
const PLATFORMS: [&str; 4] = [".ios", ".android", ".native", ".web"];

/// The files `pay.ios.ts`, `pay.web.ts` beside a path `pay.ts`, which need not be there.
pub fn beside(files: &Files, path: &Path) -> Vec<String> {
    let stem = path.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default();
    let directory = path.parent().and_then(|parent| files.directory(parent));
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
    names.filter_map(|name| files.label(&path.with_file_name(name))).collect()
}

/// The files for single platforms, where they alone are there.
pub fn only(files: &Files, missing: &[PathBuf]) -> Vec<String> {
    let tried = missing.iter().filter(|path| path.extension().is_some_and(|e| e == "ts"));
    let mut labels: Vec<String> = tried.flat_map(|path| beside(files, path)).collect();
    labels.sort();
    labels.dedup();
    labels
}
