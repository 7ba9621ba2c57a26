//! `stripeguard schema`.

use clap::Args;

#[derive(Args, Debug)]
pub struct Schema {
    /// Print that of the configuration instead
    #[arg(long)]
    pub config: bool,
}
