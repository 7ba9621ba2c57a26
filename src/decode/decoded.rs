//! A text that was read back, and where each of its bytes stands in the source.

use std::ops::Range;

use super::Layer;

/// A stretch of a text that was written in another spelling, read back.
#[derive(Clone, Debug)]
pub struct Decoded {
    /// The spelling.
    pub layer: Layer,
    /// The text.
    pub text: Vec<u8>,
    /// Where each byte of the text stands: offsets from the start of the source.
    places: Vec<(u32, u32)>,
    /// The bytes that were read.
    pub source: Range<usize>,
}

impl Decoded {
    /// An empty text read from `source`, which must be shorter than 4 GiB.
    pub fn new(layer: Layer, source: Range<usize>) -> Self {
        Self { layer, text: Vec::new(), places: Vec::new(), source }
    }

    /// Adds a byte that stands at `place` in the scanned buffer.
    pub fn push(&mut self, byte: u8, place: Range<usize>) {
        let offset = |at: usize| (at - self.source.start) as u32;
        self.places.push((offset(place.start), offset(place.end)));
        self.text.push(byte);
    }

    /// Which byte of the text is the first that stands at or behind a place of the scanned buffer.
    pub fn index_of(&self, place: usize) -> usize {
        let offset = place.saturating_sub(self.source.start);
        self.places.partition_point(|(start, _)| (*start as usize) < offset)
    }

    /// Where a span of the text stands in the scanned buffer; `None` if the text is not so long.
    pub fn source_span(&self, span: &Range<usize>) -> Option<Range<usize>> {
        let first = self.places.get(span.start)?;
        let last = self.places.get(span.end.checked_sub(1)?)?;
        Some(self.source.start + first.0 as usize..self.source.start + last.1 as usize)
    }
}
