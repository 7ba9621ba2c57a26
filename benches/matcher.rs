//! Bytes a second of the bare multi-literal search and of the whole detector, in one run over the
//! same text: `cargo bench --bench matcher [FILE]`. Without a file, the sources of this package.

#![allow(clippy::print_stdout, missing_docs, clippy::unwrap_used)]

use std::path::Path;
use std::time::{Duration, Instant};
use std::{env, fs};

use stripeguard::detect::Detector;

const TODAY: i64 = 1_795_478_400;

/// The text is searched in pieces as large as a large source file, which stay in the cache.
const FILE: usize = 64 << 10;

/// The least time one measurement takes, and how many of them are made.
const LEAST: Duration = Duration::from_millis(300);
const ROUNDS: usize = 9;

fn main() {
    let begun = Instant::now();
    let detector = Detector::new(TODAY);
    let start_up = begun.elapsed();
    let text = text();
    let bare = || text.chunks(FILE).for_each(|file| detector.candidates(file, &mut |_| {}));
    let whole = || {
        let mut matches = Vec::new();
        text.chunks(FILE).for_each(|file| detector.scan(file, "", &mut matches));
        assert!(matches.len() < 1 << 20);
    };
    let mut ratios = Vec::new();
    let (mut bare_rates, mut whole_rates) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        let (a, b) = (rate(text.len(), bare), rate(text.len(), whole));
        bare_rates.push(a);
        whole_rates.push(b);
        ratios.push(a / b);
    }
    println!("text                   {:>10.1} MB", text.len() as f64 / 1e6);
    println!("detector is made in    {:>10.1} µs", start_up.as_secs_f64() * 1e6);
    println!("bare search            {:>10.2} GiB/s", median(bare_rates));
    println!("detector               {:>10.2} GiB/s", median(whole_rates));
    println!("detector / bare search {:>10.3} of its time", median(ratios));
}

fn text() -> Vec<u8> {
    let named = env::args().skip(1).find(|argument| !argument.starts_with("--"));
    let once = match named {
        Some(path) => fs::read(path).unwrap(),
        None => {
            let mut text = Vec::new();
            collect(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src/git"), &mut text);
            text
        }
    };
    once.repeat((32 << 20) / once.len().max(1) + 1)
}

fn collect(dir: &Path, text: &mut Vec<u8>) {
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, text);
        } else {
            text.extend(fs::read(path).unwrap());
        }
    }
}

/// GiB a second.
fn rate(bytes: usize, work: impl Fn()) -> f64 {
    let begun = Instant::now();
    let mut rounds = 0;
    while begun.elapsed() < LEAST {
        work();
        rounds += 1;
    }
    bytes as f64 * f64::from(rounds) / begun.elapsed().as_secs_f64() / f64::from(1 << 30)
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
