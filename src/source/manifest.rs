//! Manifests of the projects that a path belongs to, from the directories above it.

use std::fs::{self, File};
use std::io::Read;
use std::path::Path;

/// No manifest that people write is bigger.
const LARGEST: u64 = 4 << 20;

/// Reads the wanted files in the directories above `path`, up to `root`, and passes on their names
/// and contents. What cannot be read is left out: it only helps to judge other files.
pub fn above(path: &Path, root: &Path, wanted: fn(&str) -> bool, visit: &dyn Fn(&str, &[u8])) {
    let begin = if path.is_dir() { path } else { path.parent().unwrap_or(path) };
    for dir in begin.ancestors().take_while(|dir| dir.starts_with(root)) {
        let Ok(entries) = fs::read_dir(dir) else { continue };
        for entry in entries.flatten() {
            let name = entry.file_name();
            let Some(name) = name.to_str().filter(|name| wanted(name)) else { continue };
            let mut bytes = Vec::new();
            let is_file = entry.file_type().is_ok_and(|kind| kind.is_file());
            let read = |file: File| file.take(LARGEST).read_to_end(&mut bytes);
            if is_file && File::open(entry.path()).and_then(read).is_ok() {
                visit(name, &bytes);
            }
        }
    }
}
