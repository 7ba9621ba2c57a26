//! What a person sees.

use super::{stripeguard, stripeguard_with_input};
use crate::keys::{Random, live_secret};
use crate::repo::Repo;
use std::path::Path;

#[test]
fn lines_fit_in_80_columns_and_nothing_colours_a_pipe() {
    let repo = Repo::new();
    let long = format!("{}key = \"{}\"; {}", "a b ".repeat(40), live_secret(1), "c d ".repeat(40));
    repo.write("src/deep/directory/with/names/stripe.js", long).commit("add payments");
    let run = stripeguard(repo.path(), &["scan", "."]);
    assert_eq!(run.code, 1);
    for line in run.stdout.lines() {
        assert!(line.chars().count() <= 80, "{} columns: {line}", line.chars().count());
    }
    assert!(!run.stdout.contains('\x1b'), "{}", run.stdout);
    assert_eq!(run.stderr, "");
}

#[test]
fn colours_are_there_when_asked_for() {
    let dir = Repo::bare_directory();
    dir.write("a", live_secret(1));
    let run = stripeguard(dir.path(), &["scan", "--color", "always", "."]);
    assert!(run.stdout.contains("\x1b["));
}

#[test]
fn the_place_the_kind_and_the_next_step_are_named() {
    let dir = Repo::bare_directory();
    dir.write("a.env", format!("\nKEY={}\n", live_secret(1)));
    let run = stripeguard(dir.path(), &["scan", "."]);
    for part in ["a.env:2:5", "critical", "live", "do:", "1 Stripe secret found", "Read 1 file"] {
        assert!(run.stdout.contains(part), "{part} is missing in\n{}", run.stdout);
    }
}

#[test]
fn a_clean_run_says_what_was_read() {
    let dir = Repo::bare_directory();
    dir.write("a", "clean\n").write("b", "clean\n");
    let run = stripeguard(dir.path(), &["scan", "."]);
    assert_eq!(run.code, 0);
    assert_eq!(run.stdout, "No Stripe secrets found\nRead 2 files: 12 bytes.\n");
}

#[test]
fn nothing_in_a_file_reaches_the_terminal_as_a_command() {
    let dir = Repo::bare_directory();
    let evil = format!("\x1b[2J\u{202e}\u{7} {} \x1b]0;x\x07\r", live_secret(1));
    dir.write("a", evil);
    #[cfg(unix)]
    dir.write("evil\x1b[31mname", live_secret(2));
    for format in ["text", "json"] {
        let run = stripeguard(dir.path(), &["scan", "--format", format, "."]);
        for c in ['\x1b', '\u{202e}', '\u{7}'] {
            assert!(!run.stdout.contains(c), "{format} has {c:?}");
        }
    }
}

#[test]
fn rules_are_listed_and_explained() {
    let here = Path::new(".");
    let list = stripeguard(here, &["rules"]);
    assert_eq!(list.code, 0);
    let ids: Vec<_> = list.stdout.lines().filter_map(|line| line.split(' ').next()).collect();
    assert!(ids.len() >= 8, "{ids:?}");
    for id in ids {
        let run = stripeguard(here, &["explain", id]);
        assert_eq!(run.code, 0, "{id}");
        assert!(run.stdout.len() > 200, "{id}: {}", run.stdout);
    }
    let run = stripeguard(here, &["explain", "stripe-secret-live-kee"]);
    assert_eq!(run.code, 2);
    assert!(run.stderr.contains("stripeguard rules"), "{}", run.stderr);
}

#[test]
fn a_value_is_explained_from_standard_input_alone() {
    let key = live_secret(1);
    let here = Path::new(".");
    let run = stripeguard_with_input(here, &["explain", "--value", "-"], key.as_bytes());
    assert_eq!(run.code, 0);
    assert!(run.stdout.contains("live") && !run.stdout.contains(&key), "{}", run.stdout);
    let run = stripeguard(here, &["explain", "--value", &key]);
    assert_eq!(run.code, 2);
    assert!(run.stderr.contains("standard input") && !run.stderr.contains(&key), "{}", run.stderr);
}

/// Placeholders, masks, templates and the keys of other vendors: each is told what it is.
#[test]
fn what_only_looks_like_a_key_is_told_what_it_is() {
    let here = Path::new(".");
    let mut random = Random::new(3);
    let cases = [
        ("...", "cut short"),
        ("51AbCd\u{2026}wxyz", "cut short"),
        ("********************abcd", "a mask"),
        ("\u{2022}\u{2022}\u{2022}\u{2022}abcd", "a mask"),
        ("xxxxxxxxxxxxxxxxxxxxxxxx", "a mask"),
        ("[REDACTED]", "a mask"),
        ("${STRIPE_KEY}", "a template"),
        ("{{ .Values.key }}", "a template"),
        ("<your key>", "a template"),
        ("[0-9a-zA-Z]{24}", "a regular expression"),
        ("", "the prefix alone"),
        ("abcdefghijklmnopqrstuvwx", "order of the alphabet"),
        ("111111111111111111111111", "the same character"),
        ("abcabcabcabcabcabcabcabc", "few different"),
        ("ThisIsAnExampleKeyForYou1", "a word in it"),
        ("zkqhwtpbnvmdrlcyfgjsaeou", "one case"),
        ("Ab3dE5", "6 characters, of which keys have 24"),
        (&random.hex(40), "Paystack"),
        (&random.hex(64), "Medusa"),
        ("a2V5XzAb3dE5gH1jKlMn0pQr", "WorkOS"),
        (&[8, 4, 4, 4, 12].map(|len| random.hex(len)).join("-"), "Checkout.com"),
        (&format!("1x1_{}", random.hex(40)), "Recharge"),
        (&random.base62(16), "Culqi"),
    ];
    for (body, what) in cases {
        let value = format!("{}_{body}", "sk_live");
        let run = stripeguard_with_input(here, &["explain", "--value", "-"], value.as_bytes());
        assert!(run.stdout.contains(what), "{body}: {}", run.stdout);
        assert!(run.stdout.contains("not reported: "), "{body}: {}", run.stdout);
    }
}
