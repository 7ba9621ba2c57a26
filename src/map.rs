//! Files mapped into memory: the only `unsafe` code of the project.

#![allow(unsafe_code)]

use std::fs::File;
use std::io;

use memmap2::Mmap;

/// Maps a whole file for reading.
///
/// # Errors
/// What the system says; an empty file is an error on some systems.
pub fn map(file: &File) -> io::Result<Mmap> {
    // SAFETY: the mapping is private and read-only, and nothing here keeps a reference into it
    // beyond its own life. What remains is that another process may write to the file: the bytes
    // then change under a search that makes no assumption about them, or, if the file is cut
    // short, the process ends with SIGBUS, as every program that maps files does.
    unsafe { Mmap::map(file) }
}
