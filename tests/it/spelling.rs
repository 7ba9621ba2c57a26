//! Any spelling within any other, in any surroundings.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use stripeguard::detect::Detector;
use stripeguard::secret::Secret;

use crate::key::TODAY;
use crate::keys::key;

/// A name and how a text is spelled.
pub type Spelling = (&'static str, fn(&[u8]) -> Vec<u8>);

fn each(bytes: &[u8], spell: impl Fn(u8) -> String) -> Vec<u8> {
    bytes.iter().map(|byte| spell(*byte)).collect::<String>().into_bytes()
}

/// Spells some bytes and leaves the others as they are.
fn some(bytes: &[u8], is_spelled: fn(u8) -> bool, spell: impl Fn(u8) -> String) -> Vec<u8> {
    let one = |byte: &u8| if is_spelled(*byte) { spell(*byte).into_bytes() } else { vec![*byte] };
    bytes.iter().flat_map(one).collect()
}

fn wide(bytes: &[u8], width: usize, is_big: bool) -> Vec<u8> {
    let unit = |byte: &u8| {
        let mut unit = vec![0; width];
        unit[if is_big { width - 1 } else { 0 }] = *byte;
        unit
    };
    bytes.iter().flat_map(unit).collect()
}

fn wrapped(bytes: &[u8], width: usize, end: &[u8]) -> Vec<u8> {
    bytes.chunks(width).collect::<Vec<_>>().join(end)
}

/// Lines of 76 characters, none of which ends within an escape (RFC 2045, §6.7).
fn quoted_printable(bytes: &[u8]) -> Vec<u8> {
    let is_plain = |byte: u8| matches!(byte, b' '..=b'~' | b'\r' | b'\n') && byte != b'=';
    let mut out = Vec::new();
    let mut len = 0;
    for byte in bytes {
        let shown = if is_plain(*byte) { vec![*byte] } else { format!("={byte:02X}").into_bytes() };
        if len + shown.len() > 75 {
            out.extend(b"=\r\n");
            len = 0;
        }
        len = if *byte == b'\n' { 0 } else { len + shown.len() };
        out.extend(shown);
    }
    out
}

/// Two literals, cut where the body of a key of 24 would be.
fn joined(bytes: &[u8], sign: &str) -> Vec<u8> {
    let (one, other) = bytes.split_at(bytes.len() / 2);
    [b"\"", one, b"\"", sign.as_bytes(), b"\"", other, b"\""].concat()
}

fn is_no_word(byte: u8) -> bool {
    !byte.is_ascii_alphanumeric()
}

fn is_escaped(byte: u8) -> bool {
    byte == b'_' || !matches!(byte, b' '..=b'~')
}

/// All that are read.
pub const SPELLINGS: &[Spelling] = &[
    ("UTF-16LE", |t| wide(t, 2, false)),
    ("UTF-16BE", |t| wide(t, 2, true)),
    ("UTF-32LE", |t| wide(t, 4, false)),
    ("UTF-32BE", |t| wide(t, 4, true)),
    ("base64", |t| STANDARD.encode(t).into_bytes()),
    ("base64, URL-safe", |t| URL_SAFE_NO_PAD.encode(t).into_bytes()),
    ("base64, 64 columns", |t| wrapped(STANDARD.encode(t).as_bytes(), 64, b"\n")),
    ("base64, 76 columns", |t| wrapped(STANDARD.encode(t).as_bytes(), 76, b"\r\n")),
    ("hex", |t| each(t, |c| format!("{c:02x}"))),
    ("hex, capitals", |t| each(t, |c| format!("{c:02X}"))),
    ("percent, all", |t| each(t, |c| format!("%{c:02X}"))),
    ("percent, all, lower", |t| each(t, |c| format!("%{c:02x}"))),
    ("percent", |t| some(t, is_no_word, |c| format!("%{c:02X}"))),
    ("\\u, all", |t| each(t, |c| format!("\\u{c:04x}"))),
    ("\\u, all, capitals", |t| each(t, |c| format!("\\u{c:04X}"))),
    ("\\u", |t| some(t, is_escaped, |c| format!("\\u{c:04x}"))),
    ("\\x, all", |t| each(t, |c| format!("\\x{c:02x}"))),
    ("\\x", |t| some(t, is_escaped, |c| format!("\\x{c:02x}"))),
    ("\\u{}, all", |t| each(t, |c| format!("\\u{{{c:x}}}"))),
    ("JSON", |t| some(t, |c| matches!(c, b'"' | b'\\'), |c| format!("\\{}", c as char))),
    ("entities, decimal, all", |t| each(t, |c| format!("&#{c};"))),
    ("entities, hex, all", |t| each(t, |c| format!("&#x{c:X};"))),
    ("entities", |t| some(t, |c| b"_&<>\"'\0".contains(&c), |c| format!("&#{c};"))),
    ("quoted-printable", quoted_printable),
    ("quoted-printable, _", |t| {
        let spelled = quoted_printable(t);
        some(&spelled, |c| c == b'_', |_| "=5F".to_owned())
    }),
    ("joined", |t| joined(t, " + ")),
    ("joined over lines", |t| joined(t, " .\n    ")),
];

/// No file has these: a literal of which each half is wide and the quotes are not, or of which each
/// half has a quote too many, and characters of sixteen bytes.
pub fn makes_sense(outer: &str, inner: &str) -> bool {
    if outer.starts_with("joined") && inner.starts_with("joined") {
        return false;
    }
    let is_sixteen = outer.starts_with("UTF-32") && inner.starts_with("UTF-32");
    let is_half_wide = outer.starts_with("joined") && inner.starts_with("UTF");
    !is_half_wide && !is_sixteen
}

fn finds(text: &[u8], key: &str) -> bool {
    let mut found = Vec::new();
    Detector::new(TODAY).scan(text, "", &mut found);
    let expected = |family: &str| Secret::new(key, 0).fingerprint(family);
    found.iter().any(|f| f.secret.fingerprint(f.rule.family) == expected(f.rule.family))
}

#[test]
fn every_spelling_within_every_other_is_read() {
    let mut missed = Vec::new();
    for (outer, spell_outer) in SPELLINGS {
        for (inner, spell_inner) in SPELLINGS.iter().filter(|s| makes_sense(outer, s.0)) {
            for (seed, len) in [24, 34, 99].into_iter().enumerate() {
                for shift in 0..3 {
                    let family = ["sk_live", "rk_test", "pk_live"][seed];
                    let key = key(family, len, seed as u64 + 10 * shift as u64);
                    let once = spell_inner(format!("{}{key}", &" =\""[..shift]).as_bytes());
                    let text = [b"x: ", &spell_outer(&once)[..], b"\n"].concat();
                    if !finds(&text, &key) {
                        missed.push(format!(
                            "{inner} within {outer}: {len} characters, shift {shift}"
                        ));
                    }
                }
            }
        }
    }
    assert!(missed.is_empty(), "{} missed: {:#?}", missed.len(), &missed[..missed.len().min(400)]);
}

/// A beginning may be cut anywhere behind its first character.
#[test]
fn a_key_that_is_cut_anywhere_is_read() {
    let mut missed = Vec::new();
    for (family, len) in [("sk_live", 99), ("rk_test", 24), ("pk_live", 34)] {
        let key = key(family, len, 5);
        for at in 1..key.len() {
            for cut in
                ["=\n", "=\r\n", "\\\n", "\\\n    ", "\" + \"", "' . '", "\"\n  \"", "\" +\n \""]
            {
                let quote = if cut.starts_with('\'') { '\'' } else { '"' };
                let text = format!("key = {quote}{}{cut}{}{quote}\n", &key[..at], &key[at..]);
                if !finds(text.as_bytes(), &key) {
                    missed.push(format!("{family} cut at {at} by {cut:?}"));
                }
            }
        }
        let encoded =
            STANDARD.encode(format!("{{\"shop\": 1, \"key\": \"{key}\", \"more\": [1, 2, 3]}}"));
        // Shorter lines are taken for wrapped only if they end with a group of four.
        for width in (40..60).step_by(4).chain(60..encoded.len().min(90)) {
            for end in [&b"\n"[..], b"\r\n", b"\n    "] {
                let text =
                    [b"x: |\n    ", &wrapped(encoded.as_bytes(), width, end)[..], b"\n"].concat();
                if !finds(&text, &key) {
                    missed.push(format!("{family} in base64 of {width} columns"));
                }
            }
        }
    }
    assert!(missed.is_empty(), "{} missed: {:#?}", missed.len(), &missed[..missed.len().min(100)]);
}

/// What stands around a text, with a character at the seam that belongs to no word.
fn around() -> impl Strategy<Value = (String, String)> {
    let seam = || prop::sample::select(vec![" ", "\n", "\t", "(", ")", ": ", ", "]);
    let text = || "[ -~\n]{0,40}";
    ((text(), seam()), (seam(), text()))
        .prop_map(|((left, a), (b, right))| (format!("{left}{a}"), format!("{b}{right}")))
}

/// Whether what stands around a text reads as more of it: an operator and another literal, another
/// line of base64, a soft break before it. The text is no key then.
fn goes_on(spelling: &str, left: &str, right: &str) -> bool {
    let joints = |c: char| " \t\n+.&~|<>\\$#{}(),@=fFbBrRuUL".contains(c);
    match spelling.split([' ', ',']).next().unwrap_or_default() {
        "joined" => right.trim_start_matches(joints).starts_with(['"', '\'', '`']),
        "quoted-printable" => left.ends_with("=\n"),
        "base64" => {
            let next = right.trim_start();
            let is_line = right[..right.len() - next.len()].contains('\n');
            is_line && next.starts_with(|c: char| c.is_ascii_alphanumeric() || "+/-_=".contains(c))
        }
        _ => false,
    }
}

/// The gate is the same every day; another seed is another sample.
fn seed() -> u64 {
    std::env::var("STRIPEGUARD_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(1)
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 4000,
        failure_persistence: None,
        rng_seed: RngSeed::Fixed(seed()),
        ..ProptestConfig::default()
    })]

    #[test]
    fn a_key_spelled_up_to_twice_is_found_in_any_surroundings(
        outer in 0..=SPELLINGS.len(), inner in 0..=SPELLINGS.len(), (left, right) in around(),
        family in prop::sample::select(vec!["sk_live", "sk_test", "rk_live", "rk_test", "pk_live"]),
        len in prop::sample::select(vec![24_usize, 34, 99]), seed in any::<u64>(),
    ) {
        let spell = |which: usize, text: &[u8]| {
            SPELLINGS.get(which).map_or(text.to_vec(), |(_, spell)| spell(text))
        };
        let name = |which: usize| SPELLINGS.get(which).map_or("plain", |(name, _)| name);
        prop_assume!(makes_sense(name(outer), name(inner)));
        prop_assume!(![outer, inner].map(name).iter().any(|name| goes_on(name, &left, &right)));
        let key = key(family, len, seed);
        let spelled = spell(outer, &spell(inner, key.as_bytes()));
        let text = [left.as_bytes(), &spelled, right.as_bytes()].concat();
        prop_assert!(finds(&text, &key), "{} within {}: {:?}", name(inner), name(outer), String::from_utf8_lossy(&text));
    }

    /// A body of 24 characters with a hole is no body of any length.
    #[test]
    fn a_broken_key_is_found_in_no_spelling(
        outer in 0..SPELLINGS.len(), inner in 0..SPELLINGS.len(), seed in any::<u64>(),
        at in 0_usize..24, hole in prop::sample::select(vec![b'-', b'.', b'*', b' ', b'/']),
    ) {
        let mut key = key("sk_live", 24, seed).into_bytes();
        key["sk_live_".len() + at] = hole;
        let spelled = SPELLINGS[outer].1(&SPELLINGS[inner].1(&key));
        let mut found = Vec::new();
        Detector::new(TODAY).scan(&spelled, "", &mut found);
        prop_assert!(found.is_empty(), "{} within {}", SPELLINGS[inner].0, SPELLINGS[outer].0);
    }
}
