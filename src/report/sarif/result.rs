//! A finding as a result of SARIF.

use std::collections::BTreeMap;

use super::model::{
    ArtifactChange, CodeFlow, Context, Fix, FlowStep, Location, LogicalLocation, PhysicalLocation,
    Region, Replacement, ResultEntry, ResultProperties, Suppression, Text, ThreadFlow,
};
use super::{rules, uri};
use crate::finding::{Finding, Status, SuppressedBy};
use crate::fix::Edit;
use crate::report::{Report, place, sentence};
use crate::sighting::Place;

/// How many further places of a finding are listed; GitHub shows no more.
const PLACES: usize = 100;

/// The result of a finding.
pub fn of(finding: &Finding, rule_index: usize, report: &Report) -> ResultEntry {
    ResultEntry {
        rule_id: finding.rule_id().to_owned(),
        rule_index,
        level: rules::level(finding.severity),
        message: message(&sentence::about(finding)),
        locations: [location(finding, &finding.place, report)],
        related_locations: related(finding, report),
        code_flows: route(finding, report),
        partial_fingerprints: fingerprints(finding),
        suppressions: suppressions(finding),
        fixes: fixes(finding, report),
        properties: properties(finding),
    }
}

/// A message in which nothing is taken for a link to a location.
fn message(text: &str) -> Text {
    Text::of(text.replace("](", "] ("))
}

/// GitHub wants a file, a line and a column of every result. What stands in no file of today has
/// the beginning of the file that it stood in, and its true place as a logical location.
fn location(finding: &Finding, place: &Place, report: &Report) -> Location {
    let (path, is_there) = place::in_repository(finding, place, report);
    let (region, context_region) = match is_there {
        true => (region(place), Some(context(place))),
        false => (Region::START, None),
    };
    let is_file = is_there && place.commit.is_none();
    let logical =
        LogicalLocation { fully_qualified_name: place::name(place, report), kind: "resource" };
    Location {
        id: None,
        physical_location: PhysicalLocation {
            artifact_location: uri::location(&path),
            region,
            context_region,
        },
        logical_locations: if is_file { Vec::new() } else { vec![logical] },
        message: None,
    }
}

fn region(place: &Place) -> Region {
    Region {
        start_line: place.start.line,
        start_column: place.start.column,
        end_line: place.end.line,
        end_column: place.end.column,
    }
}

fn context(place: &Place) -> Context {
    Context {
        start_line: place.start.line,
        end_line: place.end.line,
        snippet: Text::of(place.snippet.text.clone()),
    }
}

fn related(finding: &Finding, report: &Report) -> Vec<Location> {
    let places = finding.others.iter().take(PLACES).enumerate();
    places
        .map(|(index, place)| Location {
            id: Some(index + 1),
            message: Some(Text::of(format!("Also in {}", place::name(place, report)))),
            ..location(finding, place, report)
        })
        .collect()
}

/// The files that lead from an entry point of the client to the credential.
fn route(finding: &Finding, report: &Report) -> Vec<CodeFlow> {
    let route = &finding.exposure.route;
    if route.is_empty() {
        return Vec::new();
    }
    let step = |(index, path): (usize, &String)| {
        let text = if index == 0 { "A client loads this file" } else { "which imports this one" };
        let (path, region) = match index + 1 == route.len() {
            true => {
                (place::in_repository(finding, &finding.place, report).0, region(&finding.place))
            }
            false => (format!("{}{path}", report.within), Region::START),
        };
        FlowStep {
            location: Location {
                id: None,
                physical_location: PhysicalLocation {
                    artifact_location: uri::location(&path),
                    region,
                    context_region: None,
                },
                logical_locations: Vec::new(),
                message: Some(Text::of(text)),
            },
        }
    };
    let locations = route.iter().enumerate().map(step).collect();
    vec![CodeFlow {
        message: Text::of("The imports that ship it to clients"),
        thread_flows: [ThreadFlow { locations }],
    }]
}

/// The identity of the leak, and the one by which GitHub joins the alerts of many runs: both do not
/// change when lines move.
fn fingerprints(finding: &Finding) -> BTreeMap<&'static str, String> {
    let short = finding.fingerprint.get(..16).unwrap_or(&finding.fingerprint);
    BTreeMap::from([
        ("primaryLocationLineHash", format!("{short}:1")),
        ("stripeguard/leak/v1", finding.fingerprint.clone()),
    ])
}

fn suppressions(finding: &Finding) -> Vec<Suppression> {
    let by = finding.suppression.as_ref().map(|suppression| suppression.by);
    let kind = match (finding.status, by) {
        (Status::Open, _) => return Vec::new(),
        (_, Some(SuppressedBy::Comment)) => "inSource",
        (_, _) => "external",
    };
    let justification = sentence::status(finding).unwrap_or_default();
    vec![Suppression { kind, status: "accepted", justification }]
}

/// The change of the file that the result points at.
fn fixes(finding: &Finding, report: &Report) -> Vec<Fix> {
    let (path, is_there) = place::in_repository(finding, &finding.place, report);
    let Some(fix) = finding.fix.as_ref().filter(|_| is_there) else { return Vec::new() };
    let change = ArtifactChange {
        artifact_location: uri::location(&path),
        replacements: fix.edits.iter().map(replacement).collect(),
    };
    vec![Fix { description: Text::of(fix.description.clone()), artifact_changes: [change] }]
}

fn replacement(edit: &Edit) -> Replacement {
    Replacement {
        deleted_region: Region {
            start_line: edit.start.line,
            start_column: edit.start.column,
            end_line: edit.end.line,
            end_column: edit.end.column,
        },
        inserted_content: (!edit.text.is_empty()).then(|| Text::of(edit.text.clone())),
    }
}

fn properties(finding: &Finding) -> ResultProperties {
    let credential = finding.credential();
    ResultProperties {
        severity: finding.severity.word(),
        confidence: finding.confidence.word(),
        status: finding.status.word(),
        side: finding.exposure.side.word(),
        evidence: finding.exposure.evidence.clone(),
        redacted: credential.map(|credential| credential.secret.redacted()),
        mode: credential.and_then(|credential| credential.rule.mode).map(|mode| mode.word()),
        account: credential.and_then(|credential| credential.facts.account.clone()),
        decoded: finding.place.decoded.iter().map(|layer| layer.name()).collect(),
    }
}
