//! From a report to the contract.

use std::collections::BTreeMap;

use super::{
    Comment, Commit, Credential, Document, Edit, Entry, Fix, History, Location, NAME, Name,
    Objects, Read, Receipt, Remark, Repository, Rule, Snippet, Stats, Suppression, Tool,
};
use crate::blob::{CommitRef, Origin};
use crate::coverage::{Coverage, Note, RepositoryState};
use crate::finding::{self, Finding, Status};
use crate::key::Severity;
use crate::report::date::rfc3339;
use crate::report::rule::RuleText;
use crate::report::{Report, Style};
use crate::sighting::Place;
use crate::{comment, fix, snippet, subject};

impl Document {
    /// A report.
    pub fn of(report: &Report, style: Style) -> Self {
        Self {
            schema: NAME.to_owned(),
            tool: Tool::this(),
            within: report.within.clone(),
            findings: report.findings.iter().map(|finding| Entry::of(finding, style)).collect(),
            rules: rules(&report.findings),
            coverage: Receipt::of(&report.coverage),
            notices: report.notices.iter().map(Remark::of).collect(),
            stats: Stats::of(&report.findings),
        }
    }
}

impl Tool {
    /// This program.
    pub fn this() -> Self {
        Self { name: env!("CARGO_PKG_NAME").into(), version: env!("CARGO_PKG_VERSION").into() }
    }
}

/// The rules of findings, each once, in the order of their ids.
pub fn rules(findings: &[Finding]) -> Vec<Rule> {
    let rules: BTreeMap<&str, Rule> = findings
        .iter()
        .map(|finding| {
            let text = RuleText::of(finding);
            let rule = Rule {
                id: text.id.to_owned(),
                title: text.title.to_owned(),
                remedy: text.remedy.to_owned(),
                references: text.references.iter().map(|link| (*link).to_owned()).collect(),
            };
            (finding.rule_id(), rule)
        })
        .collect();
    rules.into_values().collect()
}

impl Entry {
    /// A finding.
    pub fn of(finding: &Finding, style: Style) -> Self {
        Self {
            rule: finding.rule_id().to_owned(),
            kind: finding.subject.kind().to_owned(),
            severity: finding.severity.to_string(),
            confidence: finding.confidence.to_string(),
            message: finding.message(),
            location: Location::of(&finding.place),
            side: finding.exposure.side.word().to_owned(),
            evidence: finding.exposure.evidence.clone(),
            route: finding.exposure.route.clone(),
            fingerprint: finding.fingerprint.clone(),
            status: finding.status.word().to_owned(),
            suppression: finding.suppression.as_ref().map(Suppression::of),
            locations: finding.others.iter().map(Location::of).collect(),
            history: finding.lineage.as_ref().map(History::of),
            secret: finding.credential().map(|credential| Credential::of(credential, style)),
            fix: finding.fix.as_ref().map(Fix::of),
        }
    }
}

impl Location {
    fn of(place: &Place) -> Self {
        let commit = place.commit.as_ref();
        Self {
            path: place.path.clone(),
            line: place.start.line,
            column: place.start.column,
            end_line: place.end.line,
            end_column: place.end.column,
            offset: (place.origin != Origin::Patch).then_some(place.start.offset),
            origin: place.origin.name().to_owned(),
            object: place.origin.object().map(|id| id.to_string()),
            commit: commit.map(|commit| commit.id.to_string()),
            author: commit.map(|commit| commit.author.clone()),
            date: commit.and_then(|commit| rfc3339(commit.date)),
            subject: commit.map(|commit| commit.subject.clone()),
            decoded: place.decoded.iter().map(|layer| layer.name().to_owned()).collect(),
            snippet: Snippet::of(&place.snippet),
            comments: place.comments.iter().map(Comment::of).collect(),
        }
    }
}

impl Comment {
    fn of(comment: &comment::Comment) -> Self {
        let name = |name: &comment::Name| Name {
            rule: name.rule.clone(),
            fingerprint: name.fingerprint.clone(),
        };
        Self {
            line: comment.line,
            alone: comment.is_alone,
            names: comment.names.iter().map(name).collect(),
            reason: comment.reason.clone(),
        }
    }
}

