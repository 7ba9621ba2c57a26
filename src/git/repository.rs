//! Finding a repository on disk, without obeying what its configuration says.

use std::fmt;
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use crate::coverage::{Note, unreadable};
use crate::git::config::Format;
use crate::git::refs::subdirectories;
use crate::git::{bytes_to_path, read_small};

/// The directories of a repository.
///
/// Nothing of the configuration is used but the format of the repository: no included file, no
/// `core.worktree`, no hook, filter or helper program. Who owns the files does not matter either,
/// for nothing of them is ever run.
#[derive(Clone, Debug)]
pub struct Repository {
    /// What belongs to one work tree alone: `HEAD`, the index, its own reflog.
    pub git_dir: PathBuf,
    /// What all work trees share: objects, branches, tags, configuration.
    pub common_dir: PathBuf,
    /// The work tree, where there is one.
    pub work_tree: Option<PathBuf>,
    /// The format of objects and references.
    pub(crate) format: Format,
    /// The index, where it is not that of the work tree.
    pub(crate) index_file: Option<PathBuf>,
    /// The directory of its own objects, where it is another one.
    pub(crate) object_store: Option<PathBuf>,
    /// Object directories besides its own and those that it borrows from.
    pub(crate) more_objects: Vec<PathBuf>,
    /// The directories within which it may borrow; `None` lets it borrow anywhere.
    pub(crate) lenders: Option<Vec<PathBuf>>,
}

/// Why a path cannot be read as a repository. Its text says what to do.
#[derive(Debug)]
#[non_exhaustive]
pub enum OpenError {
    /// There is nothing at this path.
    Missing(PathBuf),
    /// What is there is no repository.
    NotARepository(PathBuf),
    /// What is left of a git directory, or a `.git` file that leads to none.
    Damaged(PathBuf),
    /// A `.git` file or a `commondir` file that leads nowhere.
    BrokenLink {
        /// The file.
        file: PathBuf,
        /// Where it leads to.
        target: PathBuf,
    },
    /// A file of the repository cannot be read.
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system says.
        error: io::Error,
    },
    /// The repository stores its objects in a way that is not known.
    UnknownFormat {
        /// The configuration file.
        path: PathBuf,
        /// The setting that is not understood.
        what: String,
    },
}

impl fmt::Display for OpenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing(path) => write!(f, "{} does not exist", path.display()),
            Self::NotARepository(path) => write!(
                f,
                "{} is not a git repository; name the root of a work tree or a git directory",
                path.display()
            ),
            Self::Damaged(path) => write!(
                f,
                "{} is damaged, and its history was not read: a git directory has HEAD, objects and \
                 refs, and a .git file says where one is; restore it, or remove it if no history \
                 belongs to it",
                path.display()
            ),
            Self::BrokenLink { file, target } => write!(
                f,
                "{} leads to {}, which is not a git directory; run `git worktree repair`, or name \
                 the repository that it belonged to",
                file.display(),
                target.display()
            ),
            Self::Unreadable { path, error } => {
                write!(f, "{} {}", path.display(), unreadable(error))
            }
            Self::UnknownFormat { path, what } => write!(
                f,
                "{} says {what}, a format of repositories that is not supported; a newer version of \
                 this program may read it",
                path.display()
            ),
        }
    }
}

impl std::error::Error for OpenError {}

/// Opens the repository at `path`: the root of a work tree, a git directory, a bare repository, or
/// a `.git` file as submodules and linked work trees have it. Parent directories are not searched.
///
/// # Errors
/// If there is no repository, or one that cannot be read.
pub fn open(path: &Path) -> Result<Repository, OpenError> {
    let metadata = fs::metadata(path).map_err(|error| unopened(path, error))?;
    if metadata.is_file() {
        return open_git_dir(follow_git_file(path)?, path.parent());
    }
    let dot_git = path.join(".git");
    match fs::metadata(&dot_git) {
        Ok(inner) if inner.is_file() => open_git_dir(follow_git_file(&dot_git)?, Some(path)),
        Ok(inner) if inner.is_dir() && is_git_dir(&dot_git) => open_git_dir(dot_git, Some(path)),
        _ if is_git_dir(path) => {
            let inside = path.file_name().is_some_and(|name| name == ".git");
            open_git_dir(path.to_owned(), path.parent().filter(|_| inside))
        }
        Ok(inner) if inner.is_dir() && was_git_dir(&dot_git) => Err(OpenError::Damaged(dot_git)),
        _ if was_database(path) => Err(OpenError::Damaged(path.to_owned())),
        _ => Err(OpenError::NotARepository(path.to_owned())),
    }
}

