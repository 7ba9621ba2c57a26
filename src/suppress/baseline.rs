//! The baseline: one sorted line for each secret that is known, without the secret.
//!
//! `fingerprint TAB rule TAB redacted TAB status TAB owner TAB date TAB reason`
//!
//! A line depends on its secret alone, so that two branches never change the same line for
//! different secrets and git can merge the file by `merge=union`. What such a merge leaves behind,
//! lines out of order and two lines for one secret, is read: the later date wins.

use std::collections::BTreeMap;
use std::fmt;

use time::Date;

use super::day;
use crate::config::{self, Problem};
use crate::finding::Finding;
use crate::subject::Subject;

/// The first line, for people who meet the file.
const HEADER: &str = "# Known leaks, one a line, for stripeguard. It holds no secrets. \
                      Go through it with `stripeguard baseline audit`.\n";

/// Where a leak stands on its way out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Standing {
    /// Nobody has decided yet.
    Open,
    /// It is known and may stay.
    Accepted,
    /// It is no credential.
    FalsePositive,
    /// It works no more.
    Revoked,
}

impl Standing {
    /// Every variant.
    pub const ALL: &[Self] = &[Self::Open, Self::Accepted, Self::FalsePositive, Self::Revoked];

    /// The word for it in the file.
    pub fn word(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Accepted => "accepted",
            Self::FalsePositive => "false-positive",
            Self::Revoked => "revoked",
        }
    }
}

impl fmt::Display for Standing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.word())
    }
}

/// A line of the baseline.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The whole fingerprint.
    pub fingerprint: String,
    /// The id of the rule.
    pub rule: String,
    /// The redacted key, or the path of a practice; without white space.
    pub shown: String,
    /// Where it stands on its way out.
    pub standing: Standing,
    /// Who answers for it; without white space.
    pub owner: Option<String>,
    /// When the line was last decided about.
    pub date: Date,
    /// Why, on one line.
    pub reason: Option<String>,
    /// The line in the file, from 1; 0 for one that is in no file yet.
    pub line: usize,
}

impl Entry {
    /// An entry for a finding about which nothing is decided.
    pub fn of(finding: &Finding, today: i64) -> Self {
        let shown = match &finding.subject {
            Subject::Credential(credential) => credential.secret.redacted(),
            Subject::Practice(_) => finding.place.path.clone().unwrap_or_default(),
        };
        Self {
            fingerprint: finding.fingerprint.clone(),
            rule: finding.rule_id().to_owned(),
            shown: word(&shown).unwrap_or_else(|| "-".to_owned()),
            standing: Standing::Open,
            owner: None,
            date: day(today),
            reason: None,
            line: 0,
        }
    }

    /// Decides about the leak.
    pub fn decide(&mut self, standing: Standing, reason: Option<&str>, today: i64) {
        self.standing = standing;
        self.date = day(today);
        if let Some(reason) = reason.map(line).filter(|reason| !reason.is_empty()) {
            self.reason = Some(reason);
        }
    }

    /// Names who answers for it.
    pub fn set_owner(&mut self, owner: &str) {
        self.owner = word(owner).filter(|owner| owner != "-");
    }

    /// What it says in a report.
    pub fn why(&self) -> String {
        match &self.reason {
            Some(reason) => format!("{}: {reason}", self.standing),
            None => self.standing.to_string(),
        }
    }

    /// Later lines win over earlier ones, and decided ones over those of the same day that are not.
    fn rank(&self) -> impl Ord + '_ {
        (self.date, self.standing, &self.owner, &self.reason, &self.shown)
    }
}

/// A text without white space; nothing, if it is empty.
fn word(text: &str) -> Option<String> {
    let parts: Vec<&str> = text.split_whitespace().collect();
    (!parts.is_empty()).then(|| parts.join("_"))
}

/// A text on one line.
fn line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// All lines, one for each fingerprint.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Baseline {
    entries: BTreeMap<String, Entry>,
}

/// A baseline and where it is.
#[derive(Clone, Debug, Default)]
pub struct BaselineFile {
    /// Its path, as the report writes it.
    pub label: String,
    /// The whole file.
    pub text: String,
    /// What it says.
    pub baseline: Baseline,
}

