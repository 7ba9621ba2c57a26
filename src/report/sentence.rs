//! What a finding is, as sentences for formats that have room for a line or two.

use super::date::day;
use super::place::{short_id, short_ref};
use crate::blob::{CommitRef, Origin};
use crate::exposure::Side;
use crate::finding::{Finding, Lineage, Status};

/// What it is, how it was read, which side it ships to, and what history tells. It holds no line end.
pub fn about(finding: &Finding) -> String {
    let parts = [Some(what(finding)), side(finding), lineage(finding), status(finding)];
    parts.into_iter().flatten().collect::<Vec<_>>().join(" ")
}

/// What it is, and which one: `Stripe live secret key of account acct_… (sk_live_51…abcd).`
pub fn what(finding: &Finding) -> String {
    let message = finding.message();
    let mut text = message.trim_end().trim_end_matches('.').replace(['\r', '\n'], " ");
    if let Some(credential) = finding.credential() {
        text.push_str(&format!(" ({})", credential.secret.redacted()));
    }
    if !finding.place.decoded.is_empty() {
        let layers: Vec<_> = finding.place.decoded.iter().map(|layer| layer.name()).collect();
        text.push_str(&format!(", read through {}", layers.join(", ")));
    }
    text + "."
}

/// Who gets it, and what proves it; `None` where that is not known.
pub fn side(finding: &Finding) -> Option<String> {
    let exposure = &finding.exposure;
    let side = match exposure.side {
        Side::Client => "It ships to clients",
        Side::Server => "It stays on the server",
        Side::Unknown => return None,
    };
    Some(match &exposure.evidence {
        Some(evidence) => format!("{side}: {}.", evidence.trim_end_matches('.')),
        None => format!("{side}."),
    })
}

/// When it came, whether it is still there, and who can reach it; `None` where no history was read.
pub fn lineage(finding: &Finding) -> Option<String> {
    let Some(lineage) = &finding.lineage else {
        let first = finding.place.commit.as_ref()?;
        return Some(format!("Entered in {}.", commit(first)));
    };
    let refs = reached(lineage);
    if matches!(finding.place.origin, Origin::Message(_)) {
        let commit = lineage.first.as_ref().map(|first| format!("{}; ", commit(first)));
        return Some(format!("In the message of {}{refs}.", commit.unwrap_or_default()));
    }
    let first = match &lineage.first {
        Some(first) => format!("Entered in {}", commit(first)),
        None => "In no commit, but the object can be read".to_owned(),
    };
    let now = match (&lineage.last, lineage.at_head) {
        (_, true) => "; still there at HEAD".to_owned(),
        (Some(last), false) if Some(last) == lineage.first.as_ref() => {
            "; only that commit has it, not HEAD".to_owned()
        }
        (Some(last), false) => format!("; not at HEAD, last in {}", commit(last)),
        (None, false) => String::new(),
    };
    Some(format!("{first}{now}; {refs}."))
}

/// From where it can be reached.
pub fn reached(lineage: &Lineage) -> String {
    let named: Vec<&str> = lineage.refs.iter().map(|name| short_ref(name)).collect();
    match named.as_slice() {
        [] => "no branch or tag reaches it".to_owned(),
        few if few.len() <= 4 => format!("reached by {}", few.join(", ")),
        many => format!("reached by {} and {} more", many[..3].join(", "), many.len() - 3),
    }
}

/// Why nobody has to act; `None` where somebody has to.
pub fn status(finding: &Finding) -> Option<String> {
    match (finding.status, &finding.suppression) {
        (Status::Open, _) => None,
        (Status::Sample, _) => {
            Some("A sample that Stripe's documentation publishes; it opens no account.".to_owned())
        }
        (Status::Suppressed, None) => Some("Suppressed.".to_owned()),
        (Status::Suppressed, Some(suppression)) => {
            let by = format!("Suppressed by {} in {}", suppression.by.word(), suppression.source);
            Some(match &suppression.reason {
                Some(reason) => format!("{by}: {}.", reason.trim_end_matches('.')),
                None => by + ".",
            })
        }
    }
}

fn commit(commit: &CommitRef) -> String {
    let date = day(commit.date).map(|day| format!(" of {day}")).unwrap_or_default();
    format!("{}{date} by {}", short_id(commit.id), commit.author)
}
