//! Where the configuration and the baseline are, for any command.

use std::path::PathBuf;

use clap::Args;

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
