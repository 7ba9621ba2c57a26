//! Suppressions that have outlived their purpose, as findings on their own lines.

use std::ops::Range;

use super::comments::Comments;
use super::rules::{EXPIRED, RULES, RotRule, UNKNOWN_RULE, UNUSED, WITHOUT_REASON};
use super::{BaselineFile, Covered, Entry, Inputs, Used};
use crate::blob::{Blob, Origin};
use crate::comment::Comment;
use crate::config::{self, Allow, Source};
use crate::finding::Finding;
use crate::key::Severity;
use crate::sighting::Place;

/// What is wrong with comments and lines of the baseline.
pub fn of_lines(
    findings: &[Finding],
    inputs: &Inputs<'_>,
    comments: &Comments,
    used: &Used,
) -> Vec<Finding> {
    let mut rot = Rot { inputs, found: Vec::new() };
    for (comment, place) in inputs.comments {
        rot.comment(comment, place, comments);
    }
    if let Some(file) = inputs.baseline {
        let is_covered = |entry: &Entry| {
            used.baseline.contains(&entry.fingerprint)
                || findings.iter().any(|finding| finding.fingerprint == entry.fingerprint)
        };
        for entry in file.baseline.entries() {
            rot.entry(entry, file, is_covered(entry));
        }
    }
    rot.found
}

/// What is wrong with entries of the configuration, which may cover what is wrong with the rest.
pub fn of_entries(inputs: &Inputs<'_>, used: &Used) -> Vec<Finding> {
    let mut rot = Rot { inputs, found: Vec::new() };
    if let Some(source) = &inputs.settings.source {
        for (number, allow) in inputs.settings.config.allow.iter().enumerate() {
            rot.allow(allow, source, used.allow.get(&number));
        }
    }
    rot.found
}

struct Rot<'a> {
    inputs: &'a Inputs<'a>,
    found: Vec<Finding>,
}

