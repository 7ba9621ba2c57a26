//! Walking all objects of a pack, bases before their deltas, with as little unpacking as possible.

use std::io::{self, Read};
use std::sync::atomic::{AtomicUsize, Ordering};

use flate2::read::ZlibDecoder;

use crate::blob::ObjectKind;
use crate::git::Database;
use crate::git::pack::Pack;
use crate::git::pack::delta::{Delta, Piece, edit};
use crate::git::pack::entry::{Header, Storage};
use crate::git::pack::forest::{Entry, Forest, Root};
use crate::git::pack::inflate::Inflater;
use crate::git::pack::pass::{FOREIGN, Pass, Target};
use crate::git::pack::touched::Touched;
use crate::map::Map;

/// A pack to be walked.
#[derive(Clone, Copy)]
pub(crate) struct Source<'a> {
    pub database: &'a Database,
    pub pack: &'a Pack,
    pub forest: &'a Forest,
}

/// How many trees of deltas a worker takes at a time.
const SHARE: usize = 64;
/// Trees of deltas whose root is larger are walked one at a time, when all others are done.
pub(crate) const LARGE: u64 = 64 << 20;
/// After so many bytes of one object the mapped memory behind is given back.
const BEHIND: usize = 48 << 20;
/// Objects kept for their children take no more than this for each worker; what is given up is made
/// again when it is needed.
const KEPT: usize = 256 << 20;
/// Buffers kept for reuse take no more than this for each worker.
const POOL: usize = 4 << 20;

impl Source<'_> {
    /// Walks all objects on several threads, each with a pass of its own.
    pub fn run<P: Pass + Send>(&self, passes: &mut [P]) {
        let (next, touched) = (AtomicUsize::new(0), Touched::new(&self.pack.map));
        std::thread::scope(|scope| {
            let shares = self.forest.roots.len().div_ceil(SHARE);
            for pass in passes.iter_mut().take(shares) {
                scope.spawn(|| Worker::new(*self, &touched, pass).run(&next));
            }
        });
        let large = self.forest.roots.iter().filter(|root| root.size > LARGE);
        if let Some(pass) = passes.first_mut() {
            let mut worker = Worker::new(*self, &touched, pass);
            large.for_each(|root| worker.tree(root));
        }
        touched.release();
    }

    /// Hints that an entry will be read soon: where it is and its id lie anywhere in two large files.
    fn prefetch(&self, entry: Entry) {
        self.pack.map.prefetch(self.forest.offset(entry));
        self.pack.idx.prefetch(self.forest.place(entry));
    }
}

/// An object that is kept while its children are made.
struct Frame<N> {
    entry: Entry,
    /// Empty also if it was given up.
    bytes: Vec<u8>,
    len: usize,
    note: N,
    next: usize,
}

struct Worker<'a, P: Pass> {
    source: Source<'a>,
    touched: &'a Touched<'a>,
    pass: &'a mut P,
    inflater: Inflater,
    data: Vec<u8>,
    pieces: Vec<Piece>,
    pool: Vec<Vec<u8>>,
    pooled: usize,
}

impl<'a, P: Pass> Worker<'a, P> {
    fn new(source: Source<'a>, touched: &'a Touched<'a>, pass: &'a mut P) -> Self {
        let (data, pieces, pool) = (Vec::new(), Vec::new(), Vec::new());
        Self { source, touched, pass, inflater: Inflater::new(), data, pieces, pool, pooled: 0 }
    }

    fn run(&mut self, next: &AtomicUsize) {
        loop {
            let from = next.fetch_add(SHARE, Ordering::Relaxed);
            let roots = &self.source.forest.roots;
            let Some(rest) = roots.get(from..) else { break };
            let share = &rest[..rest.len().min(SHARE)];
            for (number, root) in share.iter().enumerate().filter(|(_, root)| root.size <= LARGE) {
                share.get(number + 1).into_iter().for_each(|next| self.source.prefetch(next.entry));
                self.tree(root);
            }
            if share.is_empty() || self.pass.pause().is_break() {
                break;
            }
        }
    }

