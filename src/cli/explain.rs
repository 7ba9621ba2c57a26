//! `stripeguard explain`.

use std::io::{self, Read};

use anyhow::{Context, bail};

use super::args::Explain;
use super::{Exit, output};
use crate::detect::{Detector, Dropped, Match};
use crate::key;
use crate::secret::Secret;

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

fn explain_rule(id: &str) -> anyhow::Result<Exit> {
    let Some(rule) = key::rule(id) else {
        bail!("there is no rule '{id}'; `stripeguard rules` lists them all");
    };
    output::stdout(|out| {
        writeln!(out, "# {}\n", rule.title)?;
        let mode = rule.mode.map_or("none", |mode| mode.word());
        writeln!(out, "Rule {}; severity {}; mode {mode}.\n", rule.id, rule.severity)?;
        writeln!(out, "{}\n## What to do\n\n{}", rule.docs, rule.remedy.trim_end())
    })?;
    Ok(Exit::Clean)
}

fn explain_value() -> anyhow::Result<Exit> {
    let mut text = Vec::new();
    io::stdin().lock().take(LONGEST).read_to_end(&mut text).context("cannot read the value")?;
    let value = text.trim_ascii();
    let (matches, dropped) = Detector::new(super::today()).explain(value, "");
    output::stdout(|out| {
        for found in &matches {
            write!(out, "{}", describe(found))?;
        }
        let prefix = |drop: &&Dropped| {
            key::rule(drop.rule).and_then(|rule| rule.prefixes.first()).map_or(0, |p| p.len())
        };
        if let (true, Some(drop)) = (matches.is_empty(), dropped.iter().max_by_key(prefix)) {
            let part = String::from_utf8_lossy(&value[drop.span.clone()]).into_owned();
            let shown = Secret::new(part, prefix(&drop)).redacted();
            writeln!(
                out,
                "{shown}: begins like {}\n  not reported: {}",
                drop.rule,
                drop.why.text()
            )?;
        } else if matches.is_empty() {
            writeln!(out, "Nothing in it begins like a credential of Stripe.")?;
        }
        Ok(())
    })?;
    Ok(Exit::Clean)
}

fn describe(found: &Match) -> String {
    let rule = found.rule;
    let mut text = format!("{}: {} ({})\n", found.secret.redacted(), rule.title, rule.id);
    let mut add = |name: &str, value: &str| text.push_str(&format!("  {name}: {value}\n"));
    add("confidence", found.confidence.word());
    add("mode", rule.mode.map_or("not told by the value", |mode| mode.word()));
    if let Some(account) = &found.facts.account {
        add("account", account);
    }
    if let Some(day) = found.facts.created.and_then(crate::report::day) {
        add("account created", &day);
    }
    if found.sample {
        add("not reported", "Stripe publishes this value as a sample");
    } else {
        add("reported", &format!("as {}", rule.severity));
    }
    text
}
