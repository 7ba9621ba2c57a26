//! The contract that other programs build on, `stripeguard.report/1`.
//!
//! The structs here are the contract and nothing else uses them. Absent things are `null`; only
//! `secret.value` is left out, unless the run was told to reveal values. The schema of the
//! contract is made from these structs, and a report can be read back from it.

mod of;
mod read;

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use of::rules;
pub use read::{ReadError, read};

/// The name and version of the contract.
pub const NAME: &str = "stripeguard.report/1";

/// A report of stripeguard.
#[derive(Serialize, Deserialize, JsonSchema)]
#[schemars(title = "stripeguard.report/1")]
pub struct Document {
    /// The name and version of this contract.
    pub schema: String,
    pub tool: Tool,
    /// What leads from the root of the repository to where paths begin, such as `packages/api/`;
    /// empty at the root and where there is no repository.
    pub within: String,
    pub findings: Vec<Entry>,
    /// The rules of the findings, each once.
    pub rules: Vec<Rule>,
    pub coverage: Receipt,
    /// What a configuration in the scanned repository suppressed or disabled.
    pub notices: Vec<Remark>,
    pub stats: Stats,
}

#[derive(Serialize, Deserialize, JsonSchema)]
pub struct Tool {
    pub name: String,
    pub version: String,
}

/// One secret in one path, or one practice at one place.
#[derive(Serialize, Deserialize, JsonSchema)]
pub struct Entry {
    /// The id of the rule.
    pub rule: String,
    /// `secret` or `lint`.
    pub kind: String,
    /// `critical`, `high`, `medium`, `low` or `info`.
    pub severity: String,
    /// `certain`, `likely` or `possible`.
    pub confidence: String,
    pub message: String,
    #[serde(flatten)]
    pub location: Location,
    /// `client`, `server` or `unknown`.
    pub side: String,
    /// Why it is that side, as a sentence.
    pub evidence: Option<String>,
    /// The files that lead from an entry point of the client to this one, where imports prove it.
    pub route: Vec<String>,
    /// The identity of the leak: 64 hexadecimal digits, the same wherever the secret stands.
    pub fingerprint: String,
    /// `open`, `suppressed` or `sample`.
    pub status: String,
    /// Why nobody has to act; null unless the status is `suppressed`.
    pub suppression: Option<Suppression>,
    /// Every other place of the same secret in the same path.
    pub locations: Vec<Location>,
    /// What history tells; null where it was not read or does not know the path.
    pub history: Option<History>,
    pub secret: Option<Credential>,
    /// What would mend it, where that is beyond doubt.
    pub fix: Option<Fix>,
}

/// A place. Lines and columns count from 1, columns in Unicode characters; the end is just behind
/// the last character; the offset counts bytes.
#[derive(Serialize, Deserialize, JsonSchema)]
pub struct Location {
    /// Relative to where the scan began, with `/`; a member of an archive is `outer!/inner`. Null
    /// where there is no path, as for a commit message.
    pub path: Option<String>,
    pub line: u64,
    pub column: u64,
    pub end_line: u64,
    pub end_column: u64,
    /// Null in a patch, which does not tell it.
    pub offset: Option<u64>,
    /// `tree`, `index`, `history`, `message`, `name`, `ref`, `reflog`, `config`, `stdin` or `patch`.
    pub origin: String,
    /// The git object that holds it.
    pub object: Option<String>,
    /// The commit that introduced it.
    pub commit: Option<String>,
    pub author: Option<String>,
    /// RFC 3339, UTC.
    pub date: Option<String>,
    /// The first line of the message of that commit.
    pub subject: Option<String>,
    /// The spellings through which it was read, the outermost first.
    pub decoded: Vec<String>,
    pub snippet: Snippet,
    /// The comments beside it that allow findings, whether or not they name this one.
    pub comments: Vec<Comment>,
}

/// A comment that allows findings.
#[derive(Serialize, Deserialize, JsonSchema)]
pub struct Comment {
    pub line: u64,
    /// Whether nothing else is on its line, so that it speaks of the next one too.
    pub alone: bool,
    pub names: Vec<Name>,
    pub reason: Option<String>,
}

/// What a comment names.
#[derive(Serialize, Deserialize, JsonSchema)]
pub struct Name {
    pub rule: String,
    /// The first digits of a fingerprint.
    pub fingerprint: Option<String>,
}

