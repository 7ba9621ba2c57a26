//! Which texts a rule has to look at: one search for the literals of all rules.

use std::sync::OnceLock;

use aho_corasick::{AhoCorasick, BuildError, MatchKind, PatternID};

use super::ABOUT_SEVERAL;
use super::format::{FORMATS, Format};
use super::level::Level;
use super::rule::{Embedded, OwnedTrigger, Rule, Scope};

/// A rule that applies in a run.
#[derive(Debug)]
pub struct Active {
    /// The id of the rule.
    pub id: String,
    /// How much it matters in this run.
    pub level: Level,
    /// What has to speak of Stripe for it to apply.
    pub scope: Scope,
    /// Whether it applies to tests as well.
    pub tests: bool,
    /// Whether it looks at what tools made and others wrote as well.
    pub made: bool,
    triggers: Vec<OwnedTrigger>,
    text: &'static str,
    rule: OnceLock<Rule>,
}

impl Active {
    /// A rule that comes with the program; it is not read yet.
    pub fn embedded(lint: &'static Embedded, level: Level) -> Self {
        let owned = |words: &[&str]| words.iter().map(|&word| word.to_owned()).collect();
        let triggers = lint.triggers.iter().map(|trigger| OwnedTrigger {
            languages: trigger.formats.to_vec(),
            literals: owned(trigger.literals),
            also: owned(trigger.also),
        });
        Self {
            id: lint.id.to_owned(),
            level,
            scope: lint.scope,
            tests: lint.tests,
            made: lint.made,
            triggers: triggers.collect(),
            text: lint.text,
            rule: OnceLock::new(),
        }
    }

