//! How much a practice matters.

use serde::{Deserialize, Serialize};

use crate::key::Severity;

/// How much a practice matters. Errors are few: somebody can take money or keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Level {
    /// It leaks a key, or lets somebody forge payments.
    Error,
    /// It will leak or fail one day.
    Warning,
    /// It could be done better. Not reported unless somebody asks for it.
    Info,
}

impl Level {
    /// The word for it in rule files.
    pub fn word(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Info => "info",
        }
    }

    /// What it counts as among findings.
    pub fn severity(self) -> Severity {
        match self {
            Self::Error => Severity::High,
            Self::Warning => Severity::Medium,
            Self::Info => Severity::Info,
        }
    }
}
