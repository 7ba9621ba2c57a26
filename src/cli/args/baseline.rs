//! `stripeguard baseline`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::config::ConfigFile;

/// What can be done with the list of known leaks, `.stripeguard-baseline`.
#[derive(Debug, Subcommand)]
pub enum Baseline {
    /// Write a list of all that is found now
    Create(BaselineScan),
    /// Add what is new to the list
    Update(BaselineScan),
    /// Remove from the list what is found no more
    Prune(BaselineScan),
    /// Go through the leaks about which nothing is decided yet, one question each
    Audit(Audit),
    /// Add what the list of another scanner names
    Import(Import),
}

#[derive(Args, Debug)]
pub struct BaselineScan {
    /// The repository or directory
    #[arg(default_value = ".")]
    pub path: PathBuf,

    /// The list [default: `.stripeguard-baseline` in the nearest directory that has one, or at PATH]
    #[arg(long, value_name = "FILE")]
    pub file: Option<PathBuf>,

    #[command(flatten)]
    pub config: ConfigFile,
}

#[derive(Args, Debug)]
pub struct Audit {
    #[command(flatten)]
    pub scan: BaselineScan,

    /// Ask about what is decided already, too
    #[arg(long)]
    pub all: bool,

    /// Who answers for what is decided now
    #[arg(long, value_name = "NAME")]
    pub owner: Option<String>,
}

#[derive(Args, Debug)]
pub struct Import {
    /// A JSON report or the `.gitleaksignore` of gitleaks, a baseline of detect-secrets or
    /// kingfisher, or the output of `trufflehog --json`
    pub list: PathBuf,

    /// List all entries that are not about Stripe, not the first few only
    #[arg(long, short)]
    pub verbose: bool,

    #[command(flatten)]
    pub scan: BaselineScan,
}
