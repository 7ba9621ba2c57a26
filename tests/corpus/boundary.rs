//! Everything that may stand left and right of a credential.

use super::credential::{self, Credential};
use super::{Case, Expected};
use crate::keys::Random;

type Pair = (&'static str, &'static [u8], &'static [u8]);

/// Surroundings of one line.
const PAIRS: &[Pair] = &[
    ("double quotes", b"key: \"", b"\""),
    ("single quotes", b"key: '", b"'"),
    ("backticks", b"key: `", b"`"),
    ("curly quotes", "key: \u{201c}".as_bytes(), "\u{201d}".as_bytes()),
    ("single curly quotes", "key: \u{2018}".as_bytes(), "\u{2019}".as_bytes()),
    ("guillemets", "cl\u{e9} \u{ab}".as_bytes(), "\u{bb}".as_bytes()),
    ("equals", b"STRIPE_KEY=", b""),
    ("curl -u", b"curl https://api.stripe.com/v1/charges -u ", b":"),
    ("curl -u, options behind", b"curl -u ", b": -d amount=2000 https://api.stripe.com/v1/charges"),
    ("user of a URL", b"GET https://", b":@api.stripe.com/v1/balance"),
    ("user of a URL without colon", b"GET https://", b"@api.stripe.com/v1/balance"),
    ("query", b"GET /pay?key=", b"&amount=2000"),
    ("query, last", b"GET /pay?amount=2000&key=", b" HTTP/1.1"),
    ("fragment", b"https://shop.test/pay#", b""),
    ("comma", b"keys: a, ", b", b"),
    ("parentheses", b"the old one (", b") was rolled"),
    ("angle brackets", b"<string>", b"</string>"),
    ("braces", b"{", b"}"),
    ("brackets", b"[", b"]"),
    ("full stop", b"The key is ", b"."),
    ("question mark", b"Is it ", b"?"),
    ("exclamation mark", b"It is ", b"!"),
    ("semicolon", b"key=", b";"),
    ("pipe", b"| live | ", b"| yes |"),
    ("slash", b"s3://backup/", b"/keys"),
    ("backslash", b"C:\\keys\\", b"\\old"),
    ("hyphen behind", b"key ", b"-old"),
    ("underscore behind", b"key ", b"_old"),
    ("asterisks", b"the key is **", b"** for now"),
    ("hash", b"key#", b"#"),
    ("percent", b"%", b"%"),
    ("dollar", b"$", b"$"),
    ("plus", b"key+", b"+"),
    ("tilde", b"~", b"~"),
    ("caret", b"^", b"^"),
    ("tabs", b"live\t", b"\tyes"),
    ("colon before", b"key:", b""),
    ("at sign", b"@", b"@"),
    ("ellipsis behind", b"key ", b"..."),
    ("non-breaking spaces", "key\u{a0}".as_bytes(), "\u{a0}!".as_bytes()),
    ("letters of other scripts", "ключ".as_bytes(), "конец".as_bytes()),
    ("emoji", "\u{1f511}".as_bytes(), "\u{1f512}".as_bytes()),
    ("not UTF-8", b"key \xff\xfe", b"\xff"),
    ("escaped quotes", b"{\"a\":\"{\\\"key\\\":\\\"", b"\\\"}\"}"),
    ("twice escaped quotes", b"{\"a\":\"{\\\\\\\"key\\\\\\\":\\\\\\\"", b"\\\\\\\"}\"}"),
    ("SQL", b"INSERT INTO settings VALUES (1,'stripe_key','", b"','yes');"),
    ("CSV", b"1,stripe,", b",live"),
    ("quoted CSV", b"1;\"stripe\";\"", b"\";\"live\""),
    ("Bearer", b"Authorization: Bearer ", b""),
    ("Bearer in quotes", b"-H \"Authorization: Bearer ", b"\" -X POST"),
    ("escape \\n before", b"\"first\\n", b"\""),
    ("escape \\t before", b"\"first\\t", b"\""),
    ("escape \\r before", b"\"first\\r", b"\""),
    ("escape \\n behind", b"\"key ", b"\\nlast\""),
    ("escape \\r\\n around", b"\"first\\r\\n", b"\\r\\nlast\""),
    ("escape \\u0022", b"{\\u0022key\\u0022:\\u0022", b"\\u0022}"),
    ("escape \\u003d", b"key\\u003d", b"\\u0026x"),
    ("escape \\x22", b"{\\x22key\\x22:\\x22", b"\\x22}"),
    ("escape \\x3d", b"key\\x3d", b"\\x26b"),
    ("escape %22", b"json=%7B%22key%22:%22", b"%22%7D"),
    ("escape %3D", b"body=key%3D", b"%26amount%3D2000"),
    ("escape %20", b"body=key%20", b"%20b"),
    ("escape %253D", b"body=key%253D", b"%2526a"),
    ("escape &quot;", b"value=&quot;", b"&quot;"),
    ("escape &#34;", b"value=&#34;", b"&#34;"),
    ("escape &#x27;", b"value=&#x27;", b"&#x27;"),
    ("escape &lt;", b"&lt;string&gt;", b"&lt;/string&gt;"),
    ("colour", b"key: \x1b[32m", b"\x1b[0m ok"),
    ("bold colour", b"key: \x1b[1;31m", b"\x1b[39;49m"),
    ("colour as octal escape", b"key: \\033[32m", b"\\033[0m"),
    ("colour as hex escape", b"key: \\x1b[32m", b"\\x1b[0m"),
    ("colour as escape e", b"key: \\e[32m", b"\\e[0m"),
    ("colour as u escape", b"key: \\u001b[32m", b"\\u001b[0m"),
    ("NUL-separated environment", b"HOME=/root\0STRIPE_KEY=", b"\0LANG=C\0"),
    ("control characters", b"key\x01", b"\x02"),
];

/// A length byte right before a key of 107 bytes is the letter k.
const RECORDS: &[Pair] = &[
    ("record: class constant", b"\x01\x00\x06stripe\x01\x00k", b"\x01\x00\x04Code"),
    ("record: msgpack str8", b"\x81\xa3key\xd9k", b"\xa1b"),
    ("record: CBOR text", b"\xa1\x63key\x78k", b"\xff"),
    ("record: protobuf", b"\x0a\x03key\x12k", b"\x1a\x01a"),
    ("record: bplist", b"bplist00\xd1\x01\x02Skey\x5f\x10k", b"\x08\x0b"),
    ("record: pickle", b"\x80\x04\x95\x70\x00\x00\x00\x00\x00\x00\x00\x8ck", b"\x94."),
    ("record: dex string", b"\x03key\x00k", b"\x00\x04name\x00"),
    ("record: runs on", b"\x01\x00k", b"abcDEF123"),
];

/// Surroundings of which the line is left open.
const OPEN: &[Pair] = &[
    ("CR-only lines", b"first = 1\rstripe_key = ", b"\rlast = 2\r"),
    ("form feed", b"first\x0c", b"\x0clast"),
];

const HEAD: &[u8] = b"# settings of the Stripe account\nname = shop\n";
const TAIL: &[u8] = b"\nretries = 3\n";

/// Every family and generation in every surrounding, and the special places of a file.
pub fn cases(random: &mut Random) -> Vec<Case> {
    let mut cases = Vec::new();
    for (label, left, right) in PAIRS {
        for credential in credential::all(random).iter().filter(|key| !key.needs_quote) {
            cases.push(surrounded(label, credential, left, right));
        }
    }
    for (label, left, right) in OPEN {
        for credential in credential::all(random).iter().filter(|key| !key.needs_quote) {
            cases.push(surrounded(label, credential, left, right).anywhere(None));
        }
    }
    for (label, left, right) in RECORDS {
        for family in credential::ACCOUNT_FAMILIES {
            let credential = credential::account(family, 99, random);
            cases.push(surrounded(label, &credential, left, right).anywhere(None));
        }
    }
    for family in credential::ACCOUNT_FAMILIES {
        for len in [24, 34, 99] {
            let key = credential::account(family, len, random);
            cases.push(surrounded("underscore before", &key, b"export_", b""));
            cases.extend(edges(&credential::account(family, len, random)));
        }
        cases.push(serialized(&credential::account(family, 99, random)));
        cases.push(glued(&credential::account(family, 99, random)));
        cases.push(many(family, random));
    }
    cases.extend(long(random));
    cases
}

fn surrounded(label: &str, credential: &Credential, left: &[u8], right: &[u8]) -> Case {
    let before = [HEAD, left].concat();
    let after = [right, TAIL].concat();
    Case::around("boundary", label, credential, (&before, credential.value.as_bytes(), &after))
}

fn edges(credential: &Credential) -> Vec<Case> {
    let value = credential.value.as_bytes();
    [
        ("whole file", &b""[..], &b""[..]),
        ("first line", b"", b"\nlast\n"),
        ("end of file, no newline", b"first\nkey=", b""),
        ("CRLF", b"first\r\nkey=", b"\r\nlast\r\n"),
        ("byte order mark", b"\xef\xbb\xbf", b"\n"),
    ]
    .map(|(label, before, after)| {
        let case = Case::around("boundary", label, credential, (before, value, after));
        if label == "byte order mark" { case.any_column() } else { case }
    })
    .to_vec()
}

fn serialized(credential: &Credential) -> Case {
    let left = format!("a:1:{{s:10:\"stripe_key\";s:{}:\"", credential.value.len());
    surrounded("PHP serialised", credential, left.as_bytes(), b"\";}")
}

fn glued(credential: &Credential) -> Case {
    surrounded("behind a placeholder prefix", credential, b"key = sk_test_", b"")
}

fn many(family: &'static str, random: &mut Random) -> Case {
    let keys: Vec<_> = (0..40).map(|_| credential::account(family, 24, random)).collect();
    let mut case = surrounded("many on one line", &keys[0], b"", b"");
    let mut line = String::new();
    case.expected.clear();
    for key in &keys {
        case.expected.push(Expected {
            value: key.value.clone(),
            line: Some(1),
            column: Some(line.chars().count() + 1),
            member: None,
        });
        line.push_str(&key.value);
        line.push(',');
    }
    case.bytes = line.into_bytes();
    case
}

/// Keys across the usual sizes of buffers, and at the end of a line of ten million bytes.
fn long(random: &mut Random) -> Vec<Case> {
    let mut cases = Vec::new();
    for size in [4096, 8192, 65_536, 131_072, 1 << 20, 4 << 20] {
        for back in [1, 5, 60, 107] {
            let credential = credential::account("sk_live", 99, random);
            let before = filler(size - back);
            let parts = (&before[..], credential.value.as_bytes(), &b" \n"[..]);
            cases.push(Case::around("boundary", "across a buffer", &credential, parts));
        }
    }
    let credential = credential::account("sk_live", 99, random);
    let before = "var a=0;".repeat(1_250_000).into_bytes();
    let parts = (&before[..], credential.value.as_bytes(), &b"'"[..]);
    cases.push(Case::around("boundary", "line of 10 MB", &credential, parts));
    cases
}

fn filler(len: usize) -> Vec<u8> {
    let line = b"The quick brown fox jumps over the lazy dog, and pays for it later on.\n";
    let mut bytes: Vec<u8> = line.iter().copied().cycle().take(len).collect();
    if let Some(last) = bytes.last_mut() {
        *last = b' ';
    }
    bytes
}