    /// Walks one tree of deltas. An object is given up before the last of its children is entered.
    fn tree(&mut self, root: &Root) {
        let (kind, mut stack) = match self.root(root) {
            Ok(Some(start)) => start,
            Ok(None) => return,
            Err(why) => return self.fail(root.entry, &why),
        };
        while let Some(depth) = stack.len().checked_sub(1) {
            if let Err(why) = self.keep_within_bounds(&mut stack) {
                stack.pop().into_iter().for_each(|frame| self.fail_children(&frame, &why));
                continue;
            }
            let frame = &mut stack[depth];
            let children = self.source.forest.children(frame.entry);
            let Some(child) = children.get(frame.next) else {
                let done = stack.pop();
                done.into_iter().for_each(|frame| self.recycle(frame.bytes));
                continue;
            };
            frame.next += 1;
            let last = frame.next == children.len();
            let grown = self.child(kind, frame, *child, last);
            if let Some(frame) = if last { stack.pop() } else { None } {
                self.recycle(frame.bytes);
            }
            match grown {
                Ok(grown) => stack.extend(grown),
                Err(why) => self.fail(*child, &why),
            }
        }
    }

    /// Reads the object that a tree of deltas grows from.
    #[allow(clippy::type_complexity)]
    fn root(&mut self, root: &Root) -> Result<Option<(ObjectKind, Vec<Frame<P::Note>>)>, String> {
        let header = self.header(root.entry)?;
        let entry = root.entry;
        let outside = match header.storage {
            Storage::Whole(kind) if !self.pass.wants(kind) => return Ok(None),
            Storage::RefDelta(id) => Some(
                self.source
                    .database
                    .read_unchecked(&id)
                    .map_err(|error| format!("it is a delta to the object {id}, and {error}"))?,
            ),
            _ => None,
        };
        if let Some((kind, base)) = outside {
            if !self.pass.wants(kind) {
                return Ok(None);
            }
            let note = self.pass.whole(FOREIGN, kind, &base);
            let len = base.len();
            let mut frame = Frame { entry: FOREIGN, bytes: base, len, note, next: 0 };
            let grown = self.child(kind, &mut frame, entry, true)?;
            return Ok(Some((kind, grown.into_iter().collect())));
        }
        let Storage::Whole(kind) = header.storage else {
            return Err("it is no root of a tree of deltas".to_owned());
        };
        let packed = self.source.pack.data(&header);
        if header.size > LARGE && self.source.forest.children(entry).is_empty() {
            let map = &self.source.pack.map;
            let mut stream = ZlibDecoder::new(Passing { map, at: header.data, kept: header.data });
            if !self.pass.large(entry, kind, header.size, &mut stream)? {
                return Ok(None);
            }
        }
        let mut bytes = self.buffer();
        self.inflater.inflate(packed, header.size, &mut bytes)?;
        bytes.truncate(header.size as usize);
        self.count(&header, entry);
        let note = self.pass.whole(entry, kind, &bytes);
        if self.source.forest.children(entry).is_empty() {
            self.recycle(bytes);
            return Ok(None);
        }
        Ok(Some((kind, vec![Frame { entry, len: bytes.len(), bytes, note, next: 0 }])))
    }

