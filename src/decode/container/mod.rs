//! Archives and other containers: recognised by their first bytes, opened within limits.

mod archive;
mod asar;
mod budget;
mod bundle;
mod class;
mod document;
mod pyc;
mod source_map;
mod sqlite;
mod stream;
mod zip;

use std::io::Read;

use crate::coverage::Note;
use crate::git::bundle::is_bundle;
use budget::Allowance;

pub use budget::Budget;

/// How many bytes of the beginning tell what a container is.
pub const HEAD_LEN: usize = 512;

/// How much of a container is read. What is beyond a limit is a gap.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// How deep containers may be nested in each other.
    pub depth: u32,
    /// Members of one container and of all that are nested in it.
    pub members: u64,
    /// Unpacked bytes of one member, all of which are in memory at once.
    pub member_bytes: u64,
    /// Unpacked bytes of all members of one container together.
    pub unpacked_bytes: u64,
    /// How many times its own size a container may unpack to at no cost to the run.
    pub ratio: u64,
    /// Unpacked bytes of a run beyond that.
    pub run_bytes: u64,
    /// Members of a run beyond one for each 64 bytes of their container.
    pub run_members: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self::DEFAULT
    }
}

impl Limits {
    /// What fits into the memory of any machine.
    pub const DEFAULT: Self = Self {
        depth: 6,
        members: 100_000,
        member_bytes: 128 << 20,
        unpacked_bytes: 1 << 30,
        ratio: 64,
        run_bytes: 4 << 30,
        run_members: 1_000_000,
    };

    /// Each limit with its name.
    pub fn named(&self) -> [(&'static str, u64); 7] {
        let Self { depth, members, member_bytes, unpacked_bytes, ratio, run_bytes, run_members } =
            *self;
        [
            ("depth", depth.into()),
            ("members", members),
            ("member_bytes", member_bytes),
            ("unpacked_bytes", unpacked_bytes),
            ("ratio", ratio),
            ("run_bytes", run_bytes),
            ("run_members", run_members),
        ]
    }
}

/// What is inside of a container.
#[derive(Clone, Copy, Debug)]
pub struct Member<'a> {
    /// The name, with those of nested containers before it: `inner.zip!/a/b`. Only a label: names in
    /// archives may be anything.
    pub path: &'a str,
    /// The name once more, or the content.
    pub bytes: &'a [u8],
    /// Whether nothing was shown of it yet. What has a name is shown twice.
    pub is_first: bool,
}

/// The containers that can be opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Gzip,
    Bzip2,
    Xz,
    Zstd,
    Zlib,
    Zip,
    /// A program, behind which a zip archive may stand that it unpacks.
    Program,
    Tar,
    Ar,
    Asar,
    Bundle,
    Png,
    Pdf,
    Sqlite,
    Class,
    Pyc,
    SourceMap,
}

impl Kind {
    fn of(bytes: &[u8]) -> Option<Self> {
        let head = &bytes[..bytes.len().min(HEAD_LEN)];
        let starts = |magic: &[u8]| head.starts_with(magic);
        Some(match head.first()? {
            0x1f if starts(b"\x1f\x8b\x08") => Self::Gzip,
            b'B' if starts(b"BZh") && head.get(4..10) == Some(b"1AY&SY") => Self::Bzip2,
            0xfd if starts(b"\xfd7zXZ\0") => Self::Xz,
            0x28 if starts(b"\x28\xb5\x2f\xfd") => Self::Zstd,
            b'x' if stream::is_zlib(head) => Self::Zlib,
            b'P' if starts(b"PK\x03\x04") || starts(b"PK\x05\x06") => Self::Zip,
            b'C' if starts(b"Cr24") => Self::Zip,
            b'M' if starts(b"MZ") => Self::Program,
            0x7f if starts(b"\x7fELF") => Self::Program,
            b'!' if starts(b"!<arch>\n") => Self::Ar,
            0x89 if starts(b"\x89PNG\r\n\x1a\n") => Self::Png,
            b'%' if starts(b"%PDF-") => Self::Pdf,
            b'#' if is_bundle(head) => Self::Bundle,
            b'#' if starts(b"#!") => Self::Program,
            b'S' if sqlite::is_database(head) => Self::Sqlite,
            0xca if class::is_class(head) => Self::Class,
            4 if asar::is_asar(head) => Self::Asar,
            _ if head.get(257..262) == Some(b"ustar") => Self::Tar,
            _ if pyc::is_pyc(head) => Self::Pyc,
            b'{' | b')' | 0xef | b' ' | b'\n' if source_map::is_source_map(head) => Self::SourceMap,
            _ => return None,
        })
    }

    /// Whether text also stands beside what is packed in it.
    fn is_text_too(self) -> bool {
        matches!(
            self,
            Self::Png
                | Self::Pdf
                | Self::Program
                | Self::Sqlite
                | Self::Class
                | Self::Pyc
                | Self::SourceMap
        )
    }
}

