//! Content security policies: what they let Stripe.js do, and what they let everybody do.
//!
//! A policy is read wherever its directives stand close together: in a header or a meta tag
//! (`script-src 'self'; …`), in arrays of helmet, Django or Laravel (`scriptSrc: ["'self'"]`), and in
//! the lines of Rails (`policy.script_src :self`).

use std::ops::Range;

use crate::lint::page::{Hit, Page};

/// Directives further apart than this belong to different policies.
const APART: usize = 800;

/// How many directives of a name are read: no file has as many.
const MOST: usize = 200;

/// The longest list of sources that is read.
const LONGEST: usize = 2000;

/// Directives that matter, and their names in the styles of headers, helmet, Rails and Django.
const DIRECTIVES: &[(Directive, [&str; 4])] = &[
    (Directive::Default, ["default-src", "defaultSrc", "default_src", "CSP_DEFAULT_SRC"]),
    (Directive::Script, ["script-src", "scriptSrc", "script_src", "CSP_SCRIPT_SRC"]),
    (Directive::Frame, ["frame-src", "frameSrc", "frame_src", "CSP_FRAME_SRC"]),
    (Directive::Child, ["child-src", "childSrc", "child_src", "CSP_CHILD_SRC"]),
    (Directive::Connect, ["connect-src", "connectSrc", "connect_src", "CSP_CONNECT_SRC"]),
];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Directive {
    Default,
    Script,
    Frame,
    Child,
    Connect,
}

/// A directive in a text.
struct Entry<'a> {
    directive: Directive,
    span: Range<usize>,
    sources: &'a str,
}

/// What one of Stripe's libraries needs besides being loaded.
struct Need {
    directive: Directive,
    /// What stands in for the directive where it is missing.
    instead: &'static [Directive],
    host: &'static str,
    message: &'static str,
}

const FRAMES: &[Directive] = &[Directive::Child, Directive::Default];
const REST: &[Directive] = &[Directive::Default];

/// The libraries: by which directive and host a policy speaks of one, and what it needs. See
/// <https://docs.stripe.com/security/guide#content-security-policy>.
const LIBRARIES: &[(Directive, &str, &[Need])] = &[
    (
        Directive::Script,
        "js.stripe.com",
        &[
            Need {
                directive: Directive::Frame,
                instead: FRAMES,
                host: "js.stripe.com",
                message: "frame-src lacks https://js.stripe.com, so that the fields of Stripe cannot be shown.",
            },
            Need {
                directive: Directive::Frame,
                instead: FRAMES,
                host: "hooks.stripe.com",
                message: "frame-src lacks https://hooks.stripe.com, so that customers cannot confirm with their banks.",
            },
            Need {
                directive: Directive::Connect,
                instead: REST,
                host: "api.stripe.com",
                message: "connect-src lacks https://api.stripe.com, so that Stripe.js cannot reach Stripe.",
            },
        ],
    ),
    (
        Directive::Script,
        "checkout.stripe.com",
        &[
            Need {
                directive: Directive::Frame,
                instead: FRAMES,
                host: "checkout.stripe.com",
                message: "frame-src lacks https://checkout.stripe.com, so that Checkout cannot be shown.",
            },
            Need {
                directive: Directive::Connect,
                instead: REST,
                host: "checkout.stripe.com",
                message: "connect-src lacks https://checkout.stripe.com, so that Checkout cannot reach Stripe.",
            },
        ],
    ),
    (
        Directive::Script,
        "connect-js.stripe.com",
        &[Need {
            directive: Directive::Frame,
            instead: FRAMES,
            host: "connect-js.stripe.com",
            message: "frame-src lacks https://connect-js.stripe.com, so that the components of Connect cannot be shown.",
        }],
    ),
    (
        Directive::Frame,
        "link.com",
        &[Need {
            directive: Directive::Connect,
            instead: REST,
            host: "link.com",
            message: "connect-src lacks https://link.com, so that customers cannot pay with Link.",
        }],
    ),
];

/// Looks for policies that let a library of Stripe be loaded and keep it from working.
pub fn incomplete(page: &Page<'_>, hits: &mut Vec<Hit>) {
    for policy in policies(page.text) {
        for (directive, host, needs) in LIBRARIES {
            let entry = find(&policy, *directive);
            let Some(entry) = entry.filter(|entry| speaks_of(entry.sources, host)) else {
                continue;
            };
            let missing = needs.iter().filter(|need| {
                let governs = std::iter::once(&need.directive).chain(need.instead);
                let mut entries = governs.filter_map(|&directive| find(&policy, directive));
                entries.next().is_some_and(|entry| !allows(entry.sources, need.host))
            });
            let messages: Vec<&str> = missing.map(|need| need.message).collect();
            if !messages.is_empty() {
                hits.push(Hit::saying(entry.span.clone(), messages.join(" ")));
            }
        }
    }
}

/// Whether a list names a host, which `connect-js.stripe.com` does not for `js.stripe.com`.
fn speaks_of(sources: &str, host: &str) -> bool {
    sources
        .match_indices(host)
        .any(|(at, _)| !sources[..at].ends_with(|c: char| c.is_ascii_alphanumeric() || c == '-'))
}

/// Looks for policies for Stripe.js that let any script run.
pub fn too_wide(page: &Page<'_>, hits: &mut Vec<Hit>) {
    for policy in policies(page.text) {
        let speaks = policy.iter().any(|entry| entry.sources.contains("stripe.com"));
        let script = find(&policy, Directive::Script).or_else(|| find(&policy, Directive::Default));
        if let Some(script) = script.filter(|script| speaks && is_wide(script.sources)) {
            hits.push(Hit::at(script.span.clone()));
        }
    }
}

