//! How long reading a whole repository takes, beside the floor: inflating every object of its packs
//! with the same library on the same threads, and nothing else.
//!
//! `cargo bench --bench history -- PATH [THREADS]`. Each row is a process of its own, so that its
//! peak of memory is its own too. Memory is only known on Linux.

#![allow(clippy::print_stdout, clippy::unwrap_used)]

use std::path::Path;
use std::process::Command;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use aho_corasick::packed::Searcher;
use stripeguard::blob::ObjectId;
use stripeguard::coverage::Progress;
use stripeguard::git::{self, Object, Probe, Report};

/// What a scan looks for, more or less.
const LITERALS: [&str; 4] = ["k_live_", "k_test_", "whsec_", "sk_org_"];
/// A word common enough that hits can be picked among the blobs that have it.
const COMMON: &str = "password";

fn main() {
    let mut args = std::env::args().skip(1).filter(|arg| arg != "--bench");
    let Some(path) = args.next() else {
        println!("cargo bench --bench history -- PATH [THREADS]");
        return;
    };
    let threads = args.next().unwrap_or_else(|| "2".to_owned());
    match args.next() {
        Some(row) => run(Path::new(&path), threads.parse().unwrap(), &row),
        None => table(&path, &threads),
    }
}

fn table(path: &str, threads: &str) {
    println!("{path}, {threads} threads; times in ms, memory in MB");
    println!(
        "{:<22}{:>7}{:>7}{:>9}{:>7}{:>7}  result",
        "", "wall", "CPU", "x floor", "RSS", "anon"
    );
    let mut floor = None;
    for row in ["floor", "no hits", "1 hit", "100 hits", "all common"] {
        let output = Command::new(std::env::current_exe().unwrap())
            .args([path, threads, row])
            .output()
            .unwrap();
        let line = String::from_utf8_lossy(&output.stdout);
        let mut words = line.trim().splitn(5, ' ');
        let mut number = || words.next().and_then(|word| word.parse::<f64>().ok()).unwrap_or(0.0);
        let (wall, cpu, rss, anon) = (number(), number(), number(), number());
        let floor = *floor.get_or_insert(cpu);
        let result = words.next().unwrap_or_default();
        println!("{row:<22}{wall:>7}{cpu:>7}{:>9.2}{rss:>7}{anon:>7}  {result}", cpu / floor);
    }
}

fn run(path: &Path, threads: usize, row: &str) {
    let start = Instant::now();
    std::thread::spawn(sample_memory);
    let repository = git::open(path).unwrap();
    let result = match row {
        "floor" => format!("{} MB", git::inflate_everything(&repository, threads) >> 20),
        "no hits" => scan(&repository, threads, 0),
        "1 hit" => scan(&repository, threads, 1),
        "100 hits" => scan(&repository, threads, 100),
        _ => scan(&repository, threads, usize::MAX),
    };
    let wall = start.elapsed().as_millis();
    let rss = status("VmHWM:");
    let anon = ANON.load(Ordering::Relaxed).max(status("RssAnon:"));
    println!("{wall} {} {} {} {result}", cpu(), rss >> 10, anon >> 10);
}

fn scan(repository: &git::Repository, threads: usize, wanted: usize) -> String {
    let common = (wanted > 0).then_some(COMMON);
    let searcher = Searcher::new(LITERALS.iter().copied().chain(common)).unwrap();
    let candidates = |window: &[u8], report: Report<'_>| {
        for found in searcher.find_iter(window) {
            report(found.start()..found.end());
        }
    };
    let probe = Probe { candidates: &candidates, longest: 8, reach: (64, 320), whole: &container };
    let asked = AtomicU64::new(0);
    let picked = AtomicU64::new(0);
    let visit = |object: &Object<'_>| {
        asked.fetch_add(1, Ordering::Relaxed);
        let hit = is_picked(&object.id, wanted)
            && picked.fetch_add(1, Ordering::Relaxed) < wanted as u64
            && memchr::memmem::find(object.bytes, COMMON.as_bytes()).is_some();
        std::hint::black_box(hit)
    };
    let walk = git::walk(repository, &probe, &visit, threads, &Progress::default());
    let before = Instant::now();
    let attribution = match walk.is_empty() {
        true => git::Attribution::default(),
        false => git::attribute(repository, &walk),
    };
    let paths: usize = attribution.blobs.values().map(|exposure| exposure.paths.len()).sum();
    format!(
        "{} objects, {} gaps, {} looked at, {} hits, {paths} paths, {} ms for attribution",
        walk.coverage.objects.total(),
        walk.coverage.gaps.len(),
        asked.load(Ordering::Relaxed),
        walk.blobs.len() + walk.messages.len() + walk.names.len(),
        before.elapsed().as_millis(),
    )
}

/// Spreads the hits over the repository.
fn is_picked(id: &ObjectId, wanted: usize) -> bool {
    wanted > 1000 || id.as_bytes()[0] < 16
}

fn container(head: &[u8]) -> bool {
    const MAGIC: [&[u8]; 7] =
        [b"PK\x03\x04", b"\x1f\x8b", b"\x89PNG", b"%PDF", b"BZh", b"\xfd7zXZ", b"\x28\xb5\x2f\xfd"];
    MAGIC.iter().any(|magic| head.starts_with(magic)) || head.get(257..262) == Some(b"ustar")
}

static ANON: AtomicU64 = AtomicU64::new(0);

fn sample_memory() {
    loop {
        ANON.fetch_max(status("RssAnon:"), Ordering::Relaxed);
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
}

/// A figure of this process in KiB.
fn status(key: &str) -> u64 {
    let text = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = text.lines().find_map(|line| line.strip_prefix(key));
    line.and_then(|line| line.trim().split(' ').next()?.parse().ok()).unwrap_or(0)
}

/// User and system time of this process, in milliseconds.
fn cpu() -> u64 {
    let text = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let after = text.rsplit(')').next().unwrap_or_default();
    let ticks =
        after.split_whitespace().skip(11).take(2).filter_map(|word| word.parse::<u64>().ok());
    ticks.sum::<u64>() * 10
}
