//! In which formats a report is written, and where to.

use std::collections::HashSet;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use anyhow::bail;
use clap::ValueEnum;

use super::args::report::{Color, Format, ReportOptions};
use super::{Exit, output};
use crate::key::Severity;
use crate::report::{self, Report, Style};

/// One report to be written: its format, and a file unless it goes to standard output.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    pub format: Format,
    pub file: Option<PathBuf>,
}

/// Reads `FORMAT` or `FORMAT=FILE`; `-` is standard output.
///
/// # Errors
/// If there is no such format, as a sentence for people.
pub fn parse(text: &str) -> Result<Target, String> {
    let (name, file) = match text.split_once('=') {
        Some((_, "")) => return Err(format!("there is no file behind the '=' of '{text}'")),
        Some((name, file)) => (name, Some(file)),
        None => (text, None),
    };
    let format = Format::from_str(name, false).map_err(|_| {
        let all = Format::value_variants().iter().filter_map(ValueEnum::to_possible_value);
        let names: Vec<_> = all.map(|value| value.get_name().to_owned()).collect();
        format!("there is no format '{name}'; there are {}", names.join(", "))
    })?;
    Ok(Target { format, file: file.filter(|file| *file != "-").map(PathBuf::from) })
}

impl ReportOptions {
    /// What is to be written, checked before anything is scanned: one report on standard output at
    /// most, and one in each file.
    ///
    /// # Errors
    /// If two reports would meet in one place.
    pub fn targets(&self) -> anyhow::Result<Vec<Target>> {
        let mut targets = self.format.clone();
        if let Some(file) = self.output.as_deref().filter(|file| *file != Path::new("-")) {
            let Some(free) = targets.iter_mut().find(|target| target.file.is_none()) else {
                bail!(
                    "each --format has a file already, and nothing is left for -o {}",
                    file.display()
                );
            };
            free.file = Some(file.to_owned());
        }
        let mut taken = HashSet::new();
        for Target { file, .. } in &targets {
            match file {
                _ if taken.insert(file.clone()) => {}
                Some(file) => bail!("two reports cannot both be written to {}", file.display()),
                None => bail!(
                    "two reports cannot both be written to standard output; \
                     give all but one a file: --format sarif=report.sarif"
                ),
            }
        }
        Ok(targets)
    }

    /// Writes a report to all targets, files first: whoever reads standard output may leave early.
    ///
    /// # Errors
    /// If one of them cannot be written.
    pub fn write(&self, report: &Report, targets: &[Target]) -> anyhow::Result<()> {
        for target in targets {
            if let Some(file) = &target.file {
                let style = self.style(target.format, false);
                output::file(file, |out| write(target.format, report, style, out))?;
            }
        }
        for target in targets.iter().filter(|target| target.file.is_none()) {
            let style = self.style(target.format, output::is_colorful());
            output::stdout(|out| write(target.format, report, style, out))?;
        }
        Ok(())
    }

    /// What a report means for the exit code. `configured` is what the project has decided.
    pub fn exit(&self, report: &Report, configured: Severity) -> Exit {
        if report.open(self.fail_on.unwrap_or(configured)).next().is_some() {
            Exit::Findings
        } else if report.coverage.is_complete() {
            Exit::Clean
        } else {
            Exit::Incomplete
        }
    }

    fn style(&self, format: Format, colorful: bool) -> Style {
        Style {
            reveal: self.reveal,
            color: match self.color {
                Color::Always => true,
                Color::Never => false,
                Color::Auto => colorful && format == Format::Text,
            },
            width: output::width(),
            now: super::written(),
            show_suppressed: self.show_suppressed,
        }
    }
}

fn write(format: Format, found: &Report, style: Style, out: &mut dyn Write) -> io::Result<()> {
    match format {
        Format::Text => report::text::write(found, style, out),
        Format::Json => report::json::write(found, style, out),
        Format::Jsonl => report::jsonl::write(found, style, out),
        Format::Sarif => report::sarif::write(found, style, out),
        Format::Html => report::html::write(found, style, out),
        Format::Markdown => report::markdown::write(found, style, out),
        Format::Csv => report::csv::write(found, style, out),
        Format::Junit => report::junit::write(found, style, out),
        Format::Github => report::github::write(found, style, out),
        Format::Gitlab => report::gitlab::write(found, style, out),
    }
}
