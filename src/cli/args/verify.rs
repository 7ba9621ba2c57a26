//! `stripeguard verify`.

use std::path::PathBuf;

use clap::Args;

/// Ask Stripe which of the keys that a scan finds work.
///
/// Only for keys that are yours, or whose owner has agreed: their owner sees the requests. Exit codes:
/// 0 none works; 1 one does; 2 wrong usage, or nobody agreed; 3 something could not be read.
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
