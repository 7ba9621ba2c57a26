//! What the command line can say.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

/// Finds Stripe secret keys in files and in the whole of a git history
#[derive(Debug, Parser)]
#[command(version, max_term_width = 100)]
pub struct Arguments {
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Look for Stripe credentials
    Scan(Box<Scan>),
    /// List the rules
    Rules(Rules),
    /// Print what a rule is about, or what a value is
    Explain(Explain),
    /// Print the JSON Schema of `scan --format json`
    Schema,
}

/// Look for Stripe credentials.
///
/// Reads the files under each PATH and, where PATH is the root of a git repository or a git
/// directory, also its index, every object of its database and the places around it. A PATH inside
/// a repository is read as files only, unless --history is given.
///
/// Exit codes: 0 clean; 1 findings at or above --fail-on; 2 wrong usage; 3 something that was asked
/// for could not be read.
#[derive(Args, Debug)]
pub struct Scan {
    /// Files, directories, work trees or git directories
    #[arg(default_value = ".")]
    pub paths: Vec<PathBuf>,

    /// Read files only, not history; with --history, both
    #[arg(long)]
    pub tree: bool,

    /// Read the history of the repository that holds PATH, and report what stands under PATH
    #[arg(long)]
    pub history: bool,

    /// Read what is staged for the next commit: blobs of the index, not files
    #[arg(long, conflicts_with_all = ["tree", "history"])]
    pub staged: bool,

    /// Read what the commits of a range bring in, merges included
    #[arg(long, value_name = "A..B", conflicts_with_all = ["tree", "history", "staged"])]
    pub range: Option<String>,

    /// Read the lines that a patch adds; `-` is standard input
    #[arg(long, value_name = "FILE", conflicts_with_all = ["tree", "history", "staged", "range", "paths"])]
    pub patch: Option<PathBuf>,

    /// Read standard input as one text
    #[arg(long, conflicts_with_all = ["tree", "history", "staged", "range", "patch", "paths"])]
    pub stdin: bool,

    /// The name of the text on standard input
    #[arg(long, value_name = "NAME", requires = "stdin", default_value = "stdin")]
    pub stdin_path: String,

    /// Read files that git ignores as well
    #[arg(long)]
    pub no_ignore: bool,

    /// How the report is written
    #[arg(long, value_enum, default_value = "text")]
    pub format: Format,

    /// Write the report to FILE instead of standard output
    #[arg(long, short, value_name = "FILE")]
    pub output: Option<PathBuf>,

    /// The least severity that makes the exit code 1: critical, high, medium, low or info
    #[arg(long, value_name = "SEVERITY", default_value = "low")]
    pub fail_on: crate::key::Severity,

    /// Show the values of secrets in clear text
    #[arg(long)]
    pub reveal: bool,

    /// When to use colours
    #[arg(long, value_enum, default_value = "auto")]
    pub color: Color,

    /// How many threads to use [default: one for each processor]
    #[arg(long, value_name = "N", default_value = "0", hide_default_value = true)]
    pub threads: usize,

    /// Never draw a progress bar
    #[arg(long)]
    pub no_progress: bool,

    /// Print on standard error how long each part took
    #[arg(long)]
    pub stats: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people
    Text,
    /// For programs; `stripeguard schema` prints its schema
    Json,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ListFormat {
    Text,
    Json,
    Markdown,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Color {
    /// On a terminal, unless NO_COLOR is set
    Auto,
    Always,
    Never,
}

#[derive(Args, Debug)]
pub struct Rules {
    /// How the list is written
    #[arg(long, value_enum, default_value = "text")]
    pub format: ListFormat,
}

#[derive(Args, Debug)]
pub struct Explain {
    /// The id of a rule, as in a report or in `stripeguard rules`
    #[arg(required_unless_present = "value", conflicts_with = "value")]
    pub rule: Option<String>,

    /// Say what a value is and whether it would be reported; `-` reads it from standard input
    #[arg(long, value_name = "-")]
    pub value: Option<String>,
}
