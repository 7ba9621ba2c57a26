//! What a rule about practice says: the form of `rules/lints/*.yml`, and of a user's own rules.

use std::collections::BTreeMap;
use std::fmt;

use ast_grep_config::{DenyUnknownKeys, SerializableRuleCore};
use serde::Deserialize;

use super::check::Check;
use super::format::Format;
use super::level::Level;
use crate::snippet::neutral;

/// A rule that comes with the program: what a run needs to know before any file asks for it. The
/// rest is read from `text` then.
#[derive(Debug)]
pub struct Embedded {
    /// The id, which is the name of its file.
    pub id: &'static str,
    /// How much it matters.
    pub level: Level,
    /// What has to speak of Stripe for it to apply.
    pub scope: Scope,
    /// Whether it applies to tests as well.
    pub tests: bool,
    /// Whether it looks at what tools made and others wrote as well.
    pub made: bool,
    /// Which texts it has to look at.
    pub triggers: &'static [Trigger<'static>],
    /// The whole file.
    pub text: &'static str,
}

/// A text of one of the formats that holds one of the literals is looked at; without literals, any.
#[derive(Clone, Copy, Debug)]
pub struct Trigger<'a> {
    /// Formats.
    pub formats: &'a [Format],
    /// Literals.
    pub literals: &'a [&'a str],
    /// More literals, one of which has to stand there besides; none asks for nothing.
    pub also: &'a [&'a str],
}

include!(concat!(env!("OUT_DIR"), "/lints.rs"));

/// A rule, read.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// The id, which is the name of its file.
    pub id: String,
    /// What it is about, in a few words.
    pub title: String,
    /// How much it matters.
    pub level: Level,
    /// What has to speak of Stripe for the rule to apply.
    #[serde(default)]
    pub scope: Scope,
    /// Whether it applies to tests as well.
    #[serde(default)]
    pub tests: bool,
    /// Whether it applies to what tools made and others wrote as well: minified code, `vendor`.
    #[serde(default)]
    pub made: bool,
    /// Whether it is about what is missing. Good examples of other rules show one thing each, and lack
    /// much.
    #[serde(default)]
    pub lacks: bool,
    /// What is wrong, as a sentence.
    pub message: String,
    /// What to do about it.
    pub remedy: String,
    /// What the rule looks for.
    pub what: String,
    /// What happens if nobody does anything.
    pub why: String,
    /// Pages that say more, Stripe's first.
    pub references: Vec<String>,
    /// What to look for, as rule objects of ast-grep.
    #[serde(default)]
    pub patterns: Vec<Pattern>,
    /// Or the function that looks for it.
    pub check: Option<Check>,
    /// Which files the function reads.
    #[serde(default)]
    pub triggers: Vec<OwnedTrigger>,
    /// Texts that show it, which run as tests.
    pub examples: Examples,
}

/// What has to speak of Stripe for a rule to apply.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Scope {
    /// The project: its manifests name an SDK of Stripe, or its configuration does.
    #[default]
    Project,
    /// The text, in rules of the program; nothing besides the pattern, in rules of a repository.
    Anywhere,
}

/// A pattern, for each of some languages.
#[derive(Clone, Deserialize)]
pub struct Pattern {
    /// The languages it can be read in.
    pub languages: Vec<Format>,
    /// Literals, one of which stands in every text that the pattern fits.
    pub literals: Vec<String>,
    /// More literals, of which the same is true.
    #[serde(default)]
    pub also: Vec<String>,
    /// A message in the place of the rule's.
    pub message: Option<String>,
    /// What to write in the place of what it fits, with its metavariables, where that is all that is
    /// to be done.
    pub fix: Option<String>,
    /// Whether it is wrong only in files that ship to clients.
    #[serde(default)]
    pub client: bool,
    /// The rule object.
    #[serde(flatten)]
    pub core: SerializableRuleCore,
    /// Nothing else may stand there. Must be the last field.
    #[serde(flatten)]
    pub unknown: DenyUnknownKeys,
}

