//! `stripeguard doctor`.

use std::path::PathBuf;

use clap::Args;

use super::key::KeyFormat;

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
