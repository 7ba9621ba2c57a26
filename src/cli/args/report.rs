//! `stripeguard report`, and how any command writes a report.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

use super::super::formats::{self, Target};
use crate::key::Severity;

#[derive(Debug, Subcommand)]
pub enum ReportCommand {
    /// Join the JSON reports of shards and matrix jobs to one
    Merge(Merge),
}

/// Join the JSON reports of shards and matrix jobs to one.
///
/// The same secret in the same path is one finding; what any of the reports says could not be read
/// stays unread. Exit codes are those of the scan that would have read all of it.
#[derive(Args, Debug)]
pub struct Merge {
    /// Reports that `scan --format json` wrote; `-` is standard input
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,

    #[command(flatten)]
    pub report: ReportOptions,
}

/// How and where a report is written, and what it means for the exit code.
#[derive(Args, Debug)]
pub struct ReportOptions {
    /// How the report is written, and with =FILE where to; may be given several times
    ///
    /// Formats: text, json, jsonl, sarif, html, markdown, csv, junit, github, gitlab. One report at
    /// most goes to standard output: --format text --format sarif=report.sarif
    #[arg(
        long,
        value_name = "FORMAT[=FILE]",
        default_value = "text",
        hide_default_value = true,
        value_parser = formats::parse
    )]
    pub format: Vec<Target>,

    /// Write the report that has no file to FILE instead of standard output
    #[arg(long, short, value_name = "FILE")]
    pub output: Option<PathBuf>,

    /// The least severity that makes the exit code 1: critical, high, medium, low or info
    /// [default: low]
    #[arg(long, value_name = "SEVERITY")]
    pub fail_on: Option<Severity>,

    /// List what is suppressed, by what and why
    #[arg(long)]
    pub show_suppressed: bool,

    /// Show the values of secrets in clear text
    #[arg(long)]
    pub reveal: bool,

    /// When to use colours
    #[arg(long, value_enum, default_value = "auto")]
    pub color: Color,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people
    Text,
    /// For programs; `stripeguard schema` prints its schema
    Json,
    /// The same, a finding a line
    Jsonl,
    /// SARIF 2.1.0, for code scanning
    Sarif,
    /// One page to send to others, with what to do
    Html,
    /// For job summaries and comments on pull requests
    Markdown,
    /// For spreadsheets
    Csv,
    /// For the test views of CI servers
    Junit,
    /// Annotations of a GitHub workflow run
    Github,
    /// GitLab's secret detection report
    Gitlab,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Color {
    /// On a terminal, unless NO_COLOR is set
    Auto,
    Always,
    Never,
}
