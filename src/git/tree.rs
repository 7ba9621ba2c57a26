//! The entries of tree objects.

use crate::blob::ObjectId;

/// What an entry stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum EntryKind {
    /// A file or the target of a symbolic link: a blob.
    Blob,
    /// A directory: another tree.
    Tree,
    /// A submodule: a commit of another repository, which is not in this one.
    Submodule,
}

/// One entry of a tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Entry<'a> {
    pub kind: EntryKind,
    pub name: &'a [u8],
    pub id: ObjectId,
    /// Where the entry begins and ends in the tree object.
    pub start: usize,
    pub end: usize,
}

/// Reads entries from a tree object; stops for good at the first malformed one.
pub(crate) struct Entries<'a> {
    bytes: &'a [u8],
    id_len: usize,
    at: usize,
}

impl<'a> Entries<'a> {
    pub fn new(bytes: &'a [u8], id_len: usize) -> Self {
        Self { bytes, id_len, at: 0 }
    }

    /// Reads only from `at` on, where an entry is known to begin.
    pub fn starting_at(bytes: &'a [u8], id_len: usize, at: usize) -> Self {
        Self { bytes, id_len, at }
    }

    /// Whether everything was read: false after a malformed entry.
    pub fn at_end(&self) -> bool {
        self.at == self.bytes.len()
    }
}

impl<'a> Iterator for Entries<'a> {
    type Item = Entry<'a>;

    fn next(&mut self) -> Option<Entry<'a>> {
        let start = self.at;
        let rest = self.bytes.get(start..)?;
        let space = rest.iter().take(8).position(|&byte| byte == b' ')?;
        let nul = space + 1 + memchr::memchr(0, &rest[space + 1..])?;
        let id = rest.get(nul + 1..nul + 1 + self.id_len)?;
        let kind = match rest[..space].trim_ascii_start() {
            b"40000" | b"040000" => EntryKind::Tree,
            b"160000" => EntryKind::Submodule,
            _ => EntryKind::Blob,
        };
        self.at = start + nul + 1 + self.id_len;
        let id = ObjectId::from_bytes(id)?;
        Some(Entry { kind, name: &rest[space + 1..nul], id, start, end: self.at })
    }
}
