//! The headers of commits and annotated tags.

use crate::blob::{CommitRef, ObjectId, ObjectKind};

/// What attribution needs of a commit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Commit {
    pub tree: ObjectId,
    pub parents: Vec<ObjectId>,
    /// Committer date in seconds since 1970; 0 if it cannot be read, as git has it.
    pub date: i64,
}

impl Commit {
    /// Parses the headers; `None` if the object has no readable tree or parent line.
    pub fn parse(bytes: &[u8]) -> Option<Self> {
        let mut headers = Headers(bytes);
        let tree = ObjectId::from_hex(headers.next()?.strip_prefix(b"tree ")?)?;
        let mut parents = Vec::new();
        for line in headers {
            if let Some(hex) = line.strip_prefix(b"parent ") {
                parents.push(ObjectId::from_hex(hex)?);
            } else if let Some(signature) = line.strip_prefix(b"committer ") {
                return Some(Self { tree, parents, date: Signature::parse(signature).date });
            }
        }
        Some(Self { tree, parents, date: 0 })
    }
}

/// What a tag points at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Tag {
    pub target: ObjectId,
    pub kind: ObjectKind,
}

impl Tag {
    /// Parses the headers; `None` if they do not say what is tagged.
    pub fn parse(bytes: &[u8]) -> Option<Self> {
        let mut headers = Headers(bytes);
        let target = ObjectId::from_hex(headers.next()?.strip_prefix(b"object ")?)?;
        let kind = match headers.next()?.strip_prefix(b"type ")? {
            b"blob" => ObjectKind::Blob,
            b"tree" => ObjectKind::Tree,
            b"commit" => ObjectKind::Commit,
            b"tag" => ObjectKind::Tag,
            _ => return None,
        };
        Some(Self { target, kind })
    }
}

/// The object that an annotated tag points at; `None` if it does not say so.
pub fn tag_target(bytes: &[u8]) -> Option<ObjectId> {
    Tag::parse(bytes).map(|tag| tag.target)
}

/// The names and the subject of a commit or an annotated tag, as reports print them.
pub(crate) fn describe(id: ObjectId, bytes: &[u8]) -> CommitRef {
    let signature = Headers(bytes)
        .find_map(|line| line.strip_prefix(b"author ").or(line.strip_prefix(b"tagger ")))
        .map(Signature::parse)
        .unwrap_or_default();
    let body = memchr::memmem::find(bytes, b"\n\n").map_or(&b""[..], |at| &bytes[at + 2..]);
    let subject = body.trim_ascii_start().split(|&byte| byte == b'\n').next().unwrap_or_default();
    CommitRef {
        id,
        author: String::from_utf8_lossy(signature.person).into_owned(),
        date: signature.date,
        subject: String::from_utf8_lossy(subject.trim_ascii()).into_owned(),
    }
}

/// The header lines of an object, up to the empty line.
struct Headers<'a>(&'a [u8]);

impl<'a> Iterator for Headers<'a> {
    type Item = &'a [u8];

    fn next(&mut self) -> Option<&'a [u8]> {
        let end = memchr::memchr(b'\n', self.0)?;
        let line = &self.0[..end];
        self.0 = if line.is_empty() { &[] } else { &self.0[end + 1..] };
        Some(line).filter(|line| !line.is_empty())
    }
}

/// `Name <address> seconds zone`.
#[derive(Default)]
struct Signature<'a> {
    person: &'a [u8],
    date: i64,
}

impl<'a> Signature<'a> {
    /// Takes what can be read: old and broken signatures lack the date, or have more brackets.
    fn parse(line: &'a [u8]) -> Self {
        let end = memchr::memrchr(b'>', line).map_or(line.len(), |at| at + 1);
        let (person, rest) = line.split_at(end);
        let digits = rest.trim_ascii().split(|&byte| byte == b' ').next().unwrap_or_default();
        let date = std::str::from_utf8(digits).ok().and_then(|text| text.parse().ok());
        Self { person: person.trim_ascii(), date: date.unwrap_or(0) }
    }
}
