//! gitleaks: its reports in JSON, of version 8 and of those before, and `.gitleaksignore`.

use serde::Deserialize;

use super::{Foreign, List, Value};
use crate::suppress::Standing;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", default)]
#[derive(Default)]
struct Leak {
    #[serde(rename = "RuleID")]
    rule_id: String,
    file: String,
    start_line: u64,
    commit: String,
    secret: String,
    /// The names of the versions before 8.
    #[serde(rename = "rule")]
    old_rule: String,
    #[serde(rename = "file")]
    old_file: String,
    #[serde(rename = "lineNumber")]
    old_line: u64,
    #[serde(rename = "commit")]
    old_commit: String,
    #[serde(rename = "offender")]
    old_secret: String,
}

/// Reads a report.
///
/// # Errors
/// If it is no list of leaks.
pub fn report(text: &str) -> Result<Vec<Foreign>, String> {
    let leaks: Vec<Leak> = serde_json::from_str(text).map_err(|error| error.to_string())?;
    Ok(leaks.into_iter().map(leak).collect())
}

fn leak(leak: Leak) -> Foreign {
    let either = |new: String, old: String| if new.is_empty() { old } else { new };
    let kind = either(leak.rule_id, leak.old_rule);
    let path = either(leak.file, leak.old_file).replace('\\', "/");
    let commit = either(leak.commit, leak.old_commit);
    let secret = either(leak.secret, leak.old_secret);
    let line = leak.start_line.max(leak.old_line);
    let is_redacted = secret.is_empty() || secret == "REDACTED" || secret.contains("...");
    Foreign {
        label: format!("{path}:{line} ({kind})"),
        kind,
        path: Some(path).filter(|path| !path.is_empty()),
        line: Some(line).filter(|&line| line > 0),
        commit: Some(commit).filter(|commit| !commit.is_empty()),
        value: if is_redacted { Value::Unknown } else { Value::Clear(secret) },
        standing: None,
        reason: None,
    }
}

/// Whether a text is an ignore file: one line of it is an entry, or it has the name of one.
pub fn is_ignore_file(path: &str, text: &str) -> bool {
    path.ends_with("ignore") || text.lines().any(|line| entry(line.trim()).is_some())
}

/// Reads `.gitleaksignore`: `commit:path:rule:line` or `path:rule:line` on each line. The comment
/// above an entry, or behind it, is its reason. Other lines are skipped, as gitleaks does.
pub fn ignore_file(name: &str, text: &str) -> List {
    let mut list = List::default();
    let mut comment: Vec<String> = Vec::new();
    let mut is_fresh = false;
    for (number, line) in (1..).zip(text.lines().map(str::trim)) {
        if let Some(words) = line.strip_prefix('#') {
            if !is_fresh {
                comment.clear();
            }
            is_fresh = true;
            comment.push(words.trim_start_matches('#').trim().to_owned());
        } else if line.is_empty() {
            comment.clear();
            is_fresh = false;
        } else if let Some(mut foreign) = entry(line) {
            is_fresh = false;
            foreign.label = format!("{name}:{number}: {}", foreign.label);
            let above = Some(comment.join(" ")).filter(|comment| !comment.is_empty());
            foreign.reason = foreign.reason.or(above);
            list.entries.push(foreign);
        } else {
            is_fresh = false;
            list.skipped.push(skipped(number, line));
        }
    }
    list
}

/// Patterns are what people write who take it for a `.gitignore`.
fn skipped(number: usize, line: &str) -> String {
    let what = if line.contains(['*', '?']) { "a pattern and no" } else { "no" };
    format!(
        "line {number} is {what} fingerprint (`commit:path:rule:line` or `path:rule:line`); gitleaks \
         ignores such a line, too"
    )
}

fn entry(line: &str) -> Option<Foreign> {
    let (line, behind) = match line.split_once(" #") {
        Some((line, comment)) => (line.trim_end(), Some(comment.trim().to_owned())),
        None => (line, None),
    };
    let mut parts = line.rsplitn(3, ':');
    let number: u64 = parts.next()?.trim().parse().ok()?;
    let (kind, rest) = (parts.next()?, parts.next()?);
    let is_commit = |text: &str| {
        (text.len() == 40 || text.len() == 64) && text.bytes().all(|b| b.is_ascii_hexdigit())
    };
    let (commit, path) = match rest.split_once(':') {
        Some((commit, path)) if is_commit(commit) => (Some(commit.to_owned()), path),
        _ => (None, rest),
    };
    Some(Foreign {
        label: line.to_owned(),
        kind: kind.to_owned(),
        path: Some(path.replace('\\', "/")),
        line: Some(number),
        commit,
        value: Value::Unknown,
        standing: Some(Standing::Accepted),
        reason: behind.filter(|comment| !comment.is_empty()),
    })
}
