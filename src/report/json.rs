//! `--format json`: the contract that other programs build on, in one document.

use std::io::{self, Write};

use super::contract::Document;
use super::{Report, Style};

/// Writes the report as one JSON document with a line end behind it.
///
/// # Errors
/// What the output says.
pub fn write(report: &Report, style: Style, output: &mut dyn Write) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *output, &Document::of(report, style))?;
    writeln!(output)
}

/// The JSON Schema of the contract.
pub fn schema() -> String {
    let schema = schemars::schema_for!(Document);
    serde_json::to_string_pretty(&schema).expect("a schema is plain JSON") + "\n"
}
