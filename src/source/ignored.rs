//! What git ignores below a directory: its `.gitignore` files, those above it in the repository, what
//! `info/exclude` says, and the user's own list.
//!
//! The crate would read them by itself, whatever they are: a pipe is waited for, and a device without
//! an end fills the memory. So it is given their lines, of regular files that are not too large. It
//! reads only the user's own list, which no scanned tree can put anywhere.

use std::cell::OnceCell;
use std::collections::{BTreeMap, HashMap};
use std::fs::{self, File, Metadata};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use ignore::gitignore::{Gitignore, GitignoreBuilder};
use ignore::{DirEntry, Match};

/// Lists of patterns that are larger are not obeyed: the crate makes one automaton of each.
const LARGEST: u64 = 1 << 20;

/// The rules of one walk.
pub struct Ignored {
    root: PathBuf,
    /// The root without links.
    whole: PathBuf,
    own: Gitignore,
    levels: RwLock<HashMap<PathBuf, Option<Arc<Level>>>>,
    passed: Mutex<BTreeMap<PathBuf, String>>,
}

/// The rules of a directory and of those above it, up to the root of the repository.
struct Level {
    above: Option<Arc<Level>>,
    /// Whether it lies above the root of the walk, so that its path begins elsewhere.
    is_outside: bool,
    rules: Gitignore,
    excluded: Gitignore,
}

impl Ignored {
    /// The rules of a walk that begins at a directory.
    pub fn under(root: &Path) -> Self {
        let whole = root.canonicalize().unwrap_or_else(|_| root.to_owned());
        let (own, _) = Gitignore::global();
        let ignored = Self {
            root: root.to_owned(),
            whole,
            own,
            levels: RwLock::default(),
            passed: Mutex::default(),
        };
        let above = ignored.above();
        let level = ignored.level(root, above, false);
        ignored.write(root, level);
        ignored
    }

    /// Whether git ignores an entry of the walk.
    pub fn has(&self, entry: &DirEntry) -> bool {
        let path = entry.path();
        let Some(level) = path.parent().and_then(|dir| self.of(dir)) else { return false };
        let is_dir = entry.file_type().is_some_and(|kind| kind.is_dir());
        let whole = OnceCell::new();
        let (mut rule, mut excluded) = (Match::None, Match::None);
        let mut next = Some(&level);
        while let Some(level) = next {
            let path: &Path = match level.is_outside {
                true => whole.get_or_init(|| self.whole.join(self.relative(path))),
                false => path,
            };
            if rule.is_none() {
                rule = level.rules.matched(path, is_dir);
            }
            if excluded.is_none() {
                excluded = level.excluded.matched(path, is_dir);
            }
            next = level.above.as_ref();
        }
        rule.or(excluded).or(self.own.matched(path, is_dir)).is_ignore()
    }

    /// The lists that are not obeyed and why, by their paths relative to the root where they lie in it.
    pub fn passed(&self) -> Vec<(PathBuf, String)> {
        let passed =
            std::mem::take(&mut *self.passed.lock().unwrap_or_else(PoisonError::into_inner));
        passed.into_iter().map(|(path, why)| (self.relative(&path).to_owned(), why)).collect()
    }

