//! `stripeguard baseline audit`: one question for each leak.

use std::io::{self, BufRead, Write};

use super::super::args::baseline::Audit;
use super::super::{Exit, output, today};
use super::list::List;
use crate::decode::container::Limits;
use crate::finding::Finding;
use crate::report::Report;
use crate::scan::Scanner;
use crate::snippet::neutral;
use crate::suppress::{Entry, Standing};

/// How many places of a leak are shown.
const PLACES: usize = 8;

/// Goes through the list. What was decided is kept, whatever ends the questions.
///
/// # Errors
/// If the list is not there, or if it cannot be written.
pub fn run(arguments: &Audit) -> anyhow::Result<Exit> {
    let mut list = List::open(&arguments.scan)?;
    let report = list.scan(&arguments.scan)?;
    let wanted = |entry: &&mut Entry| arguments.all || entry.standing == Standing::Open;
    let total = list.baseline.entries_mut().filter(wanted).count();
    let scanner = Scanner::new(today(), Limits::default());
    let mut input = io::stdin().lock();
    let mut decided = 0;
    for (number, entry) in list.baseline.entries_mut().filter(wanted).enumerate() {
        output::stdout(|out| show(out, entry, &report, number + 1, total))?;
        let Some(answer) = ask(&mut input)? else { break };
        match answer {
            Answer::Decide(standing) => {
                let reason = prompt(&mut input, "  reason: ")?.map(|reason| scanner.label(&reason));
                entry.decide(standing, reason.as_deref(), today());
                if let Some(owner) = &arguments.owner {
                    entry.set_owner(&scanner.label(owner));
                }
                decided += 1;
            }
            Answer::Skip => {}
            Answer::Quit => break,
        }
    }
    let left = list.baseline.entries().filter(|e| e.standing == Standing::Open).count();
    list.save(&format!("{decided} decided, {left} still open"))?;
    Ok(Exit::Clean)
}

enum Answer {
    Decide(Standing),
    Skip,
    Quit,
}

/// Asks until the answer is understood; nothing at the end of the input.
fn ask(input: &mut impl BufRead) -> anyhow::Result<Option<Answer>> {
    const QUESTION: &str = "  [a]ccept, [f]alse positive, [r]evoked, [o]pen, [s]kip, [q]uit: ";
    loop {
        let Some(line) = prompt(input, QUESTION)? else { return Ok(None) };
        return Ok(Some(match line.to_ascii_lowercase().as_str() {
            "a" | "accept" | "accepted" => Answer::Decide(Standing::Accepted),
            "f" | "false positive" | "false-positive" => Answer::Decide(Standing::FalsePositive),
            "r" | "revoked" => Answer::Decide(Standing::Revoked),
            "o" | "open" => Answer::Decide(Standing::Open),
            "s" | "skip" => Answer::Skip,
            "q" | "quit" => Answer::Quit,
            _ => continue,
        }));
    }
}

/// The next line, or nothing at the end of the input.
fn prompt(input: &mut impl BufRead, question: &str) -> anyhow::Result<Option<String>> {
    output::stdout(|out| out.write_all(question.as_bytes()))?;
    let mut line = String::new();
    if input.read_line(&mut line)? == 0 {
        output::stdout(|out| writeln!(out))?;
        return Ok(None);
    }
    Ok(Some(line.trim().to_owned()))
}

fn show(
    out: &mut dyn Write,
    entry: &Entry,
    report: &Report,
    number: usize,
    total: usize,
) -> io::Result<()> {
    let shown = neutral(&entry.shown);
    writeln!(out, "\n[{number} of {total}] {} {shown}", neutral(&entry.rule))?;
    let is_it = |finding: &&Finding| finding.fingerprint == entry.fingerprint;
    let found: Vec<&Finding> = report.findings.iter().filter(is_it).collect();
    if let Some(finding) = found.first() {
        writeln!(out, "  {}, {}", finding.severity, finding.message())?;
    } else {
        writeln!(out, "  not found any more; `stripeguard baseline prune` removes it")?;
    }
    let places = found.iter().flat_map(|f| std::iter::once(&f.place).chain(&f.others));
    let mut names: Vec<String> = places
        .map(|place| {
            let path = place.path.as_deref().unwrap_or(place.origin.name());
            format!("  {}:{} ({})", path, place.start.line, place.origin.name())
        })
        .collect();
    names.dedup();
    for name in names.iter().take(PLACES) {
        writeln!(out, "{name}")?;
    }
    if names.len() > PLACES {
        writeln!(out, "  and {} more", names.len() - PLACES)?;
    }
    writeln!(out, "  now: {}", neutral(&entry.why()))
}
