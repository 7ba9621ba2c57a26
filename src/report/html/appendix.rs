//! What asks nobody to act, and what was read.

use std::collections::BTreeMap;

use maud::{Markup, html};

use crate::coverage::Coverage;
use crate::finding::{Finding, Status};
use crate::report::date::day;
use crate::report::rule::HOME;
use crate::report::words::{plural, read};
use crate::report::{Report, place, sentence};

/// How many rows a table has.
const ROWS: usize = 200;

/// Suppressed findings and published samples.
pub fn quiet(report: &Report) -> Markup {
    let quiet: Vec<&Finding> =
        report.findings.iter().filter(|finding| finding.status != Status::Open).collect();
    html! {
        @if !quiet.is_empty() {
            section aria-labelledby="quiet" {
                h2 id="quiet" { "Nothing to do" }
                div class="card scroll" {
                    table {
                        caption { (plural(quiet.len() as u64, "finding")) ": suppressed, or a published sample" }
                        thead { tr { th scope="col" { "Place" } th scope="col" { "What" } th scope="col" { "Why" } } }
                        tbody {
                            @for finding in quiet.iter().take(ROWS) {
                                tr {
                                    th scope="row" { code { (place::name(&finding.place, report)) } }
                                    td { (sentence::what(finding)) }
                                    td { (sentence::status(finding).unwrap_or_default()) }
                                }
                            }
                        }
                    }
                    @if quiet.len() > ROWS { p class="muted" { "and " (quiet.len() - ROWS) " more" } }
                }
            }
        }
    }
}

/// What was read, and what was passed over on purpose.
pub fn coverage(coverage: &Coverage) -> Markup {
    let mut reasons: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for note in &coverage.skipped {
        reasons.entry(&note.why).or_default().push(&note.what);
    }
    html! {
        section aria-labelledby="coverage" {
            h2 id="coverage" { "What was read" }
            div class="card" {
                p {
                    (read(coverage)) " "
                    @if coverage.is_complete() { "Everything that was asked for was read." }
                    @else { "Not everything that was asked for could be read; see above." }
                }
                @if !reasons.is_empty() {
                    p { "Passed over on purpose:" }
                    ul {
                        @for (why, what) in &reasons {
                            li {
                                code { (what[0]) }
                                @if what.len() > 1 { " and " (what.len() - 1) " more" }
                                ": " (why)
                            }
                        }
                    }
                }
            }
        }
    }
}

/// Who wrote this, and when.
pub fn footer(now: i64) -> Markup {
    html! {
        footer {
            p {
                "Written by " a href=(HOME) { "stripeguard " (env!("CARGO_PKG_VERSION")) }
                @if let Some(today) = day(now) { " on " (today) }
                ". Values of secrets are shortened; nothing in this file can be used as a key."
            }
        }
    }
}
