//! What a rule says: data, compiled from `rules/secrets/*.yml`.

use std::fmt;
use std::str::FromStr;

/// A family of credentials.
#[derive(Debug)]
pub struct Rule {
    /// The id, which is the name of its file, such as `stripe-secret-key-live`.
    pub id: &'static str,
    /// What it is, in a few words.
    pub title: &'static str,
    /// The domain of its fingerprints. It outlives a change of the id.
    pub family: &'static str,
    /// What kind of credential it is.
    pub kind: CredentialType,
    /// The mode it works in; `None` where the credential does not say.
    pub mode: Option<Mode>,
    /// How bad it is when somebody else has it.
    pub severity: Severity,
    /// What its values begin with, underscores included.
    pub prefixes: &'static [&'static str],
    /// How the rest of its values is built.
    pub grammar: Grammar,
    /// Whether it counts only near a word that speaks of Stripe, because others use the prefix.
    pub needs_context: bool,
    /// Documentation in Markdown.
    pub docs: &'static str,
    /// What to do about a leak, as steps for a person.
    pub remedy: &'static str,
    /// Texts that the rule finds a credential in, with placeholders for credentials.
    pub positive: &'static [&'static str],
    /// Texts that it finds nothing in.
    pub negative: &'static [&'static str],
}

impl Rule {
    /// The page of the rule in Markdown.
    pub fn page(&self) -> String {
        let Self { id, title, severity, docs, remedy, .. } = self;
        let mode = self.mode.map_or("none", |mode| mode.word());
        let remedy = remedy.trim_end();
        format!(
            "# {title}\n\nRule {id}; severity {severity}; mode {mode}.\n\n\
             {docs}\n## What to do\n\n{remedy}\n"
        )
    }
}

/// Makes an enum whose variants have one word each in rule files and reports.
macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident = $word:literal,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name { $($(#[$variant_doc])* $variant,)* }

        impl $name {
            /// Every variant, in order.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The word for it in rule files and reports.
            pub fn word(self) -> &'static str {
                match self { $(Self::$variant => $word,)* }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(self.word())
            }
        }

        impl FromStr for $name {
            type Err = UnknownWord;

            fn from_str(text: &str) -> Result<Self, UnknownWord> {
                let found = Self::ALL.iter().find(|one| one.word() == text);
                found.copied().ok_or_else(|| UnknownWord {
                    word: text.to_owned(),
                    known: Self::ALL.iter().map(|one| one.word()).collect(),
                })
            }
        }
    };
}

/// A word that stands for nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownWord {
    /// The word.
    pub word: String,
    /// The words that would have been understood.
    pub known: Vec<&'static str>,
}

impl fmt::Display for UnknownWord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "'{}' is none of {}", self.word, self.known.join(", "))
    }
}

impl std::error::Error for UnknownWord {}

words! {
    /// How bad a leak is: what the credential can do, times the mode. The worst comes first.
    Severity {
        /// Money and data of a live account are open.
        Critical = "critical",
        /// Parts of a live account are, or its events can be forged.
        High = "high",
        /// Only test data is.
        Medium = "medium",
        /// One object for a short time is.
        Low = "low",
        /// Public by design.
        Info = "info",
    }
}

words! {
    /// How sure it is that a value is a credential of Stripe. The surest comes first.
    Confidence {
        /// Its structure proves it.
        Certain = "certain",
        /// Prefix, length and alphabet fit.
        Likely = "likely",
        /// The prefix fits and the rest does not speak against it.
        Possible = "possible",
    }
}

words! {
    /// What a credential is for.
    CredentialType {
        /// All of an account.
        Secret = "secret",
        /// What its permissions say.
        Restricted = "restricted",
        /// Client code; public by design.
        Publishable = "publishable",
        /// Every account of an organization.
        Organization = "organization",
        /// Signing webhook events.
        Webhook = "webhook",
        /// A user of the Stripe CLI.
        Oauth = "oauth",
        /// One customer for an hour.
        Ephemeral = "ephemeral",
        /// A Terminal reader's connection.
        Terminal = "terminal",
        /// Signing requests of a Stripe App.
        App = "app",
        /// New access tokens of a connected account.
        Refresh = "refresh",
        /// One object: a payment, a setup, a session.
        ClientSecret = "client_secret",
    }
}

words! {
    /// The mode of a credential.
    Mode {
        /// Real money.
        Live = "live",
        /// Test mode and sandboxes.
        Test = "test",
    }
}

words! {
    /// How the part behind the prefix is built.
    Grammar {
        /// Account keys: 24, 34, 99 and up to 255 characters.
        AccountKey = "account-key",
        /// Account keys of 2012 to 2019 without a mode: 29 characters.
        ModelessKey = "modeless-key",
        /// Organization keys: 224 characters.
        OrganizationKey = "organization-key",
        /// Webhook secrets: 32 characters, or 64 hexadecimal digits from the CLI.
        WebhookSecret = "webhook-secret",
        /// The account in base64, `_00` and 8 characters.
        EphemeralKey = "ephemeral-key",
        /// 48 characters.
        RefreshToken = "refresh-token",
        /// At least 20 characters; Stripe publishes no more.
        Opaque = "opaque",
        /// An object id before the prefix and a secret behind it.
        ClientSecret = "client-secret",
        /// 32 characters that are given to a library of Stripe; the prefix is where to.
        LegacyKey = "legacy-key",
    }
}

impl CredentialType {
    /// Whether it has no place in what clients load. Publishable keys, client secrets, ephemeral
    /// keys and connection tokens are made for clients.
    pub fn is_for_servers(self) -> bool {
        match self {
            Self::Publishable | Self::Ephemeral | Self::Terminal | Self::ClientSecret => false,
            Self::Secret
            | Self::Restricted
            | Self::Organization
            | Self::Webhook
            | Self::Oauth
            | Self::App
            | Self::Refresh => true,
        }
    }
}
