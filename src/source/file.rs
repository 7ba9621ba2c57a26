//! One file, opened once and read in bounded memory.

use std::fs::File;
use std::io::{self, Read};
use std::ops::ControlFlow;
use std::path::Path;

use super::{Sink, window};
use crate::blob::{Blob, Origin};
use crate::coverage::{Coverage, unreadable};
use crate::map::Map;

/// Reads files one after another into the same buffer.
pub struct Reader<'a> {
    sink: Sink<'a>,
    buffer: Vec<u8>,
    /// What was read so far.
    pub coverage: Coverage,
}

impl<'a> Reader<'a> {
    /// A reader that has read nothing yet.
    pub fn new(sink: Sink<'a>) -> Self {
        Self { sink, buffer: Vec::new(), coverage: Coverage::default() }
    }

    /// Reads a file and pushes it under the given label. A file that has vanished since it was
    /// listed is no fault; one that cannot be read is a gap.
    pub fn read(&mut self, path: &Path, label: &str) -> ControlFlow<()> {
        match self.push(path, label) {
            Ok((bytes, flow)) => {
                self.coverage.files += 1;
                self.coverage.bytes += bytes;
                self.sink.progress.step(bytes);
                flow
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => ControlFlow::Continue(()),
            Err(error) => {
                self.coverage.gap(label, unreadable(&error));
                ControlFlow::Continue(())
            }
        }
    }

    fn push(&mut self, path: &Path, label: &str) -> io::Result<(u64, ControlFlow<()>)> {
        let mut file = File::open(path)?;
        self.buffer.clear();
        (&file).take(window::SIZE as u64 + 1).read_to_end(&mut self.buffer)?;
        if self.buffer.len() <= window::SIZE {
            let flow = (self.sink.visit)(&Blob::whole(label, Origin::Tree, &self.buffer));
            return Ok((self.buffer.len() as u64, flow));
        }
        if (self.sink.whole)(&self.buffer) {
            let mapped = Map::open(path)?;
            let flow = (self.sink.visit)(&Blob::whole(label, Origin::Tree, &mapped));
            return Ok((mapped.len() as u64, flow));
        }
        let filled = std::mem::take(&mut self.buffer);
        let read = window::push(label, Origin::Tree, filled, &mut file, &self.sink)?;
        Ok((read, ControlFlow::Continue(())))
    }
}