/// A change of the file of a finding.
#[derive(Serialize, Deserialize, JsonSchema)]
pub struct Fix {
    pub description: String,
    /// In order; none of them overlap.
    pub edits: Vec<Edit>,
}

/// A text in the place of another one. Lines and columns count as in a location, offsets count bytes
/// of the file as it was read.
#[derive(Serialize, Deserialize, JsonSchema)]
pub struct Edit {
    pub line: u64,
    pub column: u64,
    pub end_line: u64,
    pub end_column: u64,
    pub offset: u64,
    pub end_offset: u64,
    pub text: String,
}

/// The line, redacted; the characters from `start` to before `end` stand for the secret.
#[derive(Serialize, Deserialize, JsonSchema)]
pub struct Snippet {
    pub text: String,
    /// Counts characters from 0.
    pub start: u64,
    pub end: u64,
}

/// Why a finding asks nobody to act.
#[derive(Serialize, Deserialize, JsonSchema)]
pub struct Suppression {
    /// `comment`, `config` or `baseline`.
    pub by: String,
    /// Where that stands, such as `src/pay.ts:12`.
    pub source: String,
    pub reason: Option<String>,
}

/// What the history of the repository tells about a finding.
#[derive(Serialize, Deserialize, JsonSchema)]
pub struct History {
    pub first: Option<Commit>,
    /// The last commit that still had it.
    pub last: Option<Commit>,
    /// Whether the commit of HEAD has it.
    pub at_head: bool,
    /// The references that reach it.
    pub refs: Vec<String>,
}

#[derive(Serialize, Deserialize, JsonSchema)]
pub struct Commit {
    pub id: String,
    pub author: String,
    /// RFC 3339, UTC.
    pub date: Option<String>,
    pub subject: String,
}

/// What is known about the credential itself.
#[derive(Serialize, Deserialize, JsonSchema)]
pub struct Credential {
    /// `secret`, `restricted`, `publishable`, `organization`, `webhook` …
    pub r#type: String,
    /// `live`, `test`, or null where the credential does not say.
    pub mode: Option<String>,
    /// The account id that stands in the key.
    pub account: Option<String>,
    /// When that account was created: RFC 3339, UTC.
    pub created: Option<String>,
    pub redacted: String,
    /// The value in clear text: only with `--reveal`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
}

/// A rule.
#[derive(Serialize, Deserialize, JsonSchema)]
pub struct Rule {
    pub id: String,
    pub title: String,
    /// What to do, a step a line.
    pub remedy: String,
    /// Pages that say more.
    pub references: Vec<String>,
}

/// What was asked for and what was read.
#[derive(Serialize, Deserialize, JsonSchema)]
pub struct Receipt {
    pub complete: bool,
    pub requested: Vec<String>,
    pub read: Read,
    /// The repositories of which every object was to be read, as they were then.
    pub repositories: Vec<Repository>,
    pub skipped: Vec<Remark>,
    pub gaps: Vec<Remark>,
}

#[derive(Serialize, Deserialize, JsonSchema)]
pub struct Read {
    pub files: u64,
    pub bytes: u64,
    pub objects: Objects,
    /// How many of the objects were known to be clean from an earlier run and not read again.
    pub known: u64,
    /// Members of archives, nested ones too.
    pub members: u64,
}

#[derive(Serialize, Deserialize, JsonSchema)]
pub struct Repository {
    /// Where it is, as paths of findings begin; that of a submodule ends with `:`.
    pub path: String,
    /// How many objects its database listed, each counted once.
    pub objects: u64,
    /// `HEAD` and the full names of references, with the ids that they named.
    pub tips: BTreeMap<String, String>,
}

#[derive(Serialize, Deserialize, JsonSchema)]
pub struct Objects {
    pub blob: u64,
    pub tree: u64,
    pub commit: u64,
    pub tag: u64,
}

#[derive(Serialize, Deserialize, JsonSchema)]
pub struct Remark {
    pub what: String,
    pub why: String,
}

/// Open findings by severity, and what asks nobody to act.
#[derive(Default, Serialize, Deserialize, JsonSchema)]
pub struct Stats {
    pub critical: u64,
    pub high: u64,
    pub medium: u64,
    pub low: u64,
    pub info: u64,
    pub suppressed: u64,
    pub samples: u64,
}
