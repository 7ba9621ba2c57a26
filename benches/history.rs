//! How long reading a whole repository takes, beside the floor: inflating every object of its packs
//! with the same library on the same threads, and nothing else.
//!
//! `cargo bench --bench history -- PATH [THREADS] [own]`. Below the rows of the library come those of
//! whole programs: this one, kingfisher with its one Stripe rule and with all, and gitleaks, where
//! they are installed and `own` does not leave them out. Each row is a process of its own, so that
//! its peak of memory is its own too. Memory and CPU of programs need GNU time; memory that belongs
//! to no file is only known on Linux.

#![allow(clippy::print_stdout, clippy::unwrap_used)]

use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use aho_corasick::packed::Searcher;
use stripeguard::blob::ObjectId;
use stripeguard::coverage::Progress;
use stripeguard::git::{self, Object, Probe, Report};
use stripeguard::source::history::MARGIN;

/// What a scan looks for, more or less.
const LITERALS: [&str; 4] = ["k_live_", "k_test_", "whsec_", "sk_org_"];
/// A word common enough that hits can be picked among the blobs that have it.
const COMMON: &str = "password";

/// Rows that this program measures in itself.
const ROWS: [&str; 6] =
    ["floor", "no hits", "no hits, 1 thread", "1 hit", "100 hits", "all common"];
const KINGFISHER: [&str; 3] = ["kingfisher", "scan", "--no-validate"];

fn main() {
    let args: Vec<String> = std::env::args().skip(1).filter(|arg| arg != "--bench").collect();
    let words: Vec<&str> = args.iter().map(String::as_str).collect();
    match words[..] {
        [path] => table(path, "2", true),
        [path, threads] => table(path, threads, true),
        [path, threads, "own"] => table(path, threads, false),
        [path, threads, row] => run(Path::new(path), threads.parse().unwrap(), row),
        _ => println!("cargo bench --bench history -- PATH [THREADS] [own]"),
    }
}

fn table(path: &str, threads: &str, others: bool) {
    println!("{path}, {threads} threads; times in ms, memory in MB");
    println!(
        "{:<22}{:>8}{:>8}{:>9}{:>7}{:>7}  result",
        "", "wall", "CPU", "x floor", "RSS", "anon"
    );
    let mut floor = None;
    let mut print = |row: &str, line: Option<String>| {
        let Some(line) = line else { return println!("{row:<22}{:>8}", "absent") };
        let mut words = line.trim().splitn(5, ' ');
        let mut number = || words.next().and_then(|word| word.parse::<f64>().ok()).unwrap_or(0.0);
        let (wall, cpu, rss, anon) = (number(), number(), number(), number());
        let floor = *floor.get_or_insert(cpu);
        let result = words.next().unwrap_or_default();
        println!("{row:<22}{wall:>8}{cpu:>8}{:>9.2}{rss:>7}{anon:>7}  {result}", cpu / floor);
    };
    for row in ROWS {
        let of_row = if row.ends_with("1 thread") { "1" } else { threads };
        let mut own = Command::new(std::env::current_exe().unwrap());
        let output = own.args([path, of_row, row]).output().unwrap();
        print(row, Some(String::from_utf8_lossy(&output.stdout).into_owned()));
    }
    let program = env!("CARGO_BIN_EXE_stripeguard");
    print("stripeguard", time(&[program, "scan", "--history", "--threads", threads, path]));
    if others {
        let one = ["--rule", "betterleaks.stripe-access-token", path];
        print("kingfisher, one rule", time(&[&KINGFISHER[..], &one].concat()));
        print("kingfisher", time(&[&KINGFISHER[..], &[path]].concat()));
        print("gitleaks", time(&["gitleaks", "git", "--no-banner", path]));
    }
}

/// Runs a whole program: wall and CPU time, peak memory, exit code. `None` if it is not installed.
fn time(command: &[&str]) -> Option<String> {
    let timed = ["-f", "%U %S %M"].iter().chain(command);
    let start = Instant::now();
    let output = ["gtime", "/usr/bin/time"].iter().find_map(|time| {
        let mut run = Command::new(time);
        run.args(timed.clone()).stdin(Stdio::null()).stdout(Stdio::null()).output().ok()
    })?;
    let wall = start.elapsed().as_millis();
    let code = output.status.code().filter(|code| *code != 127)?;
    let text = String::from_utf8_lossy(&output.stderr);
    let mut figures = text.lines().last()?.split(' ').map(|word| word.parse::<f64>().ok());
    let (user, system, kilobytes) = (figures.next()??, figures.next()??, figures.next()??);
    let cpu = ((user + system) * 1000.0).round();
    Some(format!("{wall} {cpu} {} 0 exit code {code}", (kilobytes / 1024.0).round()))
}

fn run(path: &Path, threads: usize, row: &str) {
    let start = Instant::now();
    std::thread::spawn(sample_memory);
    let repository = git::open(path).unwrap();
    let result = match row {
        "floor" => format!("{} MB", git::inflate_everything(&repository, threads) >> 20),
        "no hits" | "no hits, 1 thread" => scan(&repository, threads, 0),
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
    let probe =
        Probe { candidates: &candidates, margin: MARGIN, reach: (64, 320), whole: &container };
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
