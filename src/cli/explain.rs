//! `stripeguard explain`.

use std::io::{self, Read};

use anyhow::bail;

use super::args::Explain;
use super::{Exit, output};
use crate::key::RULES;

/// The longest value that is read: no credential comes near.
const LONGEST: u64 = 64 << 10;

/// Prints the documentation of a rule, or what a value on standard input is.
///
/// # Errors
/// If there is no such rule, or nothing to explain.
pub fn run(arguments: &Explain) -> anyhow::Result<Exit> {
    match (&arguments.rule, arguments.value.as_deref()) {
        (Some(id), _) => explain_rule(id),
        (None, Some("-")) => explain_value(),
        _ => bail!(
            "a value on the command line would stay in the history of the shell; \
             pass it on standard input: `stripeguard explain --value -`"
        ),
    }
}
