//! The resolver's file system: [`Files`], with configurations of TypeScript made readable.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use oxc_resolver::{FileMetadata, FileSystem, ResolveError};
use serde_json::Value;

use super::files::{Files, Kind, MODULES};

/// How many configurations of TypeScript are read: the resolver goes down chains of `extends`
/// recursively, so their length is bounded here.
const CONFIGS: usize = 4000;

/// What the resolver sees.
#[derive(Debug)]
pub struct View {
    files: Arc<Files>,
    configs: AtomicUsize,
}

impl View {
    /// Everything that `files` hold.
    pub fn new(files: Arc<Files>) -> Self {
        Self { files, configs: AtomicUsize::new(0) }
    }

    /// The text of `tsconfig.json`, or of the `jsconfig.json` beside where it would be.
    fn config(&self, path: &Path) -> io::Result<String> {
        if self.configs.fetch_add(1, Ordering::Relaxed) >= CONFIGS {
            return Err(io::Error::other("too many configurations"));
        }
        let bytes = match self.files.read(path) {
            Err(_) if path.ends_with("tsconfig.json") => {
                self.files.read(&path.with_file_name("jsconfig.json"))?
            }
            other => other?,
        };
        let mut text = String::from_utf8_lossy(&bytes).into_owned();
        // A configuration that cannot be read has no paths; it does not hide those of others.
        let parsed = json_strip_comments::strip(&mut text).ok();
        let parsed = parsed.and_then(|()| serde_json::from_str::<Value>(&text).ok());
        let mut config =
            parsed.filter(Value::is_object).unwrap_or_else(|| Value::Object(Default::default()));
        self.keep_what_is_here(path.parent().unwrap_or(path), &mut config);
        Ok(config.to_string())
    }

    /// Drops what a configuration is based on or refers to if it is not there: packages that are
    /// not looked into, and files that frameworks generate. The resolver would give up on the rest.
    fn keep_what_is_here(&self, directory: &Path, config: &mut Value) {
        if let Some(extends) = config.get_mut("extends") {
            let named = match extends.take() {
                Value::Array(list) => list,
                one => vec![one],
            };
            let kept = named.iter().filter_map(|name| self.base(directory, name.as_str()?));
            *extends = Value::Array(kept.map(Value::String).collect());
        }
        if let Some(Value::Array(references)) = config.get_mut("references") {
            references.retain(|reference| {
                let path = reference.get("path").and_then(Value::as_str);
                path.is_some_and(|path| self.is_config(&directory.join(path)))
            });
        }
    }

    /// What an `extends` is to be written as, so that it is found.
    fn base(&self, directory: &Path, name: &str) -> Option<String> {
        if name.starts_with('.') {
            return self.is_config(&directory.join(name)).then(|| name.to_owned());
        }
        let linked = self.files.root().join(MODULES).join(name);
        let depth = directory.strip_prefix(self.files.root()).ok()?.components().count();
        self.is_config(&linked).then(|| format!("./{}{MODULES}/{name}", "../".repeat(depth)))
    }

    /// Whether a path is a configuration as it is, with `.json` behind it, or as a directory.
    fn is_config(&self, path: &Path) -> bool {
        let path = &normal(path);
        let is = |path: &Path, kind| self.files.kind_followed(path) == Some(kind);
        let with_extension = PathBuf::from(format!("{}.json", path.display()));
        is(path, Kind::File)
            || is(&with_extension, Kind::File)
            || (is(path, Kind::Directory) && is(&path.join("tsconfig.json"), Kind::File))
    }
}

/// A path without `.` and `..`.
pub fn normal(path: &Path) -> PathBuf {
    use std::path::Component;
    let mut out = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => {
                out.pop();
            }
            other => out.push(other),
        }
    }
    out
}

fn metadata(kind: Kind) -> FileMetadata {
    FileMetadata::new(kind == Kind::File, kind == Kind::Directory, kind == Kind::Link)
}

fn missing() -> io::Error {
    io::Error::from(io::ErrorKind::NotFound)
}

impl FileSystem for View {
    /// The resolver asks for a file system of its own only where none is given to it; this one
    /// holds nothing.
    fn new() -> Self {
        Self::new(Arc::new(Files::empty()))
    }

    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        let bytes = self.files.read(path)?;
        // A manifest that cannot be read says nothing; the resolver would find nothing beside it.
        let is_object =
            |bytes: &[u8]| serde_json::from_slice::<Value>(bytes).is_ok_and(|v| v.is_object());
        Ok(if is_object(&bytes) { bytes } else { b"{}".to_vec() })
    }

    fn read_to_string(&self, path: &Path) -> io::Result<String> {
        self.config(path)
    }

    fn metadata(&self, path: &Path) -> io::Result<FileMetadata> {
        self.files.kind_followed(path).map(metadata).ok_or_else(missing)
    }

    fn symlink_metadata(&self, path: &Path) -> io::Result<FileMetadata> {
        let beside = || {
            let is_config = path.ends_with("tsconfig.json");
            self.files.kind(&path.with_file_name("jsconfig.json")).filter(|_| is_config)
        };
        self.files.kind(path).or_else(beside).map(metadata).ok_or_else(missing)
    }

    fn read_link(&self, path: &Path) -> Result<PathBuf, ResolveError> {
        self.files.link(path).ok_or_else(|| ResolveError::from(missing()))
    }

    fn canonicalize(&self, path: &Path) -> io::Result<PathBuf> {
        match self.files.kind(path).ok_or_else(missing)? {
            Kind::Link => self.files.link(path).ok_or_else(missing),
            _ => Ok(path.to_owned()),
        }
    }
}
