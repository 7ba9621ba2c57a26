//! What the command line can say, a file for each command.

pub mod baseline;
pub mod ci;
pub mod config;
pub mod doctor;
pub mod explain;
pub mod hook;
pub mod key;
pub mod receipt;
pub mod report;
pub mod rules;
pub mod scan;
pub mod schema;
#[cfg(feature = "verify")]
pub mod verify;

use clap::{Parser, Subcommand};

use baseline::Baseline;
use ci::Ci;
use doctor::Doctor;
use explain::Explain;
use hook::Hook;
use key::Key;
use receipt::Receipt;
use report::ReportCommand;
use rules::Rules;
use scan::Scan;
use schema::Schema;
#[cfg(feature = "verify")]
use verify::Verify;

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
