//! Bytes, and where they came from.

use std::fmt;
use std::ops::Range;

/// The id of a git object: 20 bytes in a SHA-1 repository, 32 in a SHA-256 one.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ObjectId {
    bytes: [u8; 32],
    len: u8,
}

impl ObjectId {
    /// An id of raw bytes; `None` unless there are 20 or 32 of them.
    pub fn from_bytes(raw: &[u8]) -> Option<Self> {
        let mut bytes = [0; 32];
        match raw.len() {
            20 | 32 => {
                bytes[..raw.len()].copy_from_slice(raw);
                Some(Self { bytes, len: raw.len() as u8 })
            }
            _ => None,
        }
    }

    /// An id of 40 or 64 hexadecimal digits, in either case.
    pub fn from_hex(hex: &[u8]) -> Option<Self> {
        if hex.len() != 40 && hex.len() != 64 {
            return None;
        }
        let mut bytes = [0; 32];
        for (pair, byte) in hex.chunks_exact(2).zip(&mut bytes) {
            let high = (pair[0] as char).to_digit(16)?;
            let low = (pair[1] as char).to_digit(16)?;
            *byte = (high * 16 + low) as u8;
        }
        Some(Self { bytes, len: (hex.len() / 2) as u8 })
    }

    /// The raw bytes: 20 or 32 of them.
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes[..usize::from(self.len)]
    }

    /// Whether this is the id of zeros that stands for "no object" in git's protocols.
    pub fn is_zero(&self) -> bool {
        self.as_bytes().iter().all(|&byte| byte == 0)
    }
}

impl fmt::Display for ObjectId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.as_bytes().iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for ObjectId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// The four kinds of git objects.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ObjectKind {
    /// The content of a file.
    Blob,
    /// A directory: names, modes and ids.
    Tree,
    /// A commit: tree, parents, author, committer, other headers and the message.
    Commit,
    /// An annotated tag.
    Tag,
}

impl ObjectKind {
    /// The word git uses for the kind, as in the header of a loose object.
    pub fn name(self) -> &'static str {
        match self {
            Self::Blob => "blob",
            Self::Tree => "tree",
            Self::Commit => "commit",
            Self::Tag => "tag",
        }
    }
}

/// The kind of place that bytes came from. The order is the order of preference when one finding
/// stands in several places: what can be opened in an editor comes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Origin {
    /// A file of a directory tree.
    Tree,
    /// A blob that the index of a repository names.
    Index,
    /// A blob of the object database.
    History(ObjectId),
    /// The header or message of a commit or annotated tag.
    Message(ObjectId),
    /// The name of a branch, tag or other reference.
    Ref,
    /// The name of a file or directory in a tree object.
    Name(ObjectId),
    /// A reflog, which also covers stashes.
    Reflog,
    /// The configuration of a repository, its hooks, and other files of its git directory.
    Config,
    /// Standard input.
    Stdin,
    /// A line that a patch adds.
    Patch,
}

impl Origin {
    /// The word for this origin in reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Tree => "tree",
            Self::Index => "index",
            Self::History(_) => "history",
            Self::Message(_) => "message",
            Self::Ref => "ref",
            Self::Name(_) => "name",
            Self::Reflog => "reflog",
            Self::Config => "config",
            Self::Stdin => "stdin",
            Self::Patch => "patch",
        }
    }

    /// The git object that the bytes are, where they are one.
    pub fn object(self) -> Option<ObjectId> {
        match self {
            Self::History(id) | Self::Message(id) | Self::Name(id) => Some(id),
            _ => None,
        }
    }
}

/// One run of bytes to be scanned: a whole file or object, or a window of one that is too big.
#[derive(Clone, Debug)]
pub struct Blob<'a> {
    /// A label with `/` separators, relative to where the scan began; never opened again. Empty
    /// where only attribution will tell the path, as for the objects of a database.
    pub path: &'a str,
    /// Where the bytes came from.
    pub origin: Origin,
    /// The bytes themselves.
    pub bytes: &'a [u8],
    /// Which part of a file or object they are.
    pub part: Part,
}

impl<'a> Blob<'a> {
    /// A whole file or object.
    pub fn whole(path: &'a str, origin: Origin, bytes: &'a [u8]) -> Self {
        Self { path, origin, bytes, part: Part::Whole }
    }

    /// The position of the first byte, and the range in which what is reported has to begin.
    pub fn owned(&self) -> (Position, Range<usize>) {
        match &self.part {
            Part::Whole => (Position::START, 0..self.bytes.len()),
            Part::Window { start, owned } => (*start, owned.clone()),
        }
    }
}

/// Which part of a file or object a [`Blob`] is. Windows overlap, so that a credential at a seam is
/// seen whole in one of them; each owns the credentials that begin in its own range.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part {
    /// All of it.
    Whole,
    /// A window of it.
    Window {
        /// The position of its first byte.
        start: Position,
        /// The range, in bytes of the window, in which a credential must begin to be reported.
        owned: Range<usize>,
    },
}

/// A place in a text, as an editor shows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Position {
    /// Line, from 1.
    pub line: u64,
    /// Column in Unicode characters, from 1. An invalid byte counts as one character.
    pub column: u64,
    /// Bytes from the start of the file or object.
    pub offset: u64,
}

impl Position {
    /// The first character of a text.
    pub const START: Self = Self { line: 1, column: 1, offset: 0 };
}

/// A commit, as reports name it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CommitRef {
    /// The id of the commit.
    pub id: ObjectId,
    /// `Name <address>` of its author; invalid UTF-8 is replaced.
    pub author: String,
    /// Author date in seconds since 1970-01-01 UTC.
    pub date: i64,
    /// The first line of the message.
    pub subject: String,
}
