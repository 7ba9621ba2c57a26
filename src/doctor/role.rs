//! What the name of a variable, and of the file that sets it, promise about the value.

use crate::name::words;

/// What a variable is for, by its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// A secret or restricted key, for servers.
    Secret,
    /// A publishable key, for clients.
    Publishable,
    /// The signing secret of a webhook endpoint.
    Webhook,
    /// Something else, or the name does not say.
    Other,
}

impl Role {
    /// What a name says.
    pub fn of(name: &str) -> Self {
        let words = words(name);
        let has = |any: &[&str]| words.iter().any(|word| any.contains(&word.as_str()));
        if has(&["WEBHOOK", "WEBHOOKS", "WHSEC", "ENDPOINT"]) && !has(&["ID", "URL", "PATH"]) {
            Self::Webhook
        } else if has(&["PUBLISHABLE", "PK", "PUBLIC"])
            && has(&["SECRET", "SK", "RK", "RESTRICTED"])
        {
            // `NEXT_PUBLIC_STRIPE_SECRET_KEY`: the last word about the key is meant.
            Self::Secret
        } else if has(&["PUBLISHABLE", "PK"]) || has(&["PUBLIC"]) && has(&["KEY"]) {
            Self::Publishable
        } else if has(&["SECRET", "SK", "RK", "RESTRICTED"]) || has(&["API"]) && has(&["KEY"]) {
            Self::Secret
        } else {
            Self::Other
        }
    }
}

/// Which environment a file is for, by its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Environment {
    /// Real money.
    Production,
    /// Development, tests, CI.
    Development,
    /// The name does not say.
    Unknown,
}

impl Environment {
    /// What the name of a file says.
    pub fn of(source: &str) -> Self {
        let name = source.rsplit('/').next().unwrap_or(source);
        let words = words(name);
        let has = |any: &[&str]| words.iter().any(|word| any.contains(&word.as_str()));
        if has(&["PRODUCTION", "PROD", "LIVE"]) {
            Self::Production
        } else if has(&["DEVELOPMENT", "DEV", "TEST", "TESTING", "CI", "STAGING", "SANDBOX"]) {
            Self::Development
        } else {
            Self::Unknown
        }
    }
}

/// What two names have in common that belong together: region, tenant, mode; not what each is for.
pub(super) fn group(name: &str) -> Vec<String> {
    const ROLES: &[&str] = &[
        "STRIPE",
        "SECRET",
        "PUBLISHABLE",
        "PUBLIC",
        "KEY",
        "KEYS",
        "API",
        "PK",
        "SK",
        "RK",
        "RESTRICTED",
        "TOKEN",
        "WEBHOOK",
        "WEBHOOKS",
        "WHSEC",
        "SIGNING",
        "ENDPOINT",
        "NEXT",
        "VITE",
        "REACT",
        "APP",
        "EXPO",
        "NUXT",
        "GATSBY",
        "VUE",
        "NG",
        "STORYBOOK",
        "PRIVATE",
    ];
    let mut words = words(name);
    words.retain(|word| !ROLES.contains(&word.as_str()));
    words
}
