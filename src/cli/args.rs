//! What the command line can say.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Parser, Subcommand, ValueEnum};

use super::formats::Target;

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
    /// Print what a rule is about, why a file or a leak is reported or not, or what a value is
    Explain(Explain),
    /// Look at the commits that a pipeline is about
    Ci(Ci),
    /// Look at commits and pushes before git makes them
    #[command(subcommand)]
    Hook(Hook),
    /// Keep the list of leaks that are known
    #[command(subcommand)]
    Baseline(Baseline),
    /// Work with reports that were written before
    Report {
        #[command(subcommand)]
        command: ReportCommand,
    },
    /// Print the JSON Schema of `scan --format json`
    Schema(Schema),
    /// Check what a run has read
    Receipt(Receipt),
    /// Say what keys on standard input are: family, mode, account, age
    Key(Key),
    /// Look for what is wrong with the Stripe keys of a project
    Doctor(Doctor),
    /// Ask Stripe which of the keys that a scan finds work
    #[cfg(feature = "verify")]
    Verify(Verify),
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
        value_parser = super::formats::parse
    )]
    pub format: Vec<Target>,

    /// Write the report that has no file to FILE instead of standard output
    #[arg(long, short, value_name = "FILE")]
    pub output: Option<PathBuf>,

    /// The least severity that makes the exit code 1: critical, high, medium, low or info
    /// [default: low]
    #[arg(long, value_name = "SEVERITY")]
    pub fail_on: Option<crate::key::Severity>,

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
pub enum Lints {
    /// Errors and warnings
    Default,
    /// Advice too
    All,
    /// No rule about practice
    None,
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
#[command(args_conflicts_with_subcommands = true)]
pub struct Rules {
    /// How the list is written
    #[arg(long, value_enum, default_value = "text")]
    pub format: ListFormat,

    #[command(subcommand)]
    pub action: Option<RulesAction>,
}

#[derive(Debug, Subcommand)]
pub enum RulesAction {
    /// Run the examples of all rules, those of `.stripeguard/rules` included
    Test {
        /// The directory that holds `.stripeguard`
        #[arg(default_value = ".")]
        path: PathBuf,
    },
    /// Write a page for each rule
    Docs {
        /// The directory for the pages
        #[arg(long, short, value_name = "DIR", default_value = "docs/rules")]
        output: PathBuf,
    },
}

#[derive(Args, Debug)]
pub struct Explain {
    /// The id of a rule; a file, with a line if only that is of interest (`src/pay.ts:12`); or the
    /// first 6 or more digits of a fingerprint, which is looked for in the repository here
    #[arg(
        required_unless_present = "value",
        conflicts_with = "value",
        value_name = "RULE|PATH[:LINE]|FINGERPRINT"
    )]
    pub what: Option<String>,

    /// Say what a value is and whether it would be reported; `-` reads it from standard input
    #[arg(long, value_name = "-")]
    pub value: Option<String>,

    #[command(flatten)]
    pub config: ConfigFile,

    #[command(flatten)]
    pub baseline: BaselineArguments,
}

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

/// Where the configuration is.
#[derive(Args, Debug)]
pub struct ConfigFile {
    /// Read the configuration from FILE instead of the nearest `stripeguard.toml`
    #[arg(long, value_name = "FILE", conflicts_with = "no_config")]
    pub config: Option<PathBuf>,

    /// Read no configuration
    #[arg(long)]
    pub no_config: bool,
}

/// Where the baseline is.
#[derive(Args, Debug)]
pub struct BaselineArguments {
    /// Read the baseline from FILE instead of the nearest `.stripeguard-baseline`
    #[arg(long, value_name = "FILE", conflicts_with = "no_baseline")]
    pub baseline: Option<PathBuf>,

    /// Read no baseline
    #[arg(long)]
    pub no_baseline: bool,
}

#[derive(Args, Debug)]
pub struct Schema {
    /// Print that of the configuration instead
    #[arg(long)]
    pub config: bool,
}

/// Look at the commits that a pipeline is about.
///
/// Finds out from the environment which they are, on GitHub, GitLab, Bitbucket, CircleCI, Jenkins and
/// Azure. Fetches nothing: where the clone lacks what is needed, the exit code is 3, and the message
/// says what to write where.
#[derive(Args, Debug)]
pub struct Ci {
    /// The repository
    #[arg(default_value = ".")]
    pub path: PathBuf,

    /// Compare with this revision, whatever the environment says
    #[arg(long, value_name = "REVISION")]
    pub base: Option<String>,

    #[command(flatten)]
    pub report: ReportOptions,

    #[command(flatten)]
    pub config: ConfigFile,

    #[command(flatten)]
    pub baseline: BaselineArguments,
}

