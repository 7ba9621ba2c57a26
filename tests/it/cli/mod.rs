//! The program as a user runs it.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use serde_json::Value;

use crate::repo::scrub;

mod baseline;
mod cache;
mod config;
#[cfg(feature = "verify")]
mod doctor;
mod explain;
mod exposure;
mod hooks;
mod identity;
mod ignored;
mod import;
mod json;
mod lints;
mod places;
mod ranges;
mod receipts;
mod repositories;
#[cfg(unix)]
mod stopped;
mod suppress;
mod text;
mod trees;

/// What one run of the program did.
pub struct Run {
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
}

impl Run {
    /// The JSON report.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.stdout)
            .unwrap_or_else(|error| panic!("{error}: {}", self.stderr))
    }

    /// `path:line:column origin` of every finding, in order.
    pub fn places(&self) -> Vec<String> {
        let json = self.json();
        let findings = json["findings"].as_array().unwrap();
        let place = |f: &Value| {
            let path = f["path"].as_str().unwrap_or("-");
            let origin = f["origin"].as_str().unwrap();
            format!("{path}:{}:{} {origin}", f["line"], f["column"])
        };
        findings.iter().map(place).collect()
    }
}

/// Runs the program in a directory.
pub fn stripeguard(dir: &Path, arguments: &[&str]) -> Run {
    finish(command(dir, arguments).stdin(Stdio::null()).output().unwrap())
}

/// Runs the program with something on its standard input.
pub fn stripeguard_with_input(dir: &Path, arguments: &[&str], input: &[u8]) -> Run {
    let mut child = command(dir, arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(input).unwrap();
    finish(child.wait_with_output().unwrap())
}

/// Runs `scan --format json` in a directory.
pub fn scan(dir: &Path, arguments: &[&str]) -> Run {
    stripeguard(dir, &[&["scan", "--format", "json"], arguments].concat())
}

/// The same, ended if it takes longer.
pub fn scan_within(dir: &Path, arguments: &[&str], time: Duration) -> Run {
    let mut command = command(dir, &[&["scan", "--format", "json"], arguments].concat());
    let command = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let child = command.spawn().unwrap();
    let id = child.id().to_string();
    let (send, end) = mpsc::channel();
    thread::spawn(move || send.send(child.wait_with_output().unwrap()));
    end.recv_timeout(time).map(finish).unwrap_or_else(|_| {
        let _ = Command::new("kill").args(["-KILL", &id]).status();
        panic!("it did not come to an end in {time:?}")
    })
}

pub fn command(dir: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_stripeguard"));
    scrub(&mut command);
    // Reports that say when they were written say the same on every day.
    command.env("SOURCE_DATE_EPOCH", "1800000000");
    command.current_dir(dir).args(arguments);
    command
}

pub fn finish(output: Output) -> Run {
    Run {
        code: output.status.code().expect("the program was not killed"),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}
