//! The rules about suppressions themselves.

use crate::key::Severity;
use crate::subject::Practice;

/// A rule about suppressions.
#[derive(Debug)]
pub struct RotRule {
    /// The id.
    pub id: &'static str,
    /// What it is about, in a few words.
    pub title: &'static str,
    /// How bad it is.
    pub severity: Severity,
    /// Documentation in Markdown.
    pub docs: &'static str,
    /// What to do.
    pub remedy: &'static str,
}

/// Every one of them, in the order of their ids.
pub static RULES: &[RotRule] = &[EXPIRED, UNKNOWN_RULE, UNUSED, WITHOUT_REASON];

/// An entry whose last day has passed.
pub const EXPIRED: RotRule = RotRule {
    id: "suppression-expired",
    title: "Suppression past its last day",
    severity: Severity::Low,
    docs: "An entry `[[allow]]` of the configuration has an `until` that has passed. It covers \
           nothing any more, and what it covered is reported again.",
    remedy: "Deal with what it covered and delete the entry, or decide anew and move the day.",
};

/// A suppression that names a rule that does not exist.
pub const UNKNOWN_RULE: RotRule = RotRule {
    id: "suppression-unknown-rule",
    title: "Suppression of a rule that does not exist",
    severity: Severity::Low,
    docs: "A comment or a line of the baseline names a rule that this version does not know, so \
           that it covers nothing. In the configuration the same is an error.",
    remedy: "Write the id of the rule as `stripeguard rules` lists it.",
};

/// A suppression that covers nothing.
pub const UNUSED: RotRule = RotRule {
    id: "suppression-unused",
    title: "Suppression that covers nothing",
    severity: Severity::Low,
    docs: "A suppression covers no finding of the run, although the run read everything that it \
           speaks of. What it was made for is gone, or it does not name it: a credential that may \
           be live is named by the beginning of its fingerprint. Of an entry of the configuration \
           that covers something, the paths, rules and fingerprints are named that cover nothing. \
           An entry or a line of the baseline may still be needed on another branch, so that it \
           is only information.",
    remedy: "Delete it, or let it name what it is for.",
};

/// A suppression without a reason, where the configuration asks for one.
pub const WITHOUT_REASON: RotRule = RotRule {
    id: "suppression-without-reason",
    title: "Suppression without a reason",
    severity: Severity::Low,
    docs: "The configuration says `require-reason = true`, and a suppression gives none. It covers \
           its findings all the same.",
    remedy: "Write why the finding may stay, in a few words.",
};

impl RotRule {
    /// The page of the rule in Markdown.
    pub fn page(&self) -> String {
        let Self { id, title, severity, docs, remedy } = self;
        format!(
            "# {title}\n\nRule {id}; severity {severity}.\n\n{docs}\n\n## What to do\n\n{remedy}\n"
        )
    }

    /// What is wrong at one place.
    pub(super) fn practice(&self, message: String) -> Practice {
        Practice {
            id: self.id.to_owned(),
            title: self.title.to_owned(),
            message,
            remedy: self.remedy.to_owned(),
            references: Vec::new(),
        }
    }
}
