//! What stands to the left of a prefix: whether a credential can begin there.

use std::ops::{Range, RangeInclusive};

/// What stands directly before a credential.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Left {
    /// Nothing, a delimiter, an escape, or the length byte of a record.
    Open,
    /// A digit, an underscore or a word of capitals: another name may be glued to it.
    Joined,
    /// A letter: most likely the prefix is the end of a longer word, as in `task_test_`.
    Word,
}

/// How far an escape reaches: `\u{10ffff}` and colour codes such as `ESC[1;38;5;208m`.
const REACH: usize = 24;

/// Looks at what stands before the credential at `span`.
pub fn left(bytes: &[u8], span: &Range<usize>) -> Left {
    let before = &bytes[span.start.saturating_sub(REACH)..span.start];
    match before {
        [] => Left::Open,
        [.., byte] if !byte.is_ascii_alphanumeric() && *byte != b'_' => Left::Open,
        _ if ends_with_escape(before) || ends_with_length(before, span.len()) => Left::Open,
        [.., a, b] if a.is_ascii_uppercase() && b.is_ascii_uppercase() => Left::Joined,
        [.., byte] if byte.is_ascii_alphabetic() => Left::Word,
        _ => Left::Joined,
    }
}

/// Whether a text ends with `\n`, `\x22`, `\u0022`, `\042`, `%22`, `=22`, `=3D22` or the code of a
/// colour.
fn ends_with_escape(before: &[u8]) -> bool {
    let hex = |n: usize, signs: &[&[u8]]| {
        let (head, digits) = before.split_at(before.len().saturating_sub(n));
        digits.iter().all(u8::is_ascii_hexdigit) && signs.iter().any(|sign| head.ends_with(sign))
    };
    let is_simple = |letter: u8| b"nrtbfv0ae".contains(&letter);
    let simple = matches!(before, [head @ .., b'\\', letter]
        if is_simple(*letter) && !head.ends_with(b"\\\\\\"));
    const QUOTED: [&[u8]; 5] = [b"3D", b"22", b"0A", b"0D", b"20"];
    let quoted = |code: &&[u8]| {
        let head = before.strip_suffix(*code).unwrap_or_default();
        head.ends_with(b"=") || head.ends_with(b"=3D")
    };
    simple
        || hex(2, &[b"%", b"%25", b"%2525", b"\\x"])
        || hex(4, &[b"\\u", b"\\x", b"%u"])
        || hex(8, &[b"\\U"])
        || QUOTED.iter().any(quoted)
        || is_octal(before)
        || ends_with_color(before)
}

fn is_octal(before: &[u8]) -> bool {
    let is_digit = |digit: &u8| (b'0'..=b'7').contains(digit);
    matches!(before, [.., b'\\', a, b, c] if [a, b, c].into_iter().all(is_digit))
}

/// `ESC[32m` and other control sequences such as the `ESC[K` that grep puts behind its colours,
/// whether ESC is the character or an escape for it.
fn ends_with_color(before: &[u8]) -> bool {
    let [codes @ .., last] = before else { return false };
    let is_code = |byte: &u8| byte.is_ascii_digit() || *byte == b';';
    let Some(at) = codes.iter().rposition(|byte| !is_code(byte)) else { return false };
    let escapes: [&[u8]; 5] = [b"\x1b", b"1b", b"1B", b"\\033", b"\\e"];
    let is_escaped = || escapes.iter().any(|escape| codes[..at].ends_with(escape));
    codes[at] == b'[' && at > 0 && (*last == b'm' || last.is_ascii_alphabetic() && is_escaped())
}

/// A record's length byte is a letter if the credential is as long as that letter's code: `k`
/// before a modern key of 107 bytes, `F` before a webhook secret of the CLI. It stands behind the
/// rest of a longer length, another byte that no text has, or nothing.
fn ends_with_length(before: &[u8], len: usize) -> bool {
    match before {
        [rest @ .., last] if usize::from(*last) == len => rest
            .last()
            .is_none_or(|sign| *sign < b'\t' || *sign >= 0x7f || (0x0e..0x20).contains(sign)),
        _ => false,
    }
}

/// Where a client secret begins that has `_secret_` at `prefix`: with the id of its object, or with
/// the name of a kind of object.
pub fn object_start(bytes: &[u8], prefix: usize) -> Option<usize> {
    const NAMES: [&[u8]; 4] = [b"src_client", b"fcsess_client", b"cuss", b"accs"];
    const IDS: [(&[u8], RangeInclusive<usize>); 6] = [
        (b"pi_", 14..=27),
        (b"seti_", 14..=27),
        (b"vs_", 14..=27),
        (b"fcsess_", 14..=27),
        (b"cs_live_", 40..=70),
        (b"cs_test_", 40..=70),
    ];
    let head = &bytes[prefix.saturating_sub(80)..prefix];
    if let Some(name) = NAMES.iter().find(|name| head.ends_with(name)) {
        return Some(prefix - name.len());
    }
    let id = head.iter().rev().take_while(|byte| byte.is_ascii_alphanumeric()).count();
    let before = &head[..head.len() - id];
    let found = IDS.iter().find(|(kind, len)| before.ends_with(kind) && len.contains(&id));
    found.map(|(kind, _)| prefix - id - kind.len())
}
