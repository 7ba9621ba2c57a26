//! `stripeguard key`.

use std::collections::BTreeMap;
use std::io::{self, Read};

use anyhow::Context;
use serde::Serialize;

use super::args::key::{Key, KeyFormat};
use super::{Exit, output};
use crate::detect::{Detector, Match};
use crate::report::day;

/// The longest text that is read: a key is a hundred bytes.
const LONGEST: u64 = 1 << 20;

/// What a key says about itself.
#[derive(Serialize)]
struct Anatomy {
    /// The line of the input, from 1.
    line: u64,
    redacted: String,
    rule: &'static str,
    r#type: &'static str,
    title: &'static str,
    mode: Option<&'static str>,
    account: Option<String>,
    /// The day on which the account was created: `2022-02-12`.
    account_created: Option<String>,
    confidence: &'static str,
    /// Whether it is a sample from Stripe's documentation.
    sample: bool,
    /// Lines of other keys of the same account.
    same_account: Vec<u64>,
    fingerprint: String,
}

/// Prints what keys on standard input are, without asking anybody.
///
/// # Errors
/// If there is nothing that can be read.
pub fn run(arguments: &Key) -> anyhow::Result<Exit> {
    let mut text = Vec::new();
    io::stdin().lock().take(LONGEST).read_to_end(&mut text).context("cannot read the keys")?;
    let anatomies = anatomies(&text);
    output::stdout(|out| match arguments.format {
        KeyFormat::Json => {
            serde_json::to_writer_pretty(&mut *out, &anatomies).map_err(io::Error::from)?;
            writeln!(out)
        }
        KeyFormat::Text => write_text(&anatomies, out),
    })?;
    Ok(if anatomies.is_empty() { Exit::Findings } else { Exit::Clean })
}

fn anatomies(text: &[u8]) -> Vec<Anatomy> {
    let detector = Detector::new(super::today());
    let mut anatomies = Vec::new();
    for (number, line) in text.split(|byte| *byte == b'\n').enumerate() {
        let mut matches = Vec::new();
        // Whoever asks this program about a webhook secret has one of Stripe's.
        detector.scan(line, "stripe", &mut matches);
        anatomies.extend(matches.iter().map(|found| Anatomy::of(found, number as u64 + 1)));
    }
    pair(&mut anatomies);
    anatomies
}

/// Notes for each key which others are of its account.
fn pair(anatomies: &mut [Anatomy]) {
    let mut lines: BTreeMap<String, Vec<u64>> = BTreeMap::new();
    for one in anatomies.iter() {
        one.account.iter().for_each(|a| lines.entry(a.clone()).or_default().push(one.line));
    }
    for one in anatomies.iter_mut() {
        let same = one.account.as_ref().and_then(|account| lines.get(account));
        let others = same.into_iter().flatten().filter(|line| **line != one.line);
        one.same_account = others.copied().collect();
    }
}

impl Anatomy {
    fn of(found: &Match, line: u64) -> Self {
        let rule = found.rule;
        Self {
            line,
            redacted: found.secret.redacted(),
            rule: rule.id,
            r#type: rule.kind.word(),
            title: rule.title,
            mode: rule.mode.map(|mode| mode.word()),
            account: found.facts.account.clone(),
            account_created: found.facts.created.and_then(day),
            confidence: found.confidence.word(),
            sample: found.sample,
            same_account: Vec::new(),
            fingerprint: found.secret.fingerprint(rule.family),
        }
    }
}

fn write_text(anatomies: &[Anatomy], out: &mut dyn io::Write) -> io::Result<()> {
    if anatomies.is_empty() {
        return writeln!(out, "No key of Stripe in it; `stripeguard explain --value -` says why.");
    }
    for one in anatomies {
        writeln!(out, "{}: {}", one.redacted, one.title)?;
        writeln!(out, "  mode: {}", one.mode.unwrap_or("not told by the key"))?;
        if let Some(account) = &one.account {
            let created = one.account_created.as_deref().unwrap_or("an unknown day");
            writeln!(out, "  account: {account}, created {created}")?;
        }
        if !one.same_account.is_empty() {
            let lines: Vec<String> = one.same_account.iter().map(u64::to_string).collect();
            writeln!(out, "  same account as the key on line {}", lines.join(", "))?;
        }
        if one.sample {
            writeln!(out, "  a sample from Stripe's documentation")?;
        }
        writeln!(out, "  confidence: {}", one.confidence)?;
    }
    Ok(())
}
