//! Packs whose checksums are right and whose entries are anything, read by the library and by a
//! plain reader that keeps every object.
//!
//! A checksum stops nearly every change to a file of a pack before its entries are looked at. Here
//! the entries come from the input and the pack is made around them.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use stripeguard::blob::{ObjectId, ObjectKind};
use stripeguard::coverage::Progress;
use stripeguard::git::{self, Database, Object, Probe, ReadError};
use stripeguard::source::history::MARGIN;

#[path = "../../tests/it/git/packs.rs"]
#[allow(dead_code, clippy::duplicate_mod)] // The tests that run these targets have it too.
mod builder;

use builder::PackBuilder;

/// What stands for a credential.
const NEEDLE: &[u8] = b"NEEDLE_";

/// Larger objects only cost time; an instruction of a delta copies up to 16 MiB.
const LARGEST: usize = 1 << 16;

/// More entries only cost time.
const MOST: usize = 200;

const KINDS: [(ObjectKind, u8, &str); 4] = [
    (ObjectKind::Blob, 3, "blob"),
    (ObjectKind::Commit, 1, "commit"),
    (ObjectKind::Tree, 2, "tree"),
    (ObjectKind::Tag, 4, "tag"),
];

/// An entry as the input has it: one byte for the kind, one that chooses another entry, two for the
/// length of what follows.
struct Entry<'a> {
    kind: u8,
    other: u8,
    text: &'a [u8],
}

fn entries(mut data: &[u8]) -> Vec<Entry<'_>> {
    let mut entries = Vec::new();
    while let Some(([kind, other, low, high], rest)) = data.split_first_chunk::<4>() {
        let len = usize::from(u16::from_le_bytes([*low, *high])).min(rest.len());
        let (text, rest) = rest.split_at(len);
        entries.push(Entry { kind: *kind, other: *other, text });
        data = rest;
        if entries.len() == MOST {
            break;
        }
    }
    entries
}

/// An object that the plain reader has.
struct Plain {
    /// Its place in [`KINDS`].
    kind: usize,
    bytes: Vec<u8>,
    at: usize,
}

/// A pack under way, and what is in it.
struct Pack {
    builder: PackBuilder,
    objects: BTreeMap<ObjectId, Plain>,
    /// The ids in the order of their entries, of broken ones too.
    ids: Vec<ObjectId>,
    broken: BTreeSet<ObjectId>,
    tip: Option<ObjectId>,
}

/// A pack of whatever entries, each of which is an object, a delta, or nothing that can be read.
pub fn packs(data: &[u8]) {
    let mut pack = Pack {
        builder: PackBuilder::new(),
        objects: BTreeMap::new(),
        ids: Vec::new(),
        broken: BTreeSet::new(),
        tip: None,
    };
    for entry in entries(data) {
        pack.add(&entry);
    }
    let dir = tempfile::tempdir().unwrap();
    let git_dir = dir.path().join(".git");
    for empty in ["objects", "refs/heads"] {
        fs::create_dir_all(git_dir.join(empty)).unwrap();
    }
    fs::write(git_dir.join("HEAD"), "ref: refs/heads/main\n").unwrap();
    if let Some(tip) = pack.tip {
        fs::write(git_dir.join("refs/heads/main"), format!("{tip}\n")).unwrap();
    }
    let Pack { builder, objects, broken, .. } = pack;
    builder.write(&git_dir.join("objects"), "pack-1");
    compare(dir.path(), &objects, &broken);
}

impl Pack {
    fn add(&mut self, entry: &Entry<'_>) {
        let other = self.ids.get(usize::from(entry.other) % self.ids.len().max(1)).copied();
        match (entry.kind % 8, other) {
            (kind @ (4..=6), Some(base)) => self.delta(kind, base, entry.text),
            (7, _) => self.without_base(entry),
            (1, Some(tree)) => self.plain(1, &commit(tree, self.tip, entry.text)),
            (2, Some(child)) => self.plain(2, &tree(child, entry.text)),
            (kind, _) => self.plain(usize::from(kind) % KINDS.len(), entry.text),
        }
    }

    fn plain(&mut self, kind: usize, bytes: &[u8]) {
        let id = builder::object_id(KINDS[kind].2, bytes);
        let at = self.builder.next();
        if self.keep(id, kind, bytes.to_vec(), at) {
            self.builder.entry(id, KINDS[kind].1, bytes.len() as u64, b"", bytes);
        }
    }

    /// Whether it is new; git has no object twice in a pack.
    fn keep(&mut self, id: ObjectId, kind: usize, bytes: Vec<u8>, at: usize) -> bool {
        if self.objects.contains_key(&id) || self.broken.contains(&id) {
            return false;
        }
        if KINDS[kind].0 == ObjectKind::Commit {
            self.tip = Some(id);
        }
        self.objects.insert(id, Plain { kind, bytes, at });
        self.ids.push(id);
        true
    }

