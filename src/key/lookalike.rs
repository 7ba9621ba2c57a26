//! What something is that begins like a credential and is none, in words for people.

use super::placeholder;
use super::vendor;

/// What stands behind a prefix, if it is known what people or programs write there.
pub fn look_alike(prefix: &str, rest: &str) -> Option<String> {
    let is_end = |c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '`' | ',' | ';' | ')');
    let word = rest.split(is_end).next().unwrap_or_default();
    let run = word.bytes().take_while(u8::is_ascii_alphanumeric).count();
    let body = &word[..run];
    let known = written(word).or_else(|| vendor::vendor_of(prefix, word));
    let is_short = known.is_none() && (1..16).contains(&run);
    let known = known.or_else(|| placeholder::why(body).filter(|_| !body.is_empty() && !is_short));
    known.map(str::to_owned).or_else(|| wrong_length(prefix, run))
}

/// Signs that no credential has, and what they say.
fn written(word: &str) -> Option<&'static str> {
    const PATTERNS: [&str; 6] = ["[", "(?", "\\w", "\\S", ".*", "(["];
    const TEMPLATES: [&str; 6] = ["{", "<", "%", "#{", "$", "@"];
    let begins = |signs: &[&str]| signs.iter().any(|sign| word.starts_with(sign));
    let is_pattern = begins(&PATTERNS) && word.contains(['-', '+', '*', '{', '\\']);
    Some(match word {
        "" => "the prefix alone",
        _ if word.contains("...") || word.contains('…') => "a key that is cut short",
        _ if is_pattern => "a regular expression that describes keys",
        _ if word.contains("**") || word.contains('•') => "a mask: a key with its middle hidden",
        _ if word.contains("xxxx") || word.contains("XXXX") => "a mask: x in the place of a key",
        _ if word.starts_with('[') => "a mask: a note in the place of a key",
        _ if begins(&TEMPLATES) => "a template: a variable stands in the place of a key",
        _ => return None,
    })
}

fn wrong_length(prefix: &str, len: usize) -> Option<String> {
    let is_account_key = prefix.ends_with("_live_") || prefix.ends_with("_test_");
    (is_account_key && len < 24).then(|| {
        format!(
            "{len} characters, of which keys have 24 (to 2019), 34 (to 2020) or 99 (since then)"
        )
    })
}