impl Baseline {
    /// Reads a file.
    ///
    /// # Errors
    /// Every line that is none.
    pub fn parse(text: &str) -> Result<Self, Vec<Problem>> {
        let mut baseline = Self::default();
        let mut problems = Vec::new();
        let mut at = 0;
        for (number, line) in text.split_inclusive('\n').enumerate() {
            let content = line.trim();
            let span = at..at + line.trim_end().len();
            at += line.len();
            if content.is_empty() || content.starts_with('#') {
                continue;
            }
            match parse(content, number + 1) {
                Ok(entry) => baseline.merge(entry),
                Err((message, help)) => problems.push(Problem { span, message, help }),
            }
        }
        if problems.is_empty() { Ok(baseline) } else { Err(problems) }
    }

    /// The file: the same bytes for the same entries, whatever their order was.
    pub fn render(&self) -> String {
        let mut text = HEADER.to_owned();
        for entry in self.entries.values() {
            let Entry { fingerprint, rule, shown, standing, owner, date, reason, .. } = entry;
            let owner = owner.as_deref().unwrap_or("-");
            text.push_str(&format!("{fingerprint}\t{rule}\t{shown}\t{standing}\t{owner}\t{date}"));
            if let Some(reason) = reason {
                text.push_str(&format!("\t{reason}"));
            }
            text.push('\n');
        }
        text
    }

    /// The line of a leak.
    pub fn get(&self, fingerprint: &str) -> Option<&Entry> {
        self.entries.get(fingerprint)
    }

    /// All lines, in the order of their fingerprints.
    pub fn entries(&self) -> impl Iterator<Item = &Entry> {
        self.entries.values()
    }

    /// All lines, to be decided about.
    pub fn entries_mut(&mut self) -> impl Iterator<Item = &mut Entry> {
        self.entries.values_mut()
    }

    /// Adds a line if the leak has none; says whether it had none.
    pub fn add(&mut self, entry: Entry) -> bool {
        let is_new = !self.entries.contains_key(&entry.fingerprint);
        if is_new {
            self.entries.insert(entry.fingerprint.clone(), entry);
        }
        is_new
    }

    /// Keeps the lines for which `keep` says so.
    pub fn retain(&mut self, mut keep: impl FnMut(&Entry) -> bool) {
        self.entries.retain(|_, entry| keep(entry));
    }

    fn merge(&mut self, entry: Entry) {
        match self.entries.get(&entry.fingerprint) {
            Some(before) if before.rank() >= entry.rank() => {}
            _ => {
                self.entries.insert(entry.fingerprint.clone(), entry);
            }
        }
    }
}

fn parse(content: &str, number: usize) -> Result<Entry, (String, String)> {
    let mut rest = content;
    let mut field = |name: &str| {
        let end = rest.find(char::is_whitespace).unwrap_or(rest.len());
        let (word, behind) = rest.split_at(end);
        rest = behind.trim_start();
        let help = "a line is: fingerprint, rule, redacted key, status, owner, date, reason";
        if word.is_empty() {
            Err((format!("there is no {name} here"), help.to_owned()))
        } else {
            Ok(word)
        }
    };
    let fingerprint = field("fingerprint")?.to_ascii_lowercase();
    if fingerprint.len() != 64 || !fingerprint.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        let is_conflict = ["<<<<<<<", "=======", ">>>>>>>"].iter().any(|m| content.starts_with(m));
        return Err(if is_conflict {
            let help = "delete the markers and keep the lines of both sides; \
                        `.stripeguard-baseline merge=union` in .gitattributes does that by itself";
            ("this is left over from a merge".to_owned(), help.to_owned())
        } else {
            let help = "a fingerprint has 64 hexadecimal digits, as `scan --format json` prints it";
            ("this line begins with no fingerprint".to_owned(), help.to_owned())
        });
    }
    let rule = field("rule")?.to_owned();
    let shown = field("redacted key")?.to_owned();
    let standing = standing(field("status")?)?;
    let owner = Some(field("owner")?.to_owned()).filter(|owner| owner != "-");
    let date = field("date")?;
    let date = config::date(date)
        .ok_or_else(|| (format!("'{date}' is no day"), "write it as 2027-01-31".to_owned()))?;
    let reason = (!rest.is_empty()).then(|| line(rest));
    Ok(Entry { fingerprint, rule, shown, standing, owner, date, reason, line: number })
}

fn standing(word: &str) -> Result<Standing, (String, String)> {
    let found = Standing::ALL.iter().find(|standing| standing.word() == word);
    found.copied().ok_or_else(|| {
        let known: Vec<&str> = Standing::ALL.iter().map(|standing| standing.word()).collect();
        let help = match config::closest(word, known.iter().copied()) {
            Some(one) => format!("did you mean '{one}'?"),
            None => format!("it is one of {}", known.join(", ")),
        };
        (format!("'{word}' is no status"), help)
    })
}
