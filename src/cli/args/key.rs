//! `stripeguard key`.

use clap::{Args, ValueEnum};

/// Say what keys on standard input are, a line each, without asking anybody.
///
/// Exit codes: 0 there is a key; 1 there is none.
#[derive(Args, Debug)]
pub struct Key {
    /// How it is written
    #[arg(long, value_enum, default_value = "text")]
    pub format: KeyFormat,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum KeyFormat {
    Text,
    Json,
}
