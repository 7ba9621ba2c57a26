//! Where what need not be read again is kept.

use std::env;
use std::path::PathBuf;

use super::args::scan::Scan;

/// The directory, unless there is to be none: the one that is named, or that of the user's caches.
pub fn directory(arguments: &Scan) -> Option<PathBuf> {
    match (&arguments.cache_dir, arguments.no_cache || arguments.verify_objects) {
        (_, true) => None,
        (Some(directory), _) => Some(directory.clone()),
        (None, _) => user_caches().map(|caches| caches.join("stripeguard")),
    }
}

/// XDG Base Directory; `~/Library/Caches` on macOS; `LOCALAPPDATA` on Windows.
fn user_caches() -> Option<PathBuf> {
    let path = |name| env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let home = |inside| path("HOME").map(|home| home.join(inside));
    if cfg!(windows) {
        path("LOCALAPPDATA")
    } else if cfg!(target_os = "macos") {
        home("Library/Caches")
    } else {
        path("XDG_CACHE_HOME").or_else(|| home(".cache"))
    }
}
