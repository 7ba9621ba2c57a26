//! Keys of one project held against each other: what no single line tells.
//!
//! Only files of settings are compared, where every key has a name. Keys belong together if they
//! stand in the same section of a file and their names are the same but for the words that say which
//! kind of key it is, so that `STRIPE_EU_SECRET_KEY` pairs with `STRIPE_EU_PUBLISHABLE_KEY` and not
//! with the key of the US, and `secret_key` under `test` not with `publishable_key` under `production`.

use crate::blob::Origin;
use crate::finding::{Finding, Status};
use crate::key::{CredentialType, Mode};
use crate::sighting::Place;

use super::check::Check;
use super::format;
use super::held::Settings;
use super::section;

/// A key in a file of settings.
pub struct Key<'a> {
    place: &'a Place,
    fingerprint: &'a str,
    name: String,
    section: Vec<String>,
    stage: Option<Stage>,
    is_test: bool,
    kind: CredentialType,
    mode: Option<Mode>,
    account: Option<&'a str>,
}

/// A key that does not fit the others or its place.
pub struct Misfit<'a> {
    /// Where it stands.
    pub place: &'a Place,
    /// What is wrong, as a sentence.
    pub message: String,
    /// What tells this misfit from others, without any secret.
    pub identity: String,
}

/// What a file of settings is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Stage {
    Production,
    Staging,
    Development,
    Test,
}

/// Words of names that say which kind of key it is.
const KINDS: &[&str] = &[
    "API",
    "EXPO",
    "GATSBY",
    "ID",
    "KEY",
    "NEXT",
    "NUXT",
    "PK",
    "PRIVATE",
    "PUB",
    "PUBLIC",
    "PUBLISHABLE",
    "REACT",
    "APP",
    "RESTRICTED",
    "RK",
    "SECRET",
    "SK",
    "TOKEN",
    "VITE",
];

/// The keys among findings that stand in files of settings.
pub fn of<'a>(findings: &'a [Finding], settings: &Settings) -> Vec<Key<'a>> {
    let open = findings.iter().filter(|finding| finding.status == Status::Open);
    open.flat_map(|finding| {
        let places = std::iter::once(&finding.place).chain(&finding.others);
        places.filter_map(move |place| key(finding, place, settings))
    })
    .collect()
}

fn key<'a>(finding: &'a Finding, place: &'a Place, settings: &Settings) -> Option<Key<'a>> {
    let credential = finding.credential()?;
    let path = place.path.as_deref()?;
    let (is_settings, is_test) = (is_settings(path), format::is_test(path));
    let is_file = matches!(place.origin, Origin::Tree | Origin::Index);
    let is_key = matches!(
        credential.rule.kind,
        CredentialType::Secret | CredentialType::Restricted | CredentialType::Publishable
    );
    // In code of tests the mode alone matters, and once.
    let is_wanted = is_settings || is_test && std::ptr::eq(place, &raw const finding.place);
    if !is_wanted || !is_file || !is_key {
        return None;
    }
    let section = section(place, path, settings);
    let of_section = || section.iter().rev().find_map(|name| stage(name));
    Some(Key {
        place,
        fingerprint: &finding.fingerprint,
        name: if is_settings { name(place) } else { String::new() },
        stage: of_section().or_else(|| stage(file_of(path))).filter(|_| is_settings),
        section,
        is_test,
        kind: credential.rule.kind,
        mode: credential.rule.mode,
        account: credential.facts.account.as_deref(),
    })
}

/// The part of a file of settings in which a place stands.
fn section(place: &Place, path: &str, settings: &Settings) -> Vec<String> {
    let text = settings.get(path).map(|bytes| String::from_utf8_lossy(bytes));
    let offset = usize::try_from(place.start.offset).ok();
    text.zip(offset).map(|(text, at)| section::at(path, &text, at)).unwrap_or_default()
}

