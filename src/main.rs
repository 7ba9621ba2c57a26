//! `stripeguard`: parse the command line, run, and say with the exit code how it went.

use std::process::ExitCode;

use stripeguard::cli;

fn main() -> ExitCode {
    match cli::run() {
        Ok(code) => code,
        Err(error) => cli::complain(&error),
    }
}
