//! Credentials in other spellings: found with the exact value, at the exact place in the real file.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use proptest::prelude::*;
use stripeguard::detect::{Detector, Match};

use crate::key::TODAY;
use crate::keys::{Random, key};

type Spelling = (&'static str, fn(&str) -> Vec<u8>);

fn wide(text: &str, width: usize, big: bool) -> Vec<u8> {
    let unit = |c: u8| {
        let mut unit = vec![0; width];
        unit[if big { width - 1 } else { 0 }] = c;
        unit
    };
    text.bytes().flat_map(unit).collect()
}

fn each(text: &str, spell: impl Fn(u8) -> String) -> Vec<u8> {
    text.bytes().map(spell).collect::<String>().into_bytes()
}

fn wrapped(text: &str, width: usize, joint: &str) -> Vec<u8> {
    let lines: Vec<String> = text
        .as_bytes()
        .chunks(width)
        .map(|line| String::from_utf8(line.to_vec()).unwrap())
        .collect();
    lines.join(joint).into_bytes()
}

/// Spellings of a whole text in which every character is written in another way.
const WHOLE: &[Spelling] = &[
    ("utf-16", |t| wide(t, 2, false)),
    ("utf-16", |t| wide(t, 2, true)),
    ("utf-32", |t| wide(t, 4, false)),
    ("utf-32", |t| wide(t, 4, true)),
    ("base64", |t| STANDARD.encode(t).into_bytes()),
    ("base64", |t| URL_SAFE_NO_PAD.encode(t).into_bytes()),
    ("base64", |t| wrapped(&STANDARD.encode(t), 64, "\n")),
    ("base64", |t| wrapped(&STANDARD.encode(t), 76, "\r\n    ")),
    ("hex", |t| each(t, |c| format!("{c:02x}"))),
    ("hex", |t| each(t, |c| format!("{c:02X}"))),
    ("percent-encoding", |t| each(t, |c| format!("%{c:02X}"))),
    ("percent-encoding", |t| each(t, |c| format!("%{c:02x}"))),
    ("escapes", |t| each(t, |c| format!("\\u{c:04x}"))),
    ("escapes", |t| each(t, |c| format!("\\x{c:02x}"))),
    ("entities", |t| each(t, |c| format!("&#{c};"))),
    ("entities", |t| each(t, |c| format!("&#x{c:X};"))),
    ("escapes", |t| each(t, |c| format!("\\u{{{c:x}}}"))),
    ("quoted-printable", |t| wrapped(&t.replace('=', "=3D").replace('_', "=5F"), 76, "=\r\n")),
];

/// Spellings of a key in which only the underscores are, or nothing but what joins its pieces.
const PARTLY: &[Spelling] = &[
    ("percent-encoding", |t| t.replace('_', "%5F").into_bytes()),
    ("percent-encoding", |t| t.replace('_', "%5f").into_bytes()),
    ("escapes", |t| t.replace('_', "\\u005f").into_bytes()),
    ("escapes", |t| t.replace('_', "\\u005F").into_bytes()),
    ("escapes", |t| t.replace('_', "\\x5f").into_bytes()),
    ("escapes", |t| t.replace('_', "\\137").into_bytes()),
    ("entities", |t| t.replace('_', "&#95;").into_bytes()),
    ("entities", |t| t.replace('_', "&#x5f;").into_bytes()),
    ("entities", |t| t.replace('_', "&lowbar;").into_bytes()),
    ("entities", |t| t.replace('_', "&#095;").into_bytes()),
    ("entities", |t| t.replace('_', "&amp;#95;").into_bytes()),
    ("entities", |t| t.replace('_', "\\u0026#95;").into_bytes()),
    ("escapes", |t| t.replace('_', "\\\\u005f").into_bytes()),
    ("escapes", |t| t.replace('_', "\\\\\\\\x5f").into_bytes()),
    ("escapes", |t| t.replace('_', "\\u{5f}").into_bytes()),
    ("escapes", |t| t.replace('_', "\\_").into_bytes()),
    ("quoted-printable", |t| t.replace('_', "=5F").into_bytes()),
];

/// Pieces of a literal of a live secret key, as languages join them.
const JOINED: &[fn(&str) -> String] = &[
    |t| format!("\"sk_\" + \"live_\" + \"{}\"", &t[8..]),
    |t| format!("'sk_live_' . '{}'", &t[8..]),
    |t| format!("\"sk_live\" + \"_{}\"", &t[8..]),
    |t| format!("['sk', 'live', '{}'].join('_')", &t[8..]),
    |t| format!("'sk_live_' '{}'", &t[8..]),
    |t| format!("\"{}\" +\n    \"{}\"", &t[..40], &t[40..]),
    |t| format!("\"{}\" ..\n    \"{}\"", &t[..40], &t[40..]),
    |t| format!("'{}' <> '{}'", &t[..8], &t[8..]),
    |t| format!("'{}' || '{}'", &t[..20], &t[20..]),
    |t| format!("f\"{}\"\n    f\"{}\"", &t[..20], &t[20..]),
    |t| format!("`${{'{}'}}{}`", &t[..8], &t[8..]),
    |t| format!("`{}${{'{}'}}`", &t[..8], &t[8..]),
    |t| format!("\"{}#{{'{}'}}\"", &t[..8], &t[8..]),
    |t| format!("['sk_live_', '{}', '{}'].join('')", &t[8..50], &t[50..]),
    |t| format!("[\"sk\", \"live\", \"{}\"].join(\"_\")", &t[8..]),
    |t| format!("{}\\\n  {}", &t[..50], &t[50..]),
    |t| format!("{}=\r\n{}", &t[..60], &t[60..]),
];

/// Spellings of what surrounds an encoded text: of a URL, of JSON, of HTML.
const AROUND: &[fn(&str) -> String] = &[
    |t| t.replace('=', "%3D").replace('+', "%2B").replace('/', "%2F").replace('"', "%22"),
    |t| t.replace('"', "\\\"").replace('\n', "\\n").replace('/', "\\/"),
    |t| t.replace('"', "&quot;").replace('=', "&#61;"),
];

fn find(bytes: &[u8]) -> Vec<Match> {
    let mut matches = Vec::new();
    Detector::new(TODAY).scan(bytes, "", &mut matches);
    matches
}

/// The only match, by the fingerprint of the value that is expected.
fn assert_found(bytes: &[u8], value: &str, layers: &[&str], what: &str) -> Match {
    let matches = find(bytes);
    assert_eq!(matches.len(), 1, "{what}: {}", String::from_utf8_lossy(bytes));
    let found = matches.into_iter().next().unwrap();
    let family = found.rule.family;
    let expected = stripeguard::secret::Secret::new(value, 0).fingerprint(family);
    assert_eq!(found.secret.fingerprint(family), expected, "{what}");
    let names: Vec<_> = found.decoded.iter().map(|layer| layer.name()).collect();
    assert_eq!(names, layers, "{what}");
    found
}

#[test]
fn every_spelling_of_every_generation_is_read_at_every_alignment() {
    for (layer, spell) in WHOLE {
        for (seed, len) in [24, 34, 99].into_iter().enumerate() {
            for family in ["sk_live", "sk_test", "rk_live", "pk_test"] {
                for shift in 0..4 {
                    let key = key(family, len, seed as u64);
                    let inner = format!("{}user:{key}:x", "a".repeat(shift));
                    let text = [b"\"", &spell(&inner)[..], b"\"\n"].concat();
                    assert_found(&text, &key, &[layer], layer);
                }
            }
        }
    }
}

#[test]
fn a_key_of_which_some_characters_are_spelled_is_found_at_its_place() {
    for (layer, spell) in PARTLY {
        let key = key("sk_live", 99, 5);
        let spelled = spell(&key);
        let text = [b"<a href=\"?k=", &spelled[..], b"\">\n"].concat();
        let found = assert_found(&text, &key, &[layer], layer);
        assert_eq!(found.span, 12..12 + spelled.len(), "{layer}");
    }
}

#[test]
fn joined_pieces_are_one_key() {
    for join in JOINED {
        let key = key("sk_live", 99, 6);
        let text = format!("const key = {};\n", join(&key));
        let layers: &[&str] =
            if text.contains("=\r\n") { &["quoted-printable"] } else { &["joined literals"] };
        assert_found(text.as_bytes(), &key, layers, &text);
    }
}

#[test]
fn restricted_and_publishable_keys_are_joined_as_well() {
    for family in ["rk", "pk"] {
        let key = key(&format!("{family}_live"), 99, 6);
        for text in [
            format!("\"{family}_\" + \"live_\" + \"{}\"", &key[8..]),
            format!("[\"{family}\", \"live\", \"{}\"].join(\"_\")", &key[8..]),
        ] {
            assert_found(text.as_bytes(), &key, &["joined literals"], &text);
        }
    }
}

#[test]
fn a_text_that_was_encoded_twice_is_read_at_every_alignment() {
    for shift in 0..9 {
        for len in [24, 99] {
            let key = key("sk_live", len, shift as u64);
            let once = STANDARD.encode(format!("{}{key}\n", &"=\":"[..shift % 3]));
            let twice = STANDARD.encode(format!("{}{once}", &" =\""[..shift / 3]));
            assert_found(twice.as_bytes(), &key, &["base64", "base64"], &twice);
        }
        let key = format!("{}_{}", "whsec", Random::new(shift as u64).base62(32));
        let once = STANDARD.encode(&key);
        let twice = STANDARD.encode(format!("{}{once}", &" =\""[..shift / 3]));
        let text = format!("stripe: {twice}");
        assert_found(text.as_bytes(), &key, &["base64", "base64"], &text);
    }
    let key = key("rk_test", 24, 3);
    let text = key.replace('_', "%255F");
    assert_found(text.as_bytes(), &key, &["percent-encoding", "percent-encoding"], &text);
}

#[test]
fn a_webhook_secret_is_read_in_every_spelling() {
    let key = format!("{}_{}", "whsec", Random::new(5).base62(32));
    for (layer, spell) in WHOLE.iter().chain(PARTLY) {
        let text = [&spell("stripe: ")[..], &spell(&key), b"\n"].concat();
        let text = if *layer == "base64" { spell(&format!("stripe: {key}\n")) } else { text };
        assert_found(&text, &key, &[layer], layer);
    }
}

#[test]
fn lines_beside_an_encoded_text_are_not_read_with_it() {
    for (len, family) in [(24, "sk_live"), (34, "rk_live"), (99, "sk_test")] {
        for seed in 0..20 {
            let key = key(family, len, seed);
            let encoded = URL_SAFE_NO_PAD.encode(&key);
            for text in [
                format!("token\n{encoded}\nOTHER=1\n"),
                format!("a/path/with-words/{encoded}\n"),
                format!("Zm9vYmFy\n{encoded}\n5NqYmFy\n"),
                format!("\"abc\",\n\"{encoded}\",\n\"x5\"\n"),
                format!("user-{encoded}"),
            ] {
                assert_found(text.as_bytes(), &key, &["base64"], &text);
            }
        }
    }
}

#[test]
fn a_key_beside_another_literal_is_not_joined_with_it() {
    let key = key("sk_live", 99, 6);
    for text in [
        format!("x(\"{key}\", \"more\")"),
        format!("'{key}' 'more'"),
        format!("\"{key}\" + \"?x\""),
    ] {
        let found = assert_found(text.as_bytes(), &key, &[], &text);
        assert_eq!(found.span.len(), key.len());
    }
}

#[test]
fn the_place_is_that_of_the_spelled_key() {
    let key = key("rk_live", 24, 7);
    let text = format!("Authorization: Basic {}\n", STANDARD.encode(format!("{key}:")));
    let found = assert_found(text.as_bytes(), &key, &["base64"], "basic");
    assert_eq!(found.span.start, "Authorization: Basic ".len());
    assert_eq!(found.span.end, found.span.start + (key.len() * 8).div_ceil(6));
    let text: Vec<u8> =
        [&[0xff, 0xfe][..], &wide(&format!("a\r\nkey={key}\r\n"), 2, false)].concat();
    let found = assert_found(&text, &key, &["utf-16"], "utf-16");
    assert_eq!(found.span, 2 + 14..2 + 14 + 2 * key.len());
}

#[test]
fn what_a_spelling_yields_is_judged_like_plain_text() {
    let sample = ["4eC39HqLyj", "WDarjtT1zd", "p7dc"].concat();
    let text = STANDARD.encode(format!("{}_{sample}:", "sk_test"));
    assert!(find(text.as_bytes())[0].sample);
    for silent in ["desk_live_", "sk_live_your_key_here_", &format!("sk_live_{}", "x".repeat(24))] {
        let body = Random::new(3).base62(24);
        let text = STANDARD
            .encode(format!("{silent}{}", if silent.starts_with('d') { &body } else { "" }));
        assert!(find(text.as_bytes()).is_empty(), "{silent}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn an_encoded_text_is_found_within_text_that_escapes_other_characters(
        outer in 0..AROUND.len(), inner in prop::sample::select(vec![4_usize, 5, 8, 9]),
        seed in any::<u64>(), left in "[ -~]{0,40}", right in "[ -~]{0,40}",
    ) {
        let key = key("sk_live", 99, seed);
        let once = String::from_utf8(WHOLE[inner].1(&format!("{left} {key} {right}"))).unwrap();
        let text = AROUND[outer](&format!("x = \"{once}\""));
        let expected = stripeguard::secret::Secret::new(key.as_str(), 0).fingerprint("sk_live");
        let found = find(text.as_bytes());
        let found = found.iter().any(|f| f.secret.fingerprint(f.rule.family) == expected);
        prop_assert!(found, "{}: {text}", WHOLE[inner].0);
    }

    #[test]
    fn no_bytes_around_a_spelled_beginning_panic(
        bytes in proptest::collection::vec(any::<u8>(), 0..300), at in 0_usize..300, which in 0_usize..8,
    ) {
        let starts: [&[u8]; 8] = [
            b"k%5F", b"k\\u005", b"k&#95;", b"a19saXZlX", b"6b5f6c6976655f", b"sk_\"", b"sk_live_\\\n",
            b"k\0_\0l\0i\0v\0e\0_",
        ];
        let mut text = bytes;
        let at = at.min(text.len());
        text.splice(at..at, starts[which].iter().copied());
        for found in find(&text) {
            prop_assert!(found.span.end <= text.len());
        }
    }
}