    /// A rule that was read.
    pub fn own(rule: Rule, level: Level) -> Self {
        Self {
            id: rule.id.clone(),
            level,
            scope: rule.scope,
            tests: rule.tests,
            made: rule.made,
            triggers: rule.triggers(),
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

    /// Whether a repository brings it along.
    fn is_own(&self) -> bool {
        self.text.is_empty()
    }

    /// Whether the rule is about keys that were found, and not about texts.
    pub fn compares(&self) -> bool {
        self.triggers.is_empty()
    }

    /// Whether the rule is about several files at once, and not about each alone.
    pub fn is_about_several(&self) -> bool {
        ABOUT_SEVERAL.contains(&self.id.as_str())
    }

    /// Whether the rule looks at any text of a format.
    pub fn reads(&self, format: Format) -> bool {
        self.triggers_for(format).next().is_some()
    }

    fn triggers_for(&self, format: Format) -> impl Iterator<Item = &OwnedTrigger> {
        // Scripts of a page are texts of their own.
        let holds = match format {
            Format::Html => [Format::Html, Format::Script, Format::TypedScript],
            _ => [format; 3],
        };
        let reads = move |&language: &Format| holds.iter().any(|format| format.reads(language));
        self.triggers.iter().filter(move |trigger| trigger.languages.iter().any(reads))
    }
}

/// For each format a search for the literals of all rules, and one for those that apply to texts which
/// do not speak of Stripe. Each is made when a text turns up that needs it.
#[derive(Debug)]
pub struct Triggers {
    all: [OnceLock<Search>; FORMATS],
    silent: [OnceLock<Search>; FORMATS],
}

impl Default for Triggers {
    fn default() -> Self {
        Self {
            all: [const { OnceLock::new() }; FORMATS],
            silent: [const { OnceLock::new() }; FORMATS],
        }
    }
}

impl Triggers {
    /// The numbers of the rules that have to look at a text, in order.
    pub fn fires(&self, active: &[Active], format: Format, bytes: &[u8]) -> Vec<usize> {
        // Most texts of most repositories do not speak of Stripe, and few rules are about those.
        let speaks = has_word(bytes);
        let searches = if speaks { &self.all } else { &self.silent };
        let applies = |one: &Active| speaks || one.scope == Scope::Project || one.is_own();
        searches[format as usize].get_or_init(|| Search::new(active, format, applies)).fires(bytes)
    }
}

/// Whether a text has the word Stripe or anything like it, in any of the ways in which it is written.
fn has_word(bytes: &[u8]) -> bool {
    let has = |word: &str| memchr::memmem::find(bytes, word.as_bytes()).is_some();
    has("tripe") || has("TRIPE")
}

/// One search for all literals, and what has to be among what it finds.
#[derive(Debug)]
struct Search {
    /// Finds the first literal of any first list; `None` where some rule asks for none.
    first: Option<AhoCorasick>,
    /// Finds all literals; `None` where no literal is looked for.
    all: Option<AhoCorasick>,
    conditions: Vec<Condition>,
}

/// A rule looks at texts that have one literal of each list; an empty list asks for none.
#[derive(Debug)]
struct Condition {
    rule: usize,
    lists: [Vec<PatternID>; 2],
}

impl Search {
    fn new(active: &[Active], format: Format, applies: impl Fn(&Active) -> bool) -> Self {
        let (mut words, mut first) = (Vec::<&String>::new(), Vec::<&String>::new());
        let mut conditions = Vec::new();
        for (rule, active) in active.iter().enumerate().filter(|(_, active)| applies(active)) {
            for trigger in active.triggers_for(format) {
                let lists = [&trigger.literals, &trigger.also].map(|list| ids(list, &mut words));
                conditions.push(Condition { rule, lists });
                first.extend(&trigger.literals);
            }
        }
        let asks_for_none = conditions.iter().any(|condition| condition.lists[0].is_empty());
        match (automaton(first, MatchKind::LeftmostFirst), automaton(words, MatchKind::Standard)) {
            (Ok(first), Ok(all)) => {
                Self { first: first.filter(|_| !asks_for_none), all, conditions }
            }
            // Only a list of literals beyond all bounds is no automaton: look at everything then.
            _ => {
                conditions.iter_mut().for_each(|condition| condition.lists = [vec![], vec![]]);
                Self { first: None, all: None, conditions }
            }
        }
    }

    fn fires(&self, bytes: &[u8]) -> Vec<usize> {
        // Most texts have none of them, and the shorter question has the faster answer.
        let is_out = self.first.as_ref().is_some_and(|first| !first.is_match(bytes));
        if self.conditions.is_empty() || is_out {
            return Vec::new();
        }
        let mut has = vec![false; self.all.as_ref().map_or(0, AhoCorasick::patterns_len)];
        for found in self.all.iter().flat_map(|all| all.find_overlapping_iter(bytes)) {
            has[found.pattern().as_usize()] = true;
        }
        let holds =
            |list: &Vec<PatternID>| list.is_empty() || list.iter().any(|id| has[id.as_usize()]);
        let fulfilled = self.conditions.iter().filter(|one| one.lists.iter().all(holds));
        let mut rules: Vec<usize> = fulfilled.map(|condition| condition.rule).collect();
        rules.dedup();
        rules
    }
}

/// A search for words, if there are any. The one that may stop at the first is far faster: it looks at
/// the text itself only where one may begin.
fn automaton(words: Vec<&String>, kind: MatchKind) -> Result<Option<AhoCorasick>, BuildError> {
    let build = || AhoCorasick::builder().match_kind(kind).build(words.iter());
    (!words.is_empty()).then(build).transpose()
}

/// The numbers of literals among all, which grow by those that are new.
fn ids<'a>(list: &'a [String], words: &mut Vec<&'a String>) -> Vec<PatternID> {
    let id = |word: &'a String| {
        let at = words.iter().position(|known| *known == word).unwrap_or_else(|| {
            words.push(word);
            words.len() - 1
        });
        PatternID::new(at).expect("rules have fewer literals than an automaton takes")
    };
    list.iter().map(id).collect()
}
