//! The files of what is scanned, as far as judging exposure needs them: manifests, configurations
//! and the file that a credential stands in.

use std::fs::{self, File};
use std::io::Read;
use std::path::{Component, Path, PathBuf};

/// What is larger than this is no manifest and no module that a person wrote.
pub const LARGEST: u64 = 4 << 20;

/// How many names of a directory are looked at.
const MOST_NAMES: usize = 20_000;

/// Reads a file by its path, with `/` between its parts, relative to the root. `None` where there
/// is no such file, or where it is too large or lies outside.
pub type ReadFile<'a> = Box<dyn Fn(&str) -> Option<Vec<u8>> + Send + Sync + 'a>;

/// Lists a directory: names, those of directories with a `/` at their end; the root is the empty
/// path.
pub type ListDirectory<'a> = Box<dyn Fn(&str) -> Vec<String> + Send + Sync + 'a>;

/// Access to the files under one root, and to nothing else.
pub struct Files<'a> {
    read: ReadFile<'a>,
    list: ListDirectory<'a>,
    root: Option<PathBuf>,
}

impl<'a> Files<'a> {
    /// Files that functions give, as those of a commit.
    pub fn new(read: ReadFile<'a>, list: ListDirectory<'a>) -> Self {
        Self { read, list, root: None }
    }

    /// No files: names alone have to tell.
    pub fn none() -> Self {
        Self::new(Box::new(|_| None), Box::new(|_| Vec::new()))
    }

    /// The files under a directory of the disk. A link that leads out of it leads nowhere.
    pub fn under(root: &Path) -> Self {
        let Ok(root) = root.canonicalize() else { return Self::none() };
        let (reading, listing) = (root.clone(), root.clone());
        Self {
            read: Box::new(move |path| read(&inside(&reading, path)?)),
            list: Box::new(move |path| {
                inside(&listing, path).map_or_else(Vec::new, |dir| list(&dir))
            }),
            root: Some(root),
        }
    }

    /// The content of a file.
    pub fn read(&self, path: &str) -> Option<Vec<u8>> {
        (self.read)(path)
    }

    /// The text of a file; invalid UTF-8 is replaced.
    pub fn text(&self, path: &str) -> Option<String> {
        self.read(path).map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
    }

    /// The names in a directory, sorted; those of directories end with `/`.
    pub fn list(&self, dir: &str) -> Vec<String> {
        let mut names = (self.list)(dir);
        names.sort_unstable();
        names
    }

    /// The directory of the disk that the paths are relative to, if they are on a disk.
    pub fn root(&self) -> Option<&Path> {
        self.root.as_deref()
    }
}

/// Where a path of a report is on the disk, if it is within the root even after all links.
fn inside(root: &Path, path: &str) -> Option<PathBuf> {
    let relative = Path::new(path);
    if !relative.components().all(|part| matches!(part, Component::Normal(_))) {
        return None;
    }
    let full = root.join(relative).canonicalize().ok()?;
    full.starts_with(root).then_some(full)
}

fn read(path: &Path) -> Option<Vec<u8>> {
    // A pipe would be waited for when it is opened.
    if !fs::metadata(path).ok()?.is_file() {
        return None;
    }
    let mut bytes = Vec::new();
    File::open(path).ok()?.take(LARGEST + 1).read_to_end(&mut bytes).ok()?;
    (bytes.len() as u64 <= LARGEST).then_some(bytes)
}

fn list(dir: &Path) -> Vec<String> {
    let Ok(entries) = fs::read_dir(dir) else { return Vec::new() };
    let name = |entry: fs::DirEntry| {
        let mut name = entry.file_name().to_str()?.to_owned();
        if entry.file_type().ok()?.is_dir() {
            name.push('/');
        }
        Some(name)
    };
    entries.filter_map(Result::ok).take(MOST_NAMES).filter_map(name).collect()
}