/// Whether something that begins like this, with up to [`HEAD_LEN`] bytes, can be opened.
pub fn is_container(head: &[u8]) -> bool {
    Kind::of(head).is_some_and(|kind| kind != Kind::Program)
}

/// Whether the whole of something that begins like this is needed to tell: an archive may stand
/// behind a program or script.
pub fn may_end_as_one(head: &[u8]) -> bool {
    Kind::of(head).is_some()
}

/// Shows `visit` every member of a container, and of those that are containers themselves theirs.
/// What cannot be opened or is beyond a limit is a note, and what could be read of it is shown.
pub fn open(
    bytes: &[u8],
    limits: &Limits,
    budget: &Budget,
    visit: &mut dyn FnMut(Member<'_>),
) -> Vec<Note> {
    let mut opener = Opener {
        limits: *limits,
        allowance: Allowance::new(budget, limits, bytes.len()),
        visit,
        gaps: Vec::new(),
    };
    if let Some(kind) = Kind::of(bytes) {
        opener.enter("", bytes, kind, limits.depth);
    }
    opener.gaps
}

/// Opens containers within the limits of one run.
struct Opener<'a> {
    limits: Limits,
    allowance: Allowance<'a>,
    visit: &'a mut dyn FnMut(Member<'_>),
    gaps: Vec<Note>,
}

/// What the members of a container are handed to.
type Level<'a> = (&'a str, u32);

impl Opener<'_> {
    fn enter(&mut self, path: &str, bytes: &[u8], kind: Kind, depth: u32) {
        let level = (path, depth);
        match kind {
            Kind::Gzip | Kind::Bzip2 | Kind::Xz | Kind::Zstd | Kind::Zlib => {
                stream::open(self, level, bytes, kind);
            }
            Kind::Zip => zip::open(self, level, bytes),
            Kind::Program => zip::open_behind(self, level, bytes),
            Kind::Tar => archive::open_tar(self, level, bytes),
            Kind::Ar => archive::open_ar(self, level, bytes),
            Kind::Asar => asar::open(self, level, bytes),
            Kind::Bundle => bundle::open(self, level, bytes),
            Kind::Png => document::open_png(self, level, bytes),
            Kind::Pdf => document::open_pdf(self, level, bytes),
            Kind::Sqlite => sqlite::open(self, level, bytes),
            Kind::Class => class::open(self, level, bytes),
            Kind::Pyc => pyc::open(self, level, bytes),
            Kind::SourceMap => source_map::open(self, level, bytes),
        }
    }

    /// Reads one member to its end or to a limit, and shows it or opens it.
    fn member(&mut self, (path, depth): Level<'_>, name: &str, reader: impl Read) {
        let path = join(path, name);
        if let Some(why) = self.is_spent() {
            return self.gap(&path, why);
        }
        self.allowance.spend_member();
        let is_first = name == UNNAMED;
        if !is_first {
            (self.visit)(Member { path: &path, bytes: name.as_bytes(), is_first: true });
        }
        let allowed = self.limits.member_bytes.min(self.allowance.bytes());
        let mut content = Vec::new();
        let outcome = reader.take(allowed + 1).read_to_end(&mut content);
        if content.len() as u64 > allowed {
            content.truncate(allowed as usize);
            let why = "it is larger than the limit, and only its beginning was read; raise \
                       `member-bytes` in [limits], or unpack it and scan what comes out";
            self.gap(&path, why);
        }
        self.spend(content.len() as u64);
        if let Err(error) = outcome {
            self.damaged(&path, &format!("it is damaged or cut off: {error}"));
        }
        match Kind::of(&content) {
            Some(kind) if depth == 0 && kind != Kind::Program => {
                let why = "containers are nested deeper than the limit; raise `depth` in [limits], \
                           or unpack them and scan what comes out";
                self.gap(&path, why);
                (self.visit)(Member { path: &path, bytes: &content, is_first });
            }
            Some(kind) if depth > 0 => {
                if kind.is_text_too() {
                    (self.visit)(Member { path: &path, bytes: &content, is_first });
                }
                self.enter(&path, &content, kind, depth - 1);
            }
            _ => (self.visit)(Member { path: &path, bytes: &content, is_first }),
        }
    }

    /// Why no further member can be read, if none can.
    fn is_spent(&self) -> Option<&'static str> {
        self.allowance.is_spent()
    }

    fn spend(&mut self, bytes: u64) {
        self.allowance.spend_bytes(bytes);
    }

    /// Notes that a part is not as it was made.
    fn damaged(&mut self, what: &str, why: &str) {
        let advice = "what is left of it was read; fetch it or make it anew";
        self.gap(what, &format!("{why}; {advice}"));
    }

    fn gap(&mut self, what: &str, why: &str) {
        self.gaps.push(Note { what: what.to_owned(), why: why.to_owned() });
    }
}

/// A stream of one file has no name of its own when what it holds has one.
const UNNAMED: &str = "";

fn join(path: &str, name: &str) -> String {
    match (path, name) {
        (path, UNNAMED) => path.to_owned(),
        ("", name) => name.to_owned(),
        (path, name) => format!("{path}!/{name}"),
    }
}
