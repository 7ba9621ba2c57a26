//! Rule files that a repository brings along.

use std::fs::{self, File};
use std::io::Read;
use std::path::Path;

use crate::coverage::Coverage;

/// How many rule files a repository may bring along, and how big they may be.
const MOST: (usize, u64) = (200, 64 << 10);

/// Where a repository has rules of its own.
pub const DIRECTORY: &str = ".stripeguard/rules";

/// Reads the rule files of a repository, in order, and passes on their labels and texts.
pub fn scan(root: &Path, coverage: &mut Coverage, visit: &mut dyn FnMut(&str, &str)) {
    let Ok(entries) = fs::read_dir(root.join(DIRECTORY)) else { return };
    let mut paths: Vec<_> = entries.flatten().map(|entry| entry.path()).collect();
    paths.retain(|path| path.extension().is_some_and(|end| end == "yml" || end == "yaml"));
    paths.sort();
    for (index, path) in paths.iter().enumerate() {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let label = format!("{DIRECTORY}/{name}");
        if index >= MOST.0 {
            coverage.gap(label, "there are more than 200 rule files; the rest is not read");
            return;
        }
        match read(path) {
            Ok(text) => visit(&label, &text),
            Err(why) => coverage.gap(label, why),
        }
    }
}

fn read(path: &Path) -> Result<String, String> {
    if !path.is_file() {
        return Err("is no file".to_owned());
    }
    let file = File::open(path).map_err(|error| format!("cannot be read: {error}"))?;
    let mut text = String::new();
    file.take(MOST.1 + 1)
        .read_to_string(&mut text)
        .map_err(|error| format!("cannot be read: {error}"))?;
    if text.len() as u64 > MOST.1 {
        return Err("a rule file of more than 64 kB is not read".to_owned());
    }
    Ok(text)
}
