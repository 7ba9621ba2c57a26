//! The findings, by account and key, with what to do next.

use maud::{Markup, html};

use crate::finding::Finding;
use crate::incident::{Account, Incident, Step, worksheet};
use crate::key::{Confidence, Severity};
use crate::report::date::day;
use crate::report::words::plural;
use crate::report::{Report, Style, place, sentence};

/// How many findings of a key are shown before the rest is folded.
const SHOWN: usize = 5;

/// How many are listed at all.
const LISTED: usize = 500;

/// Everything that asks somebody to act.
pub fn section(
    report: &Report,
    incidents: &[Incident<'_>],
    accounts: &[Account<'_>],
    style: Style,
) -> Markup {
    let practices: Vec<&Incident<'_>> =
        incidents.iter().filter(|incident| incident.worst.credential().is_none()).collect();
    html! {
        @if !incidents.is_empty() {
            section aria-labelledby="findings" {
                h2 id="findings" { "Findings, and what to do" }
                (filter())
                @for account in accounts {
                    section class="account" {
                        (heading(account))
                        @for incident in &account.incidents { (card(incident, report, style)) }
                    }
                }
                @if !practices.is_empty() {
                    section class="account" {
                        h3 { "How Stripe is used" }
                        @for incident in practices { (card(incident, report, style)) }
                    }
                }
            }
        }
    }
}

/// Shown by the script, without which it would do nothing.
fn filter() -> Markup {
    html! {
        form id="filter" role="search" hidden {
            label for="words" { "Filter" }
            input id="words" name="words" type="search" placeholder="path, key, author …" autocomplete="off";
            fieldset {
                legend { "Severity" }
                @for severity in Severity::ALL {
                    label {
                        input type="checkbox" value=(severity.word()) checked;
                        " " (severity.word())
                    }
                }
            }
            output id="shown" for="words" {}
        }
    }
}

fn heading(account: &Account<'_>) -> Markup {
    html! {
        h3 {
            @match account.id {
                Some(id) => { "Account " code { (id) } },
                None => { "Keys that do not tell their account" },
            }
            @if let Some(created) = account.created.and_then(day) {
                span class="muted" { " created " (created) }
            }
        }
    }
}

fn card(incident: &Incident<'_>, report: &Report, style: Style) -> Markup {
    let finding = incident.worst;
    let severity = incident.severity();
    let (shown, rest) = incident.findings.split_at(incident.findings.len().min(SHOWN));
    let rest = &rest[..rest.len().min(LISTED)];
    html! {
        article class="card" data-severity=(severity.word()) {
            header {
                span class={ "badge " (severity.word()) } { (severity.word()) }
                h4 { (finding.title()) }
                @if let Some(credential) = finding.credential() {
                    code { (credential.secret.redacted()) }
                    @if let Some(value) = credential.secret.value().filter(|_| style.reveal) {
                        code { (value) }
                    }
                }
                @if finding.confidence != Confidence::Certain {
                    span class="muted" { (finding.confidence.word()) }
                }
            }
            @if finding.credential().is_none() { p { (prose(&finding.message())) } }
            @if let Some(side) = sentence::side(incident.exposed()) { p { (side) } }
            (route(&incident.exposed().exposure.route))
            h5 { "What to do" }
            ol class="steps" { @for step in worksheet(incident) { (one_step(&step)) } }
            h5 { "Where it is" }
            (places(shown, report, &format!("{} of {}", place_count(shown), incident.places())))
            @if !rest.is_empty() {
                details {
                    summary { (plural(rest.len() as u64, "more path")) }
                    (places(rest, report, "More paths"))
                }
            }
        }
    }
}

fn place_count(findings: &[&Finding]) -> usize {
    findings.iter().map(|finding| 1 + finding.others.len()).sum()
}

fn route(route: &[String]) -> Markup {
    html! {
        @if !route.is_empty() {
            p {
                "Imported by way of "
                @for (index, path) in route.iter().enumerate() {
                    @if index > 0 { " → " }
                    code { (path) }
                }
            }
        }
    }
}

fn one_step(step: &Step) -> Markup {
    html! {
        li {
            (prose(&step.text))
            @if !step.files.is_empty() {
                ul class="files" {
                    @for file in &step.files { li { code { (file) } } }
                    @if step.more > 0 { li { "and " (step.more) " more" } }
                }
            }
        }
    }
}

/// A text in which words between backticks are code.
fn prose(text: &str) -> Markup {
    let parts: Vec<&str> = text.split('`').collect();
    // A backtick without another one is only a sign.
    let is_paired = parts.len() % 2 == 1;
    html! {
        @for (index, part) in parts.iter().enumerate() {
            @if !is_paired && index > 0 { "`" }
            @if is_paired && index % 2 == 1 { code { (part) } } @else { (part) }
        }
    }
}

fn places(findings: &[&Finding], report: &Report, caption: &str) -> Markup {
    html! {
        div class="scroll" {
            table {
                caption { (caption) " places" }
                thead { tr { th scope="col" { "Place" } th scope="col" { "History" } } }
                tbody { @for finding in findings { (row(finding, report)) } }
            }
        }
    }
}

fn row(finding: &Finding, report: &Report) -> Markup {
    let snippet = &finding.place.snippet;
    let mark = snippet.mark.clone();
    let part = |range: std::ops::Range<usize>| snippet.text.get(range).unwrap_or_default();
    let decoded: Vec<_> = finding.place.decoded.iter().map(|layer| layer.name()).collect();
    html! {
        tr {
            th scope="row" {
                code { (place::name(&finding.place, report)) }
                @if !finding.others.is_empty() {
                    span class="muted" { " and " (plural(finding.others.len() as u64, "more place")) " in it" }
                }
                @if !decoded.is_empty() {
                    span class="muted" { " read through " (decoded.join(", ")) }
                }
                code class="line" {
                    (part(0..mark.start)) mark { (part(mark.clone())) }
                    (part(mark.end..snippet.text.len()))
                }
            }
            td { (sentence::lineage(finding).unwrap_or_else(|| "In no commit that was read.".to_owned())) }
        }
    }
}
