//! Keys for examples, made when they are run: no file of the repository may hold one.

/// Replaces placeholders: `${sk_test_:A}` is a key of that prefix of the account `A`, the same
/// wherever it stands. Everything else in braces belongs to the example.
pub fn expand(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(start) = rest.find("${") {
        out.push_str(&rest[..start]);
        let end = rest[start..].find('}').map_or(rest.len(), |end| start + end + 1);
        let inside = rest[start..end].trim_start_matches("${").trim_end_matches('}');
        match inside.split_once(':') {
            Some((prefix, account)) if is_prefix(prefix) => out.push_str(&key(prefix, account)),
            _ => out.push_str(&rest[start..end]),
        }
        rest = &rest[end..];
    }
    out + rest
}

fn is_prefix(text: &str) -> bool {
    ["sk_", "rk_", "pk_"].iter().any(|kind| text.starts_with(kind)) && text.ends_with('_')
}

/// A key of today's layout: the account, 72 characters, `00` and 8 characters.
fn key(prefix: &str, account: &str) -> String {
    let owner = characters(account, 14);
    let body = characters(&format!("{prefix}{account}"), 80);
    let (long, short) = body.split_at(72);
    format!("{prefix}51A{owner}{long}00{short}")
}

/// So many characters that a seed stands for: each word of a generator gives one.
fn characters(seed: &str, len: usize) -> String {
    const ALL: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    let mut state = seed.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    let mut next = || {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        char::from(ALL[(state >> 33) as usize % ALL.len()])
    };
    (0..len).map(|_| next()).collect()
}
