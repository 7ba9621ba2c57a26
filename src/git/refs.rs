//! References: branches, tags, remote-tracking branches, stashes, `HEAD`s and reflogs.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::blob::ObjectId;
use crate::coverage::{Note, unreadable};
use crate::git::reftable::{LogRecord, RefValue, Table};
use crate::git::{Repository, path_to_bytes, read_small};

/// What a reference is for, from its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RefKind {
    /// `refs/heads/…`.
    Branch,
    /// `refs/tags/…`.
    Tag,
    /// `refs/remotes/…`: what the server was last seen to have.
    Remote,
    /// `HEAD` of this or of another work tree.
    Head,
    /// `refs/stash`.
    Stash,
    /// Any other reference: notes, pull requests, `ORIG_HEAD`, `FETCH_HEAD`.
    Other,
    /// No reference, but a reflog names the commit.
    Reflog,
}

impl RefKind {
    fn of(name: &[u8]) -> Self {
        let starts = |prefix: &[u8]| name.starts_with(prefix);
        match name {
            b"refs/stash" => Self::Stash,
            b"HEAD" => Self::Head,
            _ if starts(b"refs/heads/") => Self::Branch,
            _ if starts(b"refs/tags/") => Self::Tag,
            _ if starts(b"refs/remotes/") => Self::Remote,
            _ if starts(b"worktrees/") && name.ends_with(b"/HEAD") => Self::Head,
            _ => Self::Other,
        }
    }
}

/// A reference and the object that it names.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Reference {
    /// The whole name, such as `refs/heads/main`; it need not be UTF-8. References of another work
    /// tree are called `worktrees/<id>/…`; a reflog has the name of its file below `.git`.
    pub name: Vec<u8>,
    /// What it is for.
    pub kind: RefKind,
    /// The object, which may be an annotated tag.
    pub target: ObjectId,
}

/// What is checked out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Head {
    /// A branch that has a commit.
    Branch(Vec<u8>, ObjectId),
    /// A branch without any commit, as in a repository that was just made.
    Unborn(Vec<u8>),
    /// A commit, and no branch.
    Detached(ObjectId),
    /// `HEAD` cannot be read.
    #[default]
    Broken,
}

impl Head {
    /// The commit that is checked out.
    pub fn commit(&self) -> Option<ObjectId> {
        match self {
            Self::Branch(_, id) | Self::Detached(id) => Some(*id),
            Self::Unborn(_) | Self::Broken => None,
        }
    }
}

/// Every reference of a repository.
#[derive(Clone, Debug, Default)]
pub struct References {
    /// What is checked out in this work tree.
    pub head: Head,
    /// All references and all commits that reflogs name, sorted by name.
    pub all: Vec<Reference>,
    /// References that cannot be read.
    pub gaps: Vec<Note>,
    /// For each reference with a reflog, what it was set to, oldest first.
    logs: BTreeMap<Vec<u8>, Vec<ObjectId>>,
}

impl References {
    /// What a reference was set to, `count` changes ago: `name@{count}`.
    pub fn logged(&self, name: &[u8], count: usize) -> Option<ObjectId> {
        self.logs.get(name)?.iter().rev().nth(count).copied()
    }

    /// The object that a full name stands for.
    pub fn get(&self, name: &[u8]) -> Option<ObjectId> {
        let is_ref = |found: &&Reference| found.name == name && found.kind != RefKind::Reflog;
        let first = self.all.partition_point(|reference| reference.name.as_slice() < name);
        self.all[first..].iter().take_while(|r| r.name == name).find(is_ref).map(|r| r.target)
    }
}

/// What a file of a reference says.
enum Target {
    Id(ObjectId),
    Symbolic(Vec<u8>),
}

