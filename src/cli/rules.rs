//! `stripeguard rules`.

use super::args::{ListFormat, Rules};
use super::{Exit, output};
use crate::key::RULES;

/// Lists the rules.
///
/// # Errors
/// If the list cannot be written.
pub fn run(arguments: &Rules) -> anyhow::Result<Exit> {
    match arguments.format {
        ListFormat::Text => output::stdout(|out| {
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
        ListFormat::Markdown => output::stdout(|out| {
            writeln!(out, "| rule | severity | what |\n|---|---|---|")?;
            for rule in RULES {
                writeln!(out, "| `{}` | {} | {} |", rule.id, rule.severity, rule.title)?;
            }
            Ok(())
        })?,
        ListFormat::Json => output::stdout(|out| {
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