    /// Reads an object that is a delta to the one in the frame; a frame for it if it has children.
    /// The last child takes the bytes of its base where it can be made out of them.
    fn child(
        &mut self,
        kind: ObjectKind,
        base: &mut Frame<P::Note>,
        entry: Entry,
        last: bool,
    ) -> Result<Option<Frame<P::Note>>, String> {
        let header = self.header(entry)?;
        let packed = self.source.pack.data(&header);
        self.inflater.inflate(packed, header.size, &mut self.data)?;
        self.count(&header, entry);
        let children = self.source.forest.children(entry);
        if let Some(next) = children.first().or_else(|| self.sibling(base)) {
            self.source.prefetch(*next);
        }
        let mut target = Target::in_buffer(self.buffer());
        let data = &self.data[..header.size as usize];
        let delta = Delta::parse(data, &base.bytes, &mut self.pieces)?;
        let note = self.pass.delta(entry, kind, &delta, &base.note, &mut target);
        let len = delta.size;
        let bytes = if children.is_empty() {
            self.recycle(target.into_buffer());
            return Ok(None);
        } else if last && !target.is_made() && delta.is_edit() {
            self.recycle(target.into_buffer());
            let mut bytes = std::mem::take(&mut base.bytes);
            edit(&mut bytes, &self.pieces, &self.data, len);
            bytes
        } else {
            target.get(&delta);
            target.into_buffer()
        };
        Ok(Some(Frame { entry, bytes, len, note, next: 0 }))
    }

    /// The child that is read next.
    fn sibling(&self, base: &Frame<P::Note>) -> Option<&'a Entry> {
        let inside = base.entry != FOREIGN;
        inside.then(|| self.source.forest.children(base.entry).get(base.next)).flatten()
    }

    /// Gives up the objects kept longest if there are too many bytes of them, and makes the
    /// topmost one again if it was given up before.
    fn keep_within_bounds(&mut self, stack: &mut [Frame<P::Note>]) -> Result<(), String> {
        let Some((top, below)) = stack.split_last_mut() else { return Ok(()) };
        if top.bytes.len() != top.len {
            let place = self.source.forest.place(top.entry);
            let made = self.source.database.read_packed(self.source.pack, place);
            top.bytes = made.map_err(|error| error.to_string())?.1;
        }
        let mut kept: usize = below.iter().map(|frame| frame.bytes.len()).sum();
        for frame in below.iter_mut().filter(|frame| frame.entry != FOREIGN) {
            if kept + top.len <= KEPT {
                break;
            }
            kept -= frame.bytes.len();
            frame.bytes = Vec::new();
        }
        Ok(())
    }

    fn header(&self, entry: Entry) -> Result<Header, String> {
        let header = self.source.pack.header(self.source.forest.offset(entry));
        header.ok_or_else(|| crate::git::database::BAD_ENTRY.to_owned())
    }

    /// Notes that an entry was read.
    fn count(&self, header: &Header, entry: Entry) {
        let end = usize::try_from(self.source.forest.offset(entry + 1)).unwrap_or(usize::MAX);
        self.touched.note(header.data, end);
    }

    fn buffer(&mut self) -> Vec<u8> {
        let buffer = self.pool.pop().unwrap_or_default();
        self.pooled -= buffer.capacity().min(self.pooled);
        buffer
    }

    fn recycle(&mut self, mut buffer: Vec<u8>) {
        if self.pooled + buffer.capacity() <= POOL {
            buffer.clear();
            self.pooled += buffer.capacity();
            self.pool.push(buffer);
        }
    }

    /// Gives up the children that were not looked at yet.
    fn fail_children(&mut self, frame: &Frame<P::Note>, why: &str) {
        let children = self.source.forest.children(frame.entry);
        children[frame.next..].iter().for_each(|child| self.fail(*child, why));
    }

    /// An object that cannot be read takes with it all that are deltas to it.
    fn fail(&mut self, entry: Entry, why: &str) {
        let mut pending = vec![entry];
        while let Some(entry) = pending.pop() {
            self.pass.failed(entry, why);
            pending.extend_from_slice(self.source.forest.children(entry));
        }
    }
}

/// Reads a pack on from a place, and lets go of the mapped memory behind it.
struct Passing<'a> {
    map: &'a Map,
    at: usize,
    /// From here on the memory was not let go of yet.
    kept: usize,
}

impl Read for Passing<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.map.get(self.at..).unwrap_or_default().read(buffer)?;
        self.at += read;
        if self.at - self.kept > BEHIND {
            self.map.release(0..self.map.len());
            self.kept = self.at;
        }
        Ok(read)
    }
}
