//! Keys of one project held against each other: what no single line tells.
//!
//! Only files of settings are compared, where every key has a name. Keys belong together if their
//! names are the same but for the words that say which kind of key it is, so that
//! `STRIPE_EU_SECRET_KEY` pairs with `STRIPE_EU_PUBLISHABLE_KEY` and not with the key of the US.

use crate::blob::Origin;
use crate::finding::{Finding, Status};
use crate::key::{CredentialType, Mode};
use crate::sighting::Place;

use super::check::Check;

/// A key in a file of settings.
pub struct Key<'a> {
    place: &'a Place,
    fingerprint: &'a str,
    name: String,
    stage: Option<Stage>,
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
pub fn of(findings: &[Finding]) -> Vec<Key<'_>> {
    let open = findings.iter().filter(|finding| finding.status == Status::Open);
    open.flat_map(|finding| {
        let places = std::iter::once(&finding.place).chain(&finding.others);
        places.filter_map(move |place| key(finding, place))
    })
    .collect()
}

fn key<'a>(finding: &'a Finding, place: &'a Place) -> Option<Key<'a>> {
    let credential = finding.credential()?;
    let path = place.path.as_deref().filter(|path| is_settings(path))?;
    let is_file = matches!(place.origin, Origin::Tree | Origin::Index);
    let is_key = matches!(
        credential.rule.kind,
        CredentialType::Secret | CredentialType::Restricted | CredentialType::Publishable
    );
    (is_file && is_key).then(|| Key {
        place,
        fingerprint: &finding.fingerprint,
        name: name(place),
        stage: stage(path),
        kind: credential.rule.kind,
        mode: credential.rule.mode,
        account: credential.facts.account.as_deref(),
    })
}

fn file_name(path: &str) -> String {
    path.rsplit('/').next().unwrap_or(path).to_ascii_lowercase()
}

fn is_settings(path: &str) -> bool {
    let name = file_name(path);
    name == ".env" || name.starts_with(".env.") || name.ends_with(".env")
}

fn stage(path: &str) -> Option<Stage> {
    let name = file_name(path);
    name.split(['.', '-', '_']).find_map(|word| match word {
        "production" | "prod" => Some(Stage::Production),
        "staging" | "stage" | "preview" => Some(Stage::Staging),
        "development" | "dev" => Some(Stage::Development),
        "test" | "testing" | "ci" => Some(Stage::Test),
        _ => None,
    })
}

/// The name that stands before a value on its line.
fn name(place: &Place) -> String {
    let snippet = &place.snippet;
    let before = snippet.text.get(..snippet.mark.start).unwrap_or_default();
    let is_other = |c: char| !c.is_ascii_alphanumeric() && c != '_';
    let before = before.trim_end_matches(is_other);
    before.rsplit(is_other).next().unwrap_or_default().to_ascii_uppercase()
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

/// A key whose mode is not that of the file it stands in.
fn misplaced<'a>(key: &'a Key<'a>) -> Option<Misfit<'a>> {
    let says_mode = key.name.split('_').any(|word| word == "LIVE" || word == "TEST");
    let message = match (key.stage?, key.mode?) {
        (Stage::Production, Mode::Test) if !says_mode => {
            "A test key stands in the settings for production, where payments then only seem to be made."
        }
        (Stage::Development | Stage::Test, Mode::Live)
            if !says_mode && key.kind != CredentialType::Publishable =>
        {
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
