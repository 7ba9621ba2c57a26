//! The targets of `fuzz/`, on stable: valid inputs that are made at run time, mutated from a seed.
//!
//! `STRIPEGUARD_FUZZ_SECONDS` is how long each family runs, `STRIPEGUARD_FUZZ_SEED` chooses other
//! mutations. The input that is being tried stands in `target/tmp/fuzz-FAMILY`, so that it is there
//! when a run has crashed; `STRIPEGUARD_FUZZ_INPUT` tries that file alone. `STRIPEGUARD_FUZZ_CORPUS` is
//! a directory to which the valid inputs are written instead, for cargo-fuzz to begin with.

use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::mpsc;
use std::time::{Duration, Instant};

#[path = "../../../fuzz/src/lib.rs"]
mod targets;

use super::subject::Subject;
use crate::git::fixture::Fixture;
use crate::git::reftable;
use crate::keys::{Random, key, live_secret};
use crate::repo::Repo;

/// Longer than this no input may take, in a test build on a busy machine.
const PATIENCE: Duration = Duration::from_secs(30);

/// Larger inputs only cost time.
const LARGEST: usize = 1 << 18;

/// So many inputs of a corpus are tried as they are.
const UNCHANGED: u64 = 20;

type Target = fn(&[u8]);
type Mutate = fn(&[u8], &[Vec<u8>], &mut Random) -> Vec<u8>;

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}

/// Tries mutations of a corpus until the time is up.
fn fuzz(family: &str, target: Target, corpus: Vec<Vec<u8>>, mutate: Mutate) {
    assert!(corpus.iter().any(|input| !input.is_empty()));
    if let Some(input) = std::env::var_os("STRIPEGUARD_FUZZ_INPUT") {
        return target(&fs::read(input).unwrap());
    }
    if let Some(corpora) = std::env::var_os("STRIPEGUARD_FUZZ_CORPUS") {
        let dir = Path::new(&corpora).join(family);
        fs::create_dir_all(&dir).unwrap();
        let write =
            |(n, input): (usize, &Vec<u8>)| fs::write(dir.join(format!("valid-{n}")), input);
        return corpus.iter().enumerate().for_each(|valid| write(valid).unwrap());
    }
    let place = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("fuzz-{family}"));
    let (alive, watch) = mpsc::channel();
    let current = place.clone();
    std::thread::spawn(move || {
        let outcome = tries(target, &corpus, mutate, &current, &alive);
        let _ = alive.send(Some(outcome));
    });
    let outcome = loop {
        match watch.recv_timeout(PATIENCE) {
            Ok(None) => {}
            Ok(Some(outcome)) => break outcome,
            Err(_) => panic!("an input takes longer than {PATIENCE:?}: {}", place.display()),
        }
    };
    match outcome {
        #[allow(clippy::print_stdout)]
        Ok(count) => println!("{family}: {count} inputs"),
        Err(kept) => panic!("an input makes it panic: {}", kept.display()),
    }
}

/// How many inputs were tried, or where the one is that was too much.
fn tries(
    target: Target,
    corpus: &[Vec<u8>],
    mutate: Mutate,
    current: &Path,
    alive: &mpsc::Sender<Option<Result<u64, PathBuf>>>,
) -> Result<u64, PathBuf> {
    let seconds = number("STRIPEGUARD_FUZZ_SECONDS").unwrap_or(3);
    let mut random = Random::new(number("STRIPEGUARD_FUZZ_SEED").unwrap_or(1));
    let begun = Instant::now();
    let mut count = 0;
    while begun.elapsed() < Duration::from_secs(seconds) {
        let input = match corpus.get(count as usize) {
            Some(valid) if count < UNCHANGED => valid.clone(),
            _ => mutate(&corpus[random.below(corpus.len())], corpus, &mut random),
        };
        fs::write(current, &input).unwrap();
        let outcome = catch_unwind(AssertUnwindSafe(|| target(&input)));
        if outcome.is_err() {
            let kept = current.with_extension(format!("panic-{count}"));
            fs::rename(current, &kept).unwrap();
            return Err(kept);
        }
        count += 1;
        let _ = alive.send(None);
    }
    // Nothing went wrong, so that nobody needs it; another test may have taken it away.
    let _ = fs::remove_file(current);
    Ok(count)
}

