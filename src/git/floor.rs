//! Unpacking everything and looking at nothing: what any reader of all objects has to pay at least.

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

use crate::git::pack::Pack;
use crate::git::pack::forest::{Entry, Forest};
use crate::git::pack::inflate::Inflater;
use crate::git::{Database, Repository};

/// How many entries a worker takes at a time.
const SHARE: usize = 64;

/// Inflates every entry of every pack and gives back how many bytes that were. For benchmarks.
pub fn inflate_everything(repository: &Repository, threads: usize) -> u64 {
    let database = Database::open(repository);
    let bytes = AtomicU64::new(0);
    for pack in &database.packs {
        let forest = Forest::new(pack, threads);
        let next = AtomicUsize::new(0);
        std::thread::scope(|scope| {
            for _ in 0..threads.max(1) {
                scope.spawn(|| {
                    bytes.fetch_add(inflate_share(pack, &forest, &next), Ordering::Relaxed)
                });
            }
        });
    }
    bytes.into_inner()
}

fn inflate_share(pack: &Pack, forest: &Forest, next: &AtomicUsize) -> u64 {
    let mut inflater = Inflater::new();
    let (mut out, mut bytes) = (Vec::new(), 0);
    loop {
        let from = next.fetch_add(SHARE, Ordering::Relaxed);
        if from >= forest.len() {
            return bytes;
        }
        for entry in from..forest.len().min(from + SHARE) {
            let header = pack.header(forest.offset(entry as Entry));
            if let Some(header) = header {
                let inflated = inflater.inflate(pack.data(&header), header.size, &mut out);
                bytes += inflated.map_or(0, |()| header.size);
            }
        }
    }
}