    fn relative<'p>(&self, path: &'p Path) -> &'p Path {
        path.strip_prefix(&self.root).unwrap_or(path)
    }

    /// The rules above the root of the walk, if it lies within a repository that begins there.
    fn above(&self) -> Option<Arc<Level>> {
        if is_repository(&self.whole) {
            return None;
        }
        let above: Vec<&Path> = self.whole.ancestors().skip(1).collect();
        let begin = above.iter().position(|dir| is_repository(dir))?;
        above[..=begin].iter().rev().fold(None, |level, dir| self.level(dir, level, true))
    }

    /// The rules that hold in a directory.
    fn of(&self, dir: &Path) -> Option<Arc<Level>> {
        let known = self.levels.read().unwrap_or_else(PoisonError::into_inner).get(dir).cloned();
        known.unwrap_or_else(|| {
            // A walk comes to a directory before it comes to those in it.
            let above = dir.parent().filter(|_| dir != self.root).and_then(|dir| self.of(dir));
            let level = self.level(dir, above, false);
            self.write(dir, level.clone());
            level
        })
    }

    fn write(&self, dir: &Path, level: Option<Arc<Level>>) {
        let mut levels = self.levels.write().unwrap_or_else(PoisonError::into_inner);
        levels.insert(dir.to_owned(), level);
    }

    /// The rules of a directory on top of those above it: none where there is no repository.
    fn level(&self, dir: &Path, above: Option<Arc<Level>>, is_outside: bool) -> Option<Arc<Level>> {
        let begins = is_repository(dir);
        if !begins && above.is_none() {
            return None;
        }
        let rules = self.rules(dir, &dir.join(".gitignore"), true);
        let exclude = begins.then(|| common_dir(dir)).flatten().map(|dir| dir.join("info/exclude"));
        let excluded = exclude.and_then(|path| self.rules(dir, &path, false));
        if !begins && rules.is_none() && excluded.is_none() {
            return above;
        }
        let or_empty = |rules: Option<Gitignore>| rules.unwrap_or_else(Gitignore::empty);
        let above = above.filter(|_| !begins);
        let (rules, excluded) = (or_empty(rules), or_empty(excluded));
        Some(Arc::new(Level { above, is_outside, rules, excluded }))
    }

    /// The rules of a list for the names below a directory.
    fn rules(&self, dir: &Path, path: &Path, is_tracked: bool) -> Option<Gitignore> {
        let lines = match lines(path, is_tracked) {
            Ok(lines) => lines?,
            Err(why) => {
                let mut passed = self.passed.lock().unwrap_or_else(PoisonError::into_inner);
                let why = format!("not obeyed, so that what it ignores is read: {why}");
                passed.insert(path.to_owned(), why);
                return None;
            }
        };
        let mut builder = GitignoreBuilder::new(dir);
        let text = lines.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&lines);
        for line in text.split(|byte| *byte == b'\n') {
            let line = std::str::from_utf8(line.strip_suffix(b"\r").unwrap_or(line));
            // A faulty pattern ignores nothing, as for git.
            let _ = line.map(|line| builder.add_line(Some(path.to_owned()), line).is_ok());
        }
        builder.build().ok()
    }
}

fn is_repository(dir: &Path) -> bool {
    [".git", ".jj"].iter().any(|name| fs::metadata(dir.join(name)).is_ok())
}

/// The directory that holds `info/exclude` for a work tree.
fn common_dir(dir: &Path) -> Option<PathBuf> {
    let git = dir.join(".git");
    if fs::metadata(&git).ok()?.is_dir() {
        return Some(git);
    }
    let own = dir.join(first_line(&git)?.strip_prefix("gitdir: ")?);
    let common = first_line(&own.join("commondir"))?;
    Some(own.join(common))
}

fn first_line(path: &Path) -> Option<String> {
    let bytes = lines(path, false).ok()??;
    let text = String::from_utf8(bytes).ok()?;
    text.lines().next().map(|line| line.trim_end().to_owned())
}

/// The content of a list; none if it is not there. Git follows no link in the place of a file that it
/// may track.
fn lines(path: &Path, is_tracked: bool) -> Result<Option<Vec<u8>>, String> {
    let look: fn(&Path) -> io::Result<Metadata> =
        if is_tracked { |path| fs::symlink_metadata(path) } else { |path| fs::metadata(path) };
    // A pipe would be waited for when it is opened.
    match look(path) {
        Err(_) => return Ok(None),
        Ok(found) if found.is_symlink() => {
            return Err("it is a link, which git does not follow".into());
        }
        Ok(found) if !found.is_file() => return Err("it is no regular file".into()),
        Ok(_) => {}
    }
    let mut bytes = Vec::new();
    let read = File::open(path).and_then(|file| file.take(LARGEST + 1).read_to_end(&mut bytes));
    match read {
        Err(error) => Err(format!("it cannot be read: {error}")),
        Ok(_) if bytes.len() as u64 > LARGEST => Err("it is larger than 1 MiB".into()),
        Ok(_) => Ok(Some(bytes)),
    }
}