fn unopened(path: &Path, error: io::Error) -> OpenError {
    match error.kind() {
        io::ErrorKind::NotFound => OpenError::Missing(path.to_owned()),
        _ => OpenError::Unreadable { path: path.to_owned(), error },
    }
}

/// The root of the repository that holds a directory or file: the nearest ancestor that [`open`]
/// would take, itself included.
///
/// # Errors
/// If there is none.
pub fn discover(path: &Path) -> Result<PathBuf, OpenError> {
    let absolute = path.canonicalize().map_err(|error| unopened(path, error))?;
    let found = absolute.ancestors().find(|dir| is_repository(dir));
    found.map(Path::to_path_buf).ok_or_else(|| OpenError::NotARepository(path.to_owned()))
}

/// Whether [`open`] would find a repository at `path`, even a broken one.
pub fn is_repository(path: &Path) -> bool {
    !matches!(open(path), Err(OpenError::Missing(_) | OpenError::NotARepository(_)))
}

/// Whether a directory looks like what git calls a git directory. A linked work tree has a
/// `commondir` file in place of objects and references.
pub(crate) fn is_git_dir(path: &Path) -> bool {
    let head = fs::symlink_metadata(path.join("HEAD")).is_ok();
    let own = path.join("objects").is_dir() && path.join("refs").is_dir();
    head && (own || path.join("commondir").is_file())
}

/// Whether a directory named `.git` has something of what makes a git directory. Git passes over one
/// that has not all of it, and so hides that a history cannot be read.
fn was_git_dir(dot_git: &Path) -> bool {
    let has = |name| fs::symlink_metadata(dot_git.join(name)).is_ok();
    ["HEAD", "objects", "refs", "packed-refs", "commondir"].into_iter().any(has)
}

/// Whether a directory of any name holds the objects of a bare repository.
fn was_database(path: &Path) -> bool {
    let has = |name| fs::symlink_metadata(path.join(name)).is_ok();
    (has("objects/pack") || has("objects/info"))
        && ["HEAD", "refs", "packed-refs", "config"].into_iter().any(has)
}

/// Reads `gitdir: <path>` from a `.git` file; a relative path starts at the file's directory.
fn follow_git_file(file: &Path) -> Result<PathBuf, OpenError> {
    let content =
        read_head(file).map_err(|error| OpenError::Unreadable { path: file.to_owned(), error })?;
    let target = content
        .strip_prefix(b"gitdir:")
        .map(|rest| bytes_to_path(rest.trim_ascii()))
        .ok_or_else(|| match file.file_name() {
            Some(name) if name == ".git" => OpenError::Damaged(file.to_owned()),
            _ => OpenError::NotARepository(file.to_owned()),
        })?;
    let target = file.parent().unwrap_or(Path::new("")).join(target);
    match is_git_dir(&target) {
        true => Ok(target),
        false => Err(OpenError::BrokenLink { file: file.to_owned(), target }),
    }
}

/// As much of a file as a `.git` file can be. Any file may be asked about, and most are larger.
fn read_head(file: &Path) -> io::Result<Vec<u8>> {
    const LONGEST: u64 = 64 << 10;
    if !fs::metadata(file)?.is_file() {
        return Err(io::Error::other("it is not a regular file"));
    }
    let mut head = Vec::new();
    File::open(file)?.take(LONGEST).read_to_end(&mut head)?;
    Ok(head)
}

pub(crate) fn open_git_dir(
    git_dir: PathBuf,
    work_tree: Option<&Path>,
) -> Result<Repository, OpenError> {
    let common_dir = common_dir(&git_dir)?;
    let config = common_dir.join("config");
    let format = Format::read(&config)?;
    let work_tree = work_tree.map(Path::to_owned);
    Ok(Repository {
        git_dir,
        common_dir,
        work_tree,
        format,
        index_file: None,
        object_store: None,
        more_objects: Vec::new(),
        lenders: None,
    })
}

fn common_dir(git_dir: &Path) -> Result<PathBuf, OpenError> {
    let file = git_dir.join("commondir");
    let content = match read_small(&file) {
        Ok(content) => content,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(git_dir.to_owned()),
        Err(error) => return Err(OpenError::Unreadable { path: file, error }),
    };
    let target = git_dir.join(bytes_to_path(content.trim_ascii()));
    match target.join("objects").is_dir() {
        true => Ok(target.canonicalize().unwrap_or(target)),
        false => Err(OpenError::BrokenLink { file, target }),
    }
}

impl Repository {
    /// The length of an object id: 20 or 32 bytes.
    pub fn id_len(&self) -> usize {
        self.format.id_len
    }

