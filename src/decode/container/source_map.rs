//! Source maps: the original sources that a bundle was made from (ECMA-426).

use std::borrow::Cow;

use memchr::memmem;
use serde::Deserialize;

use super::{Level, Opener};

/// Whether something begins like a source map: a JSON object with a version and one of the other
/// fields that a source map has.
pub(super) fn is_source_map(head: &[u8]) -> bool {
    const FIELDS: [&[u8]; 5] =
        [b"\"mappings\"", b"\"sources\"", b"\"sections\"", b"\"sourceRoot\"", b"\"names\""];
    let has = |field: &[u8]| memmem::find(head, field).is_some();
    object(head).starts_with(b"{") && has(b"\"version\"") && FIELDS.into_iter().any(has)
}

/// A source map may begin with a line that keeps it from being run as a script.
fn object(bytes: &[u8]) -> &[u8] {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let guarded = bytes.starts_with(b")]}'");
    let start = guarded.then(|| memchr::memchr(b'\n', bytes)).flatten().map_or(0, |at| at + 1);
    bytes[start..].trim_ascii_start()
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct SourceMap<'a> {
    #[serde(borrow, default)]
    source_root: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    sources: Vec<Option<Cow<'a, str>>>,
    #[serde(borrow, default)]
    sources_content: Vec<Option<Cow<'a, str>>>,
    #[serde(borrow, default)]
    sections: Vec<Section<'a>>,
}

#[derive(Deserialize)]
struct Section<'a> {
    #[serde(borrow)]
    map: Option<Part<'a>>,
}

/// The map of a section has no sections of its own.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Part<'a> {
    #[serde(borrow, default)]
    source_root: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    sources: Vec<Option<Cow<'a, str>>>,
    #[serde(borrow, default)]
    sources_content: Vec<Option<Cow<'a, str>>>,
}

/// Shows each original source under its own name. A map that is no JSON after all is a text, which
/// is read as one in any case.
pub(super) fn open(opener: &mut Opener<'_>, level: Level<'_>, bytes: &[u8]) {
    let Ok(map) = serde_json::from_slice::<SourceMap<'_>>(object(bytes)) else { return };
    let whole = Part {
        source_root: map.source_root,
        sources: map.sources,
        sources_content: map.sources_content,
    };
    let sections = map.sections.into_iter().filter_map(|section| section.map);
    for part in std::iter::once(whole).chain(sections) {
        for (index, content) in part.sources_content.iter().enumerate() {
            let Some(content) = content else { continue };
            if let Some(why) = opener.is_spent() {
                return opener.gap(level.0, why);
            }
            let source = part.sources.get(index).and_then(Option::as_deref);
            let name = name(part.source_root.as_deref(), source, index);
            opener.member(level, &name, content.as_bytes());
        }
    }
}

/// `webpack://shop/./src/pay.ts` as `src/pay.ts`; what leads out of the folder stays as it is.
fn name(root: Option<&str>, source: Option<&str>, index: usize) -> String {
    let Some(source) = source.filter(|source| !source.is_empty()) else {
        return format!("source {index}");
    };
    let source = match source.split_once("://") {
        Some(("webpack" | "webpack-internal" | "ng" | "turbopack" | "vite", rest)) => {
            rest.split_once('/').map_or(rest, |(_, path)| path)
        }
        Some(_) => source,
        None => return join_root(root.unwrap_or_default(), clean(source)),
    };
    clean(source).to_owned()
}

fn join_root(root: &str, source: &str) -> String {
    match root.trim_end_matches('/') {
        "" | "." => source.to_owned(),
        _ if source.starts_with('/') => source.to_owned(),
        root => format!("{root}/{source}"),
    }
}

fn clean(source: &str) -> &str {
    let mut source = source;
    while let Some(rest) = source.strip_prefix("./") {
        source = rest;
    }
    source
}