    /// A delta with the sizes that are right (4, 5), or one that says itself what it is (6).
    fn delta(&mut self, kind: u8, base: ObjectId, text: &[u8]) {
        let Some(on) = self.objects.get(&base) else {
            return self.broken(6, base, text);
        };
        let (base_kind, base_at, len) = (on.kind, on.at, on.bytes.len());
        let made = match kind {
            6 => apply(&on.bytes, text).map(|bytes| (text.to_vec(), bytes)),
            _ => follow(&on.bytes, text).map(|bytes| {
                ([builder::delta(len, bytes.len(), &[]), text.to_vec()].concat(), bytes)
            }),
        };
        let Some((delta, bytes)) = made else { return self.broken(kind, base, text) };
        if bytes.len() > LARGEST {
            return;
        }
        let id = builder::object_id(KINDS[base_kind].2, &bytes);
        let at = self.builder.next();
        if !self.keep(id, base_kind, bytes, at) {
            return;
        }
        match kind {
            4 => self.builder.ofs_delta(id, at - base_at, &delta),
            _ => self.builder.ref_delta(id, base, &delta),
        }
    }

    /// An entry that nobody can read.
    fn broken(&mut self, kind: u8, base: ObjectId, text: &[u8]) {
        let id = builder::object_id("broken", &[&self.ids.len().to_le_bytes()[..], text].concat());
        let delta = match kind {
            6 => text.to_vec(),
            _ => [builder::delta(self.objects[&base].bytes.len(), 9, &[]), text.to_vec()].concat(),
        };
        // Nine bytes may be what it makes after all.
        let made = self.objects.get(&base).and_then(|on| apply(&on.bytes, &delta));
        if made.is_none() && self.broken.insert(id) {
            self.ids.push(id);
            self.builder.ref_delta(id, base, &delta);
        }
    }

    /// A delta to itself or to nothing, or an entry of no type, or whose size is a lie.
    fn without_base(&mut self, entry: &Entry<'_>) {
        let id =
            builder::object_id("broken", &[&self.ids.len().to_le_bytes()[..], entry.text].concat());
        if !self.broken.insert(id) {
            return;
        }
        self.ids.push(id);
        let missing = builder::object_id("missing", entry.text);
        let size = entry.text.len() as u64;
        match entry.other % 5 {
            0 => self.builder.ref_delta(id, id, entry.text),
            1 => self.builder.ref_delta(id, missing, entry.text),
            2 => self.builder.entry(id, 5, size, b"", entry.text),
            3 => self.builder.entry(id, 3, size + 1 + u64::from(entry.other), b"", entry.text),
            _ => self.builder.packed_entry(id, 3, size, &[&[0xff], entry.text].concat()),
        }
    }
}

fn commit(tree: ObjectId, parent: Option<ObjectId>, message: &[u8]) -> Vec<u8> {
    let parent = parent.map_or(String::new(), |id| format!("parent {id}\n"));
    let who = "A <a@b> 1700000000 +0000";
    let head = format!("tree {tree}\n{parent}author {who}\ncommitter {who}\n\n");
    [head.as_bytes(), message].concat()
}

/// A tree whose entries all have the same object, of which the first bytes of a name say the mode.
fn tree(child: ObjectId, names: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for name in names.split(|&byte| byte == b'\n' || byte == 0 || byte == b'/') {
        let Some((mode, name)) = name.split_first().filter(|(_, name)| !name.is_empty()) else {
            continue;
        };
        let mode = ["100644", "40000", "120000", "160000"][usize::from(*mode) % 4];
        bytes.extend([mode.as_bytes(), b" ", name, b"\0", child.as_bytes()].concat());
    }
    bytes
}

/// The object that a delta makes of its base.
fn apply(base: &[u8], delta: &[u8]) -> Option<Vec<u8>> {
    let (base_len, rest) = varint(delta)?;
    let (len, instructions) = varint(rest)?;
    let made = (base_len == base.len() as u64).then(|| follow(base, instructions))??;
    // What was given up for its size may be right, so it is not called wrong.
    (made.len() as u64 == len || made.len() > LARGEST).then_some(made)
}

fn varint(bytes: &[u8]) -> Option<(u64, &[u8])> {
    let end = bytes.iter().position(|byte| byte & 0x80 == 0)?;
    if end > 8 {
        return None;
    }
    let (digits, rest) = bytes.split_at(end + 1);
    let value = digits.iter().rev().fold(0, |sum, &byte| sum << 7 | u64::from(byte & 0x7f));
    Some((value, rest))
}

