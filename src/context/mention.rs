//! Names of secrets of Stripe in places whose values may be inlined into what ships: environments,
//! pipelines, manifests, and code that reads variables. A name is enough, no key has to be in sight.

use std::ops::Range;
use std::rc::Rc;

use memchr::memmem;

use super::package::{Package, Packages};
use super::variable::{self, Public};
use crate::name::words;

/// What is larger than this is no text that a person wrote.
const LARGEST: usize = 1 << 20;

/// Files whose keys are names of values that ship, or may.
const CONFIGURATIONS: &[&str] = &[
    "app.json",
    "app.config.",
    "strings.xml",
    "AndroidManifest.xml",
    "Info.plist",
    "build.gradle",
    "nuxt.config.",
    "next.config.",
    "vite.config.",
    "webpack.config.",
    "vue.config.",
    "gatsby-config.",
    "rsbuild.config.",
    "astro.config.",
    "local.properties",
    "secrets.properties",
    ".env",
    "environment.",
    "electron.vite.config.",
];

/// Extensions of texts about software, in which a name proves nothing.
const PROSE: &[&str] = &[
    "md", "mdx", "markdown", "txt", "rst", "adoc", "org", "html", "lock", "map", "csv", "log",
    "svg",
];

/// Words of a name that say that its value is secret.
const SECRET: &[&str] = &["SECRET", "RESTRICTED", "PRIVATE", "WHSEC", "SK", "RK"];

/// Words of a name that say that its value is meant for clients.
const HARMLESS: &[&str] = &["PUBLISHABLE", "PK", "CLIENT", "URL", "NAME", "ENABLED", "LENGTH"];

/// A name of a secret of Stripe, and where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mention {
    /// The name.
    pub name: String,
    /// Where it stands, in bytes.
    pub span: Range<usize>,
    /// What stands before it, by which its value is put into what ships.
    pub given: Option<&'static str>,
    /// Whether it is a key of a configuration or the value of a property in JSX, the place of which
    /// decides.
    pub is_key: bool,
}

/// The names in a text, each once.
pub fn mentions(path: &str, text: &[u8]) -> Vec<Mention> {
    let name = path.rsplit('/').next().unwrap_or_default();
    let extension = name.rsplit('.').next().unwrap_or_default();
    if text.len() > LARGEST || PROSE.contains(&extension) {
        return Vec::new();
    }
    let is_configuration = CONFIGURATIONS.iter().any(|one| name.contains(one));
    let needles: &[&str] =
        if is_configuration { &["STRIPE", "stripe", "Stripe"] } else { &["STRIPE"] };
    let mut found: Vec<Mention> = Vec::new();
    for needle in needles {
        for at in memmem::find_iter(text, needle.as_bytes()) {
            let span = word(text, at);
            let Ok(name) = std::str::from_utf8(&text[span.clone()]) else { continue };
            let is_new = !found.iter().any(|known| known.name == name);
            if is_new && is_secret(name) && !is_comment(text, span.start) {
                let given = given(text, span.start);
                found.push(Mention {
                    name: name.to_owned(),
                    is_key: is_configuration || is_property(text, span.start),
                    span,
                    given,
                });
            }
        }
    }
    // Every public prefix, also one that a project chooses, stands before the word.
    found.retain(|one| one.is_key || one.given.is_some() || !one.name.starts_with("STRIPE"));
    found.sort_by_key(|one| one.span.start);
    found
}

/// Why the value of a name is inlined, as far as the name and what stands before it say so.
pub fn inlined(
    packages: &Packages<'_>,
    around: &[Rc<Package>],
    mention: &Mention,
) -> Option<Public> {
    if let Some(given) = mention.given {
        let why = format!("`{given}` puts it into the app");
        return Some(Public { prefix: mention.name.clone(), why });
    }
    variable::public(packages, around, &mention.name).filter(|public| {
        // What is left of the name without the prefix still has to speak of a secret.
        public.prefix == mention.name || is_secret(&mention.name[public.prefix.len()..])
    })
}

/// The identifier around an offset.
fn word(text: &[u8], at: usize) -> Range<usize> {
    let is_word = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_';
    let begin = text[..at].iter().rposition(|byte| !is_word(byte)).map_or(0, |end| end + 1);
    let end = text[at..].iter().position(|byte| !is_word(byte)).map_or(text.len(), |n| at + n);
    begin..end
}

/// Whether a name speaks of a secret of Stripe: `STRIPE_SECRET_KEY`, `stripeSecretKey`, `STRIPE_SK`.
pub fn is_secret(name: &str) -> bool {
    let words = words(name);
    let has = |wanted: &[&str]| words.iter().any(|word| wanted.contains(&word.as_str()));
    words.iter().any(|word| word == "STRIPE") && has(SECRET) && !has(HARMLESS)
}

/// Whether a comment stands before an offset on its line.
fn is_comment(text: &[u8], at: usize) -> bool {
    let begin = memchr::memrchr(b'\n', &text[..at]).map_or(0, |end| end + 1);
    let line = text[begin..at].trim_ascii_start();
    let marks: [&[u8]; 5] = [b"#", b"//", b"*", b"/*", b"<!--"];
    marks.iter().any(|mark| line.starts_with(mark))
        || memmem::find(line, b" // ").is_some()
        || memmem::find(line, b" # ").is_some()
}

/// Whether a property in JSX takes its value from the variable of this name.
fn is_property(text: &[u8], at: usize) -> bool {
    let before = text[..at].strip_suffix(b"process.env.").unwrap_or_default();
    before.trim_ascii_end().ends_with(b"={")
}

/// What puts the value of the name behind it into an app.
fn given(text: &[u8], at: usize) -> Option<&'static str> {
    const GIVEN: [&str; 3] = ["--dart-define=", "BuildConfig.", "String.fromEnvironment("];
    let before = text[..at].trim_ascii_end();
    let before = before.strip_suffix(b"'").or_else(|| before.strip_suffix(b"\"")).unwrap_or(before);
    GIVEN.into_iter().find(|given| before.ends_with(given.as_bytes()))
}
