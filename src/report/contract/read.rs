//! From the contract back to a report. Reports come from other machines: every text in one is made
//! harmless again, and what does not fit is an error, never a guess.

use std::collections::BTreeMap;
use std::fmt;

use super::{
    Comment, Commit, Credential, Document, Edit, Entry, Fix, History, Location, NAME, Name,
    Receipt, Remark, Repository, Rule, Snippet, Suppression,
};
use crate::blob::{CommitRef, ObjectId, Origin, Position};
use crate::comment;
use crate::coverage::{Coverage, Note, ObjectCounts, RepositoryState};
use crate::decode::Layer;
use crate::detect::Facts;
use crate::exposure::{Exposure, Side};
use crate::finding::{self, Finding, Lineage, Status, SuppressedBy};
use crate::fix;
use crate::key;
use crate::report::Report;
use crate::report::date::seconds;
use crate::secret::Secret;
use crate::sighting::Place;
use crate::snippet::{self, neutral};
use crate::subject::{self, Practice, Subject};

/// Why a report cannot be read. Its text says what to do.
#[derive(Debug)]
pub enum ReadError {
    /// It is not JSON, or not of this form.
    Json(serde_json::Error),
    /// It is JSON of another contract.
    Contract(String),
    /// A field says what this version does not know.
    Unknown {
        /// What kind of thing it is.
        what: &'static str,
        /// What it says.
        word: String,
        /// The version that wrote it.
        version: String,
    },
}

impl fmt::Display for ReadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Json(error) => {
                write!(f, "it is no report that `scan --format json` wrote: {error}")
            }
            Self::Contract(name) => write!(
                f,
                "it follows the contract '{name}', and this version reads {NAME}; \
                 write it with `scan --format json` of this version"
            ),
            Self::Unknown { what, word, version } => write!(
                f,
                "its {what} '{word}' is not known to version {}; it was written by version {version}",
                env!("CARGO_PKG_VERSION")
            ),
        }
    }
}

impl std::error::Error for ReadError {}

/// Reads a report. What it says of the program that wrote it is for errors only.
///
/// # Errors
/// If it does not follow the contract.
pub fn read(json: &[u8]) -> Result<Report, ReadError> {
    /// The one field that says what the others are.
    #[derive(serde::Deserialize)]
    struct Head {
        schema: String,
    }
    let head: Head = serde_json::from_slice(json).map_err(ReadError::Json)?;
    if head.schema != NAME {
        return Err(ReadError::Contract(neutral(&head.schema)));
    }
    let document: Document = serde_json::from_slice(json).map_err(ReadError::Json)?;
    let reader = Reader {
        version: neutral(&document.tool.version),
        rules: document.rules.into_iter().map(|rule| (rule.id.clone(), rule)).collect(),
    };
    let findings = document.findings.into_iter().map(|entry| reader.finding(entry));
    Ok(Report {
        findings: findings.collect::<Result<_, _>>()?,
        coverage: coverage(document.coverage),
        base: String::new(),
        within: neutral(&document.within),
        notices: notes(document.notices),
    })
}

struct Reader {
    version: String,
    rules: BTreeMap<String, Rule>,
}

impl Reader {
    fn finding(&self, entry: Entry) -> Result<Finding, ReadError> {
        Ok(Finding {
            severity: self.word("severity", &entry.severity)?,
            confidence: self.word("confidence", &entry.confidence)?,
            status: self.status(&entry.status)?,
            exposure: Exposure {
                side: self.side(&entry.side)?,
                evidence: clean(entry.evidence),
                route: all_clean(entry.route),
            },
            suppression: entry.suppression.map(|one| self.suppression(one)).transpose()?,
            fingerprint: neutral(&entry.fingerprint),
            place: self.place(entry.location)?,
            others: self.places(entry.locations)?,
            lineage: entry.history.map(|history| self.lineage(history)).transpose()?,
            subject: match entry.secret {
                Some(secret) => Subject::Credential(self.credential(&entry.rule, secret)?),
                None => Subject::Practice(self.practice(&entry.rule, &entry.message)?),
            },
            fix: entry.fix.map(fix),
        })
    }