/// Follows the instructions of a delta, as gitformat-pack(5) has them.
fn follow(base: &[u8], mut instructions: &[u8]) -> Option<Vec<u8>> {
    let mut made = Vec::new();
    while let Some((&first, mut rest)) = instructions.split_first() {
        let piece = if first & 0x80 == 0 {
            let len = Some(usize::from(first)).filter(|len| *len > 0)?;
            let (piece, after) = rest.split_at_checked(len)?;
            rest = after;
            piece
        } else {
            let mut number = 0usize;
            for bit in (0..7).filter(|bit| first >> bit & 1 == 1) {
                let (&byte, after) = rest.split_first()?;
                number |= usize::from(byte) << (8 * bit);
                rest = after;
            }
            let (from, len) = (number & 0xffff_ffff, number >> 32);
            base.get(from..from + if len == 0 { 0x1_0000 } else { len })?
        };
        made.extend_from_slice(piece);
        if made.len() > 2 * LARGEST {
            break;
        }
        instructions = rest;
    }
    Some(made)
}

fn is_hit(bytes: &[u8]) -> bool {
    bytes
        .windows(NEEDLE.len() + 1)
        .any(|window| window.starts_with(NEEDLE) && window[NEEDLE.len()].is_ascii_digit())
}

/// The names in a tree, if it is one.
fn names(mut tree: &[u8]) -> Option<Vec<&[u8]>> {
    let mut names = Vec::new();
    while !tree.is_empty() {
        let space = tree.iter().position(|&byte| byte == b' ')?;
        let (mode, rest) = tree.split_at(space);
        let end = rest.iter().position(|&byte| byte == 0)?;
        let name = rest.get(1..end).filter(|name| !name.is_empty() && !name.contains(&b'/'))?;
        if !matches!(mode, b"100644" | b"40000" | b"120000" | b"160000") {
            return None;
        }
        names.push(name);
        tree = rest.get(end + 21..)?;
    }
    Some(names)
}

fn candidates(window: &[u8], report: git::Report<'_>) {
    for at in 0..window.len() {
        if window[at..].starts_with(NEEDLE) {
            report(at..at + NEEDLE.len());
        }
    }
}

fn compare(root: &Path, objects: &BTreeMap<ObjectId, Plain>, broken: &BTreeSet<ObjectId>) {
    let repository = git::open(root).unwrap();
    let whole = |head: &[u8]| head.starts_with(b"MARKED");
    let probe = Probe { candidates: &candidates, margin: MARGIN, reach: (1, 30), whole: &whole };
    let visit = |object: &Object<'_>| is_hit(object.bytes);
    let walk = git::walk(&repository, &probe, &visit, 1, &Progress::default());
    let hits = |wanted: &[ObjectKind]| -> Vec<ObjectId> {
        let is_wanted = |plain: &Plain| wanted.contains(&KINDS[plain.kind].0);
        let of_kind = objects.iter().filter(|(_, plain)| is_wanted(plain));
        of_kind.filter(|(_, plain)| is_hit(&plain.bytes)).map(|(id, _)| *id).collect()
    };
    assert_eq!(walk.blobs, hits(&[ObjectKind::Blob]), "blobs");
    assert_eq!(walk.messages, hits(&[ObjectKind::Commit, ObjectKind::Tag]), "messages");
    let trees = objects.values().filter(|plain| KINDS[plain.kind].0 == ObjectKind::Tree);
    // Which names a tree has that is none is nobody's business.
    if let Some(names) = trees.map(|tree| names(&tree.bytes)).collect::<Option<Vec<_>>>() {
        let hits = names.into_iter().flatten().filter(|name| is_hit(name));
        assert_eq!(walk.names, Vec::from_iter(hits.collect::<BTreeSet<_>>()), "names");
    }
    assert_eq!(walk.coverage.objects.total(), objects.len() as u64, "{:?}", walk.coverage.gaps);
    assert!(broken.is_empty() || !walk.coverage.gaps.is_empty(), "a broken entry is a gap");
    git::attribute(&repository, &walk);
    read_singly(&Database::open(&repository), objects, broken);
}

/// Each object by its id alone, as hooks and ranges read them.
fn read_singly(
    database: &Database,
    objects: &BTreeMap<ObjectId, Plain>,
    broken: &BTreeSet<ObjectId>,
) {
    for (id, plain) in objects {
        let (kind, bytes) = database.read(id).expect("what the plain reader has");
        assert!(kind == KINDS[plain.kind].0 && bytes == plain.bytes, "{id}");
    }
    for id in broken {
        let error: Result<_, ReadError> = database.read(id);
        assert!(error.is_err(), "{id}");
    }
}
