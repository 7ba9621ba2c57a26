//! Output that cannot be written never looks like success and never leaves half a file.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::cli::command;
use crate::keys::live_secret;
use crate::repo::{Repo, scrub};

/// Every format of a report.
pub const FORMATS: [&str; 10] =
    ["text", "json", "jsonl", "sarif", "html", "markdown", "csv", "junit", "github", "gitlab"];

fn repositories() -> [Repo; 2] {
    let (clean, leaking) = (Repo::new(), Repo::new());
    clean.write("a.txt", "nothing\n").commit("clean");
    leaking.write(".env", format!("K={}\n", live_secret(1))).commit("leak");
    [clean, leaking]
}

/// Runs the program with a pipe for its output that nobody reads any more.
fn into_closed_pipe(dir: &Path, arguments: &[&str]) -> (i32, String) {
    // Closed before the program begins: what it writes would fit into the pipe.
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let mut command = command(dir, arguments);
    let output = command.stdin(Stdio::null()).stdout(writer).output().unwrap();
    (output.status.code().unwrap(), String::from_utf8(output.stderr).unwrap())
}

#[test]
fn a_closed_pipe_is_no_success() {
    for repo in repositories() {
        for format in FORMATS {
            let run = into_closed_pipe(repo.path(), &["scan", "--no-cache", "--format", format]);
            // These write nothing where nothing was found, so that there is nothing to be lost.
            let is_silent = run.0 == 0 && matches!(format, "jsonl" | "github");
            assert!(run == (141, String::new()) || is_silent, "{format}: {run:?}");
        }
        for arguments in others(&repo) {
            let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
            assert_eq!(into_closed_pipe(repo.path(), &arguments).0, 141, "{arguments:?}");
        }
    }
}

