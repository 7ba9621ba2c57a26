//! The one thing that is taken from a repository's configuration: how it stores its objects.

use std::io;
use std::path::Path;

use crate::git::{OpenError, read_small};

/// The format of a repository, from `extensions.*` of its own `config` file (gitrepository-layout,
/// "repository-version").
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Format {
    /// Bytes of an object id: 20 for SHA-1, 32 for SHA-256.
    pub id_len: usize,
    /// References are kept in tables and not in files.
    pub reftable: bool,
}

impl Format {
    /// Reads the format; a repository without a configuration has that of git's beginnings.
    pub fn read(path: &Path) -> Result<Self, OpenError> {
        let content = match read_small(path) {
            Ok(content) => content,
            Err(error) if error.kind() == io::ErrorKind::NotFound => Vec::new(),
            Err(error) => return Err(OpenError::Unreadable { path: path.to_owned(), error }),
        };
        let mut format = Self { id_len: 20, reftable: false };
        for (key, value) in extensions(&content) {
            match (key.as_str(), value.as_str()) {
                ("objectformat", "sha1") => format.id_len = 20,
                ("objectformat", "sha256") => format.id_len = 32,
                ("objectformat", _) => {
                    let what = format!("extensions.objectFormat = {value}");
                    return Err(OpenError::UnknownFormat { path: path.to_owned(), what });
                }
                ("refstorage", "reftable") => format.reftable = true,
                _ => {}
            }
        }
        Ok(format)
    }
}

/// The settings of the section `[extensions]`, names in lower case.
fn extensions(content: &[u8]) -> Vec<(String, String)> {
    let text = String::from_utf8_lossy(content);
    let mut inside = false;
    let mut found = Vec::new();
    for line in text.lines() {
        let mut line = line.trim();
        if let Some((section, rest)) = line.strip_prefix('[').and_then(|l| l.split_once(']')) {
            inside = section.trim().eq_ignore_ascii_case("extensions");
            line = rest.trim();
        }
        if let (true, Some((key, value))) = (inside, line.split_once('=')) {
            let value = value.split(['#', ';']).next().unwrap_or_default();
            let value = value.trim().trim_matches('"').to_owned();
            found.push((key.trim().to_ascii_lowercase(), value));
        }
    }
    found
}