impl Rot<'_> {
    fn comment(&mut self, comment: &Comment, place: &Place, comments: &Comments) {
        let path = place.path.as_deref().unwrap_or_default();
        let mut is_known = true;
        for name in &comment.names {
            if !self.inputs.rules.contains(&name.rule.as_str()) {
                is_known = false;
                self.add(&UNKNOWN_RULE, no_rule(&name.rule, self.inputs.rules), place, &name.rule);
            }
        }
        let is_used = comments.is_used(path, comment.line);
        let has_run = comment.names.iter().all(|name| (self.inputs.has_run)(&name.rule));
        if is_known && has_run && !is_used {
            let message = match comments.lacks(path, comment.line) {
                Some((rule, print)) => format!(
                    "the comment does not cover the credential beside it, which has to be named: \
                     [{rule}:{print}]"
                ),
                None => {
                    "nothing that the comment names stands on its line or the next one".to_owned()
                }
            };
            self.add(&UNUSED, message, place, &named(comment));
        }
        if self.inputs.settings.config.require_reason && comment.reason.is_none() {
            let message = "the comment gives no reason behind the ']'".to_owned();
            self.add(&WITHOUT_REASON, message, place, &named(comment));
        }
    }

    fn allow(&mut self, allow: &Allow, source: &Source, covered: Option<&Covered>) {
        let text = &source.text;
        let span = allow.span.clone();
        let identity = text.get(span.clone()).unwrap_or_default().to_owned();
        let place = self.place(&self.inputs.config_label(), text, span);
        match allow.until {
            Some(until) if self.inputs.day() > until => {
                let owner = allow.owner.as_deref().map(|o| format!("; {o} answers for it"));
                let message = format!("the entry ended on {until}{}", owner.unwrap_or_default());
                self.add(&EXPIRED, message, &place, &identity);
            }
            _ if self.inputs.is_whole => {
                if let Some(idle) = self.idle(allow, covered) {
                    self.info(format!("{idle} nothing that was read"), &place, &identity);
                }
            }
            _ => {}
        }
        if self.inputs.settings.config.require_reason && allow.reason.is_none() {
            self.add(&WITHOUT_REASON, "the entry has no 'reason'".to_owned(), &place, &identity);
        }
    }

    /// What of an entry covers nothing, and the verb.
    fn idle(&self, allow: &Allow, covered: Option<&Covered>) -> Option<String> {
        let has_run =
            |rule: &str| RULES.iter().any(|own| own.id == rule) || (self.inputs.has_run)(rule);
        let idle = covered.unwrap_or(&Covered::default()).idle(allow, &has_run);
        let is_all = covered.is_none() && allow.rules.iter().all(|rule| has_run(rule));
        let named = idle.iter().map(|part| format!("'{part}'")).collect::<Vec<_>>().join(", ");
        match idle.len() {
            0 => None,
            _ if is_all => Some("the entry covers".to_owned()),
            1 => Some(format!("{named} in the entry covers")),
            _ => Some(format!("{named} in the entry cover")),
        }
    }

    fn entry(&mut self, entry: &Entry, file: &BaselineFile, is_used: bool) {
        let is_known = self.inputs.rules.contains(&entry.rule.as_str());
        let lacks_reason = self.inputs.settings.config.require_reason && entry.reason.is_none();
        let is_unused = !is_used && self.inputs.is_whole && (self.inputs.has_run)(&entry.rule);
        if is_known && !lacks_reason && !is_unused {
            return;
        }
        let place = self.place(&file.label, &file.text, line_of(&file.text, entry.line));
        if !is_known {
            let message = no_rule(&entry.rule, self.inputs.rules);
            self.add(&UNKNOWN_RULE, message, &place, &entry.fingerprint);
        }
        if is_known && is_unused {
            let message = format!("{} was not found in anything that was read", entry.shown);
            self.info(message, &place, &entry.fingerprint);
        }
        if lacks_reason {
            let message = "the line gives no reason; `stripeguard baseline audit` asks for it";
            self.add(&WITHOUT_REASON, message.to_owned(), &place, &entry.fingerprint);
        }
    }

    fn place(&self, label: &str, text: &str, span: Range<usize>) -> Place {
        let start = span.start.min(text.len());
        let line = memchr::memchr(b'\n', &text.as_bytes()[start..]);
        let line = line.map_or(text.len(), |at| start + at);
        let blob = Blob::whole(label, Origin::Tree, text.as_bytes());
        self.inputs.scanner.place(&blob, start..span.end.clamp(start, line))
    }

    fn add(&mut self, rule: &RotRule, message: String, place: &Place, identity: &str) {
        self.push(rule, rule.severity, message, place, identity);
    }

    /// Another branch or clone may still need what nothing here does.
    fn info(&mut self, message: String, place: &Place, identity: &str) {
        self.push(&UNUSED, Severity::Info, message, place, identity);
    }

    fn push(
        &mut self,
        rule: &RotRule,
        severity: Severity,
        message: String,
        place: &Place,
        identity: &str,
    ) {
        let severity = self.inputs.settings.config.severity(rule.id, severity);
        let message = self.inputs.scanner.label(&message);
        self.found.push(Finding::practice(
            rule.practice(message),
            severity,
            place.clone(),
            self.inputs.within,
            identity,
        ));
    }
}

fn no_rule(rule: &str, rules: &[&str]) -> String {
    match config::closest(rule, rules.iter().copied()) {
        Some(one) => format!("there is no rule '{rule}'; did you mean '{one}'?"),
        None => format!("there is no rule '{rule}'"),
    }
}

/// What a comment names, as its identity.
fn named(comment: &Comment) -> String {
    let name = |name: &crate::comment::Name| match &name.fingerprint {
        Some(print) => format!("{}:{print}", name.rule),
        None => name.rule.clone(),
    };
    comment.names.iter().map(name).collect::<Vec<_>>().join(",")
}

/// The bytes of a line, counted from 1.
fn line_of(text: &str, line: usize) -> Range<usize> {
    let mut lines = text.split_inclusive('\n');
    let start: usize = lines.by_ref().take(line.saturating_sub(1)).map(str::len).sum();
    start..start + lines.next().map_or(0, |line| line.trim_end().len())
}
