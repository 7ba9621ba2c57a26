//! Places of findings that are about practice, and their identity.

use stripeguard::blob::{Blob, Origin};
use stripeguard::decode::container::Limits;
use stripeguard::finding::Finding;
use stripeguard::key::Severity;
use stripeguard::scan::Scanner;
use stripeguard::sighting::Place;
use stripeguard::subject::Practice;

use crate::keys::live_secret;

fn place(text: &str, mark: &str) -> Place {
    let scanner = Scanner::new(1_800_000_000, Limits::default());
    let start = text.find(mark).unwrap();
    scanner
        .place(&Blob::whole("src/pay.js", Origin::Tree, text.as_bytes()), start..start + mark.len())
}

fn practice(place: Place, text: &str) -> Finding {
    let practice = Practice {
        id: "key-logged".to_owned(),
        title: String::new(),
        message: String::new(),
        remedy: String::new(),
        references: Vec::new(),
    };
    Finding::practice(practice, Severity::High, place, "", text)
}

#[test]
fn the_place_of_a_practice_shows_its_line_without_the_secret_in_it() {
    let key = live_secret(3);
    let call = format!("console.log(\"{key}\")");
    let text = format!("let a = 1;\nif (b) {call};\n");
    let place = place(&text, &call);
    assert_eq!((place.start.line, place.start.column), (2, 8));
    assert_eq!(place.end.column, 8 + call.len() as u64);
    let snippet = place.snippet;
    assert!(!snippet.text.contains(&key[12..20]), "{snippet:?}");
    assert!(
        snippet.text[snippet.mark.clone()].starts_with("console.log(\"sk_live_"),
        "{snippet:?}"
    );
    assert!(snippet.text[snippet.mark].ends_with("\")"));
}

#[test]
fn a_mark_within_a_token_widens_and_never_shows_half_of_it() {
    let token = "Zx9".repeat(12);
    let text = format!("call({token})");
    let place = place(&text, &token[..9]);
    assert_eq!(place.snippet.text, "call(Zx9Z…)");
    assert_eq!(&place.snippet.text[place.snippet.mark], "Zx9Z…");
}

#[test]
fn a_practice_keeps_its_identity_when_it_is_indented_and_loses_it_when_it_is_another() {
    let at = || place("log(key)", "log(key)");
    let one = practice(at(), "log( key,\n  1)").fingerprint;
    assert_eq!(one, practice(at(), "log( key, 1)").fingerprint);
    assert_ne!(one, practice(at(), "log( other, 1)").fingerprint);
}
