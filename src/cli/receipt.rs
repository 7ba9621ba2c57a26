//! `stripeguard receipt`.

use std::fs;
use std::path::Path;

use anyhow::{Context, anyhow};

use super::args::config::ConfigFile;
use super::args::receipt::{Receipt as Arguments, ReceiptCommand};
use super::{Exit, output};
use crate::coverage::{Coverage, RepositoryState};
use crate::decode::container::Limits;
use crate::git;
use crate::receipt::Receipt;
use crate::report::Report;
use crate::run::{Scope, Sides};
use crate::scan::{SOURCES, Scanner};
use crate::snippet::neutral;
use crate::source::tree::label;

/// Runs the subcommand.
///
/// # Errors
/// If the receipt or the repository cannot be read at all.
pub fn run(arguments: &Arguments) -> anyhow::Result<Exit> {
    match &arguments.command {
        ReceiptCommand::Verify { file, repo } => verify(file, repo),
    }
}

/// Writes the receipt of a run, whole or not at all.
///
/// # Errors
/// If it cannot be written.
pub fn write(report: &Report, limits: &Limits, path: &Path) -> anyhow::Result<()> {
    let receipt = Receipt::new(&report.coverage, &report.findings, SOURCES, &limits.named());
    let text = serde_json::to_string_pretty(&receipt).context("the receipt cannot be written")?;
    output::file(path, |out| writeln!(out, "{text}"))
}

/// Says whether a receipt covers a repository as it is now.
fn verify(file: &Path, repo: &Path) -> anyhow::Result<Exit> {
    let text = fs::read_to_string(file)
        .with_context(|| format!("the receipt {} cannot be read", file.display()))?;
    let receipt = Receipt::parse(&text).map_err(|why| anyhow!("{}: {why}", file.display()))?;
    let mut coverage = Coverage::default();
    let now = states(repo, &mut coverage)?;
    let limits = limits(repo)?.named();
    let mut why = receipt.shortfalls(&now, SOURCES, &limits);
    why.extend(coverage.gaps.iter().map(|gap| format!("{}: {}", gap.what, gap.why)));
    output::stdout(|out| {
        if why.is_empty() {
            let objects: u64 = now.iter().map(|state| state.objects).sum();
            let tips: usize = now.iter().map(|state| state.tips.len()).sum();
            return writeln!(
                out,
                "The receipt covers {}: {objects} objects, {tips} references.",
                neutral(&repo.to_string_lossy())
            );
        }
        let repo = neutral(&repo.to_string_lossy());
        let file = neutral(&file.to_string_lossy());
        writeln!(out, "The receipt does not cover {repo}:")?;
        why.iter().try_for_each(|why| writeln!(out, "  - {}", neutral(why)))?;
        writeln!(out, "Run `stripeguard scan --receipt {file} {repo}` again.")
    })?;
    Ok(if why.is_empty() { Exit::Clean } else { Exit::Incomplete })
}

/// The limits that a scan of the repository has.
fn limits(repo: &Path) -> anyhow::Result<Limits> {
    let scope = Scope::Paths { paths: vec![repo.to_owned()], sides: Sides::Auto };
    let found = ConfigFile { config: None, no_config: false };
    Ok(super::config::load(&found, &scope)?.config.limits)
}

/// A repository as it is now, and its submodules.
fn states(repo: &Path, coverage: &mut Coverage) -> anyhow::Result<Vec<RepositoryState>> {
    let scanner = Scanner::new(super::today(), Limits::default());
    let repository = git::open(repo)?;
    let root = repo.to_string_lossy().replace(std::path::MAIN_SEPARATOR, "/");
    let mut states = Vec::new();
    let mut add = |repository: &git::Repository, path: String, coverage: &mut Coverage| {
        let (mut state, gaps) = git::state(repository);
        state.path = path;
        state.tips.iter_mut().for_each(|(name, _)| *name = scanner.label(name));
        coverage.gaps.extend(gaps);
        states.push(state);
    };
    add(&repository, String::new(), coverage);
    for git_dir in git::submodules(&repository) {
        let name = label("", &git_dir);
        let inside = name.strip_prefix(&root).unwrap_or(&name).trim_start_matches('/').to_owned();
        match git::open(&git_dir) {
            Ok(submodule) => add(&submodule, format!("{inside}:"), coverage),
            Err(error) => coverage.gap(inside, error.to_string()),
        }
    }
    Ok(states)
}
