//! What lies around the object database: names of references, reflogs, the configuration, hooks,
//! messages and states that git keeps while it works.

use std::fs::{self, FileType};
use std::path::{Path, PathBuf};

use crate::blob::{Blob, Origin};
use crate::coverage::{Coverage, unreadable};
use crate::git::refs::subdirectories;
use crate::git::reftable::Table;
use crate::git::repository::is_git_dir;
use crate::git::{RefKind, Repository, read_small};

/// Shows `visit` every file of the git directory, those of linked work trees included, with the
/// path at which a person can open it; every name of a reference, with that name as path; and the
/// names of all files in each index, one a line. Objects are not among them, nor are the
/// repositories of submodules, which [`submodules`] lists.
pub fn places(repository: &Repository, visit: &mut dyn FnMut(&Blob<'_>)) -> Coverage {
    let mut places = Places { repository, visit, coverage: Coverage::default() };
    places.names();
    places.indexes();
    places.directory(&repository.common_dir);
    if !repository.git_dir.starts_with(&repository.common_dir) {
        places.directory(&repository.git_dir);
    }
    places.coverage
}

/// The git directories of submodules that lie in that of the repository, also of submodules that
/// were removed since, and of submodules of submodules.
pub fn submodules(repository: &Repository) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut pending = vec![repository.common_dir.join("modules")];
    while let Some(dir) = pending.pop() {
        for (_, path) in subdirectories(&dir) {
            if path.is_symlink() {
                continue;
            }
            if is_git_dir(&path) {
                pending.push(path.join("modules"));
                found.push(path);
            } else {
                pending.push(path);
            }
        }
    }
    found.sort_unstable();
    found
}

struct Places<'a> {
    repository: &'a Repository,
    visit: &'a mut dyn FnMut(&Blob<'_>),
    coverage: Coverage,
}

impl Places<'_> {
    fn show(&mut self, path: &str, origin: Origin, bytes: &[u8]) {
        self.coverage.bytes += bytes.len() as u64;
        (self.visit)(&Blob::whole(path, origin, bytes));
    }

    fn names(&mut self) {
        for reference in self.repository.references().all {
            if reference.kind != RefKind::Reflog {
                let path = String::from_utf8_lossy(&reference.name).into_owned();
                self.show(&path, Origin::Ref, &reference.name);
            }
        }
    }

    /// The indexes of all work trees are read entry by entry: their bytes would run lengths and
    /// names together.
    fn indexes(&mut self) {
        let mut work_trees = self.repository.other_work_trees();
        work_trees.insert(0, self.repository.clone());
        for work_tree in work_trees {
            let index = work_tree.index();
            let names: Vec<&[u8]> = index.entries.iter().map(|e| e.path.as_slice()).collect();
            let path = label(&work_tree.git_dir.join("index"));
            self.show(&path, Origin::Index, &names.join(&b'\n'));
            self.coverage.gaps.extend(index.gaps);
        }
    }

    /// Shows all files below a git directory, in the order of their paths.
    fn directory(&mut self, root: &Path) {
        let mut pending = vec![root.to_owned()];
        while let Some(dir) = pending.pop() {
            let entries =
                fs::read_dir(&dir).and_then(|entries| entries.collect::<Result<Vec<_>, _>>());
            let mut entries = match entries {
                Ok(entries) => entries,
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => continue,
                Err(error) => {
                    self.coverage.gap(label(&dir), unreadable(&error));
                    continue;
                }
            };
            entries.sort_unstable_by_key(|entry| std::cmp::Reverse(entry.file_name()));
            for entry in entries {
                let path = entry.path();
                match entry.file_type() {
                    Ok(kind) if kind.is_dir() && !is_elsewhere(root, &path) => pending.push(path),
                    Ok(kind) => self.file(root, &path, kind),
                    Err(error) => self.coverage.gap(label(&path), unreadable(&error)),
                }
            }
        }
    }

    /// A table is shown as text: its names are cut into pieces, and its logs are compressed.
    fn table(&mut self, path: &Path, bytes: &[u8]) {
        let (table, outcome) = Table::parse(bytes, self.repository.id_len());
        let (refs, logs) = table.text();
        self.coverage.files += 1;
        self.show(&label(path), Origin::Ref, &refs);
        self.show(&label(path), Origin::Reflog, &logs);
        if let Err(why) = outcome {
            self.coverage.gap(label(path), why);
        }
    }

    fn file(&mut self, root: &Path, path: &Path, kind: FileType) {
        if kind.is_symlink() {
            let why = "a symbolic link, and what it leads to is no part of the repository";
            return self.coverage.skip(label(path), why);
        }
        let Some(origin) =
            origin(path.strip_prefix(root).unwrap_or(path)).filter(|_| kind.is_file())
        else {
            return;
        };
        match read_small(path) {
            Ok(bytes) if is_table(path) => self.table(path, &bytes),
            Ok(bytes) => {
                self.coverage.files += 1;
                self.show(&label(path), origin, &bytes);
            }
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
            Err(error) => self.coverage.gap(label(path), unreadable(&error)),
        }
    }
}

/// Whether a file is a table of references, of today or left over.
fn is_table(path: &Path) -> bool {
    let inside = path.parent().is_some_and(|dir| dir.file_name().is_some_and(|d| d == "reftable"));
    inside && path.extension().is_some_and(|found| found == "ref" || found == "log")
}

/// Whether a directory is read as something else: the objects, and the repositories of submodules.
fn is_elsewhere(root: &Path, path: &Path) -> bool {
    path == root.join("objects") || path.starts_with(root.join("modules")) && is_git_dir(path)
}

/// What a file of a git directory is, by its path in it; `None` for those that are read otherwise.
fn origin(path: &Path) -> Option<Origin> {
    let mut names: Vec<&str> = path.iter().filter_map(|name| name.to_str()).collect();
    if names.first() == Some(&"worktrees") {
        names.drain(..names.len().min(2));
    }
    match names.as_slice() {
        ["index" | "packed-refs"] => None,
        [name] if name.starts_with("sharedindex.") => None,
        ["logs", ..] => Some(Origin::Reflog),
        ["refs", ..] => Some(Origin::Ref),
        _ => Some(Origin::Config),
    }
}

fn label(path: &Path) -> String {
    let text = path.to_string_lossy();
    if cfg!(windows) { text.replace('\\', "/") } else { text.into_owned() }
}
