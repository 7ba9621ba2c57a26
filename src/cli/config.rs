//! Finding the configuration of a run, and showing what is wrong with it.

use std::fmt;
use std::ops::Range;
use std::path::{Path, PathBuf};

use annotate_snippets::{
    AnnotationKind, Group, Level, Origin as Header, Renderer, Snippet as Source,
};

use anyhow::bail;

use super::args::config::{BaselineArguments, ConfigFile};
use super::output;
use crate::blob::{Blob, Origin};
use crate::config::{self, Anchor, Problem, Settings};
use crate::decode::container::Limits;
use crate::run::{self, Scope};
use crate::scan::Scanner;
use crate::suppress::{Baseline, BaselineFile};

/// The name of a baseline.
pub const BASELINE: &str = ".stripeguard-baseline";

/// The largest baseline, in bytes: more lines than any organization has secrets.
pub const LARGEST: u64 = 64 << 20;

/// So many mistakes are shown: somebody else's file, which is only scanned, may hold a million.
const MOST_SHOWN: usize = 100;

/// The mistakes in a configuration, each with its line.
#[derive(Debug)]
pub struct Mistakes(String);

impl fmt::Display for Mistakes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Mistakes {}

/// The configuration of a run: the file that was named, or the nearest one.
///
/// # Errors
/// If it cannot be read, or if anything in it is wrong.
pub fn load(arguments: &ConfigFile, scope: &Scope) -> anyhow::Result<Settings> {
    let root = scope.root();
    let source = match (&arguments.config, arguments.no_config, scope.directory()) {
        (Some(path), _, _) => Some(config::open(path)?),
        (None, false, Some(dir)) => config::find(&dir)?,
        _ => None,
    };
    let Some(source) = source else {
        return Ok(Settings { anchor: Anchor::new(&root, &root), ..Settings::default() });
    };
    let own = run::own_rule_ids(scope);
    let rules: Vec<&str> =
        run::rule_ids().into_iter().chain(own.iter().map(String::as_str)).collect();
    let config = source
        .config(&rules)
        .map_err(|problems| mistakes(&source.path, &source.text, &problems, "configuration"))?;
    let dir = source.dir().canonicalize().unwrap_or_else(|_| root.clone());
    // A file from elsewhere speaks of the paths of what is scanned.
    let is_around = root.starts_with(&dir);
    let anchor = Anchor::new(&root, if is_around { &dir } else { &root });
    let name = source.path.file_name().unwrap_or_default().to_string_lossy();
    let label =
        if is_around { anchor.label(&name) } else { source.path.to_string_lossy().into_owned() };
    Ok(Settings { config, source: Some(source), label, anchor })
}

/// The baseline of a run: the file that was named, or the one beside the configuration or at the
/// root of what is scanned.
///
/// # Errors
/// If it cannot be read, or if a line in it is wrong.
pub fn baseline(
    arguments: &BaselineArguments,
    scope: &Scope,
) -> anyhow::Result<Option<BaselineFile>> {
    if arguments.no_baseline {
        return Ok(None);
    }
    let root = scope.root();
    let (path, label) = match &arguments.baseline {
        Some(path) => (path.clone(), path.to_string_lossy().into_owned()),
        None => match nearest(scope) {
            Some(dir) => (dir.join(BASELINE), Anchor::new(&root, &dir).label(BASELINE)),
            None => return Ok(None),
        },
    };
    if arguments.baseline.is_none() && path.is_symlink() {
        bail!("{} is a link; name its target with --baseline", path.display());
    }
    let text = config::read_text(&path, LARGEST)?;
    let baseline =
        Baseline::parse(&text).map_err(|problems| mistakes(&path, &text, &problems, "baseline"))?;
    Ok(Some(BaselineFile { label, text, baseline }))
}

/// Reads a baseline.
///
/// # Errors
/// If a line in it is wrong.
pub fn parse_baseline(path: &Path, text: &str) -> anyhow::Result<Baseline> {
    Ok(Baseline::parse(text).map_err(|problems| mistakes(path, text, &problems, "baseline"))?)
}

/// The nearest directory that holds a baseline, up to the root of the repository.
pub fn nearest(scope: &Scope) -> Option<PathBuf> {
    let begin = scope.directory()?;
    let mut up = begin.ancestors();
    let mut dirs = Vec::new();
    for dir in up.by_ref() {
        dirs.push(dir);
        if dir.join(".git").exists() {
            break;
        }
    }
    dirs.into_iter().find(|dir| dir.join(BASELINE).exists()).map(Path::to_owned)
}

fn mistakes(path: &Path, file: &str, problems: &[Problem], what: &str) -> Mistakes {
    let scanner = Scanner::new(super::today(), Limits::default());
    let mut text = String::new();
    for problem in problems.iter().take(MOST_SHOWN) {
        text.push_str(&frame(path, file, problem, &scanner));
        text.push_str("\n\n");
    }
    if let Some(more @ 1..) = problems.len().checked_sub(MOST_SHOWN) {
        text.push_str(&format!("and {more} more like these\n\n"));
    }
    let (count, s) = (problems.len(), if problems.len() == 1 { "" } else { "s" });
    text.push_str(&format!("stripeguard: {count} mistake{s} in the {what}; nothing was scanned\n"));
    Mistakes(text)
}

/// One mistake as a code frame. What the file says is redacted like everything that is scanned.
fn frame(path: &Path, file: &str, problem: &Problem, scanner: &Scanner) -> String {
    let path = scanner.label(&path.to_string_lossy());
    let blob = Blob::whole(&path, Origin::Tree, file.as_bytes());
    let place = scanner.place(&blob, first_line(file, problem.span.clone()));
    let (message, help) = (scanner.label(&problem.message), scanner.label(&problem.help));
    let header = Header::path(path.as_str())
        .line(place.start.line as usize)
        .char_column(place.start.column as usize);
    let code = Source::source(place.snippet.text.as_str())
        .line_start(place.start.line as usize)
        .annotation(AnnotationKind::Primary.span(place.snippet.mark.clone()));
    let group = Group::with_title(Level::ERROR.primary_title(message.as_str()))
        .element(header)
        .element(code)
        .element(Level::HELP.message(help.as_str()));
    let text = Renderer::plain().term_width(output::width()).render(&[group]);
    let lines = text.lines().filter(|line| line.trim() != ":::");
    lines.collect::<Vec<_>>().join("\n")
}

/// What of a span stands on its first line: a table goes over many.
fn first_line(text: &str, span: Range<usize>) -> Range<usize> {
    let start = span.start.min(text.len());
    let line = memchr::memchr(b'\n', &text.as_bytes()[start..]);
    let line = line.map_or(text.len(), |at| start + at);
    start..span.end.clamp(start, line)
}