    /// The same repository, which borrows objects only where they lie within one of `directories` or
    /// within itself: whoever made it may have written any path into its list of alternates.
    pub fn borrowing_within(mut self, directories: &[PathBuf]) -> Self {
        let own = [Some(&self.common_dir), self.work_tree.as_ref()];
        let all = directories.iter().chain(own.into_iter().flatten());
        self.lenders = Some(all.filter_map(|dir| dir.canonicalize().ok()).collect());
        self
    }

    fn may_borrow_from(&self, dir: &Path) -> bool {
        let Some(lenders) = &self.lenders else { return true };
        dir.canonicalize().is_ok_and(|dir| lenders.iter().any(|lender| dir.starts_with(lender)))
    }

    /// The main work tree and the linked ones, without this one.
    pub fn other_work_trees(&self) -> Vec<Self> {
        let linked = subdirectories(&self.common_dir.join("worktrees")).into_iter();
        let dirs = std::iter::once(self.common_dir.clone()).chain(linked.map(|(_, dir)| dir));
        let others = dirs.filter(|dir| !same_dir(dir, &self.git_dir));
        others
            .map(|git_dir| Self { git_dir, work_tree: None, index_file: None, ..self.clone() })
            .collect()
    }

    /// The directories that hold objects, this repository's own first, then its alternates, and
    /// notes on alternates that cannot be read.
    pub(crate) fn object_dirs(&self) -> (Vec<PathBuf>, Vec<Note>) {
        let own = self.common_dir.join("objects");
        let mut dirs = vec![self.object_store.clone().unwrap_or(own)];
        dirs.extend(self.more_objects.iter().cloned());
        let mut gaps = Vec::new();
        let mut next = 0;
        while let Some(dir) = dirs.get(next).cloned() {
            next += 1;
            for alternate in read_alternates(&dir, &mut gaps) {
                if !alternate.is_dir() {
                    gaps.push(missing_alternate(&alternate));
                } else if !self.may_borrow_from(&alternate) {
                    gaps.push(foreign_alternate(&alternate));
                } else if !dirs.iter().any(|known| same_dir(known, &alternate)) {
                    dirs.push(alternate);
                }
            }
        }
        (dirs, gaps)
    }
}

fn missing_alternate(dir: &Path) -> Note {
    Note {
        what: dir.display().to_string(),
        why:
            "this repository borrows objects from there, but there is no such directory; bring it \
              back, or clone the repository anew"
                .to_owned(),
    }
}

fn foreign_alternate(dir: &Path) -> Note {
    Note {
        what: dir.display().to_string(),
        why: "this repository borrows objects from there, which is outside of what was asked for, so \
              they were not read; name the repository there too, or copy them with `git repack -ad`"
            .to_owned(),
    }
}

fn same_dir(a: &Path, b: &Path) -> bool {
    a == b || matches!((a.canonicalize(), b.canonicalize()), (Ok(a), Ok(b)) if a == b)
}

/// The object directories that `objects/info/alternates` names.
fn read_alternates(objects: &Path, gaps: &mut Vec<Note>) -> Vec<PathBuf> {
    let file = objects.join("info/alternates");
    match read_small(&file) {
        Ok(content) => content
            .split(|&byte| byte == b'\n')
            .filter(|line| !line.is_empty() && line[0] != b'#')
            .map(|line| objects.join(bytes_to_path(&unquote(line))))
            .collect(),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Vec::new(),
        Err(error) => {
            gaps.push(Note { what: file.display().to_string(), why: unreadable(&error) });
            Vec::new()
        }
    }
}

/// Undoes the quoting of git's C style, used where a path begins with a quote.
pub(crate) fn unquote(line: &[u8]) -> Vec<u8> {
    let Some(inner) = line.strip_prefix(b"\"").and_then(|rest| rest.strip_suffix(b"\"")) else {
        return line.to_owned();
    };
    let mut out = Vec::with_capacity(inner.len());
    let mut rest = inner.iter().copied();
    while let Some(byte) = rest.next() {
        let escaped = if byte == b'\\' { rest.next() } else { None };
        match escaped {
            None => out.push(byte),
            Some(b'n') => out.push(b'\n'),
            Some(b't') => out.push(b'\t'),
            Some(digit @ b'0'..=b'3') => {
                let tail = [rest.next(), rest.next()].map(|d| d.unwrap_or(b'0').wrapping_sub(b'0'));
                out.push(((digit - b'0') << 6) | ((tail[0] & 7) << 3) | (tail[1] & 7));
            }
            Some(other) => out.push(other),
        }
    }
    out
}
