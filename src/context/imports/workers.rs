//! A function over a list, on several threads, with the results in the order of the list.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::{self, Builder, ScopedJoinHandle};

/// How much stack a thread may use. The resolver goes up directories and down chains of
/// configurations recursively; pages that are not used cost nothing.
const STACK: usize = 64 << 20;

/// How many items a thread takes at a time.
const CHUNK: usize = 16;

/// Applies `function` to every item.
pub fn map<T: Sync, R: Send>(
    threads: usize,
    items: &[T],
    function: impl Fn(&T) -> R + Sync,
) -> Vec<R> {
    let next = AtomicUsize::new(0);
    let work = || {
        let mut done = Vec::new();
        loop {
            let start = next.fetch_add(CHUNK, Ordering::Relaxed);
            let chunk = items.iter().enumerate().skip(start).take(CHUNK);
            if start >= items.len() {
                return done;
            }
            done.extend(chunk.map(|(index, item)| (index, function(item))));
        }
    };
    let mut done = thread::scope(|scope| {
        let count = threads.clamp(1, items.len().div_ceil(CHUNK).max(1));
        let spawn = |_| Builder::new().stack_size(STACK).spawn_scoped(scope, work).ok();
        let running: Vec<ScopedJoinHandle<'_, Vec<(usize, R)>>> =
            (0..count).filter_map(spawn).collect();
        // Where not even one thread can be had, this one does the work.
        let mut done = if running.is_empty() { work() } else { Vec::new() };
        for handle in running {
            match handle.join() {
                Ok(part) => done.extend(part),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
        done
    });
    done.sort_unstable_by_key(|(index, _)| *index);
    done.into_iter().map(|(_, result)| result).collect()
}
