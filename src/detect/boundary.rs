//! What stands to the left of a prefix: whether a credential can begin there.

/// What stands directly before a credential.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Left {
    /// Nothing, a delimiter, an escape, or the length byte of a record.
    Open,
    /// A digit or an underscore: another name may be glued to it.
    Joined,
    /// A letter: most likely the prefix is the end of a longer word, as in `task_test_`.
    Word,
}

/// How far an escape reaches: `\u{10ffff}` and colour codes such as `ESC[1;38;5;208m`.
const REACH: usize = 24;

/// Looks at what stands before `start`.
pub fn left(bytes: &[u8], start: usize) -> Left {
    let before = &bytes[start.saturating_sub(REACH)..start];
    match before.last() {
        None => Left::Open,
        Some(byte) if !byte.is_ascii_alphanumeric() && *byte != b'_' => Left::Open,
        Some(_) if ends_with_escape(before) || ends_with_length(before) => Left::Open,
        Some(byte) if byte.is_ascii_alphabetic() => Left::Word,
        Some(_) => Left::Joined,
    }
}

/// Whether a text ends with `\n`, `\x22`, `\u0022`, `\042`, `%22` or the code of a colour.
fn ends_with_escape(before: &[u8]) -> bool {
    let hex =
        |n: usize| before.len() > n && before[before.len() - n..].iter().all(u8::is_ascii_hexdigit);
    let ends = |n: usize, sign: &[u8]| before[..before.len() - n].ends_with(sign);
    let simple = |n: usize| before.len() > n && ends(n, b"\\") && !ends(n, b"\\\\\\\\");
    let letter = before.last().is_some_and(|byte| b"nrtbfv0ae".contains(byte));
    letter && simple(1)
        || hex(2)
            && (ends(2, b"%")
                || ends(2, b"\\x")
                || before.ends_with(b"=3D")
                || before.ends_with(b"=22"))
        || hex(4) && (ends(4, b"\\u") || ends(4, b"\\x"))
        || hex(8) && ends(8, b"\\U")
        || before.len() > 3 && ends(3, b"\\") && is_octal(&before[before.len() - 3..])
        || ends_with_color(before)
}

fn is_octal(digits: &[u8]) -> bool {
    digits.iter().all(|digit| (b'0'..=b'7').contains(digit))
}

/// `ESC[32m`, whether ESC is the character or an escape for it.
fn ends_with_color(before: &[u8]) -> bool {
    let Some(codes) = before.strip_suffix(b"m") else { return false };
    let is_code = |byte: &u8| byte.is_ascii_digit() || *byte == b';';
    let codes_start = codes.iter().rposition(|byte| !is_code(byte));
    codes_start.is_some_and(|at| codes[at] == b'[' && at > 0)
}

/// A modern key is 107 bytes long, so a record's length byte before it is the letter `k`: after a
/// byte that no text has, or the marker of a string in pickles and msgpack.
fn ends_with_length(before: &[u8]) -> bool {
    match before {
        [.., sign, b'k'] => *sign < b'\t' || *sign >= 0x7f || (0x0e..0x20).contains(sign),
        [b'k'] => true,
        _ => false,
    }
}

/// Where a client secret begins that has `_secret_` at `prefix`: with the id of its object, or with
/// the name of a kind of object.
pub fn object_start(bytes: &[u8], prefix: usize) -> Option<usize> {
    const NAMES: [&[u8]; 4] = [b"src_client", b"fcsess_client", b"cuss", b"accs"];
    const IDS: [(&[u8], std::ops::RangeInclusive<usize>); 5] = [
        (b"pi_", 14..=27),
        (b"seti_", 14..=27),
        (b"vs_", 14..=27),
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
