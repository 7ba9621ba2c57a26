//! Reads the references of a repository from their files.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::{Head, RefKind, Reference, References, subdirectories};
use crate::blob::ObjectId;
use crate::coverage::{Note, unreadable};
use crate::git::{Repository, bytes_to_path, path_to_bytes, read_small};

/// What a file of a reference says.
pub(super) enum Target {
    Id(ObjectId),
    Symbolic(Vec<u8>),
}

#[derive(Default)]
pub(super) struct Reader {
    pub(super) found: BTreeMap<Vec<u8>, Target>,
    pub(super) logged: BTreeMap<Vec<u8>, Vec<ObjectId>>,
    pub(super) logs: BTreeMap<Vec<u8>, Vec<ObjectId>>,
    pub(super) gaps: Vec<Note>,
}

impl Repository {
    /// Reads every reference: loose, packed, of all work trees, pseudo references and reflogs.
    pub fn references(&self) -> References {
        let mut reader = Reader::default();
        if !self.format.reftable {
            reader.packed(&self.common_dir.join("packed-refs"));
        }
        reader.store(self, &self.common_dir, b"");
        for (name, dir) in subdirectories(&self.common_dir.join("worktrees")) {
            reader.store(self, &dir, &[b"worktrees/", name.as_slice(), b"/"].concat());
        }
        if self.git_dir != self.common_dir {
            reader.heads(&self.git_dir, b"");
            reader.tables(&self.git_dir, self.id_len(), b"");
        }
        reader.finish(self)
    }
}

impl Reader {
    pub(super) fn gap(&mut self, path: &Path, why: String) {
        self.gaps.push(Note { what: path.display().to_string(), why });
    }

    /// What one git directory has: loose references or tables, and the files beside them.
    fn store(&mut self, repository: &Repository, dir: &Path, prefix: &[u8]) {
        self.heads(dir, prefix);
        if repository.format.reftable {
            return self.tables(dir, repository.id_len(), prefix);
        }
        self.directory(dir, b"refs", prefix);
        self.logs(&dir.join("logs"), &[prefix, b"logs"].concat());
    }

    /// `packed-refs`: an id and a name in each line; lines with `^` are peeled tags.
    fn packed(&mut self, file: &Path) {
        let Some(content) = self.read(file) else { return };
        for line in content.split(|&byte| byte == b'\n') {
            if line.is_empty() || line[0] == b'#' || line[0] == b'^' {
                continue;
            }
            let id = line.split(|&byte| byte == b' ').next().unwrap_or_default();
            match (ObjectId::from_hex(id), line.get(id.len() + 1..)) {
                (Some(id), Some(name)) => {
                    self.found.insert(name.to_owned(), Target::Id(id));
                }
                _ => {
                    let why = "one of its lines is not an id and a name; restore it from another \
                               copy";
                    self.gap(file, why.to_owned());
                }
            }
        }
    }

    /// Loose references below `root`/`name`; they win over packed ones.
    fn directory(&mut self, root: &Path, name: &[u8], prefix: &[u8]) {
        for (file, name) in self.files(root.join(bytes_to_path(name)), name) {
            if !name.ends_with(b".lock") {
                self.loose(&file, [prefix, &name].concat());
            }
        }
    }

    /// The files below a directory, with their names below the one that it has.
    pub(super) fn files(&mut self, dir: PathBuf, name: &[u8]) -> Vec<(PathBuf, Vec<u8>)> {
        let (mut files, mut pending) = (Vec::new(), vec![(dir, name.to_owned())]);
        while let Some((dir, name)) = pending.pop() {
            for entry in self.list(&dir) {
                let leaf = path_to_bytes(Path::new(&entry.file_name()));
                let found = (entry.path(), [name.as_slice(), b"/", &leaf].concat());
                match entry.file_type() {
                    Ok(kind) if kind.is_dir() => pending.push(found),
                    _ => files.push(found),
                }
            }
        }
        files
    }

