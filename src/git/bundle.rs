//! Bundles: a pack behind a list of references (gitformat-bundle). The pack has no index, so its
//! entries are found one after the other.

use std::collections::{BTreeSet, HashMap};

use flate2::{Decompress, FlushDecompress, Status};

use crate::blob::{ObjectId, ObjectKind};
use crate::git::database::hash;
use crate::git::pack::delta::Delta;
use crate::git::pack::entry::{Header, Storage};
use crate::git::pack::inflate::Inflater;
use crate::git::tree::{Entries, EntryKind};

/// What the reader of a bundle is told; it answers whether it wants more.
pub enum Seen<'a> {
    /// So many bytes were unpacked.
    Unpacked(u64),
    /// A blob under its path, or a commit or tag.
    Object {
        /// The first path that a tree of the bundle has for it, or its kind and id.
        path: &'a str,
        /// The content.
        bytes: &'a [u8],
    },
}

type Visit<'a> = dyn FnMut(Seen<'_>) -> bool + 'a;

/// Objects kept for those that are deltas to them take no more than this.
const KEPT: usize = 256 << 20;

/// Whether something begins like a bundle.
pub fn is_bundle(head: &[u8]) -> bool {
    head.starts_with(b"# v2 git bundle\n") || head.starts_with(b"# v3 git bundle\n")
}

/// Shows every blob, commit and tag of a bundle that is not larger than `limit`. Returns what could
/// not be read, as sentences.
pub fn read(bytes: &[u8], limit: u64, visit: &mut Visit<'_>) -> BTreeSet<String> {
    let mut gaps = BTreeSet::new();
    let Some(at) = memchr::memmem::find(bytes, b"\n\n") else {
        gaps.insert("the bundle is cut off before its pack".to_owned());
        return gaps;
    };
    let is_sha256 = memchr::memmem::find(&bytes[..at], b"@object-format=sha256\n").is_some();
    let id_len = if is_sha256 { 32 } else { 20 };
    let pack = &bytes[at + 2..];
    let entries = entries(pack, id_len, visit, &mut gaps);
    let mut reader = Reader::new(pack, entries, id_len, limit);
    let mut names = Names::default();
    reader.walk(&|kind| kind == ObjectKind::Tree, visit, &mut |id, _, bytes, _| {
        names.add(id, bytes, id_len);
        true
    });
    reader.walk(&|kind| kind != ObjectKind::Tree, visit, &mut |id, kind, bytes, visit| {
        let path = match kind {
            ObjectKind::Blob => names.path(id),
            _ => format!("{} {id}", kind.name()),
        };
        visit(Seen::Object { path: &path, bytes })
    });
    let lost = reader.done.iter().filter(|done| !**done).count();
    if lost > 0 {
        gaps.insert(format!(
            "{lost} of its objects cannot be read; they are damaged, or deltas to objects that it \
             does not have"
        ));
    }
    gaps
}

/// An entry of the pack, and the entries that are deltas to it by their distance.
struct Entry {
    header: Header,
    offset: u64,
    children: Vec<u32>,
}

/// The entries of a pack, up to the first that makes no sense.
fn entries(
    pack: &[u8],
    id_len: usize,
    visit: &mut Visit<'_>,
    gaps: &mut BTreeSet<String>,
) -> Vec<Entry> {
    let mut entries: Vec<Entry> = Vec::new();
    let count =
        pack.get(8..12).and_then(|four| four.first_chunk()).map(|four| u32::from_be_bytes(*four));
    let Some(count) = count.filter(|_| pack.starts_with(b"PACK")) else {
        gaps.insert("the bundle is cut off before its pack".to_owned());
        return entries;
    };
    let mut at = 12;
    for _ in 0..count {
        let header = Header::parse(pack, at as u64, id_len);
        let end = header.and_then(|header| {
            Some(header.data + packed_len(pack.get(header.data..)?, header.size)?)
        });
        let (Some(header), Some(end)) = (header, end) else {
            gaps.insert("its pack is damaged or cut off".to_owned());
            return entries;
        };
        entries.push(Entry { header, offset: at as u64, children: Vec::new() });
        if !visit(Seen::Unpacked(header.size)) {
            return entries;
        }
        at = end;
    }
    if pack.len() < at + id_len {
        gaps.insert("its pack is cut off before its checksum".to_owned());
    }
    entries
}

/// How many bytes a zlib stream takes that unpacks to `size`.
fn packed_len(input: &[u8], size: u64) -> Option<usize> {
    let mut stream = Decompress::new(true);
    let mut out = vec![0; 16 << 10];
    loop {
        let before = (stream.total_in(), stream.total_out());
        let rest = input.get(stream.total_in() as usize..)?;
        let status = stream.decompress(rest, &mut out, FlushDecompress::None).ok()?;
        if status == Status::StreamEnd {
            return (stream.total_out() == size).then_some(stream.total_in() as usize);
        }
        if stream.total_out() > size || before == (stream.total_in(), stream.total_out()) {
            return None;
        }
    }
}

