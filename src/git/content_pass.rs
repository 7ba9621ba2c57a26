//! Looking at the contents of blobs, commits and tags.

use std::collections::HashSet;
use std::io::Read;
use std::ops::ControlFlow;

use crate::blob::{ObjectId, ObjectKind};
use crate::git::pack::Pack;
use crate::git::pack::delta::Delta;
use crate::git::pack::forest::{Entry, Forest};
use crate::git::pack::pass::{FOREIGN, Pass, Target};
use crate::git::plan::is_repeated;
use crate::git::scan::{Scanner, Spots};

/// Looks at the contents of blobs, commits and tags.
pub(crate) struct ContentPass<'a> {
    pub scanner: Scanner<'a>,
    pub pack: &'a Pack,
    pub forest: &'a Forest,
    pub repeated: &'a HashSet<u32>,
}

impl ContentPass<'_> {
    /// The id of an entry; `None` if it was looked at elsewhere.
    fn id(&self, entry: Entry) -> Option<ObjectId> {
        let own = entry != FOREIGN && !is_repeated(self.forest, self.repeated, entry);
        own.then(|| self.forest.id(self.pack, entry))
    }
}

impl Pass for ContentPass<'_> {
    type Note = Spots;

    fn wants(&self, kind: ObjectKind) -> bool {
        kind != ObjectKind::Tree
    }

    fn whole(&mut self, entry: Entry, kind: ObjectKind, bytes: &[u8]) -> Spots {
        match self.id(entry) {
            Some(id) => {
                self.scanner.count(kind, bytes.len());
                self.scanner.whole(id, kind, bytes)
            }
            None => self.scanner.search(bytes),
        }
    }

    fn large(
        &mut self,
        entry: Entry,
        kind: ObjectKind,
        size: u64,
        stream: &mut dyn Read,
    ) -> Result<bool, String> {
        if self.id(entry).is_none() {
            return Ok(false);
        }
        self.scanner.large(kind, size, stream)
    }

    fn delta(
        &mut self,
        entry: Entry,
        kind: ObjectKind,
        delta: &Delta<'_>,
        base: &Spots,
        target: &mut Target,
    ) -> Spots {
        let own = !is_repeated(self.forest, self.repeated, entry);
        let id = || self.forest.id(self.pack, entry);
        self.scanner.delta(own.then_some(id), kind, delta, base, target)
    }

    fn failed(&mut self, entry: Entry, why: &str) {
        let id = self.forest.id(self.pack, entry);
        self.scanner.findings.failed.push((id, why.to_owned()));
    }

    fn pause(&mut self) -> ControlFlow<()> {
        self.scanner.report()
    }
}
