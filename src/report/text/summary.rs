//! The last lines: how much was found, what was read, and what could not be.

use std::collections::BTreeMap;
use std::io::{self, Write};

use crate::coverage::Note;
use crate::report::words::{found, no_command, plural, read, whole_words};
use crate::report::{Report, Style};

/// How many notes of one kind are listed before the rest is only counted.
const NOTES: usize = 10;

/// Writes the summary.
pub fn write(report: &Report, style: Style, output: &mut dyn Write) -> io::Result<()> {
    let paint = Paint { color: style.color };
    writeln!(output, "{}", paint.bold(&found(&report.findings)))?;
    writeln!(output, "{}", textwrap::fill(&read(&report.coverage), style.width))?;
    notices(&report.notices, style.width, output)?;
    skipped(&report.coverage.skipped, style.width, output)?;
    gaps(&report.coverage.gaps, paint, style.width, output)
}

/// What the configuration kept from being reported.
fn notices(notes: &[Note], width: usize, output: &mut dyn Write) -> io::Result<()> {
    for note in notes {
        let text = format!("Configured: {} {}", note.what, note.why);
        wrapped(&text, textwrap::Options::new(width), output)?;
    }
    Ok(())
}

fn skipped(notes: &[Note], width: usize, output: &mut dyn Write) -> io::Result<()> {
    let mut reasons: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for note in notes {
        reasons.entry(&note.why).or_default().push(&note.what);
    }
    for (why, what) in reasons {
        let more = match what.len() - 1 {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        let text = format!("Not read: {}{more}: {why}", what[0]);
        wrapped(&text, textwrap::Options::new(width), output)?;
    }
    Ok(())
}

fn gaps(notes: &[Note], paint: Paint, width: usize, output: &mut dyn Write) -> io::Result<()> {
    if notes.is_empty() {
        return Ok(());
    }
    let count = plural(notes.len() as u64, "thing");
    writeln!(output, "{}", paint.bold(&format!("Not complete: {count} could not be read:")))?;
    for note in notes.iter().take(NOTES) {
        let text = format!("{}: {}", note.what, note.why);
        let options =
            textwrap::Options::new(width).initial_indent("  - ").subsequent_indent("    ");
        wrapped(&text, options, output)?;
    }
    if notes.len() > NOTES {
        writeln!(output, "  and {} more; `--format json` lists them all", notes.len() - NOTES)?;
    }
    Ok(())
}

fn wrapped(text: &str, options: textwrap::Options<'_>, output: &mut dyn Write) -> io::Result<()> {
    for line in textwrap::wrap(text, whole_words(options)) {
        writeln!(output, "{}", no_command(&line))?;
    }
    Ok(())
}

#[derive(Clone, Copy)]
struct Paint {
    color: bool,
}

impl Paint {
    fn bold(self, text: &str) -> String {
        if self.color { format!("\x1b[1m{text}\x1b[0m") } else { text.to_owned() }
    }
}
