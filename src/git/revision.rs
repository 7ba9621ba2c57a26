//! Names of revisions and of ranges of them (gitrevisions).

use std::collections::HashSet;
use std::fmt;

use crate::blob::{ObjectId, ObjectKind};
use crate::git::commit::{Commit, Tag};
use crate::git::range::merge_bases;
use crate::git::{Database, Head, References, Repository};

/// Why a revision or a range is not understood. Its text says what to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RevisionError {
    /// Nothing has this name.
    Unknown(String),
    /// Several objects begin with these digits.
    Ambiguous(String),
    /// It names something that is no commit.
    NotACommit(String),
    /// A commit that has to be looked at cannot be read.
    Unreadable(String, String),
}

impl fmt::Display for RevisionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unknown(text) => write!(
                f,
                "'{text}' is no revision of this repository; name a branch, a tag or a commit, and \
                 in a shallow clone run `git fetch --unshallow` first"
            ),
            Self::Ambiguous(text) => {
                write!(f, "several objects begin with '{text}'; give more digits of the id")
            }
            Self::NotACommit(text) => write!(f, "'{text}' is no commit, so it has no history"),
            Self::Unreadable(text, why) => write!(f, "'{text}' cannot be read: {why}"),
        }
    }
}

impl std::error::Error for RevisionError {}

/// The end points of a range: what is reached from `include` and not from `exclude`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RevisionRange {
    /// Commits whose ancestors, themselves included, are in the range.
    pub include: Vec<ObjectId>,
    /// Commits whose ancestors, themselves included, are not.
    pub exclude: Vec<ObjectId>,
}

/// Resolves revisions of one repository.
pub struct Resolver<'a> {
    refs: &'a References,
    database: &'a Database,
    id_len: usize,
}

impl<'a> Resolver<'a> {
    /// A resolver for names in `refs` and objects in `database`.
    pub fn new(repository: &Repository, refs: &'a References, database: &'a Database) -> Self {
        Self { refs, database, id_len: repository.id_len() }
    }

    /// The object that a revision names: a full or abbreviated id, a reference in full or short,
    /// `@`, `name@{n}`, any of them followed by `~n`, `^n` and `^{kind}`.
    ///
    /// # Errors
    /// If there is no such object, or more than one.
    pub fn resolve(&self, text: &str) -> Result<ObjectId, RevisionError> {
        let end = text.find(['~', '^']).unwrap_or(text.len());
        let (name, mut steps) = text.split_at(end);
        let unknown = || RevisionError::Unknown(text.to_owned());
        let mut id = self.base(name)?.ok_or_else(unknown)?;
        while let Some(kind) = steps.chars().next() {
            let rest = &steps[1..];
            if let (b'^', Some((what, after))) =
                (kind as u8, rest.strip_prefix('{').and_then(|rest| rest.split_once('}')))
            {
                id = self.peel(id, what, text)?;
                steps = after;
                continue;
            }
            let digits = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
            let count = match &rest[..digits] {
                "" => 1,
                number => number.parse().map_err(|_| unknown())?,
            };
            id = self.step(id, kind, count, text)?;
            steps = &rest[digits..];
        }
        Ok(id)
    }

    /// The commit that a revision names, through tags.
    ///
    /// # Errors
    /// If there is no such commit.
    pub fn commit(&self, text: &str) -> Result<ObjectId, RevisionError> {
        self.peel(self.resolve(text)?, "commit", text)
    }

    /// Understands `A..B`, `A...B`, `A^!`, `A^-`, `A^@`, `^A` and `A`, several of them separated by
    /// blanks. An empty side is `HEAD`; an id of zeros, as hooks pass it, is no commit at all.
    ///
    /// # Errors
    /// If one of the revisions is unknown.
    pub fn range(&self, text: &str) -> Result<RevisionRange, RevisionError> {
        let mut range = RevisionRange::default();
        for word in text.split_whitespace() {
            self.extend(&mut range, word)?;
        }
        if text.trim().is_empty() {
            return Err(RevisionError::Unknown(text.to_owned()));
        }
        Ok(range)
    }

    fn extend(&self, range: &mut RevisionRange, word: &str) -> Result<(), RevisionError> {
        let side = |text: &str| self.optional(if text.is_empty() { "HEAD" } else { text });
        if let Some((a, b)) = word.split_once("...") {
            let (a, b) = (side(a)?, side(b)?);
            range.include.extend(a.iter().chain(&b));
            if let (Some(a), Some(b)) = (a, b) {
                range.exclude.extend(merge_bases(self.database, a, b));
            }
        } else if let Some((a, b)) = word.split_once("..") {
            range.exclude.extend(side(a)?);
            range.include.extend(side(b)?);
        } else if let Some(name) = word.strip_prefix('^') {
            range.exclude.extend(self.optional(name)?);
        } else if let Some(name) = word.strip_suffix("^!").or(word.strip_suffix("^-")) {
            let commit = self.commit(name)?;
            let parents = self.read_commit(commit, word)?.parents;
            let count = if word.ends_with('-') { 1 } else { parents.len() };
            range.include.push(commit);
            range.exclude.extend(parents.iter().take(count));
        } else if let Some(name) = word.strip_suffix("^@") {
            range.include.extend(self.read_commit(self.commit(name)?, word)?.parents);
        } else {
            range.include.extend(self.optional(word)?);
        }
        Ok(())
    }

