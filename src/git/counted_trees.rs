//! Looking at the trees of a pack, and counting them.

use std::collections::HashSet;
use std::ops::ControlFlow;

use crate::blob::ObjectKind;
use crate::git::pack::delta::Delta;
use crate::git::pack::forest::Entry;
use crate::git::pack::pass::{FOREIGN, Pass, Target};
use crate::git::plan::is_repeated;
use crate::git::scan::Scanner;
use crate::git::tree_marks::Marks;
use crate::git::tree_pass::TreePass;

/// Logs trees, and counts them.
pub(crate) struct CountedTrees<'a> {
    pub pass: TreePass<'a>,
    pub repeated: &'a HashSet<u32>,
    pub scanner: Scanner<'a>,
}

impl CountedTrees<'_> {
    fn count(&mut self, entry: Entry, bytes: usize) {
        let Some((_, forest)) = self.pass.pack else { return };
        if entry != FOREIGN && !is_repeated(forest, self.repeated, entry) {
            self.scanner.count(ObjectKind::Tree, bytes);
        }
    }
}

impl Pass for CountedTrees<'_> {
    type Note = Marks;

    fn wants(&self, kind: ObjectKind) -> bool {
        self.pass.wants(kind)
    }

    fn whole(&mut self, entry: Entry, kind: ObjectKind, bytes: &[u8]) -> Marks {
        self.count(entry, bytes.len());
        self.pass.whole(entry, kind, bytes)
    }

    fn delta(
        &mut self,
        entry: Entry,
        kind: ObjectKind,
        delta: &Delta<'_>,
        base: &Marks,
        target: &mut Target,
    ) -> Marks {
        self.count(entry, delta.size);
        self.pass.delta(entry, kind, delta, base, target)
    }

    fn failed(&mut self, entry: Entry, why: &str) {
        if let Some((pack, forest)) = self.pass.pack {
            let id = forest.id(pack, entry);
            self.scanner.findings.failed.push((id, why.to_owned()));
        }
    }

    fn pause(&mut self) -> ControlFlow<()> {
        self.scanner.report()
    }
}
