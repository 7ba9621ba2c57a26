//! The rules of a run, each once, as SARIF describes them.

use std::collections::BTreeMap;

use super::model::{Configuration, RichText, Rule, RuleProperties, Text};
use crate::finding::Finding;
use crate::key::Severity;
use crate::report::rule::RuleText;
use crate::subject::Subject;

/// The rules of findings in the order of their ids, and for each id its index.
pub fn of<'a>(findings: &'a [&'a Finding]) -> (Vec<Rule>, BTreeMap<&'a str, usize>) {
    let mut first: BTreeMap<&str, &Finding> = BTreeMap::new();
    for finding in findings {
        first.entry(finding.rule_id()).or_insert(finding);
    }
    let index = first.keys().enumerate().map(|(index, id)| (*id, index)).collect();
    (first.values().map(|finding| rule(finding)).collect(), index)
}

fn rule(finding: &Finding) -> Rule {
    let text = RuleText::of(finding);
    Rule {
        id: text.id.to_owned(),
        name: pascal(text.id),
        short_description: Text::of(text.title),
        full_description: Text::of(format!("{}.", summary(&text))),
        help: help(&text),
        help_uri: text.page().to_owned(),
        default_configuration: Configuration { level: level(text.severity) },
        properties: RuleProperties {
            tags: tags(&finding.subject),
            precision: text.precision,
            security_severity: score(text.severity),
        },
    }
}

/// The first paragraph of the documentation, or the title.
fn summary(text: &RuleText<'_>) -> String {
    let mut paragraphs = text.docs.split("\n\n").map(str::trim);
    let first = paragraphs.find(|part| !part.is_empty() && !part.starts_with('#'));
    first.unwrap_or(text.title).replace('\n', " ").trim_end_matches('.').to_owned()
}

fn help(text: &RuleText<'_>) -> RichText {
    let steps: String = text.remedy.lines().map(|step| format!("- {step}\n")).collect();
    let mut markdown = format!("{}\n## What to do\n\n{steps}", text.docs);
    if text.docs.is_empty() {
        let links: String = text.references.iter().map(|link| format!("- {link}\n")).collect();
        markdown = format!("## What to do\n\n{steps}");
        if !links.is_empty() {
            markdown.push_str(&format!("\n## References\n\n{links}"));
        }
    }
    RichText { text: format!("{}\n\n{}", text.title, text.remedy), markdown }
}

/// How bad a severity is in the three words of SARIF.
pub fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical | Severity::High => "error",
        Severity::Medium => "warning",
        Severity::Low | Severity::Info => "note",
    }
}

/// How bad a severity is on the scale of GitHub, on which 9 and more is critical, 7 high, 4 medium.
fn score(severity: Severity) -> Option<&'static str> {
    match severity {
        Severity::Critical => Some("9.5"),
        Severity::High => Some("8.0"),
        Severity::Medium => Some("5.5"),
        Severity::Low => Some("2.0"),
        Severity::Info => None,
    }
}

fn tags(subject: &Subject) -> Vec<&'static str> {
    match subject {
        Subject::Credential(_) => vec!["security", "secret", "stripe", "external/cwe/cwe-798"],
        Subject::Practice(_) => vec!["security", "stripe"],
    }
}

/// `stripe-secret-key-live` as `StripeSecretKeyLive`.
fn pascal(id: &str) -> String {
    let upper = |word: &str| {
        let mut letters = word.chars();
        letters
            .next()
            .map(|c| c.to_ascii_uppercase())
            .into_iter()
            .chain(letters)
            .collect::<String>()
    };
    id.split(|c: char| !c.is_ascii_alphanumeric()).map(upper).collect()
}