/// Numbers at which sizes and counts go wrong.
const EDGES: [u64; 12] = [
    0,
    1,
    0x7f,
    0x80,
    0xff,
    0x7fff,
    0xffff,
    0x7fff_ffff,
    0x8000_0000,
    0xffff_ffff,
    0x7fff_ffff_ffff_ffff,
    u64::MAX,
];

/// Signs that mean something to some parser, and nest where they are repeated.
const SIGNS: &[u8] = b"\0\n\"'{}[]()<>\\%=-_#/*\xff";

/// Between one and eight changes to an input.
fn mutated(input: &[u8], corpus: &[Vec<u8>], random: &mut Random) -> Vec<u8> {
    let mut input = input[..input.len().min(LARGEST)].to_vec();
    for _ in 0..1 + random.below(8) {
        change(&mut input, corpus, random);
        input.truncate(LARGEST);
    }
    input
}

fn change(input: &mut Vec<u8>, corpus: &[Vec<u8>], random: &mut Random) {
    let at = random.below(input.len() + 1);
    let len = (1 << random.below(10)).min(input.len() - at);
    match random.below(9) {
        0 if at < input.len() => input[at] ^= 1 << random.below(8),
        1 if at < input.len() => input[at] = random.next() as u8,
        2 => input.truncate(at),
        3 => drop(input.drain(at..at + len)),
        4 => {
            let copy = input[at..at + len].repeat(1 + random.below(4));
            input.splice(at..at, copy);
        }
        5 => {
            let other = &corpus[random.below(corpus.len())];
            let from = random.below(other.len() + 1);
            let piece = other[from..(from + len.max(16)).min(other.len())].to_vec();
            input.splice(at..at + len, piece);
        }
        6 => {
            let edge = EDGES[random.below(EDGES.len())];
            let bytes = if random.below(2) == 0 { edge.to_be_bytes() } else { edge.to_le_bytes() };
            let width = [1, 2, 4, 8][random.below(4)].min(input.len() - at);
            input[at..at + width].copy_from_slice(&bytes[..width]);
        }
        7 => {
            let byte = SIGNS[random.below(SIGNS.len())];
            let many = if random.below(20) == 0 { 20_000 } else { 1 + random.below(40) };
            input.splice(at..at, vec![byte; many]);
        }
        _ => drop(input.splice(at..at + len, (0..len).map(|_| random.next() as u8))),
    }
}

/// One file of a repository is changed, or is missing; two in a while.
fn mutated_files(input: &[u8], corpus: &[Vec<u8>], random: &mut Random) -> Vec<u8> {
    if random.below(20) == 0 {
        return mutated(input, corpus, random);
    }
    let mut files = targets::unpack_files(input);
    for _ in 0..1 + random.below(2) {
        let chosen = random.below(files.len());
        if random.below(16) == 0 && files.len() > 1 {
            files.remove(chosen);
        } else {
            let others: Vec<_> = files.iter().map(|(_, content)| content.clone()).collect();
            files[chosen].1 = mutated(&files[chosen].1, &others, random);
        }
    }
    targets::pack_files(&files)
}

fn files_below(git_dir: &Path) -> Vec<u8> {
    let files = super::subject::files(git_dir);
    let read = |path: &PathBuf| {
        (path.to_string_lossy().replace('\\', "/"), fs::read(git_dir.join(path)).unwrap())
    };
    targets::pack_files(&files.iter().map(read).collect::<Vec<_>>())
}

#[test]
fn repository() {
    let small = |fixture: &Fixture| {
        for n in 0..5 {
            let text: String = (0..40).map(|line| format!("line {line} {}\n", line * n)).collect();
            fixture.write("d/long", format!("{text}K={}\n", live_secret(n)));
            fixture.write(format!("d/{n}/.env"), live_secret(n));
            fixture.commit(&format!("change {n}"));
        }
        fixture.git(&["tag", "-a", "-m", "tag", "v1"]);
        let _ = fs::remove_dir_all(fixture.root.join(".git/hooks"));
    };
    let mut corpus = Vec::new();
    for fixture in [Fixture::new(), Fixture::sha256()] {
        small(&fixture);
        corpus.push(files_below(&fixture.root.join(".git")));
        fixture.git(&["-c", "pack.indexVersion=1", "repack", "-adq"]);
        fixture.git(&["update-index", "--index-version=4"]);
        corpus.push(files_below(&fixture.root.join(".git")));
        fixture.git(&["repack", "-adfq"]);
        fixture.git(&["multi-pack-index", "write"]);
        fixture.git(&["commit-graph", "write", "--reachable"]);
        fixture.git(&["update-index", "--split-index"]);
        fixture.git(&["pack-refs", "--all"]);
        corpus.push(files_below(&fixture.root.join(".git")));
    }
    corpus.push(files_below(&reftable::sample().root.join(".git")));
    corpus.push(files_below(&Subject::new(true).repo.join(".git")));
    fuzz("repository", targets::repository, corpus, mutated_files);
}

