//! `stripeguard scan`.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, ValueEnum};

use super::config::{BaselineArguments, ConfigFile};
use super::report::ReportOptions;

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

    /// Which part of a history to report
    #[arg(long, value_enum, default_value = "local")]
    pub scope: HistoryScope,

    /// Compare the id of every object of a history with its content
    #[arg(long)]
    pub verify_objects: bool,

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

    /// Read all objects of a history again, whatever is known of them, and keep nothing
    #[arg(long)]
    pub no_cache: bool,

    /// Where to keep what need not be read again [default: in the directory of your caches]
    #[arg(long, value_name = "DIR", conflicts_with = "no_cache")]
    pub cache_dir: Option<PathBuf>,

    /// Which rules about practice apply to files and to what is staged [default: default]
    #[arg(long, value_enum)]
    pub lints: Option<Lints>,

    #[command(flatten)]
    pub report: ReportOptions,

    #[command(flatten)]
    pub config: ConfigFile,

    #[command(flatten)]
    pub baseline: BaselineArguments,

    /// Print the configuration that holds here, every value spelled out, and scan nothing
    #[arg(long)]
    pub dump_config: bool,

    /// How many threads to use [default: one for each processor]
    #[arg(long, value_name = "N", default_value = "0", hide_default_value = true)]
    pub threads: usize,

    /// Write to FILE what was asked for and what was read, for `stripeguard receipt verify`
    #[arg(long, value_name = "FILE")]
    pub receipt: Option<PathBuf>,

    /// End after this time with what was read so far, as `90`, `90s`, `10m` or `1h`
    #[arg(long, value_name = "TIME", value_parser = duration)]
    pub time_limit: Option<Duration>,

    /// Never draw a progress bar
    #[arg(long)]
    pub no_progress: bool,

    /// Print on standard error how long each part took
    #[arg(long)]
    pub stats: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum HistoryScope {
    /// All that the database holds, reachable or not, and the places around it
    Local,
    /// What a branch, a tag or another reference reaches
    Refs,
    /// What a remote-tracking branch reaches; in a bare repository, any reference
    Pushed,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Lints {
    /// Errors and warnings
    Default,
    /// Advice too
    All,
    /// No rule about practice
    None,
}

/// A whole number of seconds, minutes or hours.
fn duration(text: &str) -> Result<Duration, String> {
    let (number, unit) = match text.as_bytes().last() {
        Some(b's') => (&text[..text.len() - 1], 1),
        Some(b'm') => (&text[..text.len() - 1], 60),
        Some(b'h') => (&text[..text.len() - 1], 3600),
        _ => (text, 1),
    };
    let number = number.parse::<u64>().ok().filter(|number| *number > 0);
    let seconds = number.and_then(|number| number.checked_mul(unit));
    seconds.map(Duration::from_secs).ok_or_else(|| "give a time such as 90s, 10m or 1h".to_owned())
}