fn file_of(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

/// Whether a file holds settings, by its name: not data for tests, and no code.
pub fn is_settings(path: &str) -> bool {
    const ENDINGS: &[&str] = &[".yml", ".yaml", ".json", ".toml", ".ini", ".cfg", ".properties"];
    let name = file_of(path).to_ascii_lowercase();
    let is_env = name == ".env" || name.starts_with(".env.") || name.ends_with(".env");
    is_env || ENDINGS.iter().any(|end| name.ends_with(end)) && !format::is_test(path)
}

fn stage(name: &str) -> Option<Stage> {
    let name = name.to_ascii_lowercase();
    name.split(['.', '-', '_']).find_map(|word| match word {
        "production" | "prod" => Some(Stage::Production),
        "staging" | "stage" | "preview" => Some(Stage::Staging),
        "development" | "dev" => Some(Stage::Development),
        "test" | "testing" | "ci" => Some(Stage::Test),
        _ => None,
    })
}

/// The name that stands before a value on its line, in capitals: `secretKey` is `SECRET_KEY`.
fn name(place: &Place) -> String {
    let snippet = &place.snippet;
    let before = snippet.text.get(..snippet.mark.start).unwrap_or_default();
    let is_other = |c: char| !c.is_ascii_alphanumeric() && !matches!(c, '_' | '-');
    let before = before.trim_end_matches(|c: char| is_other(c) || c == '-');
    let name = before.rsplit(is_other).next().unwrap_or_default();
    let mut capitals = String::new();
    let mut was_lower = false;
    for c in name.chars() {
        if c.is_ascii_uppercase() && was_lower {
            capitals.push('_');
        }
        was_lower = c.is_ascii_lowercase();
        capitals.push(if c == '-' { '_' } else { c.to_ascii_uppercase() });
    }
    capitals
}

/// A name without the words that say which kind of key it is.
fn family(name: &str) -> String {
    let words: Vec<&str> = name.split('_').filter(|word| !KINDS.contains(word)).collect();
    words.join("_")
}

/// The keys that a check is about.
pub fn misfits<'a>(check: Check, keys: &'a [Key<'a>]) -> Vec<Misfit<'a>> {
    match check {
        Check::KeysDoNotPair => strangers(keys),
        Check::KeyModeMismatch => keys.iter().filter_map(misplaced).collect(),
        Check::KeyInSeveralEnvironments => shared(keys),
        _ => Vec::new(),
    }
}

/// Publishable keys beside a secret key of another account or mode.
fn strangers<'a>(keys: &'a [Key<'a>]) -> Vec<Misfit<'a>> {
    let is_public = |key: &&Key<'_>| key.kind == CredentialType::Publishable;
    let publishable = keys.iter().filter(is_public);
    publishable
        .filter_map(|public| {
            let partners = keys.iter().filter(|key| {
                !is_public(key)
                    && key.place.path == public.place.path
                    && key.section == public.section
                    && !key.name.is_empty()
                    && family(&key.name) == family(&public.name)
            });
            let partners: Vec<&Key<'_>> = partners.collect();
            let fits = |secret: &&&Key<'_>| difference(public, secret).is_none();
            if partners.iter().any(|secret| fits(&secret)) {
                return None;
            }
            let secret = partners.first()?;
            let differ = difference(public, secret)?;
            let message = format!(
                "{} and {} belong to different {differ}, so that payments made with one cannot be \
                 seen with the other.",
                public.name, secret.name
            );
            Some(Misfit { place: public.place, message, identity: public.name.clone() })
        })
        .collect()
}

fn difference(a: &Key<'_>, b: &Key<'_>) -> Option<&'static str> {
    if a.mode.is_some() && b.mode.is_some() && a.mode != b.mode {
        Some("modes")
    } else if a.account.is_some() && b.account.is_some() && a.account != b.account {
        Some("accounts")
    } else {
        None
    }
}

/// A key whose mode is not that of the file or section it stands in.
fn misplaced<'a>(key: &'a Key<'a>) -> Option<Misfit<'a>> {
    let mode = if key.mode == Some(Mode::Live) { "LIVE" } else { "TEST" };
    let names = key.section.iter().chain([&key.name]);
    let mut words = names.flat_map(|name| name.split(['_', '-', '.']));
    let says_mode = words.any(|word| word.eq_ignore_ascii_case(mode));
    let is_secret = key.kind != CredentialType::Publishable;
    if key.is_test && key.mode == Some(Mode::Live) && is_secret {
        let message = "A live key stands in a test, where a mistake costs real money.".to_owned();
        return Some(Misfit { place: key.place, message, identity: key.name.clone() });
    }
    let message = match (key.stage?, key.mode?) {
        (Stage::Production, Mode::Test) if !says_mode => {
            "A test key stands in the settings for production, where payments then only seem to be made."
        }
        (Stage::Development | Stage::Test, Mode::Live) if !says_mode && is_secret => {
            "A live key stands in settings for development or tests, where a mistake costs real money."
        }
        _ => return None,
    };
    Some(Misfit { place: key.place, message: message.to_owned(), identity: key.name.clone() })
}

/// Secrets that stand in the settings of several environments.
fn shared<'a>(keys: &'a [Key<'a>]) -> Vec<Misfit<'a>> {
    let mut misfits = Vec::new();
    for (index, key) in keys.iter().enumerate() {
        let Some(stage) = key.stage.filter(|_| key.kind != CredentialType::Publishable) else {
            continue;
        };
        let earlier = keys[..index].iter().find(|other| {
            other.fingerprint == key.fingerprint && other.stage.is_some_and(|s| s != stage)
        });
        if let Some(other) = earlier {
            let path = other.place.path.as_deref().unwrap_or_default();
            let message = format!(
                "The same key stands in {path}: who has the one environment has the other as well."
            );
            misfits.push(Misfit { place: key.place, message, identity: key.name.clone() });
        }
    }
    misfits
}
