//! What somebody reads who reads nothing else.

use maud::{Markup, html};

use crate::coverage::Note;
use crate::incident::{Account, Incident, Presence, timeline};
use crate::key::{Mode, Severity};
use crate::report::Report;
use crate::report::date::day;
use crate::report::words::{found, plural};
use crate::subject::Subject;

/// How many notes are listed in a box.
const NOTES: usize = 50;

/// The title, the sentence that matters, and a count for each severity.
pub fn top(
    report: &Report,
    incidents: &[Incident<'_>],
    accounts: &[Account<'_>],
    now: i64,
) -> Markup {
    html! {
        header class="top" {
            h1 { (found(&report.findings)) }
            p class="muted" {
                @for (index, request) in report.coverage.requested.iter().enumerate() {
                    @if index > 0 { ", " }
                    (request)
                }
                @if let Some(today) = day(now) { " · " (today) }
            }
            @for sentence in lead(incidents, accounts, now) { p class="lead" { (sentence) } }
            (tiles(incidents))
        }
    }
}

fn tiles(incidents: &[Incident<'_>]) -> Markup {
    let count = |severity| incidents.iter().filter(|one| one.severity() == severity).count();
    html! {
        ul class="tiles" aria-label="How many of each severity" {
            @for severity in Severity::ALL {
                @let number = count(*severity);
                li class=(if number > 0 { severity.word() } else { "none" }) {
                    b { (number) }
                    span { (severity.word()) }
                }
            }
        }
    }
}

/// Whose keys, where they are, who has them, and since when.
fn lead(incidents: &[Incident<'_>], accounts: &[Account<'_>], now: i64) -> Vec<String> {
    let secrets: Vec<&Incident<'_>> = incidents
        .iter()
        .filter(|one| one.severity() < Severity::Info && one.worst.credential().is_some())
        .collect();
    if secrets.is_empty() {
        return Vec::new();
    }
    let count = |test: &dyn Fn(&Incident<'_>) -> bool| {
        secrets.iter().filter(|incident| test(incident)).count() as u64
    };
    let live = count(&|incident| is_live(incident));
    let here = count(&|incident| incident.presence() == Presence::Here);
    let past = count(&|incident| incident.presence() == Presence::Past);
    let pushed = count(&|incident| !incident.remotes().is_empty());
    let named = accounts.iter().filter(|account| account.id.is_some()).count() as u64;
    let verb = |number: u64, one: &'static str, many: &'static str| match number {
        1 => one,
        _ => many,
    };
    let all = plural(secrets.len() as u64, "secret");
    let mut first = format!("Of {all}, {live} {} a live account", verb(live, "opens", "open"));
    if named > 0 {
        first.push_str(&format!("; the keys name {}", plural(named, "account")));
    }
    let mut second = format!("{here} can be seen in files of today, {past} only in history");
    if pushed > 0 {
        second.push_str(&format!("; {pushed} {} pushed to a server", verb(pushed, "was", "were")));
    }
    let mut sentences = vec![format!("{first}. {second}.")];
    let oldest = secrets.iter().map(|one| timeline(one)).filter(|time| time.from.is_some());
    if let Some(time) = oldest.min_by_key(|time| time.from) {
        let date = time.from.and_then(day).unwrap_or_default();
        let days = plural(time.days(now).unwrap_or(0).unsigned_abs(), "day");
        sentences.push(format!(
            "The oldest has been readable since {date}, for {days}. A key that was committed stays \
             readable in history: only rolling it ends that."
        ));
    }
    sentences
}

fn is_live(incident: &Incident<'_>) -> bool {
    match &incident.worst.subject {
        Subject::Credential(credential) => credential.rule.mode == Some(Mode::Live),
        Subject::Practice(_) => false,
    }
}

/// What was not read, and what the repository hides: where nobody can miss it.
pub fn boxes(report: &Report) -> Markup {
    let gaps = &report.coverage.gaps;
    html! {
        @if !gaps.is_empty() {
            section class="box" aria-labelledby="gaps" {
                h2 id="gaps" {
                    "Not complete: " (plural(gaps.len() as u64, "thing")) " could not be read"
                }
                (list(gaps))
            }
        }
        @if !report.notices.is_empty() {
            section class="box" aria-labelledby="notices" {
                h2 id="notices" { "A configuration in the repository hides something" }
                (list(&report.notices))
            }
        }
    }
}

fn list(notes: &[Note]) -> Markup {
    html! {
        ul {
            @for note in notes.iter().take(NOTES) { li { code { (note.what) } ": " (note.why) } }
            @if notes.len() > NOTES { li { "and " (notes.len() - NOTES) " more" } }
        }
    }
}
