//! How much a graph may cost.

/// Bounds of one run's graphs. What lies beyond them makes an answer incomplete, never wrong.
#[derive(Clone, Copy, Debug)]
pub struct Budget {
    /// Modules of one graph.
    pub modules: usize,
    /// Bytes of one file.
    pub file_bytes: u64,
    /// Entries of directories that are listed.
    pub entries: usize,
    /// Threads; at least one works.
    pub threads: usize,
}

impl Default for Budget {
    fn default() -> Self {
        Self { modules: 100_000, file_bytes: 4 << 20, entries: 2_000_000, threads: 1 }
    }
}