/// Entries of packs: a few objects of each kind, deltas that copy and insert, and a broken one in a
/// while.
#[test]
fn packs() {
    let mut random = Random::new(4);
    let corpus = (0..40).map(|n| {
        let mut data = Vec::new();
        for _ in 0..2 + random.below(20) {
            let kind = if n % 4 == 0 { random.below(8) } else { random.below(6) };
            let text = if kind < 4 { plain_text(&mut random) } else { instructions(&mut random) };
            data.extend([kind as u8, random.next() as u8]);
            data.extend((text.len() as u16).to_le_bytes());
            data.extend(text);
        }
        data
    });
    let corpus = corpus.collect();
    fuzz("packs", targets::packs, corpus, mutated);
}

fn plain_text(random: &mut Random) -> Vec<u8> {
    let line = |random: &mut Random| match random.below(4) {
        0 => format!("NEEDLE_{}\n", random.below(20)),
        n => format!("{} {}\n", "line".repeat(n * 4), random.below(9)),
    };
    (0..random.below(12)).map(|_| line(random)).collect::<String>().into_bytes()
}

fn instructions(random: &mut Random) -> Vec<u8> {
    let mut bytes = Vec::new();
    for _ in 0..1 + random.below(5) {
        match random.below(3) {
            0 => {
                let text = plain_text(random);
                let piece = &text[..text.len().min(127)];
                bytes.extend((!piece.is_empty()).then_some(piece.len() as u8));
                bytes.extend(piece);
            }
            // Copies of up to 63 bytes from the first 64.
            _ => bytes.extend([0x91, random.below(64) as u8, 1 + random.below(63) as u8]),
        }
    }
    bytes
}

#[test]
fn containers() {
    let mut corpus: Vec<Vec<u8>> = crate::corpus::container::cases(&mut Random::new(9))
        .into_iter()
        .map(|case| case.bytes)
        .filter(|bytes| bytes.len() <= LARGEST)
        .collect();
    let fixture = Fixture::new();
    for n in 0..6 {
        fixture.write("d/long", format!("{}{}\n", "the same line\n".repeat(40), live_secret(n)));
        fixture.commit("more");
    }
    let bundle = fixture.beside("all.bundle");
    fixture.git(&["bundle", "create", "-q", bundle.to_str().unwrap(), "--all"]);
    corpus.push(fs::read(bundle).unwrap());
    fuzz("containers", targets::containers, corpus, mutated);
}

#[test]
fn texts() {
    let cases = crate::corpus::build(3).into_iter().filter(|case| case.group != "container");
    let corpus = cases.map(|case| case.bytes).filter(|bytes| bytes.len() < 1 << 16).collect();
    fuzz("texts", targets::texts, corpus, mutated);
}

/// The good and bad examples of all rules, for each language in turn.
#[test]
fn code() {
    let mut corpus = Vec::new();
    for rule in rule_files("rules/lints") {
        for name in 0..targets::CODE_NAMES.len() as u8 {
            corpus.push([&[name][..], rule.as_bytes()].concat());
        }
    }
    fuzz("code", targets::code, corpus, mutated);
}

#[test]
fn rules() {
    let corpus = rule_files("rules/lints").into_iter().map(String::into_bytes).collect();
    fuzz("rules", targets::rules, corpus, mutated);
}

fn rule_files(dir: &str) -> Vec<String> {
    let entries = fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join(dir)).unwrap().flatten();
    let mut paths: Vec<_> = entries.map(|entry| entry.path()).collect();
    paths.sort();
    let yml = paths.iter().filter(|path| path.extension().is_some_and(|e| e == "yml"));
    yml.map(|path| fs::read_to_string(path).unwrap()).collect()
}

