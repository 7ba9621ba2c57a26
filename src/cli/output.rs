//! Where reports go: standard output, or a file that is there whole or not at all.

use std::fs::{self, File};
use std::io::{self, BufWriter, IsTerminal, Write};
use std::path::Path;

use anyhow::Context;

/// The width of a report where no terminal says how wide it is.
const WIDTH: usize = 80;

/// Beyond this, lines are hard to read.
const WIDEST: usize = 120;

/// Writes to standard output.
///
/// # Errors
/// If not all of it could be written, be it that the reader closed the pipe: what nobody has read
/// must not look like an all-clear.
pub fn stdout(write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> anyhow::Result<()> {
    let mut out = BufWriter::new(io::stdout().lock());
    let written = write(&mut out).and_then(|()| out.flush());
    // What is left in the buffer has no place to go; dropping the buffer would try again.
    let _ = out.into_parts();
    written.context("the report cannot be written to standard output")
}

/// Writes a line to standard error; if that is closed, nobody wants to know.
pub fn stderr(text: &str) {
    let _ = io::stderr().write_all(text.as_bytes());
}

/// Writes beside the file and renames, so that nobody ever sees half a report. What a link leads to
/// is replaced and not the link. Devices and pipes are written to: as root, a rename would put a file
/// in the place of `/dev/null`.
///
/// # Errors
/// If the directory is missing or something cannot be written; nothing is left behind then.
pub fn file(
    path: &Path,
    write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> anyhow::Result<()> {
    let failed = || format!("{} cannot be written; does its directory exist?", path.display());
    if fs::metadata(path).is_ok_and(|there| !there.is_file() && !there.is_dir()) {
        return through(path, write).with_context(failed);
    }
    let target = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let mut name = target.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{}.part", std::process::id()));
    let part = target.with_file_name(name);
    let written = create(&part, write).and_then(|()| fs::rename(&part, &target));
    if written.is_err() {
        // The first error is the one to tell.
        let _ = fs::remove_file(&part);
    }
    written.with_context(failed)
}

fn through(path: &Path, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
    let mut out = BufWriter::new(File::options().write(true).open(path)?);
    let written = write(&mut out).and_then(|()| out.flush());
    let _ = out.into_parts();
    written
}

fn create(path: &Path, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
    let mut out = BufWriter::new(File::create_new(path)?);
    write(&mut out)?;
    out.into_inner().map_err(io::IntoInnerError::into_error)?.sync_all()
}

/// Whether standard output is a terminal whose user has not asked for plain text
/// (<https://no-color.org>).
pub fn is_colorful() -> bool {
    let refused = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    let dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
    io::stdout().is_terminal() && !refused && !dumb
}

/// The columns of a report.
pub fn width() -> usize {
    match terminal_size::terminal_size() {
        Some((width, _)) if io::stdout().is_terminal() => usize::from(width.0).clamp(40, WIDEST),
        _ => WIDTH,
    }
}