    /// `HEAD` and the files beside it that name commits: `ORIG_HEAD`, `FETCH_HEAD`, `MERGE_HEAD` ….
    fn heads(&mut self, dir: &Path, prefix: &[u8]) {
        for entry in self.list(dir) {
            let name = path_to_bytes(Path::new(&entry.file_name()));
            let is_file = entry.file_type().is_ok_and(|kind| kind.is_file() || kind.is_symlink());
            let is_head = name == b"HEAD" || name.ends_with(b"_HEAD");
            if is_file && is_head && name.iter().all(|b| b.is_ascii_uppercase() || *b == b'_') {
                self.loose(&entry.path(), [prefix, &name].concat());
            }
        }
    }

    fn loose(&mut self, file: &Path, name: Vec<u8>) {
        let Some(content) = self.read(file) else { return };
        if let Some(target) = content.strip_prefix(b"ref:") {
            let target = target.trim_ascii().to_owned();
            self.found.insert(name, Target::Symbolic(target));
            return;
        }
        let several = name.ends_with(b"FETCH_HEAD") || name.ends_with(b"MERGE_HEAD");
        if several && content.trim_ascii().is_empty() {
            return;
        }
        let mut ids = content.split(|&byte| byte == b'\n').map(|line| {
            let end = line.iter().position(u8::is_ascii_whitespace).unwrap_or(line.len());
            ObjectId::from_hex(&line[..end])
        });
        match ids.next().flatten() {
            Some(id) => drop(self.found.insert(name.clone(), Target::Id(id))),
            None => {
                let why = "this reference is empty or damaged, so what it named is not known; \
                           restore it from its reflog, or delete it";
                self.gap(file, why.to_owned());
            }
        }
        if several {
            self.logged.entry(name).or_default().extend(ids.flatten());
        }
    }

    pub(super) fn read(&mut self, file: &Path) -> Option<Vec<u8>> {
        match read_small(file) {
            Ok(content) => Some(content),
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) => {
                self.gap(file, unreadable(&error));
                None
            }
        }
    }

    fn list(&mut self, dir: &Path) -> Vec<fs::DirEntry> {
        let entries = fs::read_dir(dir).and_then(|entries| entries.collect());
        match entries {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => Vec::new(),
            Err(error) => {
                self.gap(dir, unreadable(&error));
                Vec::new()
            }
        }
    }

    /// Follows a chain of symbolic references, as far as git does.
    fn resolve(&self, name: &[u8]) -> Option<ObjectId> {
        let mut name = name;
        for _ in 0..=5 {
            match self.found.get(name)? {
                Target::Id(id) => return Some(*id),
                Target::Symbolic(next) => name = next,
            }
        }
        None
    }

    fn head(&self) -> Head {
        match self.found.get(b"HEAD".as_slice()) {
            Some(Target::Id(id)) => Head::Detached(*id),
            Some(Target::Symbolic(name)) => match self.resolve(name) {
                Some(id) => Head::Branch(name.clone(), id),
                None => Head::Unborn(name.clone()),
            },
            None => Head::Broken,
        }
    }

    fn finish(mut self, repository: &Repository) -> References {
        let head = self.head();
        if head == Head::Broken && !repository.format.reftable {
            let why = "what is checked out cannot be read from it; `git symbolic-ref HEAD \
                       refs/heads/NAME` says it anew";
            self.gap(&repository.git_dir.join("HEAD"), why.to_owned());
        }
        let mut all: Vec<Reference> = self
            .found
            .keys()
            .filter_map(|name| self.resolve(name).map(|target| (name, target)))
            .map(|(name, target)| Reference { name: name.clone(), kind: RefKind::of(name), target })
            .collect();
        for (name, ids) in self.logged {
            all.extend(ids.into_iter().map(|target| Reference {
                name: name.clone(),
                kind: RefKind::Reflog,
                target,
            }));
        }
        all.sort_unstable();
        self.gaps.sort_unstable();
        self.gaps.dedup();
        References { head, all, gaps: self.gaps, logs: self.logs }
    }
}
