//! The picture of which key could be read from when until when.

use maud::{Markup, html};
use time::{Date, Month, OffsetDateTime};

use crate::incident::{Incident, Timeline, timeline};
use crate::report::date::day;
use crate::report::words::plural;

/// How many rows the picture has; the rest is counted.
const ROWS: usize = 40;

/// Heights, in pixels. Widths are parts of the page, so that the picture fits a telephone, too.
const ROW: i64 = 40;
const TOP: i64 = 34;

/// Most labels on the axis.
const TICKS: i64 = 8;

/// The section with the picture; nothing where no date is known.
pub fn picture(incidents: &[Incident<'_>], now: i64) -> Markup {
    let mut rows: Vec<(&Incident<'_>, Timeline, i64)> = incidents
        .iter()
        .filter(|incident| incident.worst.credential().is_some())
        .filter_map(|incident| {
            let time = timeline(incident);
            Some((incident, time, time.from.filter(|from| day(*from).is_some())?))
        })
        .collect();
    let undated =
        incidents.iter().filter(|one| one.worst.credential().is_some()).count() - rows.len();
    rows.sort_by_key(|(incident, _, from)| (*from, &incident.worst.fingerprint));
    let Some(&(_, _, first)) = rows.first() else { return html! {} };
    let left = rows.len().saturating_sub(ROWS);
    rows.truncate(ROWS);
    let latest = rows.iter().filter_map(|(_, time, _)| time.until).max().unwrap_or(now);
    let scale = Scale { from: first, to: now.max(latest).max(first + 86_400) };
    html! {
        section aria-labelledby="time" {
            h2 id="time" { "How long each key has been readable" }
            div class="card" {
                (chart(&rows, &scale, now))
                p class="muted" {
                    "Solid: it stood in the files. Pale: it was taken out, and can still be read in \
                     history. Dates are those of commits, which their authors set."
                    @if left > 0 { " " (plural(left as u64, "later key")) " not shown." }
                    @if undated > 0 { " Of " (plural(undated as u64, "key")) " no date is known." }
                }
            }
        }
    }
}

/// Seconds since 1970 to places across the picture, in hundredths of its width.
struct Scale {
    from: i64,
    to: i64,
}

impl Scale {
    /// Leaves room on the right for the line of today.
    fn x(&self, at: i64) -> f64 {
        let (from, to) = (self.from as f64, self.to as f64);
        let inside = (at as f64).clamp(from, to) - from;
        99.0 * inside / (to - from).max(1.0)
    }
}

fn percent(part: f64) -> String {
    format!("{part:.2}%")
}

/// How a label lies on its place, so that it does not stand out of the picture.
fn anchor(x: f64) -> &'static str {
    match x {
        x if x < 8.0 => "start",
        x if x > 92.0 => "end",
        _ => "middle",
    }
}

fn chart(rows: &[(&Incident<'_>, Timeline, i64)], scale: &Scale, now: i64) -> Markup {
    let height = TOP + ROW * rows.len() as i64 + 10;
    html! {
        svg class="time" width="100%" height=(height) role="img" aria-labelledby="time-title time-text" {
            title id="time-title" { "Timeline of exposure" }
            desc id="time-text" {
                @for (incident, time, from) in rows { (spoken(incident, *time, *from)) " " }
            }
            @for (index, (at, label)) in ticks(scale).into_iter().enumerate() {
                @let x = scale.x(at);
                g class=(if index % 2 == 0 { "tick" } else { "tick odd" }) {
                    line class="grid" x1=(percent(x)) y1="20" x2=(percent(x)) y2=(height) {}
                    text class="axis" x=(percent(x)) y="14" text-anchor=(anchor(x)) { (label) }
                }
            }
            @let today = percent(scale.x(now));
            line class="now" x1=(today) y1="20" x2=(today) y2=(height) {}
            @for (index, (incident, time, from)) in rows.iter().enumerate() {
                (row(incident, *time, *from, TOP + ROW * index as i64, scale, now))
            }
        }
    }
}

fn row(
    incident: &Incident<'_>,
    time: Timeline,
    from: i64,
    y: i64,
    scale: &Scale,
    now: i64,
) -> Markup {
    let end = time.until.unwrap_or(now).max(from);
    let (x, x_end, x_now) = (scale.x(from), scale.x(end), scale.x(now));
    let bar_end = x_end.max(x + 0.5);
    let (label, bar) = (y + 12, y + 18);
    html! {
        g class=(incident.severity().word()) {
            title { (spoken(incident, time, from)) }
            text class="key" x="0" y=(label) { (name(incident)) }
            rect class="bar" x=(percent(x)) y=(bar) width=(percent(bar_end - x)) height="12" rx="3" {}
            @if time.until.is_some() && x_now > bar_end {
                rect class="tail" x=(percent(bar_end)) y=(bar) width=(percent(x_now - bar_end))
                    height="12" rx="3" {}
            }
        }
    }
}

fn name(incident: &Incident<'_>) -> String {
    incident.worst.credential().map_or_else(String::new, |one| one.secret.redacted())
}

fn spoken(incident: &Incident<'_>, time: Timeline, from: i64) -> String {
    let since = day(from).unwrap_or_default();
    let until = match time.until.and_then(day) {
        Some(until) => format!("in the files until {until}, in history since then"),
        None => "still there".to_owned(),
    };
    format!("{} ({}): since {since}, {until}.", name(incident), incident.severity())
}

/// The beginnings of months, a whole number of months apart, and their labels.
fn ticks(scale: &Scale) -> Vec<(i64, String)> {
    let month_of = |at: i64| {
        let date = OffsetDateTime::from_unix_timestamp(at).ok()?.date();
        Some(i64::from(date.year()) * 12 + i64::from(u8::from(date.month())) - 1)
    };
    let (Some(first), Some(last)) = (month_of(scale.from), month_of(scale.to)) else {
        return Vec::new();
    };
    let steps = [1, 2, 3, 6, 12, 24, 60, 120, 600, 1200, 6000];
    let step = steps.into_iter().find(|step| (last - first) / step < TICKS).unwrap_or(12_000);
    let begin = (first + step - 1).div_euclid(step) * step;
    let months = (0..TICKS + 2).map(|n| begin + n * step).take_while(|month| *month <= last);
    months.filter_map(tick).filter(|(at, _)| *at >= scale.from).collect()
}

fn tick(month: i64) -> Option<(i64, String)> {
    let year = i32::try_from(month.div_euclid(12)).ok()?;
    let number = u8::try_from(month.rem_euclid(12) + 1).ok()?;
    let date = Date::from_calendar_date(year, Month::try_from(number).ok()?, 1).ok()?;
    Some((date.midnight().assume_utc().unix_timestamp(), format!("{year:04}-{number:02}")))
}
