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
        for arguments in
            [&["rules"][..], &["schema"], &["doctor"], &["explain", "stripe-secret-key-live"]]
        {
            assert_eq!(into_closed_pipe(repo.path(), arguments).0, 141, "{arguments:?}");
        }
    }
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
    assert_eq!(run("missing/report.json"), 2);
    assert!(!repo.join("missing").exists());
}

/// Runs the program where no file may grow beyond so many KiB, as if the disk were full from there on.
#[cfg(unix)]
fn on_a_small_disk(dir: &Path, arguments: &[&str]) -> (i32, String) {
    let mut command = Command::new("bash");
    scrub(&mut command);
    let script = "trap '' XFSZ; ulimit -f 1; exec \"$0\" \"$@\"";
    command.current_dir(dir).args(["-c", script, env!("CARGO_BIN_EXE_stripeguard")]);
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
    for arguments in runs {
        fs::write(&file, "what was there").unwrap();
        if arguments[0] == "baseline" {
            fs::remove_file(&file).unwrap();
        }
        let (code, error) = on_a_small_disk(repo.path(), &arguments);
        assert_eq!(code, 2, "{arguments:?}: {error}");
        let left = fs::read_to_string(&file).unwrap_or_else(|_| "what was there".to_owned());
        assert_eq!(left, "what was there", "{arguments:?}");
        let names = fs::read_dir(out.path()).unwrap().flatten().map(|entry| entry.file_name());
        let half: Vec<_> = names.filter(|name| name != "report").collect();
        assert!(half.is_empty(), "{arguments:?} left {half:?}");
    }
}
