//! Holds the reader of histories against git itself on repositories of yours.
//!
//! `cargo run --release --example history -- REPOSITORY...`
//!
//! - objects: as many are read as `git cat-file --batch-all-objects` lists;
//! - references: they are those of `git for-each-ref`, with what reflogs name;
//! - attribution: for a sample of blobs, every path with the commits that bring and remove the blob
//!   there is that of `git log -m --raw`, and the references that reach it are those of
//!   `git for-each-ref --contains`;
//! - findings: they are those of a plain loop over `git cat-file --batch`.
//!
//! `SAMPLE=300` says how many blobs; the default is 400. Needs `git`, which for repositories with
//! reftables has to be of version 2.45 or later.

#![allow(missing_docs, clippy::print_stdout, clippy::unwrap_used)]

mod attribution;
mod findings;
mod objects;
mod references;

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};

use stripeguard::git::{self, Repository};

/// A repository, as both read it.
pub struct Subject {
    pub path: PathBuf,
    pub repository: Repository,
}

impl Subject {
    /// A git command that obeys nothing of the machine and fetches nothing.
    pub fn git(&self, args: &[&str]) -> Command {
        let mut command = Command::new("git");
        command.env_clear().env("PATH", std::env::var_os("PATH").unwrap_or_default());
        command.env("GIT_CONFIG_NOSYSTEM", "1").env("GIT_NO_LAZY_FETCH", "1");
        command.env("GIT_NO_REPLACE_OBJECTS", "1").env("GIT_OPTIONAL_LOCKS", "0");
        command.args(["-c", "safe.directory=*", "-c", "core.quotePath=false"]);
        command.arg("-C").arg(&self.path).args(args);
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
        command
    }

    /// What a git command prints.
    pub fn output(&self, args: &[&str]) -> Vec<u8> {
        self.git(args).output().unwrap().stdout
    }
}

/// What a check has to say: how much it compared, and where the two differ.
#[derive(Default)]
pub struct Outcome {
    pub compared: usize,
    pub differences: Vec<String>,
}

impl Outcome {
    pub fn compare<T: PartialEq + std::fmt::Debug>(&mut self, what: &str, ours: T, git: T) {
        self.compared += 1;
        if ours != git {
            self.differences.push(format!("{what}: ours {ours:?}, git {git:?}"));
        }
    }
}

type Check = fn(&Subject) -> Outcome;
const CHECKS: [(&str, Check); 4] = [
    ("objects", objects::check),
    ("references", references::check),
    ("attribution", attribution::check),
    ("findings", findings::check),
];

fn main() -> ExitCode {
    let paths: Vec<String> = std::env::args().skip(1).collect();
    if paths.is_empty() {
        println!("cargo run --release --example history -- REPOSITORY...");
        return ExitCode::from(2);
    }
    let mut differ = false;
    for path in &paths {
        let repository = git::open(Path::new(path)).unwrap_or_else(|error| panic!("{error}"));
        let subject = Subject { path: PathBuf::from(path), repository };
        println!("{path}");
        for (name, check) in CHECKS {
            let outcome = check(&subject);
            let (compared, different) = (outcome.compared, outcome.differences.len());
            println!("  {name:<12}{compared:>8} compared{different:>6} different");
            outcome.differences.iter().take(5).for_each(|what| println!("    {what:.300}"));
            differ |= different > 0 || compared == 0;
        }
    }
    ExitCode::from(u8::from(differ))
}
