//! `--format jsonl`: a JSON value a line, for programs that read a stream.
//!
//! Each line says by its `record` what it is: `finding`, with the fields that it has in `--format
//! json`; and one `end`, with the rest of that document. A stream without an `end` was cut off.

use std::io::{self, Write};

use serde::Serialize;

use super::contract::{Entry, NAME, Receipt, Remark, Rule, Stats, Tool, rules};
use super::{Report, Style};

#[derive(Serialize)]
#[serde(tag = "record", rename_all = "lowercase")]
enum Line {
    Finding(Box<Entry>),
    End {
        schema: &'static str,
        tool: Tool,
        within: String,
        rules: Vec<Rule>,
        coverage: Box<Receipt>,
        notices: Vec<Remark>,
        stats: Box<Stats>,
    },
}

/// Writes each finding as soon as it is made into text.
///
/// # Errors
/// What the output says.
pub fn write(report: &Report, style: Style, output: &mut dyn Write) -> io::Result<()> {
    for finding in &report.findings {
        line(&Line::Finding(Box::new(Entry::of(finding, style))), output)?;
    }
    let end = Line::End {
        schema: NAME,
        tool: Tool::this(),
        within: report.within.clone(),
        rules: rules(&report.findings),
        coverage: Box::new(Receipt::of(&report.coverage)),
        notices: report.notices.iter().map(Remark::of).collect(),
        stats: Box::new(Stats::of(&report.findings)),
    };
    line(&end, output)
}

fn line(line: &Line, output: &mut dyn Write) -> io::Result<()> {
    serde_json::to_writer(&mut *output, line)?;
    output.write_all(b"\n")
}
