//! `--format html`: one file that a person sends to those who have to decide.
//!
//! It needs nothing but itself: style, script and picture stand in it, its content security policy
//! lets nothing else in, and without its script everything is there but the filter.

mod accounts;
mod appendix;
mod page;
mod summary;
mod timeline;

use std::io::{self, Write};

use maud::html;

use super::{Report, Style};
use crate::incident;

/// Writes the report as one HTML document.
///
/// # Errors
/// What the output says.
pub fn write(report: &Report, style: Style, output: &mut dyn Write) -> io::Result<()> {
    let incidents = incident::join(&report.findings);
    let accounts = incident::accounts(&incidents);
    let body = html! {
        (summary::top(report, &incidents, &accounts, style.now))
        main id="content" {
            (summary::boxes(report))
            (timeline::picture(&incidents, style.now))
            (accounts::section(report, &incidents, &accounts, style))
            (appendix::quiet(report))
            (appendix::coverage(&report.coverage))
        }
        (appendix::footer(style.now))
    };
    output.write_all(page::document("Stripe credentials: a report", &body).as_bytes())
}
