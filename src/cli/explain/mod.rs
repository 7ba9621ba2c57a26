//! `stripeguard explain`.

mod place;

use std::io::{self, Read};

use anyhow::{Context, bail};

use super::args::explain::Explain;
use super::{Exit, output};
use crate::config;
use crate::detect::{Detector, Dropped, Match};
use crate::expose;
use crate::key;
use crate::lint;
use crate::run;
use crate::secret::Secret;
use crate::suppress;

/// The longest value that is read: no credential comes near.
const LONGEST: u64 = 64 << 10;

/// Prints the documentation of a rule, what is reported of a file or a leak and what is not and
/// why, or what a value on standard input is.
///
/// # Errors
/// If there is no such rule, file or leak, or nothing to explain.
pub fn run(arguments: &Explain) -> anyhow::Result<Exit> {
    match (&arguments.what, arguments.value.as_deref()) {
        (Some(what), _) => explain(what, arguments),
        (None, Some("-")) => explain_value(),
        _ => bail!(
            "a value on the command line would stay in the history of the shell; \
             pass it on standard input: `stripeguard explain --value -`"
        ),
    }
}

/// A rule, or else a file, or else a fingerprint.
fn explain(what: &str, arguments: &Explain) -> anyhow::Result<Exit> {
    if let Some(rule) = key::rule(what) {
        return explain_rule(rule);
    }
    if let Some(lint) = lint::embedded(what) {
        output::stdout(|out| out.write_all(lint::docs::page(&lint.rule()).as_bytes()))?;
        return Ok(Exit::Clean);
    }
    if let Some(rule) = suppress::RULES.iter().find(|rule| rule.id == what) {
        output::stdout(|out| out.write_all(rule.page().as_bytes()))?;
        return Ok(Exit::Clean);
    }
    if what == expose::RULE {
        output::stdout(|out| out.write_all(expose::page().as_bytes()))?;
        return Ok(Exit::Clean);
    }
    if let Some((path, line)) = place::path_and_line(what) {
        return place::explain_path(&path, line, arguments);
    }
    if what.len() >= 6 && what.len() <= 64 && what.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return place::explain_fingerprint(&what.to_ascii_lowercase(), arguments);
    }
    let hint = match config::closest(what, run::rule_ids()) {
        Some(rule) => format!("did you mean the rule '{rule}'? "),
        None => String::new(),
    };
    bail!(
        "there is no rule or file '{what}', and it is no fingerprint; {hint}`stripeguard rules` \
         lists the rules"
    );
}

fn explain_rule(rule: &key::Rule) -> anyhow::Result<Exit> {
    output::stdout(|out| out.write_all(rule.page().as_bytes()))?;
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
        let longest = dropped.iter().max_by_key(|drop| prefix(drop).len());
        match longest.filter(|_| matches.is_empty()) {
            Some(drop) => write!(out, "{}", describe_dropped(value, drop)),
            None if matches.is_empty() => {
                writeln!(out, "Nothing in it begins like a credential of Stripe.")
            }
            None => Ok(()),
        }
    })?;
    Ok(Exit::Clean)
}

fn prefix(drop: &Dropped) -> &'static str {
    key::rule(drop.rule).and_then(|rule| rule.prefixes.first()).map_or("", |prefix| prefix)
}

/// What begins like a credential and is none, and why it would not be reported. What stands around
/// a value is not known here: a word of Stripe near it may make one of those that say so reported.
fn describe_dropped(value: &[u8], drop: &Dropped) -> String {
    let prefix = prefix(drop);
    let part = String::from_utf8_lossy(&value[drop.span.clone()]).into_owned();
    let rest = value.get(drop.span.start + prefix.len()..).unwrap_or_default();
    let shown = Secret::new(part, prefix.len()).redacted();
    let mut text = format!("{shown}: begins like {}\n", drop.rule);
    if let Some(kind) = key::look_alike(prefix, &String::from_utf8_lossy(rest)) {
        text.push_str(&format!("  it is: {kind}\n"));
    }
    text.push_str(&format!("  not reported: {}\n", drop.why.text()));
    text
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
