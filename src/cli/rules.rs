//! `stripeguard rules`.

use super::args::rules::{ListFormat, Rules, RulesAction};
use super::{Exit, output, pages, rule_test};
use crate::expose;
use crate::key::{RULES, Rule, Severity};
use crate::lint::{LINTS, Level};
use crate::suppress;

/// Lists the rules, tests them or writes their pages.
///
/// # Errors
/// If the list cannot be written, or the action fails.
pub fn run(arguments: &Rules) -> anyhow::Result<Exit> {
    match &arguments.action {
        Some(RulesAction::Test { path }) => return rule_test::run(path),
        Some(RulesAction::Docs { output }) => return pages::run(output),
        None => {}
    }
    let rows = rows();
    output::stdout(|out| match arguments.format {
        ListFormat::Text => {
            let widest = rows.iter().map(|row| row.id.len()).max().unwrap_or(0);
            rows.iter().try_for_each(|row| {
                writeln!(out, "{:widest$}  {:8}  {}", row.id, row.severity, row.title)
            })
        }
        ListFormat::Markdown => {
            writeln!(out, "| rule | severity | what |\n|---|---|---|")?;
            rows.iter().try_for_each(|row| {
                writeln!(out, "| `{}` | {} | {} |", row.id, row.severity, row.title)
            })
        }
        ListFormat::Json => {
            let rules: Vec<_> = rows.iter().map(Row::json).collect();
            serde_json::to_writer_pretty(&mut *out, &rules)?;
            writeln!(out)
        }
    })?;
    Ok(Exit::Clean)
}

/// What the list says about a rule.
struct Row {
    id: &'static str,
    title: String,
    severity: &'static str,
    secret: Option<&'static Rule>,
}

fn rows() -> Vec<Row> {
    let secrets = RULES.iter().map(|rule| Row {
        id: rule.id,
        title: rule.title.to_owned(),
        severity: rule.severity.word(),
        secret: Some(rule),
    });
    let lints = LINTS.iter().map(|lint| Row {
        id: lint.id,
        title: lint.rule().title,
        severity: Level::word(lint.level),
        secret: None,
    });
    let name = Row {
        id: expose::RULE,
        title: expose::TITLE.to_owned(),
        severity: Severity::word(expose::SEVERITY),
        secret: None,
    };
    let rot = suppress::RULES.iter().map(|rule| Row {
        id: rule.id,
        title: rule.title.to_owned(),
        severity: rule.severity.word(),
        secret: None,
    });
    secrets.chain([name]).chain(lints).chain(rot).collect()
}

impl Row {
    fn json(&self) -> serde_json::Value {
        serde_json::json!({
            "id": self.id,
            "kind": if self.secret.is_some() { "secret" } else { "lint" },
            "title": self.title,
            "severity": self.severity,
            "type": self.secret.map(|rule| rule.kind.to_string()),
            "mode": self.secret.and_then(|rule| rule.mode).map(|mode| mode.to_string()),
        })
    }
}
