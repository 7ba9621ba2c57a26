//! What the kernel sees of a run: no connection is opened, and no other program is started.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::keys::live_secret;
use crate::repo::{Repo, scrub};

/// Whether system calls can be watched here; if not, the test says so and does nothing.
fn can_trace() -> bool {
    let run = Command::new("strace").args(["-f", "-qq", "true"]).output();
    let can = run.is_ok_and(|output| output.status.success());
    if !can {
        #[allow(clippy::print_stderr)]
        {
            eprintln!("skipped: strace is not here, or may not trace");
        }
    }
    can
}

/// Every system call of a run that is about networks or starts a program, but for its own start.
fn calls(dir: &Path, arguments: &[&str], input: &str) -> Vec<String> {
    let log = tempfile::NamedTempFile::new().unwrap();
    let mut command = Command::new("strace");
    scrub(&mut command);
    command.args(["-f", "-qq", "-e", "trace=%network,execve,execveat", "-e", "signal=none", "-o"]);
    command.arg(log.path()).arg(env!("CARGO_BIN_EXE_stripeguard")).args(arguments);
    command.current_dir(dir).stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
    let mut child = command.spawn().unwrap();
    // A program that does not read its input may be gone already.
    let _ = std::io::Write::write_all(&mut child.stdin.take().unwrap(), input.as_bytes());
    child.wait().unwrap();
    let text = fs::read_to_string(log.path()).unwrap();
    assert!(text.contains("execve("), "nothing was traced: {text}");
    let lines = text.lines().filter(|line| !line.contains("AF_UNIX"));
    lines.skip(1).map(str::to_owned).collect()
}

/// A repository that would have git, a filter or a hook run something.
fn hostile() -> Repo {
    let repo = Repo::new();
    repo.write(".env", format!("STRIPE_SECRET_KEY={}\n", live_secret(1)));
    repo.write("src/pay.js", "new Stripe(process.env.STRIPE_SECRET_KEY)\n");
    repo.write("package.json", "{\"dependencies\": {\"stripe\": \"1\"}}\n");
    repo.commit("start");
    repo.write(".gitattributes", "* filter=x diff=x\n");
    repo.write(".gitmodules", "[submodule \"x\"]\n\tpath = x\n\turl = ext::touch ran\n");
    repo.write("b.env", format!("STRIPE_SECRET_KEY={}\n", live_secret(2)));
    repo.git(["add", "b.env"]);
    let config = "[core]\n\tfsmonitor = touch ran\n\tsshCommand = touch ran\n\tpager = touch ran\n\
                  [filter \"x\"]\n\tclean = touch ran\n\tsmudge = touch ran\n\
                  [diff \"x\"]\n\ttextconv = touch ran\n[remote \"origin\"]\n\turl = ext::touch ran\n\
                  \tpromisor = true\n[alias]\n\trev-parse = !touch ran\n";
    let own = fs::read_to_string(repo.join(".git/config")).unwrap();
    repo.write(".git/config", own + config);
    repo
}

#[test]
fn no_command_opens_a_connection_or_starts_a_program() {
    if !can_trace() {
        return;
    }
    let repo = hostile();
    let key = live_secret(1);
    let runs: [&[&str]; 12] = [
        &["scan", "--no-cache", "."],
        &["scan", "--no-cache", "--verify-objects", "--history", "--lints", "all", "."],
        &["scan", "--staged", "."],
        &["scan", "--range", "HEAD", "."],
        &["scan", "--stdin"],
        &["doctor"],
        &["hook", "run", "pre-commit"],
        &["ci", "--base", "HEAD", "."],
        &["baseline", "create", "."],
        &["explain", ".env:1"],
        &["key"],
        &["rules", "test"],
    ];
    for arguments in runs {
        let calls = calls(repo.path(), arguments, &key);
        assert!(calls.is_empty(), "{arguments:?}: {calls:#?}");
    }
    assert!(!repo.join("ran").exists());
}

/// The only way to a network is to ask for it; this also shows that the test above can see one.
#[cfg(feature = "verify")]
#[test]
fn a_connection_that_was_asked_for_is_seen() {
    if !can_trace() {
        return;
    }
    let repo = Repo::new();
    repo.write(".env", format!("STRIPE_SECRET_KEY={}\n", live_secret(1)));
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let calls = calls(repo.path(), &["doctor", "--online", "--api-base", &base], "");
    assert!(calls.iter().any(|call| call.contains("connect(")), "{calls:#?}");
}

/// What a build without network links, as cargo resolves it.
#[test]
fn a_build_without_network_links_none() {
    let tree = |more: &[&str]| {
        let mut command = Command::new(env!("CARGO"));
        command.args(["tree", "--locked", "--offline", "--edges", "normal", "--prefix", "none"]);
        command.args(more).current_dir(env!("CARGO_MANIFEST_DIR"));
        let output = command.output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    };
    let links = |tree: &str, name: &str| tree.lines().any(|line| line.starts_with(name));
    let (with, without) = (tree(&[]), tree(&["--no-default-features"]));
    for name in ["ureq ", "rustls ", "ring ", "webpki-roots "] {
        assert!(links(&with, name), "{name}is not among what is linked: {with}");
    }
    for name in
        ["ureq", "rustls", "ring ", "webpki", "native-tls", "openssl", "hyper", "reqwest", "curl"]
    {
        assert!(!links(&without, name), "{name} is linked: {without}");
    }
}