fn is_wide(sources: &str) -> bool {
    let has = |word: &str| sources.contains(word);
    if has("nonce-") || has("strict-dynamic") || has("sha256-") || is_computed(sources) {
        return false;
    }
    words(sources).any(|word| matches!(word, "*" | "https:" | "http:" | "unsafe-inline"))
        || has("unsafe_inline")
}

fn find<'p, 'a>(policy: &'p [Entry<'a>], directive: Directive) -> Option<&'p Entry<'a>> {
    policy.iter().find(|entry| entry.directive == directive)
}

/// Whether a list lets a host of Stripe be used. Of a list that is put together elsewhere nobody
/// can tell.
fn allows(sources: &str, host: &str) -> bool {
    is_computed(sources)
        || speaks_of(sources, host)
        || words(sources).any(|word| {
            let name = word.strip_prefix("https://").unwrap_or(word);
            matches!(name, "*" | "https:" | "*.stripe.com") || name == ":https"
        })
}

fn is_computed(sources: &str) -> bool {
    ["${", "#{", "<?", "{{", "...", "%s", "concat", "+ "].iter().any(|mark| sources.contains(mark))
}

fn words(sources: &str) -> impl Iterator<Item = &str> {
    sources.split(|c: char| c.is_whitespace() || "'\"`,()[]".contains(c)).filter(|w| !w.is_empty())
}

/// The policies of a text, each with its directives in order.
fn policies(text: &str) -> Vec<Vec<Entry<'_>>> {
    let mut entries: Vec<Entry<'_>> = DIRECTIVES
        .iter()
        .flat_map(|(directive, names)| names.iter().map(move |name| (*directive, *name)))
        .flat_map(|(directive, name)| {
            let places = text.match_indices(name).take(MOST);
            places.filter_map(move |(at, _)| entry(text, directive, at, name))
        })
        .collect();
    entries.sort_by_key(|entry| entry.span.start);
    let mut policies: Vec<Vec<Entry<'_>>> = Vec::new();
    for entry in entries {
        let last = policies.last().and_then(|policy| policy.last());
        let is_near = last.is_some_and(|last| entry.span.start < last.span.end + APART);
        let is_again = policies
            .last()
            .is_some_and(|policy| policy.iter().any(|other| other.directive == entry.directive));
        match policies.last_mut() {
            Some(policy) if is_near && !is_again => policy.push(entry),
            _ => policies.push(vec![entry]),
        }
    }
    policies
}

/// A directive with its sources, if that is what the word at `at` is.
fn entry<'a>(text: &'a str, directive: Directive, at: usize, name: &str) -> Option<Entry<'a>> {
    let before = text[..at].chars().next_back();
    if before.is_some_and(|c| c.is_alphanumeric() || c == '_' || c == '-') {
        return None;
    }
    let start = at + name.len();
    let rest = &text[start..];
    if rest.starts_with(|c: char| c.is_alphanumeric() || c == '_' || c == '-') {
        return None;
    }
    let mut limit = rest.len().min(LONGEST);
    while !rest.is_char_boundary(limit) {
        limit -= 1;
    }
    let rest = &rest[..limit];
    // `policy.script_src :self` of Rails: a word follows, and not what gives a name its value.
    let is_call = name.contains('_') && name.starts_with(|c: char| c.is_ascii_lowercase());
    let has_value = rest.trim_start().starts_with("= ") || rest.trim_start().starts_with(": ");
    let len = if is_call && rest.starts_with([' ', '(']) && !has_value {
        lines(rest)
    } else if rest.trim_start_matches(['"', '\'']).trim_start().starts_with([':', '=']) {
        list(rest)?
    } else if rest.starts_with(' ') {
        header(rest)
    } else {
        return None;
    };
    Some(Entry { directive, span: at..start, sources: &rest[..len] })
}

/// The length of a list in a header: up to a semicolon, the end of the string, or a line that goes on
/// with something else.
fn header(rest: &str) -> usize {
    let end = rest.find([';', '"', '`']).unwrap_or(rest.len());
    let goes_on = |line: &str| {
        let marks = ["http", "'", "*", "$", "ws", "data:", "blob:"];
        marks.iter().any(|mark| line.trim_start().starts_with(mark))
    };
    let mut breaks = rest[..end].match_indices('\n').map(|(at, _)| at);
    breaks.find(|&at| !goes_on(&rest[at + 1..end])).unwrap_or(end)
}

/// The length of `: […]`, `= (…)` or `=> […]`; a value without a list is computed elsewhere.
fn list(rest: &str) -> Option<usize> {
    let open = rest.find(['[', '('])?;
    let close = if rest[open..].starts_with('[') { ']' } else { ')' };
    let between = &rest[..open];
    let is_value = between.chars().all(|c| c.is_whitespace() || "'\":=>".contains(c));
    let end = rest[open..].find(close).map(|len| open + len)?;
    is_value.then_some(end)
}

/// The length of a call without parentheses: it goes on behind a line that ends with a comma.
fn lines(rest: &str) -> usize {
    let mut len = 0;
    for line in rest.split_inclusive('\n') {
        len += line.len();
        if !line.trim_end().ends_with([',', '\\']) {
            break;
        }
    }
    len
}
