//! Kotlin: a string that is open takes two bytes.

use super::is_word;

/// Strings that may be open at once: 512 fit, and error recovery may open one of its own.
const STRINGS: usize = 510;

/// Words that are no name everywhere.
const KEYWORDS: &[&str] = &[
    "abstract",
    "actual",
    "annotation",
    "as",
    "break",
    "by",
    "catch",
    "class",
    "companion",
    "const",
    "constructor",
    "continue",
    "crossinline",
    "delegate",
    "do",
    "dynamic",
    "else",
    "enum",
    "expect",
    "external",
    "false",
    "final",
    "finally",
    "for",
    "fun",
    "get",
    "if",
    "import",
    "in",
    "infix",
    "init",
    "inline",
    "inner",
    "instanceof",
    "interface",
    "internal",
    "is",
    "lateinit",
    "noinline",
    "null",
    "object",
    "open",
    "operator",
    "out",
    "override",
    "package",
    "param",
    "private",
    "property",
    "protected",
    "public",
    "receiver",
    "reified",
    "return",
    "sealed",
    "set",
    "setparam",
    "super",
    "suspend",
    "tailrec",
    "this",
    "throw",
    "true",
    "try",
    "typealias",
    "typeof",
    "val",
    "var",
    "vararg",
    "when",
    "where",
    "while",
];

/// Whether the strings of a text fit.
///
/// A string stays open only while code in it is read, or if that code has broken the syntax; or if a
/// zero has. Of each string that is open there is one such place, so there are never more strings than
/// places. Code that is a name, or names with dots and empty calls, is none: it holds no string, and is
/// never wrong.
pub fn fits(text: &str) -> bool {
    let bytes = text.as_bytes();
    let places = memchr::memchr2_iter(b'$', 0, bytes).filter(|&at| is_place(&bytes[at..]));
    places.take(STRINGS + 1).count() <= STRINGS
}

/// Whether a string may stay open at a dollar sign or a zero.
fn is_place(rest: &[u8]) -> bool {
    let code = &rest[1..];
    match code.first() {
        _ if rest[0] == 0 => true,
        Some(b'{') => !is_simple(&code[1..]),
        Some(&byte) if is_word(byte) && !byte.is_ascii_digit() => name(code).is_none(),
        _ => false,
    }
}

/// Whether code up to a bracket is nothing but names, dots and empty calls.
fn is_simple(mut code: &[u8]) -> bool {
    loop {
        let Some(rest) = name(code) else { return false };
        code = rest;
        while let Some(rest) = code.strip_prefix(b"()") {
            code = rest;
        }
        let dot = code.strip_prefix(b"?.").or_else(|| code.strip_prefix(b"."));
        let Some(rest) = dot else { return code.starts_with(b"}") };
        code = rest;
    }
}

/// What follows a name that is a name beyond doubt.
fn name(code: &[u8]) -> Option<&[u8]> {
    let len = code.iter().take_while(|&&byte| is_word(byte)).count();
    let (word, rest) = code.split_at(len);
    let is_name = word.is_ascii()
        && word.first().is_some_and(|first| !first.is_ascii_digit())
        && word.iter().any(|byte| *byte != b'_')
        && !KEYWORDS.iter().any(|keyword| keyword.as_bytes() == word);
    is_name.then_some(rest)
}
