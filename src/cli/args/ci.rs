//! `stripeguard ci`.

use std::path::PathBuf;

use clap::Args;

use super::config::{BaselineArguments, ConfigFile};
use super::report::ReportOptions;

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
