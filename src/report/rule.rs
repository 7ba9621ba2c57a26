//! What reports say about the rules of their findings.

use crate::finding::Finding;
use crate::key::{Grammar, Severity};
use crate::subject::Subject;

/// The page of the program, for rules that name no page of their own.
pub const HOME: &str = env!("CARGO_PKG_REPOSITORY");

/// A rule, as far as a finding tells about it.
pub struct RuleText<'a> {
    /// The id.
    pub id: &'a str,
    /// What it is about, in a few words.
    pub title: &'a str,
    /// Documentation in Markdown; empty where there is none.
    pub docs: &'a str,
    /// What to do, a step a line.
    pub remedy: &'a str,
    /// Pages that say more.
    pub references: Vec<&'a str>,
    /// How bad its findings are; those in a particular place may be worse.
    pub severity: Severity,
    /// How seldom it is wrong, in the words of GitHub's `precision`.
    pub precision: &'static str,
}

impl<'a> RuleText<'a> {
    /// The rule of a finding.
    pub fn of(finding: &'a Finding) -> Self {
        match &finding.subject {
            Subject::Credential(credential) => {
                let rule = credential.rule;
                let is_proven = !rule.needs_context && rule.grammar != Grammar::Opaque;
                Self {
                    id: rule.id,
                    title: rule.title,
                    docs: rule.docs,
                    remedy: finding.remedy(),
                    references: links(rule.docs),
                    severity: rule.severity,
                    precision: if is_proven { "very-high" } else { "high" },
                }
            }
            Subject::Practice(practice) => Self {
                id: &practice.id,
                title: &practice.title,
                docs: "",
                remedy: finding.remedy(),
                references: practice.references.iter().map(String::as_str).collect(),
                severity: finding.severity,
                precision: "high",
            },
        }
    }

    /// The first page that says more.
    pub fn page(&self) -> &'a str {
        self.references.iter().find(|link| link.starts_with("https://")).copied().unwrap_or(HOME)
    }
}

/// The links of a list in Markdown.
fn links(markdown: &str) -> Vec<&str> {
    let items = markdown.lines().filter_map(|line| line.trim().strip_prefix("- "));
    items.filter(|item| item.starts_with("https://")).collect()
}
