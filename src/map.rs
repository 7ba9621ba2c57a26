//! Files mapped into memory. The one place of the library with `unsafe` code.

#![allow(unsafe_code)]

use std::fs::File;
use std::io;
use std::ops::{Deref, Range};
use std::path::Path;

use memmap2::Mmap;

/// A whole file, mapped for reading.
pub(crate) struct Map(Option<Mmap>);

impl Map {
    /// Maps a regular file.
    pub fn open(path: &Path) -> io::Result<Self> {
        let file = File::open(path)?;
        let metadata = file.metadata()?;
        if !metadata.is_file() {
            return Err(io::Error::other("it is not a regular file"));
        }
        if metadata.len() == 0 {
            return Ok(Self(None));
        }
        // SAFETY: the mapping is only ever read. Git writes packs and their indexes under another
        // name and never changes them afterwards; deleting them leaves the mapping intact. A file
        // that somebody truncates all the same ends the process with SIGBUS; it cannot make it
        // read anything else.
        let map = unsafe { Mmap::map(&file)? };
        Ok(Self(Some(map)))
    }

    /// Hints that the bytes at a place will be read soon; does nothing outside of the file.
    pub fn prefetch(&self, at: u64) {
        #[cfg(target_arch = "x86_64")]
        if let Some(byte) = usize::try_from(at).ok().and_then(|at| self.get(at)) {
            use std::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
            // SAFETY: the pointer is that of a byte of the mapping, and a prefetch reads nothing
            // that the program could see; where the page is not there, it does nothing.
            unsafe { _mm_prefetch::<_MM_HINT_T0>(std::ptr::from_ref(byte).cast()) };
        }
        #[cfg(not(target_arch = "x86_64"))]
        let _ = at;
    }

    /// Lets go of the memory of a part that was read, which can be had again from the file.
    pub fn release(&self, part: Range<usize>) {
        #[cfg(unix)]
        if let Some(map) = self.0.as_ref().filter(|map| part.end <= map.len()) {
            // SAFETY: for a shared, read-only mapping of a file, MADV_DONTNEED only drops pages
            // that the next access reads from the file again; no content is lost or changed.
            // Failing is harmless, for it is a hint.
            let _ = unsafe {
                map.unchecked_advise_range(
                    memmap2::UncheckedAdvice::DontNeed,
                    part.start,
                    part.len(),
                )
            };
        }
        #[cfg(not(unix))]
        let _ = part;
    }
}

impl Deref for Map {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        self.0.as_deref().unwrap_or_default()
    }
}

/// How much memory this process has, in bytes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Memory {
    /// All that is resident.
    pub resident: u64,
    /// The part of it that is mapped files.
    pub mapped: u64,
}

impl Memory {
    /// Asks the system, which on others than Linux does not tell (proc_pid_status(5)).
    pub fn now() -> Option<Self> {
        let status = std::fs::read_to_string("/proc/self/status").ok()?;
        let bytes = |name: &str| -> Option<u64> {
            let line = status.lines().find_map(|line| line.strip_prefix(name))?;
            let kilobytes: u64 = line.trim().strip_suffix("kB")?.trim_end().parse().ok()?;
            Some(kilobytes << 10)
        };
        Some(Self { resident: bytes("VmRSS:")?, mapped: bytes("RssFile:")? })
    }
}
