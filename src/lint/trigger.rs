//! Which texts a rule has to look at: one search for the literals of all rules.

use std::sync::OnceLock;

use aho_corasick::AhoCorasick;

use super::format::{FORMATS, Format};
use super::level::Level;
use super::rule::{Embedded, OwnedTrigger, Rule};

/// A rule that applies in a run.
#[derive(Debug)]
pub struct Active {
    /// The id of the rule.
    pub id: String,
    /// How much it matters in this run.
    pub level: Level,
    triggers: Vec<OwnedTrigger>,
    text: &'static str,
    rule: OnceLock<Rule>,
}

impl Active {
    /// A rule that comes with the program; it is not read yet.
    pub fn embedded(lint: &'static Embedded, level: Level) -> Self {
        let triggers = lint.triggers.iter().map(|trigger| OwnedTrigger {
            languages: trigger.formats.to_vec(),
            literals: trigger.literals.iter().map(|&literal| literal.to_owned()).collect(),
        });
        Self {
            id: lint.id.to_owned(),
            level,
            triggers: triggers.collect(),
            text: lint.text,
            rule: OnceLock::new(),
        }
    }

    /// A rule that was read.
    pub fn own(rule: Rule, level: Level) -> Self {
        let triggers = rule.triggers().map(|(languages, literals)| OwnedTrigger {
            languages: languages.to_vec(),
            literals: literals.to_vec(),
        });
        Self {
            id: rule.id.clone(),
            level,
            triggers: triggers.collect(),
            text: "",
            rule: OnceLock::from(rule),
        }
    }

    /// The rule, read when somebody asks first.
    pub fn rule(&self) -> &Rule {
        self.rule.get_or_init(|| {
            Rule::parse(self.text).expect("tests read every rule that comes with the program")
        })
    }

    /// Whether the rule is about keys that were found, and not about texts.
    pub fn compares(&self) -> bool {
        self.triggers.is_empty()
    }

    /// Whether the rule has to look at a text. Scripts of a page are texts of their own.
    pub fn fires(&self, format: Format, bytes: &[u8]) -> bool {
        self.literals(format).any(|literals| {
            literals.is_empty()
                || literals
                    .iter()
                    .any(|word| memchr::memmem::find(bytes, word.as_bytes()).is_some())
        })
    }

    fn literals(&self, format: Format) -> impl Iterator<Item = &[String]> {
        let holds = match format {
            Format::Html => [Format::Html, Format::Script, Format::TypedScript],
            _ => [format; 3],
        };
        let reads = move |&language: &Format| holds.iter().any(|format| format.reads(language));
        let fits = move |trigger: &&OwnedTrigger| trigger.languages.iter().any(reads);
        self.triggers.iter().filter(fits).map(|trigger| &trigger.literals[..])
    }
}

/// For each format a search for the literals of all rules, made when a text of it turns up.
#[derive(Debug)]
pub struct Triggers {
    searches: [OnceLock<Search>; FORMATS],
}

impl Default for Triggers {
    fn default() -> Self {
        Self { searches: [const { OnceLock::new() }; FORMATS] }
    }
}

#[derive(Debug)]
enum Search {
    Nothing,
    Everything,
    Literals(AhoCorasick),
}

impl Triggers {
    /// Whether any of the rules has to look at a text.
    pub fn fires(&self, active: &[Active], format: Format, bytes: &[u8]) -> bool {
        let search = self.searches[format as usize].get_or_init(|| Search::new(active, format));
        match search {
            Search::Nothing => false,
            Search::Everything => true,
            Search::Literals(automaton) => automaton.is_match(bytes),
        }
    }
}

impl Search {
    fn new(active: &[Active], format: Format) -> Self {
        let mut words: Vec<&String> = Vec::new();
        for literals in active.iter().flat_map(|active| active.literals(format)) {
            if literals.is_empty() {
                return Self::Everything;
            }
            words.extend(literals);
        }
        words.sort();
        words.dedup();
        if words.is_empty() {
            return Self::Nothing;
        }
        match AhoCorasick::new(words) {
            Ok(automaton) => Self::Literals(automaton),
            // Only a list of literals beyond all bounds is no automaton: look at everything then.
            Err(_) => Self::Everything,
        }
    }
}
