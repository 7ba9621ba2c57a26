//! `stripeguard verify`.

use std::collections::BTreeMap;
use std::io::{self, BufRead, IsTerminal};

use anyhow::bail;

use super::args::verify::Verify;
use super::{Exit, online, output};
use crate::config::Settings;
use crate::coverage::Progress;
use crate::finding::{Finding, Status};
use crate::run::{self, Request, Scope, Sides};
use crate::source::history;
use crate::subject::Credential;

const WARNING: &str = "\
Each key that is found is sent to Stripe, over TLS and to nobody else, in one request that reads the
balance. The owner of the key can see the request in the log of the account, and Stripe may notify
them. Do this only with keys that are yours, or whose owner has agreed.
";

/// Scans, and asks Stripe about every key that was found.
///
/// # Errors
/// If nobody has agreed, or the request is wrong.
pub fn run(arguments: &Verify) -> anyhow::Result<Exit> {
    output::stderr(WARNING);
    if !arguments.yes && !is_agreed()? {
        bail!("nothing was sent; say `--yes` to agree");
    }
    let client = online::client(arguments.api_base.as_deref())?;
    let report = run::run(&request(arguments), &Progress::default())?;
    let mut keys: BTreeMap<&str, (&Finding, &Credential)> = BTreeMap::new();
    for finding in report.findings.iter().filter(|f| f.status != Status::Sample) {
        let credential = finding.credential().filter(|c| online::is_asked_about(c.rule.kind));
        if let Some(credential) = credential {
            keys.entry(&finding.fingerprint).or_insert((finding, credential));
        }
    }
    let mut alive = 0;
    output::stdout(|out| {
        for (finding, credential) in keys.values() {
            let answer = client.ask(&credential.secret);
            alive += usize::from(answer.state.is_alive());
            let place = finding.place.path.as_deref().unwrap_or("history");
            let redacted = credential.secret.redacted();
            writeln!(out, "{redacted} {}", answer.state.text())?;
            writeln!(out, "  {}, {place}:{}", credential.rule.title, finding.place.start.line)?;
        }
        writeln!(out, "{} keys asked about, {alive} of them work", keys.len())?;
        let gaps = report.coverage.gaps.len();
        match gaps {
            0 => Ok(()),
            _ => writeln!(out, "{gaps} things could not be read; `stripeguard scan` names them"),
        }
    })?;
    Ok(match (alive, report.coverage.is_complete()) {
        (1.., _) => Exit::Findings,
        (0, true) => Exit::Clean,
        (0, false) => Exit::Incomplete,
    })
}

fn is_agreed() -> anyhow::Result<bool> {
    if !io::stdin().is_terminal() {
        return Ok(false);
    }
    output::stderr("Go on? [y/N] ");
    let mut line = String::new();
    io::stdin().lock().read_line(&mut line)?;
    Ok(matches!(line.trim(), "y" | "Y" | "yes"))
}

fn request(arguments: &Verify) -> Request {
    Request {
        lints: crate::lint::Selection::none(),
        scope: Scope::Paths { paths: arguments.paths.clone(), sides: Sides::Auto },
        history: history::Scope::Local,
        verify_objects: false,
        no_ignore: arguments.no_ignore,
        cache: None,
        settings: Settings::default(),
        baseline: None,
        threads: 0,
        today: super::today(),
    }
}