    fn unknown(&self, what: &'static str, word: &str) -> ReadError {
        ReadError::Unknown { what, word: neutral(word), version: self.version.clone() }
    }

    fn word<T: std::str::FromStr>(&self, what: &'static str, word: &str) -> Result<T, ReadError> {
        word.parse().map_err(|_| self.unknown(what, word))
    }

    fn status(&self, word: &str) -> Result<Status, ReadError> {
        let all = [Status::Open, Status::Suppressed, Status::Sample];
        let found = all.into_iter().find(|status| status.word() == word);
        found.ok_or_else(|| self.unknown("status", word))
    }

    fn side(&self, word: &str) -> Result<Side, ReadError> {
        let all = [Side::Client, Side::Server, Side::Unknown];
        let found = all.into_iter().find(|side| side.word() == word);
        found.ok_or_else(|| self.unknown("side", word))
    }

    fn suppression(&self, from: Suppression) -> Result<finding::Suppression, ReadError> {
        let all = [SuppressedBy::Comment, SuppressedBy::Config, SuppressedBy::Baseline];
        let by = all.into_iter().find(|by| by.word() == from.by);
        Ok(finding::Suppression {
            by: by.ok_or_else(|| self.unknown("suppression", &from.by))?,
            source: neutral(&from.source),
            reason: clean(from.reason),
        })
    }

    fn credential(&self, rule: &str, from: Credential) -> Result<subject::Credential, ReadError> {
        let rule = key::rule(rule).ok_or_else(|| self.unknown("rule", rule))?;
        let prefix = rule.prefixes.iter().map(|prefix| prefix.len()).max().unwrap_or(0);
        Ok(subject::Credential {
            rule,
            secret: match from.value {
                Some(value) => Secret::new(value, prefix),
                None => Secret::redacted_only(neutral(&from.redacted)),
            },
            facts: Facts {
                account: clean(from.account),
                created: from.created.as_deref().and_then(seconds),
            },
        })
    }

    fn practice(&self, id: &str, message: &str) -> Result<Practice, ReadError> {
        let rule = self.rules.get(id).ok_or_else(|| self.unknown("rule", id))?;
        Ok(Practice {
            id: neutral(id),
            title: neutral(&rule.title),
            message: neutral(message),
            remedy: rule.remedy.lines().map(neutral).collect::<Vec<_>>().join("\n"),
            references: all_clean(rule.references.clone()),
        })
    }

    fn places(&self, from: Vec<Location>) -> Result<Vec<Place>, ReadError> {
        from.into_iter().map(|location| self.place(location)).collect()
    }

    fn place(&self, from: Location) -> Result<Place, ReadError> {
        let position = |line: u64, column: u64| Position {
            line: line.max(1),
            column: column.max(1),
            offset: from.offset.unwrap_or(0),
        };
        let commit = match (from.commit, from.author, from.subject) {
            (Some(id), author, subject) => Some(self.commit(Commit {
                id,
                author: author.unwrap_or_default(),
                date: from.date,
                subject: subject.unwrap_or_default(),
            })?),
            _ => None,
        };
        Ok(Place {
            origin: self.origin(&from.origin, from.object.as_deref())?,
            start: position(from.line, from.column),
            end: position(from.end_line, from.end_column),
            path: clean(from.path),
            commit,
            decoded: from
                .decoded
                .iter()
                .map(|name| Layer::of_name(name).ok_or_else(|| self.unknown("spelling", name)))
                .collect::<Result<_, _>>()?,
            snippet: snippet(from.snippet),
            comments: from.comments.into_iter().map(comment).collect(),
        })
    }

    fn origin(&self, word: &str, object: Option<&str>) -> Result<Origin, ReadError> {
        let id = || {
            let object = object.unwrap_or("");
            self.id("object", object)
        };
        Ok(match word {
            "tree" => Origin::Tree,
            "index" => Origin::Index,
            "history" => Origin::History(id()?),
            "message" => Origin::Message(id()?),
            "ref" => Origin::Ref,
            "name" => Origin::Name(id()?),
            "reflog" => Origin::Reflog,
            "config" => Origin::Config,
            "stdin" => Origin::Stdin,
            "patch" => Origin::Patch,
            other => return Err(self.unknown("origin", other)),
        })
    }

