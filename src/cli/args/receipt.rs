//! `stripeguard receipt`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

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
