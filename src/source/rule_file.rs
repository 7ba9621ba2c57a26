//! Rule files that a repository brings along.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::Path;

use crate::coverage::{Coverage, unreadable};

/// How many rule files a repository may bring along, and how big they may be.
const MOST: (usize, u64) = (200, 64 << 10);

/// Where a repository has rules of its own.
pub const DIRECTORY: &str = ".stripeguard/rules";

/// Reads the rule files of a repository, in order, and passes on their labels and texts.
pub fn scan(root: &Path, coverage: &mut Coverage, visit: &mut dyn FnMut(&str, &str)) {
    let entries = fs::read_dir(root.join(DIRECTORY)).and_then(Iterator::collect::<Result<_, _>>);
    let entries: Vec<fs::DirEntry> = match entries {
        Ok(entries) => entries,
        Err(error) if is_absent(&error) => return,
        Err(error) => return coverage.gap(DIRECTORY, unreadable(&error)),
    };
    let mut paths: Vec<_> = entries.iter().map(fs::DirEntry::path).collect();
    paths.retain(|path| path.extension().is_some_and(|end| end == "yml" || end == "yaml"));
    paths.sort();
    for (index, path) in paths.iter().enumerate() {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let label = format!("{DIRECTORY}/{name}");
        if index >= MOST.0 {
            let why =
                "there are more than 200 rule files, and the rest is not read; join some of them";
            coverage.gap(label, why);
            return;
        }
        match read(path) {
            Ok(text) => visit(&label, &text),
            Err(why) => coverage.gap(label, why),
        }
    }
}

fn is_absent(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory)
}

/// A link is not followed: it could lead out of what is scanned, and a mistake shows what it quotes.
fn read(path: &Path) -> Result<String, String> {
    let is_file = path.symlink_metadata().map_err(|error| unreadable(&error))?.is_file();
    if !is_file {
        return Err("is a link or no file, and is not read; put the rule itself there".to_owned());
    }
    let file = File::open(path).map_err(|error| unreadable(&error))?;
    let mut text = String::new();
    file.take(MOST.1 + 1).read_to_string(&mut text).map_err(|error| unreadable(&error))?;
    if text.len() as u64 > MOST.1 {
        return Err("a rule file of more than 64 kB is not read; make several of it".to_owned());
    }
    Ok(text)
}