struct Reader<'a> {
    pack: &'a [u8],
    entries: Vec<Entry>,
    /// Entries that are deltas to an object that they name.
    by_base: HashMap<ObjectId, Vec<u32>>,
    id_len: usize,
    limit: u64,
    done: Vec<bool>,
    inflater: Inflater,
}

/// An object whose deltas are being made.
struct Frame {
    bytes: Vec<u8>,
    children: Vec<u32>,
}

type Each<'a> = dyn FnMut(ObjectId, ObjectKind, &[u8], &mut Visit<'_>) -> bool + 'a;

impl<'a> Reader<'a> {
    fn new(pack: &'a [u8], mut entries: Vec<Entry>, id_len: usize, limit: u64) -> Self {
        let mut by_base: HashMap<_, Vec<u32>> = HashMap::new();
        for index in 0..entries.len() {
            match entries[index].header.storage {
                Storage::OffsetDelta(base) => {
                    if let Ok(base) = entries.binary_search_by_key(&base, |entry| entry.offset) {
                        entries[base].children.push(index as u32);
                    }
                }
                Storage::RefDelta(id) => by_base.entry(id).or_default().push(index as u32),
                Storage::Whole(_) => {}
            }
        }
        let done = vec![false; entries.len()];
        Self { pack, entries, by_base, id_len, limit, done, inflater: Inflater::new() }
    }

    /// Makes every object of the kinds that are wanted, each once.
    fn walk(
        &mut self,
        wants: &dyn Fn(ObjectKind) -> bool,
        visit: &mut Visit<'_>,
        each: &mut Each<'_>,
    ) {
        for root in 0..self.entries.len() {
            let Storage::Whole(kind) = self.entries[root].header.storage else { continue };
            if !wants(kind) || self.done[root] {
                continue;
            }
            let Some(bytes) = self.inflate(root) else { continue };
            if self.tree(kind, root, bytes, visit, each).is_none() {
                return;
            }
        }
    }

    /// Makes an object and all that are deltas to it; `None` if no more is wanted.
    fn tree(
        &mut self,
        kind: ObjectKind,
        root: usize,
        bytes: Vec<u8>,
        visit: &mut Visit<'_>,
        each: &mut Each<'_>,
    ) -> Option<()> {
        let mut stack = vec![self.frame(root, kind, bytes, visit, each)?];
        let mut pieces = Vec::new();
        while let Some(frame) = stack.last_mut() {
            let Some(child) = frame.children.pop().map(|child| child as usize) else {
                stack.pop();
                continue;
            };
            let kept: usize = stack.iter().map(|frame| frame.bytes.len()).sum();
            let base = stack.last().map_or(&[][..], |frame| &frame.bytes);
            if self.done[child] || kept > KEPT {
                continue;
            }
            let Some(data) = self.inflate(child) else { continue };
            let Ok(delta) = Delta::parse(&data, base, &mut pieces) else { continue };
            if delta.size as u64 > self.limit {
                continue;
            }
            let mut bytes = Vec::new();
            delta.build(&mut bytes);
            if !visit(Seen::Unpacked(bytes.len() as u64)) {
                return None;
            }
            stack.push(self.frame(child, kind, bytes, visit, each)?);
        }
        Some(())
    }

    fn frame(
        &mut self,
        entry: usize,
        kind: ObjectKind,
        bytes: Vec<u8>,
        visit: &mut Visit<'_>,
        each: &mut Each<'_>,
    ) -> Option<Frame> {
        self.done[entry] = true;
        let id = hash(kind, &bytes, self.id_len);
        let mut children = self.entries[entry].children.clone();
        children.extend(self.by_base.get(&id).into_iter().flatten());
        each(id, kind, &bytes, visit).then_some(Frame { bytes, children })
    }

    fn inflate(&mut self, entry: usize) -> Option<Vec<u8>> {
        let header = self.entries[entry].header;
        let mut bytes = Vec::new();
        let is_small = header.size <= self.limit;
        let input = self.pack.get(header.data..).filter(|_| is_small)?;
        self.inflater.inflate(input, header.size, &mut bytes).ok()?;
        bytes.truncate(usize::try_from(header.size).ok()?);
        Some(bytes)
    }
}

/// What trees call their entries.
#[derive(Default)]
struct Names(HashMap<ObjectId, (ObjectId, String)>);

/// No path has more parts.
const DEEPEST: usize = 128;

impl Names {
    fn add(&mut self, tree: ObjectId, bytes: &[u8], id_len: usize) {
        for entry in Entries::new(bytes, id_len).filter(|e| e.kind != EntryKind::Submodule) {
            let name = String::from_utf8_lossy(entry.name).into_owned();
            self.0.entry(entry.id).or_insert((tree, name));
        }
    }

    fn path(&self, id: ObjectId) -> String {
        let mut parts = Vec::new();
        let mut at = id;
        while let Some((tree, name)) = self.0.get(&at).filter(|_| parts.len() < DEEPEST) {
            parts.push(name.as_str());
            at = *tree;
        }
        if parts.is_empty() {
            return format!("blob {id}");
        }
        parts.reverse();
        parts.join("/")
    }
}