impl Fix {
    fn of(fix: &fix::Fix) -> Self {
        let edit = |edit: &fix::Edit| Edit {
            line: edit.start.line,
            column: edit.start.column,
            end_line: edit.end.line,
            end_column: edit.end.column,
            offset: edit.start.offset,
            end_offset: edit.end.offset,
            text: edit.text.clone(),
        };
        Self { description: fix.description.clone(), edits: fix.edits.iter().map(edit).collect() }
    }
}

impl Snippet {
    fn of(snippet: &snippet::Snippet) -> Self {
        let count =
            |end: usize| snippet.text.get(..end).map_or(0, |before| before.chars().count() as u64);
        Self {
            text: snippet.text.clone(),
            start: count(snippet.mark.start),
            end: count(snippet.mark.end),
        }
    }
}

impl Suppression {
    fn of(suppression: &finding::Suppression) -> Self {
        Self {
            by: suppression.by.word().to_owned(),
            source: suppression.source.clone(),
            reason: suppression.reason.clone(),
        }
    }
}

impl History {
    fn of(lineage: &finding::Lineage) -> Self {
        Self {
            first: lineage.first.as_ref().map(Commit::of),
            last: lineage.last.as_ref().map(Commit::of),
            at_head: lineage.at_head,
            refs: lineage.refs.clone(),
        }
    }
}

impl Commit {
    fn of(commit: &CommitRef) -> Self {
        Self {
            id: commit.id.to_string(),
            author: commit.author.clone(),
            date: rfc3339(commit.date),
            subject: commit.subject.clone(),
        }
    }
}

impl Credential {
    fn of(credential: &subject::Credential, style: Style) -> Self {
        let subject::Credential { rule, secret, facts } = credential;
        Self {
            r#type: rule.kind.to_string(),
            mode: rule.mode.map(|mode| mode.to_string()),
            account: facts.account.clone(),
            created: facts.created.and_then(rfc3339),
            redacted: secret.redacted(),
            value: secret.value().filter(|_| style.reveal).map(str::to_owned),
        }
    }
}

impl Receipt {
    /// What was read.
    pub fn of(coverage: &Coverage) -> Self {
        let objects = coverage.objects;
        Self {
            complete: coverage.is_complete(),
            requested: coverage.requested.clone(),
            read: Read {
                files: coverage.files,
                bytes: coverage.bytes,
                objects: Objects {
                    blob: objects.blobs,
                    tree: objects.trees,
                    commit: objects.commits,
                    tag: objects.tags,
                },
                known: coverage.known,
                members: coverage.members,
            },
            repositories: coverage.repositories.iter().map(Repository::of).collect(),
            skipped: coverage.skipped.iter().map(Remark::of).collect(),
            gaps: coverage.gaps.iter().map(Remark::of).collect(),
        }
    }
}

impl Repository {
    fn of(state: &RepositoryState) -> Self {
        Self {
            path: state.path.clone(),
            objects: state.objects,
            tips: state.tips.iter().cloned().collect(),
        }
    }
}

impl Remark {
    /// A note.
    pub fn of(note: &Note) -> Self {
        Self { what: note.what.clone(), why: note.why.clone() }
    }
}

impl Stats {
    /// Counts findings.
    pub fn of(findings: &[Finding]) -> Self {
        let mut stats = Self::default();
        for finding in findings {
            *match (finding.status, finding.severity) {
                (Status::Sample, _) => &mut stats.samples,
                (Status::Suppressed, _) => &mut stats.suppressed,
                (Status::Open, Severity::Critical) => &mut stats.critical,
                (Status::Open, Severity::High) => &mut stats.high,
                (Status::Open, Severity::Medium) => &mut stats.medium,
                (Status::Open, Severity::Low) => &mut stats.low,
                (Status::Open, Severity::Info) => &mut stats.info,
            } += 1;
        }
        stats
    }
}
