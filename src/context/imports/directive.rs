//! The directive at the top of a module, found without parsing it: before it only white space,
//! comments and other directives may stand.

use super::module::Directive;

/// The directive of a module's text.
pub fn directive(text: &[u8]) -> Option<Directive> {
    let mut rest = text.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(text);
    if rest.starts_with(b"#!") {
        rest = behind(rest, b"\n");
    }
    loop {
        rest = skip_blank(rest);
        let quote = *rest.first().filter(|byte| matches!(byte, b'\'' | b'"'))?;
        let end = memchr::memchr2(quote, b'\n', &rest[1..])? + 1;
        match &rest[1..end] {
            b"use client" => return Some(Directive::UseClient),
            b"use server" => return Some(Directive::UseServer),
            _ => rest = &rest[end + 1..],
        }
    }
}

/// Behind white space, semicolons and comments.
fn skip_blank(mut rest: &[u8]) -> &[u8] {
    loop {
        let blank = |byte: &u8| byte.is_ascii_whitespace() || *byte == b';' || *byte == 0x0b;
        let start = rest.iter().position(|byte| !blank(byte)).unwrap_or(rest.len());
        rest = &rest[start..];
        rest = match rest {
            [b'/', b'/', ..] => behind(rest, b"\n"),
            [b'/', b'*', ..] => behind(&rest[2..], b"*/"),
            _ => return rest,
        };
    }
}

fn behind<'a>(text: &'a [u8], end: &[u8]) -> &'a [u8] {
    memchr::memmem::find(text, end).map_or(&[], |at| &text[at + end.len()..])
}
