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
    let all = [&["scan", "--format", "json", "--stdin"], arguments].concat();
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

fn assert_partial(run: &Run, why: &str) {
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
    assert_partial(&run, "interrupted");
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
    assert_partial(&run, "--time-limit");
}
