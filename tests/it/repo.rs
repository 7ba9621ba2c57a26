//! Real repositories in temporary directories, made by git itself in a scrubbed environment.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::atomic::{AtomicI64, Ordering};

use tempfile::TempDir;

/// A directory that is gone when the test ends, with a repository in it or not.
pub struct Repo {
    root: PathBuf,
    /// Goes with its directory.
    _dir: TempDir,
    clock: AtomicI64,
}

impl Repo {
    /// An empty directory.
    pub fn bare_directory() -> Self {
        let dir = TempDir::new().unwrap();
        let clock = AtomicI64::new(1_700_000_000);
        Self { root: dir.path().to_owned(), _dir: dir, clock }
    }

    /// A repository without commits on the branch `main`.
    pub fn new() -> Self {
        let repo = Self::bare_directory();
        repo.git(["init", "-q", "-b", "main"]);
        repo
    }

    /// The same with a directory in it as its root.
    pub fn inside(self, directory: &str) -> Self {
        Self { root: self.root.join(directory), ..self }
    }

    pub fn path(&self) -> &Path {
        &self.root
    }

    pub fn join(&self, path: impl AsRef<Path>) -> PathBuf {
        self.root.join(path)
    }

    /// Writes a file and the directories above it.
    pub fn write(&self, path: impl AsRef<Path>, content: impl AsRef<[u8]>) -> &Self {
        let path = self.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
        self
    }

    pub fn remove(&self, path: impl AsRef<Path>) -> &Self {
        fs::remove_file(self.join(path)).unwrap();
        self
    }

    /// Commits everything, a day after the last commit, and returns the id.
    pub fn commit(&self, message: &str) -> String {
        self.git(["add", "-A"]);
        self.git(["commit", "-q", "--allow-empty", "-m", message]);
        self.git(["rev-parse", "HEAD"])
    }

    /// Runs git, which must succeed; returns what it prints, without the last line end.
    pub fn git<S: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = S>) -> String {
        let output = self.try_git(arguments);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8_lossy(&output.stdout).trim_end().to_owned()
    }

    /// Runs git, which may fail.
    pub fn try_git<S: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = S>) -> Output {
        let now = self.clock.fetch_add(86_400, Ordering::Relaxed) + 86_400;
        let date = format!("{now} +0000");
        let mut command = Command::new("git");
        scrub(&mut command);
        command
            .current_dir(self.path())
            .env("GIT_AUTHOR_DATE", &date)
            .env("GIT_COMMITTER_DATE", &date)
            .args(["-c", "user.name=A U Thor", "-c", "user.email=author@example.com"])
            .args(["-c", "commit.gpgsign=false", "-c", "core.autocrlf=false"])
            .args(arguments)
            .output()
            .unwrap()
    }
}

/// Nothing of the machine's or the user's settings reaches a child process.
pub fn scrub(command: &mut Command) {
    for (name, _) in std::env::vars_os() {
        let text = name.to_string_lossy();
        if text.starts_with("GIT_")
            || ["CI", "NO_COLOR", "CLICOLOR_FORCE", "TERM"].contains(&&*text)
        {
            command.env_remove(&name);
        }
    }
    let nowhere = std::env::temp_dir().join("stripeguard-tests-no-home");
    command
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env("GIT_CONFIG_GLOBAL", nowhere.join("gitconfig"))
        .env("HOME", &nowhere)
        .env("XDG_CONFIG_HOME", &nowhere)
        .env("LC_ALL", "C");
}
