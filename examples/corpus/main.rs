//! Makes the corpus, and scores scanners on it.
//!
//! - `cargo run --release --example corpus -- write DIR`
//! - `cargo run --release --example corpus -- score TOOL DIR [PROGRAM]`
//! - `cargo run --release --example corpus -- table DIR` for every scanner that is installed

#![allow(missing_docs, clippy::print_stdout, clippy::print_stderr, clippy::unwrap_used, dead_code)]

#[path = "../../tests/corpus/mod.rs"]
mod corpus;
#[path = "../../tests/it/keys.rs"]
mod keys;
mod score;
mod tools;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use score::{Outcome, Score};
use tools::Tool;

const SEED: u64 = 1;

fn main() -> anyhow::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words[..] {
        ["write", dir] => write(Path::new(dir)),
        ["score", tool, dir] => one(Tool::named(tool, None)?, Path::new(dir)),
        ["score", tool, dir, program] => one(Tool::named(tool, Some(program))?, Path::new(dir)),
        ["table", dir] => table(Path::new(dir)),
        _ => anyhow::bail!("usage: write DIR | score TOOL DIR [PROGRAM] | table DIR"),
    }
}

fn write(dir: &Path) -> anyhow::Result<()> {
    let cases = corpus::build(SEED);
    corpus::write(&cases, &dir.join("files"))?;
    serde_json::to_writer(std::fs::File::create(dir.join("manifest.json"))?, &cases)?;
    println!("{} files", cases.len());
    Ok(())
}

fn one(tool: Tool, dir: &Path) -> anyhow::Result<()> {
    let cases = corpus::build(SEED);
    let reported = tool.run(&files(dir)?)?;
    let scores = score::judge(&cases, &reported);
    for (row, [exact, partly, all]) in score::table(&scores) {
        println!("{exact:>6} of {all:>6} exact, {partly:>5} partly  {row}");
    }
    print_misses(&scores);
    Ok(())
}

/// The labels that were not found exactly, most frequent first, with one file of each.
fn print_misses(scores: &[Score<'_>]) {
    let mut causes: BTreeMap<_, (usize, BTreeSet<&str>, &str)> = BTreeMap::new();
    for score in scores.iter().filter(|score| score.outcome != Outcome::Exact) {
        let how = if score.outcome == Outcome::Partly { "partly" } else { "missed" };
        let cause = causes.entry((score.case.group, score.case.label.as_str(), how)).or_default();
        cause.0 += 1;
        cause.1.insert(&score.case.family);
        cause.2 = &score.case.path;
    }
    let mut causes: Vec<_> = causes.into_iter().collect();
    causes.sort_by_key(|(_, (count, ..))| std::cmp::Reverse(*count));
    for ((group, label, how), (count, families, path)) in causes {
        let families: Vec<_> = families.into_iter().collect();
        println!("{count:>5} {how} {group}: {label} [{}] {path}", families.join(" "));
    }
}

fn table(dir: &Path) -> anyhow::Result<()> {
    let cases = corpus::build(SEED);
    let files = files(dir)?;
    let mut columns = Vec::new();
    for tool in Tool::all() {
        match tool.run(&files) {
            Ok(reported) => {
                columns.push((tool.name, score::table(&score::judge(&cases, &reported))))
            }
            Err(error) => eprintln!("{} is left out: {error}", tool.name),
        }
    }
    let names: Vec<_> = columns.iter().map(|(name, _)| *name).collect();
    println!("| | cases | {} |", names.join(" | "));
    println!("|---|---:|{}", "---:|".repeat(names.len()));
    for (row, [.., all]) in columns.first().map(|(_, rows)| rows.clone()).unwrap_or_default() {
        let cells: Vec<_> = columns.iter().map(|(_, rows)| cell(rows[&row])).collect();
        println!("| {} | {all} | {} |", &row[2..], cells.join(" | "));
    }
    Ok(())
}

fn cell([exact, partly, _]: [usize; 3]) -> String {
    if partly == 0 { exact.to_string() } else { format!("{exact} (+{partly} partly)") }
}

fn files(dir: &Path) -> anyhow::Result<PathBuf> {
    Ok(dir.join("files").canonicalize()?)
}