#[derive(Debug, Subcommand)]
pub enum Hook {
    /// Write the hooks of the repository here; a hook that is there is kept and run first
    Install(HookPlace),
    /// Remove what `install` wrote, and put back what was there before
    Uninstall(HookPlace),
    /// Say which hooks are installed
    Status(HookPlace),
    /// Check what git is about to do; called by the hooks
    Run(HookRun),
}

/// Without a hook, `pre-commit` and `pre-push` are meant, and `pre-receive` in a bare repository.
#[derive(Args, Debug)]
pub struct HookPlace {
    /// Before a commit is made
    #[arg(long)]
    pub pre_commit: bool,

    /// Before objects are sent to another repository
    #[arg(long)]
    pub pre_push: bool,

    /// On a server: before it accepts what was sent
    #[arg(long)]
    pub pre_receive: bool,

    /// For all repositories that you clone or make from now on
    #[arg(long)]
    pub global: bool,
}

#[derive(Args, Debug)]
pub struct HookRun {
    /// What git is about to do
    #[arg(value_enum)]
    pub moment: Moment,

    /// What git hands to the hook
    #[arg(value_name = "ARGUMENT", trailing_var_arg = true, allow_hyphen_values = true)]
    pub arguments: Vec<String>,

    /// The least severity that refuses: critical, high, medium, low or info [default: low]
    #[arg(long, value_name = "SEVERITY")]
    pub fail_on: Option<crate::key::Severity>,

    #[command(flatten)]
    pub config: ConfigFile,

    #[command(flatten)]
    pub baseline: BaselineArguments,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Moment {
    /// A commit
    #[value(name = "pre-commit")]
    Commit,
    /// A push from here
    #[value(name = "pre-push")]
    Push,
    /// The acceptance of a push to here
    #[value(name = "pre-receive")]
    Receive,
}

/// Check what a run has read.
#[derive(Args, Debug)]
pub struct Receipt {
    #[command(subcommand)]
    pub command: ReceiptCommand,
}

#[derive(Debug, Subcommand)]
pub enum ReceiptCommand {
    /// Say whether a run covers a repository as it is now
    ///
    /// Exit codes: 0 it does; 2 there is no such receipt or repository; 3 it does not, as after a new
    /// commit, a fetch, or an update of the rules. Files that are in no commit are not compared. A
    /// receipt is not signed.
    Verify {
        /// What `scan --receipt FILE` has written
        file: PathBuf,

        /// The root of a work tree, or a git directory
        #[arg(long, value_name = "PATH", default_value = ".")]
        repo: PathBuf,
    },
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

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum KeyFormat {
    Text,
    Json,
}

/// Say what keys on standard input are, a line each, without asking anybody.
///
/// Exit codes: 0 there is a key; 1 there is none.
#[derive(Args, Debug)]
pub struct Key {
    /// How it is written
    #[arg(long, value_enum, default_value = "text")]
    pub format: KeyFormat,
}

/// Look for what is wrong with the Stripe keys of a project.
///
/// Reads files of variables (`.env` and the like, those that git ignores as well), settings, what
/// code reads, and the environment of this process, and says what each key is and what is wrong
/// with it. Exit codes: 0 nothing is; 1 there are errors; 2 wrong usage; 3 something could not be
/// read.
#[derive(Args, Debug)]
pub struct Doctor {
    /// The root of the project
    #[arg(default_value = ".", conflicts_with = "env_file")]
    pub path: PathBuf,

    /// Look at this file of variables alone; may be given several times
    #[arg(long, value_name = "FILE")]
    pub env_file: Vec<PathBuf>,

    /// Ask Stripe whether each key works: one request that reads the balance
    #[arg(long)]
    pub online: bool,

    /// How it is written
    #[arg(long, value_enum, default_value = "text")]
    pub format: KeyFormat,

    /// A server of tests on this machine to ask in place of Stripe
    #[arg(long, value_name = "URL", hide = true, requires = "online")]
    pub api_base: Option<String>,
}

/// Ask Stripe which of the keys that a scan finds work.
///
/// Only for keys that are yours, or whose owner has agreed: their owner sees the requests. Exit codes:
/// 0 none works; 1 one does; 2 wrong usage, or nobody agreed; 3 something could not be read.
#[cfg(feature = "verify")]
#[derive(Args, Debug)]
pub struct Verify {
    /// Files, directories, work trees or git directories
    #[arg(default_value = ".")]
    pub paths: Vec<PathBuf>,

    /// Read files that git ignores as well
    #[arg(long)]
    pub no_ignore: bool,

    /// Agree that the keys are sent to Stripe
    #[arg(long)]
    pub yes: bool,

    /// A server of tests on this machine to ask in place of Stripe
    #[arg(long, value_name = "URL", hide = true)]
    pub api_base: Option<String>,
}
