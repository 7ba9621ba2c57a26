//! How much of a mapped pack is in memory because it was read.

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

use crate::map::{Map, Memory};

/// The parts of a pack that were read since its memory was given back last.
///
/// Objects are small and lie apart, and the system maps a window around each, so that much more is
/// resident than was read.
pub(crate) struct Touched<'a> {
    map: &'a Map,
    /// One bit for each window.
    windows: Vec<AtomicU64>,
    /// The size of all windows that were touched.
    bytes: AtomicUsize,
}

/// Linux maps so much around a page that is read at least, if it has it at hand.
const WINDOW: usize = 64 << 10;
/// The memory is given back when the process has more than this, unless little of it is mapped, or,
/// where the system does not tell, when so much was touched.
const RESIDENT: u64 = 350 << 20;
const LITTLE: u64 = 64 << 20;
const UNTOLD: usize = 160 << 20;
/// The system is asked whenever so much more was touched.
const STEP: usize = 4 << 20;

impl<'a> Touched<'a> {
    pub fn new(map: &'a Map) -> Self {
        let words = map.len().div_ceil(WINDOW).div_ceil(64);
        Self {
            map,
            windows: (0..words).map(|_| AtomicU64::new(0)).collect(),
            bytes: AtomicUsize::new(0),
        }
    }

    /// Notes that a part of the pack was read, and gives memory back if there is too much.
    pub fn note(&self, from: usize, to: usize) {
        let last = to.min(self.map.len()).saturating_sub(1);
        for window in from / WINDOW..=last.max(from) / WINDOW {
            let Some(word) = self.windows.get(window / 64) else { return };
            let bit = 1 << (window % 64);
            let is_new = word.load(Ordering::Relaxed) & bit == 0
                && word.fetch_or(bit, Ordering::Relaxed) & bit == 0;
            if is_new {
                self.grow();
            }
        }
    }

    fn grow(&self) {
        let bytes = self.bytes.fetch_add(WINDOW, Ordering::Relaxed) + WINDOW;
        if !bytes.is_multiple_of(STEP) {
            return;
        }
        let is_too_much = |now: Memory| now.resident > RESIDENT && now.mapped > LITTLE;
        if Memory::now().map_or(bytes >= UNTOLD, is_too_much) {
            self.release();
        }
    }

    /// Gives all of it back.
    pub fn release(&self) {
        self.map.release(0..self.map.len());
        self.windows.iter().for_each(|word| word.store(0, Ordering::Relaxed));
        self.bytes.store(0, Ordering::Relaxed);
    }
}