/// Every other command that writes to standard output, each after what it needs.
fn others(repo: &Repo) -> Vec<Vec<String>> {
    let beside = repo.path().with_extension("beside");
    fs::create_dir_all(&beside).unwrap();
    let file = |name: &str| beside.join(name).to_str().unwrap().to_owned();
    let (receipt, list, report) = (file("receipt"), file("list"), file("report.json"));
    let scan = ["scan", "--no-cache", "--receipt", &receipt, "--format", "json", "-o", &report];
    command(repo.path(), &scan).output().unwrap();
    let words = |text: &str| text.split(' ').map(str::to_owned).collect::<Vec<_>>();
    let mut all: Vec<_> = [
        "rules",
        "rules --format markdown",
        "schema",
        "schema --config",
        "doctor",
        "explain stripe-secret-key-live",
        "hook status",
        "hook install",
        "scan --dump-config",
    ]
    .into_iter()
    .map(words)
    .collect();
    all.push(words(&format!("receipt verify {receipt}")));
    for format in FORMATS.iter().filter(|format| !matches!(**format, "jsonl" | "github")) {
        all.push(words(&format!("report merge {report} --format {format}")));
    }
    all.push(words(&format!("baseline update --file {list}")));
    all.push(words(&format!("baseline prune --file {list}")));
    let create = ["baseline", "create", "--file", &list];
    command(repo.path(), &create).output().unwrap();
    fs::File::options().create(true).append(true).open(&list).unwrap();
    all
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_no_success() {
    use std::os::unix::fs::FileTypeExt;
    let full = || fs::File::options().write(true).open("/dev/full").unwrap();
    for repo in repositories() {
        for format in FORMATS {
            let arguments = ["scan", "--no-cache", "--format", format];
            let output = command(repo.path(), &arguments).stdout(full()).output().unwrap();
            let error = String::from_utf8(output.stderr).unwrap();
            let is_silent = output.status.code() == Some(0) && matches!(format, "jsonl" | "github");
            let is_told = output.status.code() == Some(2) && error.contains("cannot be written");
            assert!(is_told || is_silent, "{format}: {:?} {error}", output.status);
            let named = [&arguments[..], &["-o", "/dev/full"]].concat();
            let output = command(repo.path(), &named).output().unwrap();
            assert!(is_silent || output.status.code() == Some(2), "{format}: {output:?}");
        }
        for arguments in others(&repo) {
            let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
            let output = command(repo.path(), &arguments).stdout(full()).output().unwrap();
            assert_eq!(output.status.code(), Some(2), "{arguments:?}: {output:?}");
        }
    }
    let leaking = &repositories()[1];
    for arguments in [
        &["scan", "--no-cache", "--receipt", "/dev/full"][..],
        &["baseline", "create", "--file", "/dev/full"],
    ] {
        let output = command(leaking.path(), arguments).output().unwrap();
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {output:?}");
    }
    let kind = fs::symlink_metadata("/dev/full").unwrap().file_type();
    assert!(kind.is_char_device(), "a report took the place of a device");
}

#[test]
fn a_device_stays_what_it_is_and_a_link_leads_where_it_led() {
    let repo = Repo::new();
    repo.write("a.txt", "nothing\n").commit("clean");
    let run = |file: &str| {
        let arguments = ["scan", "--no-cache", "--format", "json", "-o", file];
        command(repo.path(), &arguments).output().unwrap().status.code().unwrap()
    };
    #[cfg(unix)]
    {
        use std::os::unix::fs::FileTypeExt;
        assert_eq!(run("/dev/null"), 0);
        assert!(fs::symlink_metadata("/dev/null").unwrap().file_type().is_char_device());
        repo.write("out/real.json", "old");
        std::os::unix::fs::symlink("out/real.json", repo.join("link.json")).unwrap();
        assert_eq!(run("link.json"), 0);
        assert!(fs::symlink_metadata(repo.join("link.json")).unwrap().is_symlink());
        assert!(fs::read_to_string(repo.join("out/real.json")).unwrap().starts_with('{'));
    }
}

#[test]
fn a_directory_that_is_missing_is_named() {
    let leaking = &repositories()[1];
    let report = leaking.path().with_extension("json");
    let report = report.to_str().unwrap();
    assert_eq!(
        command(leaking.path(), &["scan", "--format", "json", "-o", report])
            .status()
            .unwrap()
            .code(),
        Some(1)
    );
    let mut runs = vec![
        vec!["scan", "--no-cache", "--receipt", "missing/file"],
        vec!["baseline", "create", "--file", "missing/file"],
    ];
    for format in FORMATS {
        runs.push(vec!["scan", "--no-cache", "--format", format, "-o", "missing/file"]);
        runs.push(vec!["report", "merge", report, "--format", format, "-o", "missing/file"]);
        runs.push(vec!["ci", "--base", "HEAD", "--format", format, "-o", "missing/file"]);
    }
    for arguments in runs {
        let output = command(leaking.path(), &arguments).output().unwrap();
        let error = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {error}");
        assert!(error.contains("does its directory exist?"), "{arguments:?}: {error}");
        assert!(!leaking.join("missing").exists());
    }
}

/// A refusal that nobody can read is a refusal.
#[cfg(target_os = "linux")]
#[test]
fn a_hook_refuses_where_nothing_can_be_written() {
    let repo = Repo::new();
    repo.write("a.txt", "x\n").commit("start");
    repo.write(".env", format!("K={}\n", live_secret(1))).git(["add", ".env"]);
    let full = || fs::File::options().write(true).open("/dev/full").unwrap();
    let hook = ["hook", "run", "pre-commit"];
    let run = command(repo.path(), &hook).stdout(full()).stderr(full()).status().unwrap();
    assert_eq!(run.code(), Some(1));
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let (out, error) = (writer.try_clone().unwrap(), writer);
    let run = command(repo.path(), &hook).stdout(out).stderr(error).status().unwrap();
    assert_eq!(run.code(), Some(1));
}

/// Runs the program where no file may grow beyond so many KiB, as if the disk were full from there on.
#[cfg(unix)]
fn on_a_small_disk(dir: &Path, kib: u32, arguments: &[&str]) -> (i32, String) {
    let mut command = Command::new("bash");
    scrub(&mut command);
    let script = format!("trap '' XFSZ; ulimit -f {kib}; exec \"$0\" \"$@\"");
    command.current_dir(dir).args(["-c", &script, env!("CARGO_BIN_EXE_stripeguard")]);
    let output = command.args(arguments).output().unwrap();
    (output.status.code().unwrap(), String::from_utf8(output.stderr).unwrap())
}

#[cfg(unix)]
#[test]
fn a_disk_that_fills_up_leaves_the_file_that_was_there() {
    let repo = Repo::new();
    for n in 0..20 {
        repo.write(format!("{n}/.env"), format!("K={}\n", live_secret(n)));
    }
    repo.commit("leak");
    let out = tempfile::tempdir().unwrap();
    let file = out.path().join("report");
    let name = file.to_str().unwrap();
    fs::write(&file, "what was there").unwrap();
    let mut runs: Vec<Vec<&str>> = FORMATS
        .iter()
        // Less than a KiB is the whole of it.
        .filter(|format| **format != "github")
        .map(|format| vec!["scan", "--no-cache", "--format", format, "-o", name])
        .collect();
    runs.push(vec!["baseline", "create", "--file", name]);
    runs.push(vec!["scan", "--no-cache", "--receipt", name]);
    let report = repo.path().with_extension("json");
    let report = report.to_str().unwrap();
    command(repo.path(), &["scan", "--format", "json", "-o", report]).output().unwrap();
    for format in FORMATS.iter().filter(|format| **format != "github") {
        runs.push(vec!["report", "merge", report, "--format", format, "-o", name]);
    }
    for arguments in runs {
        fs::write(&file, "what was there").unwrap();
        if arguments[0] == "baseline" {
            fs::remove_file(&file).unwrap();
        }
        let kib = if arguments.contains(&"--receipt") { 0 } else { 1 };
        let (code, error) = on_a_small_disk(repo.path(), kib, &arguments);
        assert_eq!(code, 2, "{arguments:?}: {error}");
        let left = fs::read_to_string(&file).unwrap_or_else(|_| "what was there".to_owned());
        assert_eq!(left, "what was there", "{arguments:?}");
        let names = fs::read_dir(out.path()).unwrap().flatten().map(|entry| entry.file_name());
        let half: Vec<_> = names.filter(|name| name != "report").collect();
        assert!(half.is_empty(), "{arguments:?} left {half:?}");
    }
}

#[cfg(unix)]
#[test]
fn a_hook_that_cannot_be_written_leaves_the_one_that_was_there() {
    use std::os::unix::fs::PermissionsExt;
    let repo = Repo::new();
    let hooks = repo.join(".git/hooks");
    let names = || {
        let entries = fs::read_dir(&hooks).unwrap().flatten();
        let names = entries.map(|entry| entry.file_name().into_string().unwrap());
        names.filter(|name| !name.ends_with(".sample")).collect::<Vec<_>>()
    };
    assert_eq!(names(), [""; 0]);
    assert_eq!(on_a_small_disk(repo.path(), 0, &["hook", "install"]).0, 2);
    assert_eq!(names(), [""; 0]);
    repo.write(".git/hooks/pre-commit", "#!/bin/sh\ntrue\n");
    let mine = fs::Permissions::from_mode(0o755);
    fs::set_permissions(hooks.join("pre-commit"), mine).unwrap();
    assert_eq!(on_a_small_disk(repo.path(), 0, &["hook", "install"]).0, 2);
    assert_eq!(names(), ["pre-commit"]);
    assert_eq!(fs::read_to_string(hooks.join("pre-commit")).unwrap(), "#!/bin/sh\ntrue\n");
}
