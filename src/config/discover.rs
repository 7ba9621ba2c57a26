//! Where configurations stand: a file of their own, or a table in the manifest of an ecosystem.

use std::fmt;
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use super::node::{self, Node};
use super::{Config, Problem, decode};

/// No configuration comes near.
const LARGEST: u64 = 1 << 20;

/// The names that a configuration may have, and where in the file it stands.
const HOMES: &[(&str, &[&[&str]])] = &[
    ("stripeguard.toml", &[&[]]),
    (
        "Cargo.toml",
        &[&["workspace", "metadata", "stripeguard"], &["package", "metadata", "stripeguard"]],
    ),
    ("pyproject.toml", &[&["tool", "stripeguard"]]),
    ("package.json", &[&["stripeguard"]]),
];

/// A file with a configuration in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// The path by which it was opened.
    pub path: PathBuf,
    /// The whole file.
    pub text: String,
    /// The keys that lead to the configuration in it.
    keys: &'static [&'static str],
}

/// Why a configuration cannot be read.
#[derive(Debug)]
pub enum FileError {
    /// The system says no.
    Io(PathBuf, io::Error),
    /// It is larger than so many bytes.
    Size(PathBuf, u64),
    /// It is no UTF-8.
    Encoding(PathBuf),
    /// It is a link, which may lead out of what is scanned.
    Link(PathBuf),
    /// Two files of a directory, or two tables of a file, hold one.
    Two(PathBuf, PathBuf),
    /// A file that was named holds none.
    None(PathBuf),
}

impl fmt::Display for FileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Io(path, error) => write!(f, "{} cannot be read: {error}", path.display()),
            Self::Size(path, most) => {
                write!(f, "{} is larger than {} MiB", path.display(), most >> 20)
            }
            Self::Encoding(path) => write!(f, "{} is not UTF-8", path.display()),
            Self::Link(path) => write!(
                f,
                "{} is a link, and links in scanned trees are not followed; name its target with --config",
                path.display()
            ),
            Self::Two(a, b) if a == b => {
                write!(f, "{} holds two configurations; leave one of the tables", a.display())
            }
            Self::Two(a, b) => write!(
                f,
                "both {} and {} hold a configuration; leave one of them",
                a.display(),
                b.display()
            ),
            Self::None(path) => write!(
                f,
                "{} holds no configuration; it is a `stripeguard.toml`, or a table such as \
                 [tool.stripeguard] in the manifest of a project",
                path.display()
            ),
        }
    }
}

impl std::error::Error for FileError {}

impl Source {
    /// The configuration that it holds. `rules` are the ids that exist.
    ///
    /// # Errors
    /// Every mistake in it.
    pub fn config(&self, rules: &[&str]) -> Result<Config, Vec<Problem>> {
        let (root, mut problems) = self.tree();
        let Some(node) = root.at(self.keys) else {
            return if problems.is_empty() { Ok(Config::default()) } else { Err(problems) };
        };
        let decoded = decode(node, rules);
        match decoded {
            Ok(config) if problems.is_empty() => Ok(config),
            decoded => {
                problems.extend(decoded.err().into_iter().flatten());
                problems.sort_by_key(|problem| problem.span.start);
                Err(problems)
            }
        }
    }

    /// The directory from which its paths begin.
    pub fn dir(&self) -> &Path {
        self.path.parent().unwrap_or(Path::new(""))
    }

    /// The line, from 1, of a byte of it.
    pub fn line(&self, at: usize) -> usize {
        let before = &self.text.as_bytes()[..at.min(self.text.len())];
        1 + before.iter().filter(|&&byte| byte == b'\n').count()
    }

    fn tree(&self) -> (Node, Vec<Problem>) {
        if is_json(&self.path) {
            let nothing = || Node { span: 0..0, value: node::Value::Table(Vec::new()) };
            return match node::json(&self.text) {
                Ok(root) => (root, Vec::new()),
                Err(problem) => (nothing(), vec![problem]),
            };
        }
        node::toml(&self.text)
    }
}

/// The configuration of a directory: its own or that of the nearest directory above it, up to the
/// root of the repository that it is in.
///
/// # Errors
/// If a file cannot be read, or if there are two.
pub fn find(dir: &Path) -> Result<Option<Source>, FileError> {
    for dir in dir.ancestors() {
        if let Some(source) = of_directory(dir)? {
            return Ok(Some(source));
        }
        if dir.join(".git").exists() {
            break;
        }
    }
    Ok(None)
}

/// The configuration in a file that was named.
///
/// # Errors
/// If it cannot be read or holds none.
pub fn open(path: &Path) -> Result<Source, FileError> {
    let text = read_text(path, LARGEST)?;
    let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    let tables = HOMES.iter().find(|(home, _)| *home == name).map_or(HOMES[0].1, |(_, keys)| keys);
    let found = of_file(path, text, tables)?;
    found.ok_or_else(|| FileError::None(path.to_owned()))
}

fn of_directory(dir: &Path) -> Result<Option<Source>, FileError> {
    let mut found: Option<Source> = None;
    for (name, tables) in HOMES {
        let path = dir.join(name);
        let is_own = tables.iter().any(|keys| keys.is_empty());
        let Ok(metadata) = fs::symlink_metadata(&path) else { continue };
        if metadata.is_dir() || metadata.is_symlink() && !is_own {
            continue;
        }
        if metadata.is_symlink() {
            return Err(FileError::Link(path));
        }
        let source = match read_text(&path, LARGEST) {
            Ok(text) => of_file(&path, text, tables)?,
            Err(error) if is_own => return Err(error),
            Err(_) => None,
        };
        match (&found, source) {
            (Some(first), Some(_)) => return Err(FileError::Two(first.path.clone(), path)),
            (None, Some(source)) => found = Some(source),
            (_, None) => {}
        }
    }
    Ok(found)
}

fn of_file(
    path: &Path,
    text: String,
    tables: &[&'static [&'static str]],
) -> Result<Option<Source>, FileError> {
    let is_own = tables.iter().any(|keys| keys.is_empty());
    // Most manifests say nothing of us, and need not be parsed to know that.
    if !is_own && !text.contains("stripeguard") {
        return Ok(None);
    }
    let mut source = Source { path: path.to_owned(), text, keys: tables[0] };
    if is_own {
        return Ok(Some(source));
    }
    let (root, problems) = source.tree();
    let mut held = tables.iter().filter(|keys| root.at(keys).is_some());
    match (held.next(), held.next()) {
        (Some(_), Some(_)) => Err(FileError::Two(path.to_owned(), path.to_owned())),
        (Some(keys), None) => {
            source.keys = keys;
            Ok(Some(source))
        }
        // What cannot be parsed may hold one.
        _ => Ok((!problems.is_empty()).then_some(source)),
    }
}

/// Reads a regular file of at most so many bytes: a pipe might never end, nor a device.
///
/// # Errors
/// If it is none, or no UTF-8, or cannot be read.
pub fn read_text(path: &Path, most: u64) -> Result<String, FileError> {
    let fault = |error| FileError::Io(path.to_owned(), error);
    if !fs::metadata(path).map_err(fault)?.is_file() {
        return Err(fault(io::Error::other("it is no regular file")));
    }
    let mut bytes = Vec::new();
    File::open(path).and_then(|file| file.take(most + 1).read_to_end(&mut bytes)).map_err(fault)?;
    if bytes.len() as u64 > most {
        return Err(FileError::Size(path.to_owned(), most));
    }
    String::from_utf8(bytes).map_err(|_| FileError::Encoding(path.to_owned()))
}

fn is_json(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "json")
}
