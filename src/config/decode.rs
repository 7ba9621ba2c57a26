//! From the values of a file to a [`Config`], with every mistake that is in it.

use std::ops::Range;

use time::{Date, Month};

use super::node::{Key, Node, Value};
use super::problem::{Problem, advice};
use super::{Allow, Config, Level, LintSet, Patterns, Spanned};
use crate::decode::container::Limits;
use crate::key::Severity;

/// The fewest digits of a fingerprint that name one.
const DIGITS: usize = 6;

const KEYS: &[&str] = &["allow", "fail-on", "limits", "lints", "paths", "require-reason", "rules"];
const PATH_KEYS: &[&str] = &["exclude", "include"];
const LIMIT_KEYS: &[&str] = &["depth", "member-bytes", "members", "unpacked-bytes"];
const ALLOW_KEYS: &[&str] = &["fingerprints", "live", "owner", "paths", "reason", "rules", "until"];

/// Reads the values of a file. `rules` are the ids that exist.
///
/// # Errors
/// Every mistake, in the order of the file.
pub fn decode(root: &Node, rules: &[&str]) -> Result<Config, Vec<Problem>> {
    let mut decoder = Decoder { rules, problems: Vec::new() };
    let config = decoder.config(root);
    decoder.problems.sort_by_key(|problem| problem.span.start);
    if decoder.problems.is_empty() { Ok(config) } else { Err(decoder.problems) }
}

/// A day as `2027-01-31`.
pub fn date(text: &str) -> Option<Date> {
    let mut parts = text.splitn(3, '-');
    let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
    let is_well_formed = year.len() == 4 && month.len() == 2 && day.len() == 2;
    let month = Month::try_from(month.parse::<u8>().ok()?).ok()?;
    let date = Date::from_calendar_date(year.parse().ok()?, month, day.parse().ok()?).ok()?;
    is_well_formed.then_some(date)
}

struct Decoder<'a> {
    rules: &'a [&'a str],
    problems: Vec<Problem>,
}