/// See [`Trigger`].
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OwnedTrigger {
    /// Formats.
    pub languages: Vec<Format>,
    /// Literals; none lets the function see every text of the formats.
    pub literals: Vec<String>,
    /// More literals, one of which has to stand there besides.
    #[serde(default)]
    pub also: Vec<String>,
}

/// Texts that show what a rule is about.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Examples {
    /// The rule fires in each, once or more often.
    pub bad: Vec<Example>,
    /// No rule of the same or a higher level fires in any.
    pub good: Vec<Example>,
}

/// A file, and what stands beside it.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Example {
    /// The path, from the root of the project.
    pub path: String,
    /// What stands in it.
    pub code: String,
    /// What stands in it when the fixes of the rule are made.
    pub fixed: Option<String>,
    /// Other files of the project.
    #[serde(default)]
    pub beside: BTreeMap<String, String>,
}

impl fmt::Debug for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Rule").field("id", &self.id).finish_non_exhaustive()
    }
}

/// What is wrong and where. Behind it the parser shows the lines around, cut to a width: of a key in
/// them so much would be left that it is one, and so little that nobody sees it.
fn first_line(error: &dyn fmt::Display) -> String {
    error.to_string().lines().next().unwrap_or_default().to_owned()
}

impl Rule {
    /// Reads a rule.
    ///
    /// # Errors
    /// What is wrong with it, and where.
    pub fn parse(text: &str) -> Result<Self, String> {
        ast_grep_config::from_str(text).map_err(|error| first_line(&error))
    }

    /// Reads a rule that a scanned repository brings along. It may ask for nothing that could hang
    /// or crash a run: what its patterns do is metered anyway, and reading them is bounded here.
    ///
    /// # Errors
    /// What is wrong with it, and where.
    pub fn parse_foreign(text: &str) -> Result<Self, String> {
        const DEEPEST: usize = 60;
        let nested = text.lines().any(|line| {
            let indent = line.len() - line.trim_start_matches([' ', '-']).len();
            indent > 4 * DEEPEST || line.bytes().filter(|b| b"{[-".contains(b)).count() > DEEPEST
        });
        if nested {
            return Err("its objects are nested too deep".to_owned());
        }
        if text.lines().any(|line| line.trim_start_matches([' ', '-']).starts_with(['&', '*'])) {
            return Err("it has anchors or aliases, which no rule needs".to_owned());
        }
        let mut rule = Self::parse(text)?;
        rule.neutralise();
        if rule.check.is_some() {
            return Err(
                "only rules of the program itself have a `check`; write `patterns`".to_owned()
            );
        }
        if embedded(&rule.id).is_some() {
            return Err(format!("the program itself has a rule {}; take another id", rule.id));
        }
        Ok(rule)
    }

    /// Takes out of its texts whatever a terminal would obey.
    fn neutralise(&mut self) {
        let clean = |text: &mut String| {
            let lines: Vec<String> = text.lines().map(neutral).collect();
            *text = lines.join("\n");
        };
        let Self { id, title, message, remedy, references, patterns, .. } = self;
        [id, title, message, remedy].into_iter().for_each(clean);
        references.iter_mut().for_each(clean);
        let texts = |pattern: &mut Pattern| [pattern.message.take(), pattern.fix.take()];
        for pattern in patterns {
            let mut kept = texts(pattern);
            kept.iter_mut().flatten().for_each(clean);
            [pattern.message, pattern.fix] = kept;
        }
    }

    /// Which texts the rule has to look at.
    pub fn triggers(&self) -> Vec<OwnedTrigger> {
        let patterns = self.patterns.iter().map(|pattern| OwnedTrigger {
            languages: pattern.languages.clone(),
            literals: pattern.literals.clone(),
            also: pattern.also.clone(),
        });
        patterns.chain(self.triggers.iter().cloned()).collect()
    }
}

impl Embedded {
    /// The whole rule.
    pub fn rule(&self) -> Rule {
        Rule::parse(self.text).expect("tests read every rule that comes with the program")
    }
}

/// The rule of an id.
pub fn embedded(id: &str) -> Option<&'static Embedded> {
    LINTS.iter().find(|lint| lint.id == id)
}
