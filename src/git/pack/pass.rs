//! What is done with the objects of a pack while it is walked.

use std::io::Read;
use std::ops::ControlFlow;

use crate::blob::ObjectKind;
use crate::git::pack::delta::Delta;
use crate::git::pack::forest::Entry;

/// One way of looking at every object of a pack.
pub(crate) trait Pass {
    /// What a delta has to know about its base besides the bytes.
    type Note;

    /// Whether objects of this kind are looked at at all.
    fn wants(&self, kind: ObjectKind) -> bool;

    /// Looks at an object that is stored whole.
    fn whole(&mut self, entry: Entry, kind: ObjectKind, bytes: &[u8]) -> Self::Note;

    /// Looks at an object that is stored as a delta. Its bytes are only made if asked for.
    fn delta(
        &mut self,
        entry: Entry,
        kind: ObjectKind,
        delta: &Delta<'_>,
        base: &Self::Note,
        target: &mut Target,
    ) -> Self::Note;

    /// Looks at a large object that nothing is a delta to, without having all of it in memory. If
    /// that is not enough, which is the answer `true`, it is shown whole.
    fn large(
        &mut self,
        _entry: Entry,
        _kind: ObjectKind,
        _size: u64,
        _stream: &mut dyn Read,
    ) -> Result<bool, String> {
        Ok(true)
    }

    /// Is told of an object that cannot be read.
    fn failed(&mut self, entry: Entry, why: &str);

    /// Is called from time to time; `Break` ends the walk before it is done.
    fn pause(&mut self) -> ControlFlow<()> {
        ControlFlow::Continue(())
    }
}

/// An object that a delta makes, once somebody asks for it.
#[derive(Default)]
pub(crate) struct Target {
    bytes: Vec<u8>,
    made: bool,
}

impl Target {
    /// An object that is not made yet, with a buffer for it.
    pub fn in_buffer(bytes: Vec<u8>) -> Self {
        Self { bytes, made: false }
    }

    /// Whether somebody has asked for the object.
    pub fn is_made(&self) -> bool {
        self.made
    }

    /// The buffer, with the object in it if it was made.
    pub fn into_buffer(self) -> Vec<u8> {
        self.bytes
    }

    /// The bytes of the object.
    pub fn get(&mut self, delta: &Delta<'_>) -> &[u8] {
        if !self.made {
            delta.build(&mut self.bytes);
            self.made = true;
        }
        &self.bytes
    }
}

/// The number that stands for a base from outside the pack.
pub(crate) const FOREIGN: Entry = Entry::MAX;
