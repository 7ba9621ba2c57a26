//! Pieces of a literal that the source code, or the end of a line, joins.

use super::substitute::Step;

/// What joins two pieces of a literal at the start of `rest`: a quote, an operator, a quote; the
/// seam of a template; or a line that goes on behind a backslash. Pieces of an array stand for the
/// `_` that they are joined by.
pub fn joint(rest: &[u8]) -> Option<Step> {
    let nothing = |len| Step { text: None, len };
    if let Some(len) = continuation(rest).or_else(|| template(rest)) {
        return Some(nothing(len));
    }
    if !is_quote(*rest.first()?) {
        return None;
    }
    let mut at = 1;
    let mut has_operator = false;
    let mut has_comma = false;
    // Without an operator, only white space joins two literals.
    let mut is_adjacent = true;
    while let Some(&byte) = rest.get(at).filter(|_| at < LONGEST_JOINT) {
        at += match byte {
            quote if is_quote(quote) => {
                let len = at + 1;
                return match has_comma {
                    true => array(rest, len),
                    false => (has_operator || is_adjacent).then(|| nothing(len)),
                };
            }
            b' ' | b'\t' | b'\r' | b'\n' => 1,
            b'$' | b'#' | b'{' | b'}' | b'(' | b')' => {
                is_adjacent = false;
                1
            }
            b',' if !has_operator => {
                (has_operator, has_comma) = (true, true);
                1
            }
            _ if !has_operator && operator(&rest[at..]) > 0 => {
                has_operator = true;
                operator(&rest[at..])
            }
            // Directly behind a quote it is a text of one letter.
            _ if at > 1 => sign_of_literal(&rest[at..])?,
            _ => return None,
        };
    }
    None
}

/// A joint may hold a line break and the indentation behind it.
const LONGEST_JOINT: usize = 120;

/// The length of an operator that joins texts: JavaScript, Java, C#, Python, Go and more; PHP and
/// Perl; Lua; Visual Basic; Twig and Vim; a line that goes on; Elixir; Haskell; SQL.
fn operator(rest: &[u8]) -> usize {
    match rest {
        [b'.', b'.', ..] | [b'<', b'>', ..] | [b'+', b'+', ..] | [b'|', b'|', ..] => 2,
        [b'+' | b'.' | b'&' | b'~' | b'\\', ..] => 1,
        _ => 0,
    }
}

/// What may stand directly before a quote: `f""`, `b""`, `r""`, `u""`, `@""`, `L""`.
fn sign_of_literal(rest: &[u8]) -> Option<usize> {
    let is_sign = |byte: &&u8| b"fFbBrRuU@L".contains(byte);
    let len = rest.iter().take(3).take_while(is_sign).count();
    (len <= 2 && rest.get(len).is_some_and(|byte| is_quote(*byte))).then_some(len)
}

/// The seam of a template: `${'sk_live_'}51…`, `sk_live_${'51…'}`.
fn template(rest: &[u8]) -> Option<usize> {
    let is_text = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_';
    match rest {
        [quote, b'}', next, ..] if is_quote(*quote) && is_text(next) => Some(2),
        [b'$' | b'#', b'{', quote, next, ..] if is_quote(*quote) && is_text(next) => Some(3),
        _ => None,
    }
}

/// How far behind a piece of an array its `.join()` is looked for.
const LONGEST_ARRAY: usize = 600;

/// A comma between two pieces: what the array is joined by, if that can be seen; else `_`.
fn array(rest: &[u8], len: usize) -> Option<Step> {
    let rest = &rest[..rest.len().min(LONGEST_ARRAY)];
    let join = memchr::memmem::find(rest, b"].join(").map(|at| &rest[at + 7..]);
    match join {
        Some([open, close, ..]) if is_quote(*open) && open == close => {
            Some(Step { text: None, len })
        }
        Some([open, byte, close, ..]) if is_quote(*open) && open == close => {
            Some(Step { text: Some(*byte), len })
        }
        Some(_) => None,
        None => Some(Step { text: Some(b'_'), len }),
    }
}

fn continuation(rest: &[u8]) -> Option<usize> {
    let after = rest.strip_prefix(b"\\")?;
    let newline =
        if after.starts_with(b"\r\n") { 2 } else { usize::from(after.starts_with(b"\n")) };
    if newline == 0 {
        return None;
    }
    let indent = after[newline..].iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
    Some(1 + newline + indent)
}

fn is_quote(byte: u8) -> bool {
    matches!(byte, b'"' | b'\'' | b'`')
}
