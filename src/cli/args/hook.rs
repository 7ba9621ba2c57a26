//! `stripeguard hook`.

use clap::{Args, Subcommand, ValueEnum};

use super::config::{BaselineArguments, ConfigFile};
use crate::key::Severity;

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
    pub fail_on: Option<Severity>,

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