    /// `None` for the id of zeros.
    fn optional(&self, text: &str) -> Result<Option<ObjectId>, RevisionError> {
        match ObjectId::from_hex(text.as_bytes()) {
            Some(id) if id.is_zero() => Ok(None),
            _ => self.commit(text).map(Some),
        }
    }

    fn base(&self, name: &str) -> Result<Option<ObjectId>, RevisionError> {
        let full = ObjectId::from_hex(name.as_bytes());
        if let Some(id) = full.filter(|id| id.as_bytes().len() == self.id_len) {
            return Ok(self.database.read(&id).is_ok().then_some(id));
        }
        if let Some((name, count)) = name.strip_suffix('}').and_then(|n| n.split_once("@{")) {
            return Ok(count.parse().ok().and_then(|count| self.logged(name, count)));
        }
        let name = if name == "@" { "HEAD" } else { name };
        if let Some(id) = self.reference(name) {
            return Ok(Some(id));
        }
        let digits = match name.rsplit_once("-g") {
            Some((_, digits)) => digits,
            None => name,
        };
        let is_hex = digits.len() >= 4 && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
        match self.database.with_prefix(if is_hex { digits } else { "" }).as_slice() {
            [] => Ok(None),
            [id] => Ok(Some(*id)),
            several => self.only_commit(several, name),
        }
    }

    /// Of several objects with the same digits, git takes the only commit.
    fn only_commit(
        &self,
        several: &[ObjectId],
        name: &str,
    ) -> Result<Option<ObjectId>, RevisionError> {
        let is_commit = |id: &&ObjectId| {
            self.database.read(id).is_ok_and(|(kind, _)| kind == ObjectKind::Commit)
        };
        let commits: Vec<_> = several.iter().filter(is_commit).collect();
        match commits.as_slice() {
            [id] => Ok(Some(**id)),
            _ => Err(RevisionError::Ambiguous(name.to_owned())),
        }
    }

    /// A short name stands for the first of these that exists (gitrevisions).
    fn reference(&self, name: &str) -> Option<ObjectId> {
        const RULES: [(&str, &str); 6] = [
            ("", ""),
            ("refs/", ""),
            ("refs/tags/", ""),
            ("refs/heads/", ""),
            ("refs/remotes/", ""),
            ("refs/remotes/", "/HEAD"),
        ];
        RULES
            .iter()
            .find_map(|(before, after)| self.refs.get(format!("{before}{name}{after}").as_bytes()))
    }

    /// `name@{count}`: only the stash is commonly named so; others are found in their reflog.
    fn logged(&self, name: &str, count: usize) -> Option<ObjectId> {
        let head = match &self.refs.head {
            Head::Branch(name, _) => name.as_slice(),
            _ => b"HEAD",
        };
        let name = if name.is_empty() { head } else { name.as_bytes() };
        let prefixes: [&[u8]; 5] = [b"", b"refs/", b"refs/tags/", b"refs/heads/", b"refs/remotes/"];
        let full = prefixes.iter().map(|prefix| [prefix, name].concat());
        full.into_iter().find_map(|full| self.refs.logged(&full, count))
    }

    fn step(
        &self,
        id: ObjectId,
        kind: char,
        count: usize,
        text: &str,
    ) -> Result<ObjectId, RevisionError> {
        let mut id = self.peel(id, "commit", text)?;
        let unknown = || RevisionError::Unknown(text.to_owned());
        match (kind, count) {
            ('^', 0) => Ok(id),
            ('^', nth) => {
                let parents = self.read_commit(id, text)?.parents;
                parents.get(nth - 1).copied().ok_or_else(unknown)
            }
            ('~', generations) => {
                for _ in 0..generations {
                    id = *self.read_commit(id, text)?.parents.first().ok_or_else(unknown)?;
                }
                Ok(id)
            }
            _ => Err(unknown()),
        }
    }

    /// Follows tags to an object of the kind; an empty kind is the first that is no tag.
    fn peel(&self, id: ObjectId, kind: &str, text: &str) -> Result<ObjectId, RevisionError> {
        let mut id = id;
        let mut seen = HashSet::new();
        while seen.insert(id) {
            let (found, bytes) = self.read(id, text)?;
            match found {
                _ if found.name() == kind || kind == "object" => return Ok(id),
                ObjectKind::Tag => match Tag::parse(&bytes) {
                    Some(tag) => id = tag.target,
                    None => break,
                },
                _ if kind.is_empty() => return Ok(id),
                ObjectKind::Commit if kind == "tree" => match Commit::parse(&bytes) {
                    Some(commit) => return Ok(commit.tree),
                    None => break,
                },
                _ => break,
            }
        }
        Err(RevisionError::NotACommit(text.to_owned()))
    }

    fn read(&self, id: ObjectId, text: &str) -> Result<(ObjectKind, Vec<u8>), RevisionError> {
        self.database
            .read(&id)
            .map_err(|error| RevisionError::Unreadable(text.to_owned(), format!("{id}: {error}")))
    }

    fn read_commit(&self, id: ObjectId, text: &str) -> Result<Commit, RevisionError> {
        let (_, bytes) = self.read(id, text)?;
        Commit::parse(&bytes).ok_or_else(|| RevisionError::NotACommit(text.to_owned()))
    }
}
