//! `stripeguard rules`.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

#[derive(Args, Debug)]
#[command(args_conflicts_with_subcommands = true)]
pub struct Rules {
    /// How the list is written
    #[arg(long, value_enum, default_value = "text")]
    pub format: ListFormat,

    #[command(subcommand)]
    pub action: Option<RulesAction>,
}

#[derive(Debug, Subcommand)]
pub enum RulesAction {
    /// Run the examples of all rules, those of `.stripeguard/rules` included
    Test {
        /// The directory that holds `.stripeguard`
        #[arg(default_value = ".")]
        path: PathBuf,
    },
    /// Write a page for each rule
    Docs {
        /// The directory for the pages
        #[arg(long, short, value_name = "DIR", default_value = "docs/rules")]
        output: PathBuf,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ListFormat {
    Text,
    Json,
    Markdown,
}
