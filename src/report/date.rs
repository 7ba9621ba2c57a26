//! Seconds since 1970 as dates.

use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// RFC 3339 in UTC, such as `2024-02-29T12:00:00Z`; `None` outside of the years 0 to 9999, which
/// the format cannot write.
pub fn rfc3339(seconds: i64) -> Option<String> {
    OffsetDateTime::from_unix_timestamp(seconds).ok()?.format(&Rfc3339).ok()
}

/// Reads RFC 3339; `None` if it is none.
pub fn seconds(text: &str) -> Option<i64> {
    OffsetDateTime::parse(text, &Rfc3339).ok().map(OffsetDateTime::unix_timestamp)
}

/// The day alone, such as `2024-02-29`.
pub fn day(seconds: i64) -> Option<String> {
    rfc3339(seconds).and_then(|date| date.split_once('T').map(|(day, _)| day.to_owned()))
}
