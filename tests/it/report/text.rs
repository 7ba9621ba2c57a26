//! What a terminal and the log of a CI server show.

use crate::cli::stripeguard;
use crate::keys::{key, live_secret, test_publishable};
use crate::repo::Repo;

fn text(repo: &Repo) -> String {
    stripeguard(repo.path(), &["scan", "."]).stdout
}

#[test]
fn nothing_of_a_repository_is_a_command_of_a_ci_server() {
    let repo = Repo::new();
    let evil =
        "x ::set-output name=a::b ##[set-output name=a;]b ##vso[task.setvariable variable=a]b";
    repo.write("a", format!("{evil} {}\n", live_secret(1)));
    repo.commit(&format!("{} ::stop-commands::x ##teamcity[x]", "word ".repeat(13)));
    for format in ["text", "markdown", "junit", "json"] {
        let run = stripeguard(repo.path(), &["scan", ".", "--format", format]);
        for line in run.stdout.lines() {
            assert!(!line.trim_start().starts_with("::"), "{format}: {line}");
            for word in ["##[", "##vso[", "##teamcity["] {
                assert!(!line.contains(word), "{format}: {line}");
            }
        }
    }
}

#[test]
fn a_path_that_is_longer_than_the_terminal_stays_whole_and_breaks_no_frame() {
    let dir = Repo::bare_directory();
    let path = format!("{}/stripe.env", ["a-directory-with-a-name"; 6].join("/"));
    dir.write(&path, format!("A={}\nB={}\n", live_secret(1), live_secret(1)));
    let text = text(&dir);
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines[1], format!(" --> {path}:1:3"));
    assert_eq!(lines[2], "  |");
    assert!(text.contains(&format!("also: {path}:2:3\n")), "{text}");
}

#[test]
fn lines_that_end_with_cr_and_lf_look_like_others() {
    let dir = Repo::bare_directory();
    dir.write("unix", format!("a\nK={}\nb\n", live_secret(1)));
    let unix = text(&dir);
    dir.write("unix", format!("a\r\nK={}\r\nb\r\n", live_secret(1)));
    let frame = |text: &str| text.split("Read 1 file").next().unwrap().to_owned();
    assert_eq!(frame(&unix), frame(&text(&dir)));
}

#[test]
fn what_is_public_or_short_lived_takes_a_line_each() {
    let dir = Repo::bare_directory();
    for n in 0..5 {
        dir.write(format!("web/{n}.js"), format!("pk = \"{}\";\n", test_publishable(n)));
        dir.write(format!("web/{n}.html"), format!("{}\n", key("pk_live", 99, n)));
    }
    let text = text(&dir);
    assert_eq!(text.lines().filter(|line| line.starts_with("info[")).count(), 10, "{text}");
    assert_eq!(text.lines().count(), 12, "{text}");
}
