//! The command line: argument structs without logic, and one function per command.

mod args;
mod baseline;
mod cache;
mod ci;
mod config;
mod doctor;
mod explain;
mod formats;
mod hook;
mod key;
mod lints;
mod online;
mod output;
mod pages;
mod progress;
mod receipt;
mod report;
mod request;
mod rule_test;
mod rules;
mod scan;
mod stop;
#[cfg(feature = "verify")]
mod verify;

use std::io::{self, Write};
use std::process::ExitCode;
use std::time::{SystemTime, UNIX_EPOCH};

use clap::Parser;

use args::{Arguments, Command};

use crate::decode::container::Limits;
use crate::scan::Scanner;

/// What the exit code says. One of a list wins over those behind it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// Everything that was asked for was read, and nothing was found that counts.
    Clean = 0,
    /// Findings at or above `--fail-on`.
    Findings = 1,
    /// The command line or the request is wrong.
    Usage = 2,
    /// Something that was asked for could not be read.
    Incomplete = 3,
    /// Somebody interrupted the run: 128 and the number of the signal, as shells say it.
    Interrupted = 130,
    /// The reader of a pipe left before all was written: what shells say of programs that `SIGPIPE`
    /// ends, git and grep among them.
    Unread = 141,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

/// Parses the arguments of this process and runs the command.
///
/// # Errors
/// What a command cannot do, as a sentence for people.
pub fn run() -> anyhow::Result<ExitCode> {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => return Ok(refuse(&error)),
    };
    let exit = match arguments.command {
        Command::Scan(arguments) => scan::run(&arguments)?,
        Command::Rules(arguments) => rules::run(&arguments)?,
        Command::Explain(arguments) => explain::run(&arguments)?,
        Command::Ci(arguments) => ci::run(&arguments)?,
        Command::Hook(arguments) => hook::run(&arguments)?,
        Command::Report { command } => report::run(&command)?,
        Command::Key(arguments) => key::run(&arguments)?,
        Command::Doctor(arguments) => doctor::run(&arguments)?,
        #[cfg(feature = "verify")]
        Command::Verify(arguments) => verify::run(&arguments)?,
        Command::Receipt(arguments) => receipt::run(&arguments)?,
        Command::Baseline(arguments) => baseline::run(&arguments)?,
        Command::Schema(arguments) => {
            let schema = if arguments.config {
                crate::config::schema()
            } else {
                crate::report::json::schema()
            };
            output::stdout(|out| out.write_all(schema.as_bytes()))?;
            Exit::Clean
        }
    };
    Ok(exit.into())
}

/// Says on standard error what went wrong. Of a pipe that the reader closed only the exit code
/// tells, so that `stripeguard scan | head` is quiet and yet no success.
pub fn complain(error: &anyhow::Error) -> ExitCode {
    let closed = |cause: &(dyn std::error::Error + 'static)| {
        cause.downcast_ref::<io::Error>().is_some_and(|e| e.kind() == io::ErrorKind::BrokenPipe)
    };
    if error.chain().any(closed) {
        return Exit::Unread.into();
    }
    if let Some(frames) = error.downcast_ref::<config::Mistakes>() {
        output::stderr(&frames.to_string());
        return Exit::Usage.into();
    }
    let text = harmless(&format!("{error:#}"));
    // Nothing is left to be told if even this cannot be written.
    let _ = writeln!(io::stderr(), "stripeguard: {text}");
    Exit::Usage.into()
}

/// Prints help, or what is wrong with the command line. A key that somebody pasted there must not
/// come back: standard error is kept in logs.
fn refuse(error: &clap::Error) -> ExitCode {
    let text = error.to_string();
    let lines: Vec<String> = text.lines().map(harmless).collect();
    if !error.use_stderr() || text.lines().eq(lines.iter()) {
        // Nothing is left to be told if even this cannot be written.
        let printed = error.print();
        let is_told = error.use_stderr() || printed.is_ok();
        return if is_told { ExitCode::from(error.exit_code() as u8) } else { Exit::Usage.into() };
    }
    output::stderr(&format!("{}\n", lines.join("\n")));
    Exit::Usage.into()
}

/// A text for people without secrets and without anything that a terminal would obey.
fn harmless(text: &str) -> String {
    Scanner::new(today(), Limits::default()).label(text)
}

/// When a report says that it was written: the clock, or what `SOURCE_DATE_EPOCH` says in its place,
/// so that the same input can give the same bytes on another day
/// (<https://reproducible-builds.org/specs/source-date-epoch/>). What is found never depends on it.
fn written() -> i64 {
    let set = std::env::var("SOURCE_DATE_EPOCH").ok().and_then(|text| text.parse().ok());
    set.unwrap_or_else(today)
}

/// The clock of the machine; before 1970 it says nothing, and 1970 is taken.
fn today() -> i64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs() as i64)
}