#[test]
fn configs() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let docs = fs::read_to_string(root.join("docs/configuration.md")).unwrap();
    let toml = docs.split("```").nth(1).unwrap().trim_start_matches("toml");
    let own = fs::read_to_string(root.join("stripeguard.toml")).unwrap();
    let nested = |table: &str| {
        let inside = |line: &str| match line.strip_prefix("[[").or(line.strip_prefix('[')) {
            Some(name) if line.starts_with("[[") => format!("[[{table}.{name}\n"),
            Some(name) => format!("[{table}.{name}\n"),
            None => format!("{line}\n"),
        };
        toml.lines().map(inside).collect::<String>()
    };
    let corpus = [
        format!("\0{toml}"),
        format!("\0{own}"),
        format!("\x01[package.metadata.stripeguard]\n{}", nested("package.metadata.stripeguard")),
        format!("\x02[tool.stripeguard]\n{}", nested("tool.stripeguard")),
        "\x03{\"stripeguard\": {\"fail-on\": \"low\", \"paths\": {\"exclude\": [\"a\", \"\\u0041\"]}}}".to_owned(),
    ];
    fuzz("configs", targets::configs, corpus.map(String::into_bytes).to_vec(), mutated);
}

#[test]
fn patches() {
    let fixture = Fixture::new();
    for n in 0..4 {
        let text: String =
            (0..40).map(|line| format!("line {line} {}\n", line % (n + 2))).collect();
        fixture.write("a b/\u{e9}.txt", format!("{text}K={}\n", live_secret(n)));
        fixture.write(format!("bin{n}"), [0, 1, 2, 255, n as u8]);
        fixture.commit("more");
    }
    fixture.git(&["checkout", "-q", "-b", "side", "HEAD~1"]);
    fixture.write("side", live_secret(9));
    fixture.commit("side");
    fixture.git(&["merge", "-q", "--no-edit", "main"]);
    let corpus = [
        &["diff", "HEAD~3", "HEAD"][..],
        &["log", "-p", "--cc"],
        &["format-patch", "--stdout", "-3"],
        &["diff", "--binary", "-U0", "HEAD~2"],
    ];
    let corpus = corpus.map(|arguments| fixture.git(arguments).into_bytes()).to_vec();
    fuzz("patches", targets::patches, corpus, mutated);
}

#[test]
fn lists() {
    let repo = Repo::new();
    for n in 0..6 {
        repo.write(format!("{n}/.env"), format!("K={}\n", key("sk_live", 24, n)));
    }
    repo.commit("leak");
    let run = |arguments: &[&str]| crate::cli::stripeguard(repo.path(), arguments);
    run(&["baseline", "create", "--file", "list"]);
    run(&["scan", "--no-cache", "--receipt", "receipt"]);
    let read = |name: &str| fs::read(repo.join(name)).unwrap();
    let foreign = [
        r#"[{"RuleID":"stripe","File":"a","StartLine":1,"Secret":"x","Commit":"ab","Fingerprint":"ab:a:stripe:1"}]"#,
        "0123456789012345678901234567890123456789:a/b.env:stripe-access-token:12\n# x\na:b:3\n",
        r#"{"version":"1.4.0","results":{"a":[{"type":"Stripe Access Key","hashed_secret":"00","line_number":1}]}}"#,
        "ExactFindings:\n  matches:\n    - filepath: a\n      fingerprint: '12'\n      linenum: 1\n",
        "{\"SourceMetadata\":{\"Data\":{\"Git\":{\"commit\":\"ab\",\"file\":\"a\",\"line\":1}}},\"DetectorName\":\"Stripe\",\"Raw\":\"x\"}\n",
    ];
    let mut corpus = vec![read("list"), read("receipt")];
    corpus.extend(foreign.map(|text| text.as_bytes().to_vec()));
    fuzz("lists", targets::lists, corpus, mutated);
}

#[test]
fn reports() {
    let subject = Subject::new(true);
    let run = |more: &[&str]| crate::cli::scan(subject.repo.path(), more).stdout.into_bytes();
    let corpus = vec![run(&["--no-cache"]), run(&["--no-cache", "--tree"])];
    fuzz("reports", targets::reports, corpus, mutated);
}

/// That all others pass means something.
#[test]
fn a_target_that_panics_is_noticed_and_its_input_kept() {
    let place = Path::new(env!("CARGO_TARGET_TMPDIR")).join("fuzz-self");
    let (alive, _watch) = mpsc::channel();
    let target: Target = |data| assert!(data.len() < 12, "longer than expected");
    let outcome = tries(target, &[b"0123456789".to_vec()], mutated, &place, &alive);
    let kept = outcome.unwrap_err();
    assert!(fs::read(&kept).unwrap().len() >= 12);
    fs::remove_file(kept).unwrap();
}