    fn id(&self, what: &'static str, hex: &str) -> Result<ObjectId, ReadError> {
        ObjectId::from_hex(hex.as_bytes()).ok_or_else(|| self.unknown(what, hex))
    }

    fn lineage(&self, from: History) -> Result<Lineage, ReadError> {
        Ok(Lineage {
            first: from.first.map(|commit| self.commit(commit)).transpose()?,
            last: from.last.map(|commit| self.commit(commit)).transpose()?,
            at_head: from.at_head,
            refs: all_clean(from.refs),
        })
    }

    /// A date that could not be written is one that cannot be shown either.
    fn commit(&self, from: Commit) -> Result<CommitRef, ReadError> {
        Ok(CommitRef {
            id: self.id("commit", &from.id)?,
            author: neutral(&from.author),
            date: from.date.as_deref().and_then(seconds).unwrap_or(i64::MAX),
            subject: neutral(&from.subject),
        })
    }
}

/// A snippet whose mark lies on characters of its text.
fn snippet(from: Snippet) -> snippet::Snippet {
    let text = neutral(&from.text);
    let byte = |at: u64| {
        let at = usize::try_from(at).unwrap_or(usize::MAX);
        text.char_indices().nth(at).map_or(text.len(), |(byte, _)| byte)
    };
    let (start, end) = (byte(from.start), byte(from.end));
    snippet::Snippet { mark: start..end.max(start), text }
}

fn comment(from: Comment) -> comment::Comment {
    let name = |name: Name| comment::Name {
        rule: neutral(&name.rule),
        fingerprint: clean(name.fingerprint),
    };
    comment::Comment {
        names: from.names.into_iter().map(name).collect(),
        reason: clean(from.reason),
        line: from.line.max(1),
        is_alone: from.alone,
    }
}

fn fix(from: Fix) -> fix::Fix {
    let position = |line: u64, column: u64, offset| Position {
        line: line.max(1),
        column: column.max(1),
        offset,
    };
    let edit = |edit: Edit| fix::Edit {
        start: position(edit.line, edit.column, edit.offset),
        end: position(edit.end_line, edit.end_column, edit.end_offset),
        text: lines(&edit.text),
    };
    fix::Fix {
        description: neutral(&from.description),
        edits: from.edits.into_iter().map(edit).collect(),
    }
}

/// A text of several lines, of which each is made harmless.
fn lines(text: &str) -> String {
    text.split('\n').map(neutral).collect::<Vec<_>>().join("\n")
}

fn repository(from: Repository) -> RepositoryState {
    let tips = from.tips.iter().map(|(name, id)| (neutral(name), neutral(id)));
    RepositoryState { path: neutral(&from.path), tips: tips.collect(), objects: from.objects }
}

fn coverage(from: Receipt) -> Coverage {
    let objects = from.read.objects;
    Coverage {
        requested: all_clean(from.requested),
        files: from.read.files,
        bytes: from.read.bytes,
        known: from.read.known,
        members: from.read.members,
        repositories: from.repositories.into_iter().map(repository).collect(),
        objects: ObjectCounts {
            blobs: objects.blob,
            trees: objects.tree,
            commits: objects.commit,
            tags: objects.tag,
        },
        skipped: notes(from.skipped),
        gaps: notes(from.gaps),
    }
}

fn notes(from: Vec<Remark>) -> Vec<Note> {
    let note = |remark: Remark| Note { what: neutral(&remark.what), why: neutral(&remark.why) };
    from.into_iter().map(note).collect()
}

fn clean(text: Option<String>) -> Option<String> {
    text.map(|text| neutral(&text))
}

fn all_clean(texts: Vec<String>) -> Vec<String> {
    texts.iter().map(|text| neutral(text)).collect()
}
