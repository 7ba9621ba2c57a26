//! Repositories made by the real git in temporary directories, with nothing of the user's or the
//! machine's configuration.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use stripeguard::blob::ObjectId;
use stripeguard::coverage::Progress;
use stripeguard::git::{self, Probe, Repository};
use tempfile::TempDir;

/// What the tests look for in place of credentials.
pub const NEEDLE: &[u8] = b"NEEDLE_";

/// A repository, and the directory that it lives in.
pub struct Fixture {
    dir: TempDir,
    pub root: PathBuf,
    clock: std::cell::Cell<u32>,
}

impl Fixture {
    pub fn new() -> Self {
        Self::init(&["init", "-q", "-b", "main"])
    }

    pub fn sha256() -> Self {
        Self::init(&["init", "-q", "-b", "main", "--object-format=sha256"])
    }

    fn init(args: &[&str]) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path().join("repo");
        std::fs::create_dir(&root).unwrap();
        let fixture = Self { dir, root, clock: std::cell::Cell::new(1_600_000_000) };
        fixture.git(args);
        fixture
    }

    /// A path beside the repository.
    pub fn beside(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    pub fn command(&self, at: &Path) -> Command {
        let now = format!("{} +0000", self.clock.replace(self.clock.get() + 60));
        let mut command = Command::new("git");
        command.env_clear().env("PATH", std::env::var_os("PATH").unwrap());
        command.env("HOME", self.dir.path()).env("GIT_CONFIG_NOSYSTEM", "1");
        command.env("GIT_AUTHOR_NAME", "A U Thor").env("GIT_AUTHOR_EMAIL", "author@example.com");
        command.env("GIT_COMMITTER_NAME", "C Mitter").env("GIT_COMMITTER_EMAIL", "c@example.com");
        command.env("GIT_AUTHOR_DATE", &now).env("GIT_COMMITTER_DATE", &now);
        command.current_dir(at).stdin(Stdio::null());
        command.args(["-c", "protocol.file.allow=always", "-c", "gc.auto=0"]);
        command
    }

    /// Runs git in the repository and gives back what it printed, without the last newline.
    pub fn git<S: AsRef<OsStr>>(&self, args: &[S]) -> String {
        self.git_at(&self.root, args)
    }

    pub fn git_at<S: AsRef<OsStr>>(&self, at: &Path, args: &[S]) -> String {
        let output = self.command(at).args(args).output().unwrap();
        let error = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "git failed: {error}");
        String::from_utf8_lossy(&output.stdout).trim_end_matches('\n').to_owned()
    }

    /// Runs git with something on its standard input.
    pub fn feed(&self, args: &[&str], input: &[u8]) -> String {
        use std::io::Write;
        let mut command = self.command(&self.root);
        command.args(args).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn().unwrap();
        child.stdin.take().unwrap().write_all(input).unwrap();
        let output = child.wait_with_output().unwrap();
        assert!(output.status.success());
        String::from_utf8_lossy(&output.stdout).trim_end().to_owned()
    }

    pub fn write(&self, path: impl AsRef<Path>, content: impl AsRef<[u8]>) {
        let path = self.root.join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, content).unwrap();
    }

    /// Commits everything in the work tree.
    pub fn commit(&self, message: &str) -> ObjectId {
        self.git(&["add", "-A"]);
        self.git(&["commit", "-q", "--allow-empty", "-m", message]);
        self.id("HEAD")
    }

    pub fn id(&self, revision: &str) -> ObjectId {
        hex(&self.git(&["rev-parse", revision]))
    }

    pub fn open(&self) -> Repository {
        git::open(&self.root).unwrap()
    }
}

pub fn hex(text: &str) -> ObjectId {
    ObjectId::from_hex(text.as_bytes()).unwrap()
}

/// Reports every place of the needle.
pub fn candidates(window: &[u8], report: git::Report<'_>) {
    for at in memchr::memmem::find_iter(window, NEEDLE) {
        report(at..at + NEEDLE.len());
    }
}

/// Looks for the needle; what follows it up to 20 bytes may decide.
pub const PROBE: Probe<'static> =
    Probe { candidates: &candidates, margin: MARGIN, reach: (1, 30), whole: &is_marked };

/// As much as the needle is long.
const MARGIN: git::Margin = git::Margin {
    is_enough: |_, _| true,
    before: |text| text.len().min(NEEDLE.len() - 1),
    after: |text| text.len().min(NEEDLE.len() - 1),
    name: NEEDLE.len() - 1,
    most: NEEDLE.len() - 1,
};

fn is_marked(head: &[u8]) -> bool {
    head.starts_with(b"MARKED")
}

/// Whether an object holds a needle that is followed by a digit.
pub fn visit(object: &git::Object<'_>) -> bool {
    let mut found = memchr::memmem::find_iter(object.bytes, NEEDLE);
    found.any(|at| object.bytes.get(at + NEEDLE.len()).is_some_and(u8::is_ascii_digit))
}

pub fn progress() -> Progress {
    Progress::default()
}
