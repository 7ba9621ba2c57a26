//! How fast a directory is read: `cargo bench --bench tree [-- DIRECTORY]`, in one process, beside
//! merely reading the same files one after another.

#![allow(clippy::print_stdout, missing_docs, clippy::unwrap_used)]

use std::path::{Path, PathBuf};
use std::time::Instant;
use std::{env, fs};

use stripeguard::config::Settings;
use stripeguard::coverage::Progress;
use stripeguard::run::{Request, Scope, Sides, run};
use stripeguard::source::history;

const TODAY: i64 = 1_795_478_400;
const ROUNDS: usize = 9;

fn main() {
    let named = env::args().skip(1).find(|argument| !argument.starts_with("--"));
    let dir =
        named.map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), PathBuf::from);
    let request = Request {
        scope: Scope::Paths { paths: vec![dir.clone()], sides: Sides::Tree },
        history: history::Scope::Local,
        verify_objects: false,
        cache: None,
        no_ignore: true,
        lints: stripeguard::lint::Selection::none(),
        threads: 0,
        today: TODAY,
        settings: Settings::default(),
        baseline: None,
    };
    let (mut scans, mut reads) = (Vec::new(), Vec::new());
    let mut coverage = Default::default();
    for _ in 0..ROUNDS {
        let begun = Instant::now();
        coverage = run(&request, &Progress::default()).unwrap().coverage;
        scans.push(begun.elapsed().as_secs_f64());
        let begun = Instant::now();
        read(&dir);
        reads.push(begun.elapsed().as_secs_f64());
    }
    let (scan, read) = (median(scans), median(reads));
    let size = coverage.bytes as f64;
    println!("{} files, {:.1} MB", coverage.files, size / 1e6);
    println!("scan            {:>8.1} ms  {:>8.0} MB/s", scan * 1e3, size / 1e6 / scan);
    println!("read, 1 thread  {:>8.1} ms  {:>8.0} MB/s", read * 1e3, size / 1e6 / read);
    println!("scan / read     {:>8.2}", scan / read);
}

/// Reads every file and looks at nothing.
fn read(dir: &Path) {
    for entry in fs::read_dir(dir).unwrap() {
        let entry = entry.unwrap();
        let kind = entry.file_type().unwrap();
        if kind.is_dir() && entry.file_name() != ".git" {
            read(&entry.path());
        } else if kind.is_file() {
            std::hint::black_box(fs::read(entry.path()).unwrap());
        }
    }
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
