//! Bytes put together from a great many short runs.

/// A buffer that short runs are added to without a call for each of them: a whole block is copied,
/// and the next run overwrites what is too much.
#[derive(Default)]
pub(crate) struct Collage {
    bytes: Vec<u8>,
    len: usize,
    cuts: Vec<usize>,
}

/// Runs up to this length are copied as a block.
const BLOCK: usize = 32;

impl Collage {
    pub fn clear(&mut self) {
        self.len = 0;
        self.cuts.clear();
    }

    /// Notes that something is left out here.
    pub fn cut(&mut self) {
        self.cuts.push(self.len);
    }

    /// The bytes before each place where something is left out, and those behind it; blanks where
    /// there are not that many.
    pub fn cuts<const N: usize>(&self) -> impl Iterator<Item = (&[u8; N], &[u8; N])> {
        self.cuts.iter().map(|cut| {
            let (before, after) = self.bytes().split_at(*cut);
            let (before, after) = (before.last_chunk(), after.first_chunk());
            (before.unwrap_or(&[b' '; N]), after.unwrap_or(&[b' '; N]))
        })
    }

    /// Adds `source[from..from + len]`, which must be there.
    #[inline]
    pub fn push(&mut self, source: &[u8], from: usize, len: usize) {
        let free = self.bytes[self.len..].first_chunk_mut::<BLOCK>();
        match (free, source[from..].first_chunk::<BLOCK>()) {
            (Some(free), Some(block)) if len <= BLOCK => {
                *free = *block;
                self.len += len;
            }
            _ => self.push_long(&source[from..from + len]),
        }
    }

    fn push_long(&mut self, run: &[u8]) {
        let end = self.len + run.len();
        if self.bytes.len() < end + BLOCK {
            self.bytes.resize((end + BLOCK).next_power_of_two(), 0);
        }
        self.bytes[self.len..end].copy_from_slice(run);
        self.len = end;
    }

    /// What was added since it was last cleared.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes[..self.len]
    }
}
