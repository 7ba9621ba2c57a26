//! What to do about one credential, in order.

use super::{Incident, Presence, presence};
use crate::exposure::Side;
use crate::key::Severity;
use crate::subject::Subject;

/// How many files a step names.
const FILES: usize = 5;

/// One thing to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// A sentence for a person.
    pub text: String,
    /// Files that it is about.
    pub files: Vec<String>,
    /// How many more files it is about.
    pub more: usize,
}

impl Step {
    fn of(text: impl Into<String>) -> Self {
        Self { text: text.into(), files: Vec::new(), more: 0 }
    }
}

/// The steps: what the rule says, then what follows from where the credential was found.
pub fn worksheet(incident: &Incident<'_>) -> Vec<Step> {
    let mut steps: Vec<Step> = incident.worst.remedy().lines().map(Step::of).collect();
    let is_public = incident.severity() == Severity::Info;
    if is_public || matches!(incident.worst.subject, Subject::Practice(_)) {
        return steps;
    }
    steps.extend(replace(incident));
    steps.extend(audience(incident).map(Step::of));
    steps
}

/// The files of today that have to change.
fn replace(incident: &Incident<'_>) -> Option<Step> {
    let here = incident.findings.iter().filter(|finding| presence(finding) == Presence::Here);
    let mut files: Vec<String> = here.filter_map(|finding| finding.place.path.clone()).collect();
    files.sort();
    files.dedup();
    let more = files.len().saturating_sub(FILES);
    files.truncate(FILES);
    let text = "Take it out of the files it is in now:".to_owned();
    (!files.is_empty()).then_some(Step { text, files, more })
}

/// Who has to be taken for knowing it.
fn audience(incident: &Incident<'_>) -> Option<String> {
    let remotes = incident.remotes();
    if incident.side() == Side::Client {
        return Some("It ships to clients: everybody who has loaded them has it.".to_owned());
    }
    match (remotes.first(), incident.findings.iter().any(|finding| finding.lineage.is_some())) {
        (Some(remote), _) => Some(format!(
            "It was pushed ({remote}{}): everybody who can read that repository, now or in a clone of \
             it, has it. Rewriting history does not take it back.",
            if remotes.len() > 1 { " and others" } else { "" }
        )),
        (None, true) => Some(
            "No remote-tracking branch of this clone has it. If it was never pushed, a rewritten \
             history keeps it here; if in doubt, it was."
                .to_owned(),
        ),
        (None, false) => None,
    }
}