#[derive(Default)]
struct Reader {
    found: BTreeMap<Vec<u8>, Target>,
    logged: BTreeMap<Vec<u8>, Vec<ObjectId>>,
    logs: BTreeMap<Vec<u8>, Vec<ObjectId>>,
    gaps: Vec<Note>,
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
    fn gap(&mut self, path: &Path, why: String) {
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

    /// The tables of a git directory, the oldest first: newer ones overrule what they say. `HEAD`
    /// and `refs` are there for old versions of git only.
    fn tables(&mut self, dir: &Path, id_len: usize, prefix: &[u8]) {
        let dir = dir.join("reftable");
        let Some(list) = self.read(&dir.join("tables.list")) else { return };
        let mut logs: BTreeMap<(Vec<u8>, u64), [ObjectId; 2]> = BTreeMap::new();
        for name in list.split(|&byte| byte == b'\n').filter(|name| !name.is_empty()) {
            let file = dir.join(crate::git::bytes_to_path(name));
            let is_beside = !name.contains(&b'/') && name != b"..";
            let Some(bytes) = self.read(&file).filter(|_| is_beside) else {
                let why = "this table of references is listed and cannot be read; restore it from \
                           another copy";
                self.gap(&file, why.to_owned());
                continue;
            };
            let (table, outcome) = Table::parse(&bytes, id_len);
            if let Err(why) = outcome {
                self.gap(&file, why.to_owned());
            }
            for (name, value) in table.refs {
                let name = [prefix, &name].concat();
                match value {
                    RefValue::Deleted => drop(self.found.remove(&name)),
                    RefValue::Id(id) => drop(self.found.insert(name, Target::Id(id))),
                    RefValue::Symbolic(to) => drop(self.found.insert(name, Target::Symbolic(to))),
                }
            }
            for LogRecord { name, index, entry } in table.logs {
                match entry {
                    Some(entry) => drop(logs.insert((name, index), [entry.old, entry.new])),
                    None => drop(logs.remove(&(name, index))),
                }
            }
        }
        for ((name, _), [old, new]) in logs {
            let ids = self.logged.entry([prefix, b"logs/", &name].concat()).or_default();
            ids.extend([old, new].iter().filter(|id| !id.is_zero()));
            ids.sort_unstable();
            ids.dedup();
            if prefix.is_empty() {
                self.logs.entry(name).or_default().push(new);
            }
        }
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
        let mut pending = vec![(root.join(crate::git::bytes_to_path(name)), name.to_owned())];
        while let Some((dir, name)) = pending.pop() {
            for entry in self.list(&dir) {
                let leaf = path_to_bytes(Path::new(&entry.file_name()));
                let name = [name.as_slice(), b"/", &leaf].concat();
                match entry.file_type() {
                    Ok(kind) if kind.is_dir() => pending.push((entry.path(), name)),
                    _ if leaf.ends_with(b".lock") => {}
                    _ => self.loose(&entry.path(), [prefix, &name].concat()),
                }
            }
        }
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

    /// Both ids of each line of each reflog.
    fn logs(&mut self, dir: &Path, name: &[u8]) {
        let mut pending = vec![(dir.to_owned(), name.to_owned())];
        while let Some((dir, name)) = pending.pop() {
            for entry in self.list(&dir) {
                let leaf = path_to_bytes(Path::new(&entry.file_name()));
                let name = [name.as_slice(), b"/", &leaf].concat();
                match entry.file_type() {
                    Ok(kind) if kind.is_dir() => pending.push((entry.path(), name)),
                    _ => self.log(&entry.path(), name),
                }
            }
        }
    }

    fn log(&mut self, file: &Path, name: Vec<u8>) {
        let Some(content) = self.read(file) else { return };
        if let Some(reference) = name.strip_prefix(b"logs/") {
            let lines = content.split(|&byte| byte == b'\n');
            let set = lines.filter_map(|line| line.split(|&byte| byte == b' ').nth(1));
            self.logs.insert(reference.to_owned(), set.filter_map(ObjectId::from_hex).collect());
        }
        let ids = self.logged.entry(name).or_default();
        for line in content.split(|&byte| byte == b'\n') {
            let words = line.splitn(3, |&byte| byte == b' ').take(2);
            ids.extend(words.filter_map(ObjectId::from_hex).filter(|id| !id.is_zero()));
        }
        ids.sort_unstable();
        ids.dedup();
    }

    fn read(&mut self, file: &Path) -> Option<Vec<u8>> {
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

/// The directories in a directory, by name.
pub(crate) fn subdirectories(dir: &Path) -> Vec<(Vec<u8>, PathBuf)> {
    let entries = fs::read_dir(dir).into_iter().flatten().flatten();
    let mut found: Vec<_> = entries
        .filter(|entry| entry.path().is_dir())
        .map(|entry| (path_to_bytes(Path::new(&entry.file_name())), entry.path()))
        .collect();
    found.sort_unstable();
    found
}
