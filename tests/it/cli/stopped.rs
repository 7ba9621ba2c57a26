//! Runs that end before they are done say so, and report what they have.

use std::io::Write;
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::Duration;

use super::{Run, command, finish};
use crate::keys::live_secret;
use crate::repo::Repo;

/// Starts to read standard input, and is known to do so when this returns: more was written than a
/// pipe holds.
fn reading(repo: &Repo, arguments: &[&str]) -> Child {
    let all = [&["scan", "--format", "json", "--format", "text=report.txt", "--stdin"], arguments]
        .concat();
    let mut child = command(repo.path(), &all)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let text = format!("KEY={}\n{}", live_secret(3), "x\n".repeat(200_000));
    child.stdin.as_mut().unwrap().write_all(text.as_bytes()).unwrap();
    child
}

fn end(mut child: Child) -> Run {
    drop(child.stdin.take());
    finish(child.wait_with_output().unwrap())
}

fn assert_partial(repo: &Repo, run: &Run, why: &str, advice: &str) {
    let text = std::fs::read_to_string(repo.join("report.txt")).unwrap();
    let told = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let gaps = told.split_once("Not complete: ").map_or("", |(_, gaps)| gaps);
    assert!(gaps.contains(why) && gaps.contains(advice), "{text}");
    let json = run.json();
    assert_eq!(json["coverage"]["complete"], false);
    assert!(json["coverage"]["gaps"][0]["why"].as_str().unwrap().contains(why), "{json}");
    assert_eq!(json["findings"][0]["rule"], "stripe-secret-key-live");
}

#[test]
fn an_interrupted_run_ends_with_130_and_what_it_has() {
    let repo = Repo::bare_directory();
    let child = reading(&repo, &[]);
    assert!(
        Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap().success()
    );
    sleep(Duration::from_millis(300));
    let run = end(child);
    assert_eq!(run.code, 130, "{}", run.stderr);
    assert_partial(&repo, &run, "interrupted", "run it again");
}

#[test]
fn a_second_interrupt_ends_it_at_once() {
    let repo = Repo::bare_directory();
    let child = reading(&repo, &[]);
    for _ in 0..2 {
        let kill = Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
        assert!(kill.success());
        sleep(Duration::from_millis(300));
    }
    let run = finish(child.wait_with_output().unwrap());
    assert_eq!((run.code, run.stdout.as_str()), (130, ""));
}

#[test]
fn a_run_whose_time_is_up_is_not_complete() {
    let repo = Repo::bare_directory();
    let child = reading(&repo, &["--time-limit", "1s", "--fail-on", "critical"]);
    sleep(Duration::from_millis(1500));
    let run = end(child);
    assert_eq!(run.code, 1, "findings win: {}", run.stderr);
    assert_partial(&repo, &run, "--time-limit", "give it more, or name less to be read");
}

/// Where nothing was found, what was not read decides.
#[test]
fn a_run_that_found_nothing_before_its_time_was_up_ends_with_3() {
    let repo = Repo::new();
    for n in 0..40 {
        let file = std::fs::File::create(repo.join(format!("{n}.log"))).unwrap();
        file.set_len(1 << 30).unwrap();
    }
    let receipt = repo.path().with_extension("receipt");
    let name = receipt.to_str().unwrap();
    let arguments = ["scan", "--format", "json", "--tree", "--time-limit", "1s", "--receipt", name];
    let run = super::stripeguard(repo.path(), &arguments);
    assert_eq!(run.code, 3, "{}", run.stderr);
    assert_eq!(run.json()["coverage"]["complete"], false);
    let receipt: serde_json::Value =
        serde_json::from_str(&std::fs::read_to_string(&receipt).unwrap()).unwrap();
    assert_eq!(receipt["complete"], false);
    assert!(receipt["gaps"].to_string().contains("--time-limit"), "{receipt:#}");
}
