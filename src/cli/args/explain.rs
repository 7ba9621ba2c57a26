//! `stripeguard explain`.

use clap::Args;

use super::config::{BaselineArguments, ConfigFile};

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