impl Decoder<'_> {
    fn config(&mut self, root: &Node) -> Config {
        let mut config = Config::default();
        for (key, node) in self.table(root, "the configuration") {
            match key.text.as_str() {
                "fail-on" => {
                    if let Some(value) = self.severity(node) {
                        config.fail_on = Spanned { value, span: node.span.clone() };
                    }
                }
                "lints" => {
                    config.lints = Spanned { value: self.lints(node), span: node.span.clone() };
                }
                "require-reason" => config.require_reason = self.flag(key, node),
                "rules" => self.levels(node, &mut config),
                "paths" => self.paths(node, &mut config),
                "limits" => self.limits(node, &mut config.limits),
                "allow" => config.allow = self.allows(node),
                _ => self.unknown_key(key, KEYS),
            }
        }
        config
    }

    fn levels(&mut self, node: &Node, config: &mut Config) {
        for (key, node) in self.table(node, "rules") {
            let level = self.level(node);
            if self.is_rule(&key.text, &key.span)
                && let Some(value) = level
            {
                let span = key.span.start..node.span.end.max(key.span.end);
                config.rules.insert(key.text.clone(), Spanned { value, span });
            }
        }
    }

    fn paths(&mut self, node: &Node, config: &mut Config) {
        for (key, node) in self.table(node, "paths") {
            match key.text.as_str() {
                "exclude" => {
                    let value = self.patterns(node);
                    config.paths.exclude = Spanned { value, span: node.span.clone() };
                }
                "include" => {
                    let value = self.patterns(node);
                    config.paths.include = Some(Spanned { value, span: node.span.clone() });
                }
                _ => self.unknown_key(key, PATH_KEYS),
            }
        }
    }

    fn limits(&mut self, node: &Node, limits: &mut Limits) {
        for (key, node) in self.table(node, "limits") {
            match key.text.as_str() {
                "depth" => limits.depth = self.number(key, node, 64) as u32,
                "members" => limits.members = self.number(key, node, 1 << 32),
                "member-bytes" => limits.member_bytes = self.number(key, node, 1 << 40),
                "unpacked-bytes" => limits.unpacked_bytes = self.number(key, node, 1 << 50),
                _ => self.unknown_key(key, LIMIT_KEYS),
            }
        }
    }

    fn allows(&mut self, node: &Node) -> Vec<Allow> {
        match &node.value {
            Value::List(entries) => entries.iter().map(|entry| self.allow(entry)).collect(),
            other => {
                let message = format!("'allow' is a list of tables, and this is {}", other.kind());
                self.fault(&node.span, message, "write the entry below a line '[[allow]]'");
                Vec::new()
            }
        }
    }

    fn allow(&mut self, node: &Node) -> Allow {
        let mut allow = Allow { span: node.span.clone(), ..Allow::default() };
        let before = self.problems.len();
        for (key, node) in self.table(node, "an entry of 'allow'") {
            match key.text.as_str() {
                "paths" => allow.paths = Some(self.patterns(node)),
                "rules" => {
                    let rules = self.texts(node).into_iter();
                    let known = rules.filter(|(id, span)| self.is_rule(id, span));
                    allow.rules = known.map(|(id, _)| id).collect();
                }
                "fingerprints" => allow.fingerprints = self.fingerprints(node),
                "reason" => allow.reason = self.text(key, node),
                "owner" => allow.owner = self.text(key, node),
                "until" => allow.until = self.until(node),
                "live" => allow.live = self.flag(key, node),
                _ => self.unknown_key(key, ALLOW_KEYS),
            }
        }
        let names = allow.paths.is_some() || !allow.rules.is_empty();
        if !names && allow.fingerprints.is_empty() && self.problems.len() == before {
            self.fault(
                &node.span,
                "this entry names nothing that it allows",
                "add 'paths', 'rules' or 'fingerprints'",
            );
        }
        allow
    }

    fn fingerprints(&mut self, node: &Node) -> Vec<String> {
        let mut prints = Vec::new();
        for (text, span) in self.texts(node) {
            let print = text.to_ascii_lowercase();
            let is_hex = print.bytes().all(|byte| byte.is_ascii_hexdigit());
            if is_hex && (DIGITS..=64).contains(&print.len()) {
                prints.push(print);
            } else {
                self.fault(
                    &span,
                    format!("'{text}' is no fingerprint"),
                    format!("write the first {DIGITS} or more of its 64 hexadecimal digits, as a report shows them"),
                );
            }
        }
        prints
    }

    fn until(&mut self, node: &Node) -> Option<Date> {
        let day = match &node.value {
            Value::Text(text) => date(text),
            _ => None,
        };
        if day.is_none() {
            self.fault(&node.span, "this is no day", "write it as 2027-01-31");
        }
        day
    }

    fn level(&mut self, node: &Node) -> Option<Level> {
        let word = self.word(node)?;
        match (word, word.parse::<Severity>()) {
            ("off", _) => Some(Level::Off),
            ("on", _) => Some(Level::On),
            (_, Ok(severity)) => Some(Level::Severity(severity)),
            (word, Err(error)) => {
                let mut known = vec!["off", "on"];
                known.extend(error.known);
                self.unknown_word(word, node, &known);
                None
            }
        }
    }

    fn severity(&mut self, node: &Node) -> Option<Severity> {
        let word = self.word(node)?;
        match word.parse::<Severity>() {
            Ok(severity) => Some(severity),
            Err(error) => {
                self.unknown_word(word, node, &error.known);
                None
            }
        }
    }

    fn lints(&mut self, node: &Node) -> LintSet {
        let Some(word) = self.word(node) else { return LintSet::Default };
        let found = LintSet::ALL.iter().find(|set| set.word() == word);
        if found.is_none() {
            let known: Vec<&str> = LintSet::ALL.iter().map(|set| set.word()).collect();
            self.unknown_word(word, node, &known);
        }
        found.copied().unwrap_or_default()
    }

    fn patterns(&mut self, node: &Node) -> Patterns {
        let (lines, spans): (Vec<_>, Vec<_>) = self.texts(node).into_iter().unzip();
        Patterns::new(lines).unwrap_or_else(|faults| {
            for (number, why) in faults {
                let span = spans.get(number).unwrap_or(&node.span);
                self.fault(
                    span,
                    format!("this is no pattern: {why}"),
                    "write it as in .gitignore: 'fixtures/', '/docs/*.md', '*.snap'",
                );
            }
            Patterns::default()
        })
    }

    fn texts(&mut self, node: &Node) -> Vec<(String, Range<usize>)> {
        let Value::List(items) = &node.value else {
            let help = match &node.value {
                Value::Text(text) => format!("write [\"{text}\"]"),
                _ => "write strings between '[' and ']'".to_owned(),
            };
            self.fault(&node.span, format!("this is {}, not a list", node.value.kind()), help);
            return Vec::new();
        };
        let mut texts = Vec::new();
        for item in items {
            match &item.value {
                Value::Text(text) => texts.push((text.clone(), item.span.clone())),
                other => {
                    let message = format!("this is {}, not a string", other.kind());
                    self.fault(&item.span, message, "put it in quotes");
                }
            }
        }
        texts
    }

    fn word<'n>(&mut self, node: &'n Node) -> Option<&'n str> {
        match &node.value {
            Value::Text(text) => Some(text),
            other => {
                let message = format!("this is {}, not a word", other.kind());
                self.fault(&node.span, message, "put one word in quotes, such as \"high\"");
                None
            }
        }
    }

    fn text(&mut self, key: &Key, node: &Node) -> Option<String> {
        match &node.value {
            Value::Text(text) if !text.trim().is_empty() => Some(text.trim().to_owned()),
            other => {
                let what = if matches!(other, Value::Text(_)) { "empty" } else { other.kind() };
                let message = format!("'{}' is a text, and this is {what}", key.text);
                self.fault(&node.span, message, "write a few words in quotes, or leave it out");
                None
            }
        }
    }

    fn flag(&mut self, key: &Key, node: &Node) -> bool {
        match node.value {
            Value::Flag(flag) => flag,
            _ => {
                let message =
                    format!("'{}' is yes or no, and this is {}", key.text, node.value.kind());
                self.fault(&node.span, message, "write true or false, without quotes");
                false
            }
        }
    }

    fn number(&mut self, key: &Key, node: &Node, most: u64) -> u64 {
        match node.value {
            Value::Number(number) if number >= 0 && number as u64 <= most => number as u64,
            _ => {
                let message = format!("'{}' is a number from 0 to {most}", key.text);
                self.fault(&node.span, message, "write digits alone, without a unit or quotes");
                0
            }
        }
    }

    fn table<'n>(&mut self, node: &'n Node, what: &str) -> &'n [(Key, Node)] {
        match &node.value {
            Value::Table(entries) => {
                self.doubles(entries);
                entries
            }
            other => {
                let message = format!("{what} is a table, and this is {}", other.kind());
                self.fault(&node.span, message, "write lines 'key = value' below its name");
                &[]
            }
        }
    }

    /// JSON lets a key stand twice, and readers differ in which they take.
    fn doubles(&mut self, entries: &[(Key, Node)]) {
        for (number, (key, _)) in entries.iter().enumerate() {
            if entries[..number].iter().any(|(other, _)| other.text == key.text) {
                let message = format!("'{}' stands here for the second time", key.text);
                self.fault(&key.span, message, "leave one of them");
            }
        }
    }

    fn is_rule(&mut self, id: &str, span: &Range<usize>) -> bool {
        let is_known = self.rules.contains(&id);
        if !is_known {
            let help = match super::closest(id, self.rules.iter().copied()) {
                Some(one) => format!("did you mean '{one}'?"),
                None => "`stripeguard rules` lists them all".to_owned(),
            };
            self.fault(span, format!("there is no rule '{id}'"), help);
        }
        is_known
    }

    fn unknown_key(&mut self, key: &Key, known: &[&str]) {
        let help = advice(&key.text, known);
        self.fault(&key.span, format!("there is no key '{}' here", key.text), help);
    }

    fn unknown_word(&mut self, word: &str, node: &Node, known: &[&str]) {
        let help = advice(word, known);
        self.fault(&node.span, format!("'{word}' is not understood here"), help);
    }

    fn fault(&mut self, span: &Range<usize>, message: impl Into<String>, help: impl Into<String>) {
        self.problems.push(Problem {
            span: span.clone(),
            message: message.into(),
            help: help.into(),
        });
    }
}
