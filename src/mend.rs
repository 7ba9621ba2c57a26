//! Proposes fixes for keys that stand in files of today: a variable of the environment is read in the
//! place of a literal, and in texts for people the key is made unreadable.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ops::Range;

use crate::blob::Origin;
use crate::context::Files;
use crate::document::{Document, Unit};
use crate::expose::Ground;
use crate::exposure::Side;
use crate::finding::{Finding, Status};
use crate::fix::{Edit, Fix};
use crate::key::CredentialType;
use crate::lint::rewrite;
use crate::sighting::Place;
use crate::subject::Credential;

/// So many files are read again for fixes: nobody makes more of them.
const MOST: usize = 500;

/// What is left of a key in a text for people, behind its prefix.
const STAND_IN: &str = "REDACTED";

/// Fills in the fixes of findings about keys that ask somebody to act.
pub fn mend(findings: &mut [Finding], ground: &Ground) {
    let Some(root) = &ground.root else { return };
    let mut by_path: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (number, finding) in findings.iter().enumerate() {
        let path = finding.place.path.as_ref().filter(|_| is_candidate(finding));
        if let Some(path) = path.filter(|path| !path.contains("!/")) {
            by_path.entry(ground.path(path)).or_default().push(number);
        }
    }
    let files = Files::under(root);
    for (path, numbers) in by_path.into_iter().take(MOST) {
        let text = files.read(&path).and_then(|bytes| String::from_utf8(bytes).ok());
        let Some(text) = text else { continue };
        let variables = variables(&numbers, findings);
        for number in numbers {
            findings[number].fix = fix(&findings[number], &path, &text, &variables);
        }
    }
}

fn is_candidate(finding: &Finding) -> bool {
    let is_here = matches!(finding.place.origin, Origin::Tree | Origin::Index | Origin::History(_));
    finding.status == Status::Open && finding.credential().is_some() && is_here
}

/// For each variable the keys of one file that would be read from it: it can hold one.
fn variables(numbers: &[usize], findings: &[Finding]) -> HashMap<&'static str, BTreeSet<String>> {
    let mut variables: HashMap<_, BTreeSet<String>> = HashMap::new();
    for finding in numbers.iter().map(|&number| &findings[number]) {
        if let Some(name) = finding.credential().and_then(variable) {
            variables.entry(name).or_default().insert(finding.fingerprint.clone());
        }
    }
    variables
}

/// The variable that Stripe's own examples read such a key from.
fn variable(credential: &Credential) -> Option<&'static str> {
    match credential.rule.kind {
        CredentialType::Secret | CredentialType::Restricted => Some("STRIPE_SECRET_KEY"),
        CredentialType::Webhook => Some("STRIPE_WEBHOOK_SECRET"),
        _ => None,
    }
}

fn fix(
    finding: &Finding,
    path: &str,
    text: &str,
    variables: &HashMap<&'static str, BTreeSet<String>>,
) -> Option<Fix> {
    let credential = finding.credential()?;
    let value = credential.secret.value()?;
    let spans = spans(finding, text, value)?;
    let name = variable(credential).filter(|name| {
        finding.exposure.side != Side::Client && variables.get(name).is_some_and(|of| of.len() == 1)
    });
    let prefix = credential.rule.prefixes.iter().find(|prefix| value.starts_with(**prefix));
    let stand_in = format!("{}{STAND_IN}", prefix.copied().unwrap_or_default());
    let changes = rewrite::changes(path, text, &spans, name, &stand_in)?;
    let document = Document::new(text.as_bytes());
    let at = |offset| document.position(offset, Unit::Byte);
    let is_read = changes.iter().any(|change| change.text != stand_in);
    let edits = changes.into_iter().map(|change| Edit {
        start: at(change.span.start),
        end: at(change.span.end),
        text: change.text,
    });
    let what = match name.filter(|_| is_read) {
        Some(name) => format!("Read it from the variable {name} of the environment"),
        None => "Make it unreadable here".to_owned(),
    };
    let description = format!("{what}. Roll the key all the same: history still has it.");
    Some(Fix { description, edits: edits.collect() })
}

/// Where a key stands in a file of today, sorted; `None` if not all places of it are known there.
fn spans(finding: &Finding, text: &str, value: &str) -> Option<Vec<Range<usize>>> {
    let mut spans = Vec::new();
    for place in finding.places().filter(|place| place.origin == finding.place.origin) {
        let span = span(place, text, value)?;
        if !spans.contains(&span) {
            spans.push(span);
        }
    }
    spans.sort_by_key(|span| span.start);
    // A fix that leaves some of them is none.
    (text.matches(value).count() == spans.len()).then_some(spans)
}

fn span(place: &Place, text: &str, value: &str) -> Option<Range<usize>> {
    let start = usize::try_from(place.start.offset).ok()?;
    let span = start..start.checked_add(value.len())?;
    (place.decoded.is_empty() && text.get(span.clone()) == Some(value)).then_some(span)
}
