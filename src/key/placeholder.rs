//! Bodies that somebody made up: masks, runs, sequences and words.

/// Words that stand in bodies which people write by hand. A random body of 99 characters holds a
/// given word of five letters, written as people do, once in ten thousand keys at most; shorter words
/// are not listed.
const WORDS: &[&str] = &[
    "abcdefgh",
    "abc123",
    "account",
    "apikey",
    "change",
    "changeme",
    "dummy",
    "example",
    "fixture",
    "foobar",
    "insert",
    "invalid",
    "notareal",
    "notreal",
    "placeholder",
    "publishable",
    "qwerty",
    "random",
    "redacted",
    "replace",
    "sample",
    "secret",
    "stripe",
    "testkey",
    "thisis",
    "yourkey",
    "xxxxx",
    "12345678",
];

/// Whether a body is no credential but stands in the place of one.
pub fn is_placeholder(body: &str) -> bool {
    why(body).is_some()
}

/// What a body is that stands in the place of a credential.
pub fn why(body: &str) -> Option<&'static str> {
    let bytes = body.as_bytes();
    Some(match () {
        () if has_long_run(bytes) => "a placeholder: the same character again and again",
        () if has_long_sequence(bytes) => "a placeholder: characters in the order of the alphabet",
        () if is_uneven(bytes) => "a placeholder: few different characters",
        () if has_word(body) => "a placeholder: there is a word in it that people write by hand",
        () if is_made_of_words(body) => "a placeholder made of words",
        () if is_one_case_of_letters(bytes) => "a name: letters of one case alone",
        () if entropy(bytes) < entropy_floor(bytes) => "a placeholder: too regular to be random",
        () => return None,
    })
}

/// Six of the same character, which chance does in one of thirty million keys.
fn has_long_run(bytes: &[u8]) -> bool {
    bytes.chunk_by(|a, b| a == b).any(|run| run.len() >= 6)
}

/// Eight characters of which each is the one before plus one, or minus one: `abcdefgh`, `87654321`.
fn has_long_sequence(bytes: &[u8]) -> bool {
    let ascends = |a: &u8, b: &u8| a.wrapping_add(1) == *b || (*a == b'9' && *b == b'0');
    let up = bytes.chunk_by(ascends).any(|run| run.len() >= 8);
    up || bytes.chunk_by(|a, b| ascends(b, a)).any(|run| run.len() >= 8)
}

/// Few different characters, or one that makes up most.
fn is_uneven(bytes: &[u8]) -> bool {
    let counts = counts(bytes);
    let distinct = counts.iter().filter(|&&count| count > 0).count();
    let most = counts.iter().max().copied().unwrap_or(0);
    distinct <= 4 || most * 5 > bytes.len() * 2
}

fn has_word(body: &str) -> bool {
    let lower = body.to_ascii_lowercase();
    WORDS.iter().filter(|word| word.len() >= 5).any(|word| is_written(body, &lower, word))
}

/// Whether a word stands in a body, in capitals and small letters as people write them: `insert`,
/// `Insert`, `INSERT`, `yourKey`, and not `insErT`, which chance has made.
fn is_written(body: &str, lower: &str, word: &str) -> bool {
    lower.match_indices(word).any(|(at, _)| {
        let written = &body.as_bytes()[at..at + word.len()];
        let capitals = written[1..].iter().filter(|byte| byte.is_ascii_uppercase()).count();
        let ends_small = !written[word.len() - 1].is_ascii_uppercase();
        capitals == 0
            || capitals * 4 <= word.len() && ends_small
            || !written.iter().any(u8::is_ascii_lowercase)
    })
}

/// Short words that say nothing alone: chance makes one of four letters in a thousandth of the
/// bodies of 24 characters, and two of them in a millionth.
const SHORT_WORDS: &[&str] = &[
    "fake", "mock", "stub", "demo", "test", "your", "here", "live", "real", "this", "goes", "puts",
    "token", "value", "valid", "actual", "unit", "code", "none", "null", "todo", "only", "with",
    "from", "into", "some", "just", "used", "shop", "store", "never", "blah", "data", "user",
];

/// Whether two short words stand in a body.
fn is_made_of_words(body: &str) -> bool {
    let lower = body.to_ascii_lowercase();
    SHORT_WORDS.iter().filter(|word| is_written(body, &lower, word)).nth(1).is_some()
}

/// Letters of one case alone: chance makes one in a billion bodies of 24 characters so.
fn is_one_case_of_letters(bytes: &[u8]) -> bool {
    bytes.iter().all(u8::is_ascii_lowercase) || bytes.iter().all(u8::is_ascii_uppercase)
}

/// Shannon entropy in bits per character.
fn entropy(bytes: &[u8]) -> f64 {
    let total = bytes.len().max(1) as f64;
    let counts = counts(bytes);
    let shares = counts.iter().filter(|&&count| count > 0).map(|&count| count as f64 / total);
    shares.map(|share| -share * share.log2()).sum()
}

/// What random base62 of a length practically never falls below: at 24 characters one in a
/// thousand bodies has less than 3.72 bits, at 34 4.15, at 99 5.16, at 224 5.60 (20,000 simulated).
/// Hexadecimal digits have 4 bits at most.
fn entropy_floor(bytes: &[u8]) -> f64 {
    match bytes.len() {
        _ if bytes.iter().all(u8::is_ascii_hexdigit) => 2.8,
        0..24 => 3.0,
        24..34 => 3.4,
        34..64 => 3.8,
        64..99 => 4.4,
        99..200 => 4.8,
        _ => 5.2,
    }
}

fn counts(bytes: &[u8]) -> [usize; 256] {
    let mut counts = [0; 256];
    for &byte in bytes {
        counts[usize::from(byte)] += 1;
    }
    counts
}
