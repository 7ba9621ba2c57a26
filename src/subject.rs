//! What a finding is about: a credential that stands somewhere, or a practice that will leak one.

use crate::detect::Facts;
use crate::key::Rule;
use crate::secret::Secret;

/// What a finding is about.
#[derive(Clone, Debug)]
pub enum Subject {
    /// A credential.
    Credential(Credential),
    /// Something that is not done as Stripe advises.
    Practice(Practice),
}

/// A credential and what is known of it.
#[derive(Clone, Debug)]
pub struct Credential {
    /// The rule that knows it.
    pub rule: &'static Rule,
    /// The value.
    pub secret: Secret,
    /// What the value itself says.
    pub facts: Facts,
}

/// Something that is not done as Stripe advises.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Practice {
    /// The id of the rule.
    pub id: String,
    /// What the rule is about, in a few words.
    pub title: String,
    /// What is wrong here, as a sentence.
    pub message: String,
    /// What to do about it.
    pub remedy: String,
    /// Pages that say more.
    pub references: Vec<String>,
}

impl Subject {
    /// The word for it in reports.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Credential(_) => "secret",
            Self::Practice(_) => "lint",
        }
    }
}
