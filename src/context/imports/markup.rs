//! The scripts within pages and single-file components: HTML, Vue, Svelte, Astro, MDX.

use std::ops::Range;

use memchr::memmem;

/// A `<script>` element.
#[derive(Debug, PartialEq, Eq)]
pub struct Script<'a> {
    /// What its `src` attribute names.
    pub src: Option<&'a str>,
    /// The language that its `lang` attribute names.
    pub lang: Option<&'a str>,
    /// Its text.
    pub text: Range<usize>,
}

/// The scripts of a page or component, without those in comments.
pub fn scripts(source: &[u8]) -> Vec<Script<'_>> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(open) = memchr::memchr(b'<', &source[at..]).map(|next| at + next) {
        let rest = &source[open..];
        if rest.starts_with(b"<!--") {
            at = memmem::find(rest, b"-->").map_or(source.len(), |end| open + end + 3);
        } else if is_script(rest) {
            let script = script(source, open);
            at = script.text.end.max(open + 1);
            found.push(script);
        } else {
            at = open + 1;
        }
    }
    found
}

fn is_script(rest: &[u8]) -> bool {
    let name = b"<script";
    rest.len() > name.len()
        && rest[..name.len()].eq_ignore_ascii_case(name)
        && (rest[name.len()].is_ascii_whitespace() || matches!(rest[name.len()], b'>' | b'/'))
}

/// The element whose tag begins at `open`; one that is never closed goes on to the end.
fn script(source: &[u8], open: usize) -> Script<'_> {
    let tag = open + tag_len(&source[open..]);
    let attributes = str::from_utf8(&source[open..tag]).unwrap_or_default();
    let end = close(&source[tag..]).map_or(source.len(), |end| tag + end);
    Script {
        src: attribute(attributes, "src"),
        lang: attribute(attributes, "lang"),
        text: tag..end,
    }
}

/// The length of a tag, with the `>` that is in no quotes.
fn tag_len(tag: &[u8]) -> usize {
    let mut quote = None;
    for (at, &byte) in tag.iter().enumerate() {
        match (quote, byte) {
            (None, b'>') => return at + 1,
            (None, b'"' | b'\'') => quote = Some(byte),
            (Some(open), _) if open == byte => quote = None,
            _ => {}
        }
    }
    tag.len()
}

fn close(text: &[u8]) -> Option<usize> {
    memmem::find_iter(text, b"</")
        .find(|&at| text[at + 2..].get(..6).is_some_and(|w| w.eq_ignore_ascii_case(b"script")))
}

/// The value of an attribute of a tag.
fn attribute<'a>(tag: &'a str, name: &str) -> Option<&'a str> {
    for (at, _) in tag.match_indices(name) {
        let blank_before = tag[..at].ends_with(|c: char| c.is_ascii_whitespace());
        let rest = tag[at + name.len()..].trim_start();
        let Some(value) = rest.strip_prefix('=').filter(|_| blank_before) else { continue };
        let value = value.trim_start();
        let quote = value.chars().next().filter(|c| matches!(c, '"' | '\''));
        return match quote {
            Some(quote) => value[1..].split(quote).next(),
            None => value.split(|c: char| c.is_ascii_whitespace() || c == '>').next(),
        };
    }
    None
}

/// The script of an Astro component that runs on the server: what stands between `---` at its top.
/// See <https://docs.astro.build/en/basics/astro-components/>.
pub fn frontmatter(source: &[u8]) -> Option<Range<usize>> {
    let blank = source.len() - source.trim_ascii_start().len();
    source[blank..].starts_with(b"---").then(|| {
        let start = blank + 3;
        let end = memmem::find(&source[start..], b"\n---");
        start..end.map_or(source.len(), |end| start + end)
    })
}

/// The components of an Astro template that are hydrated in the browser: those with a `client:`
/// directive. See <https://docs.astro.build/en/reference/directives-reference/#client-directives>.
pub fn islands(template: &[u8]) -> Vec<&str> {
    let mut names = Vec::new();
    for at in memmem::find_iter(template, b"client:") {
        let Some(open) = memchr::memrchr(b'<', &template[..at]) else { continue };
        let name = &template[open + 1..at];
        let end = name.iter().position(|byte| !byte.is_ascii_alphanumeric() && *byte != b'_');
        if let Ok(name) = str::from_utf8(&name[..end.unwrap_or(name.len())]) {
            names.push(name);
        }
    }
    names
}

/// The imports and exports of an MDX document as a text of JavaScript: what begins a line with one
/// of these words, to the next empty line. See <https://mdxjs.com/docs/what-is-mdx/#esm>.
pub fn mdx(source: &[u8]) -> Vec<u8> {
    let mut text = Vec::new();
    let (mut inside, mut fenced) = (false, false);
    for line in source.split_inclusive(|byte| *byte == b'\n') {
        if line.starts_with(b"```") || line.starts_with(b"~~~") {
            fenced = !fenced;
        }
        let begins = line.starts_with(b"import ") || line.starts_with(b"export ");
        inside = !fenced && (begins || (inside && !line.trim_ascii().is_empty()));
        if inside {
            text.extend_from_slice(line);
        }
    }
    text
}
