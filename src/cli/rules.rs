//! `stripeguard rules`.

use super::args::{Format, Rules};
use super::{Exit, output};
use crate::key::RULES;

/// Lists the rules.
///
/// # Errors
/// If the list cannot be written.
pub fn run(arguments: &Rules) -> anyhow::Result<Exit> {
    match arguments.format {
        Format::Text => output::stdout(|out| {
            let widest = RULES.iter().map(|rule| rule.id.len()).max().unwrap_or(0);
            for rule in RULES {
                writeln!(
                    out,
                    "{:widest$}  {:8}  {}",
                    rule.id,
                    rule.severity.to_string(),
                    rule.title
                )?;
            }
            Ok(())
        })?,
        Format::Json => output::stdout(|out| {
            let rules: Vec<_> = RULES.iter().map(entry).collect();
            serde_json::to_writer_pretty(&mut *out, &rules)?;
            writeln!(out)
        })?,
    }
    Ok(Exit::Clean)
}

fn entry(rule: &crate::key::Rule) -> serde_json::Value {
    serde_json::json!({
        "id": rule.id,
        "title": rule.title,
        "severity": rule.severity.to_string(),
        "type": rule.kind.to_string(),
        "mode": rule.mode.map(|mode| mode.to_string()),
    })
}
