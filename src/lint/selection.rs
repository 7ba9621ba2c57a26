//! Which rules a run applies.

use std::collections::BTreeMap;

use super::level::Level;

/// Which rules a run applies, and how much each of them matters there.
#[derive(Clone, Debug, Default)]
pub struct Selection {
    /// Which rules apply of which nothing else is said.
    pub preset: Preset,
    /// What is said about single rules, by their ids.
    pub rules: BTreeMap<String, Setting>,
}

/// A set of rules.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Preset {
    /// Errors and warnings.
    #[default]
    Default,
    /// Advice too.
    All,
    /// No rule.
    None,
}

/// What is said about one rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Setting {
    /// It does not apply.
    Off,
    /// It applies.
    On,
    /// It applies, and matters this much.
    Level(Level),
}

impl Selection {
    /// No rule at all.
    pub fn none() -> Self {
        Self { preset: Preset::None, rules: BTreeMap::new() }
    }

    /// Whether no rule can apply.
    pub fn is_empty(&self) -> bool {
        self.preset == Preset::None && self.rules.values().all(|setting| *setting == Setting::Off)
    }

    /// How much a rule matters in this run, or `None` if it does not apply.
    pub fn level(&self, id: &str, level: Level) -> Option<Level> {
        match (self.rules.get(id), self.preset) {
            (Some(Setting::Off), _) => None,
            (Some(Setting::Level(set)), _) => Some(*set),
            (Some(Setting::On), _) | (None, Preset::All) => Some(level),
            (None, Preset::Default) => (level < Level::Info).then_some(level),
            (None, Preset::None) => None,
        }
    }
}
