//! The file of a baseline: found, read, and written whole or not at all.

use std::path::{Path, PathBuf};

use anyhow::bail;

use super::super::args::baseline::BaselineScan;
use super::super::{config, lints, output, today};
use crate::config::read_text;
use crate::coverage::Progress;
use crate::report::Report;
use crate::run::{self, Request, Scope, Sides};
use crate::source::history;
use crate::suppress::Baseline;

/// A baseline and its file.
pub struct List {
    /// What it says.
    pub baseline: Baseline,
    path: PathBuf,
    /// The file as it is; nothing, if there is none yet.
    text: Option<String>,
}

impl List {
    /// The list of a repository, whether it is there or not.
    ///
    /// # Errors
    /// If it is there and cannot be read, or a line in it is wrong.
    pub fn new(arguments: &BaselineScan) -> anyhow::Result<Self> {
        let scope = scope(&arguments.path);
        let path = match &arguments.file {
            Some(file) => file.clone(),
            None => config::nearest(&scope).unwrap_or_else(|| scope.root()).join(config::BASELINE),
        };
        if arguments.file.is_none() && path.is_symlink() {
            bail!("{} is a link; name its target with --file", path.display());
        }
        let text = if path.exists() { Some(read_text(&path, config::LARGEST)?) } else { None };
        let baseline = config::parse_baseline(&path, text.as_deref().unwrap_or_default())?;
        Ok(Self { baseline, path, text })
    }

    /// The list of a repository, which must be there.
    ///
    /// # Errors
    /// If it is not, or if a line in it is wrong.
    pub fn open(arguments: &BaselineScan) -> anyhow::Result<Self> {
        let list = Self::new(arguments)?;
        if list.text.is_none() {
            bail!(
                "there is no baseline at {}; `stripeguard baseline create` makes one",
                list.path.display()
            );
        }
        Ok(list)
    }

    /// # Errors
    /// If the file is there.
    pub fn must_not_exist(&self) -> anyhow::Result<()> {
        if self.text.is_some() {
            bail!(
                "{} is there already; `stripeguard baseline update` adds what is new",
                self.path.display()
            );
        }
        Ok(())
    }

    /// # Errors
    /// If the list is about more than what is scanned.
    pub fn must_be_about(&self, arguments: &BaselineScan) -> anyhow::Result<()> {
        let dir = self.path.parent().and_then(|dir| dir.canonicalize().ok());
        if arguments.file.is_none() && dir != Some(scope(&arguments.path).root()) {
            bail!("{} is about more than what is read here; run this there", self.path.display());
        }
        Ok(())
    }

    /// Everything that is found in the repository, the list not counted.
    ///
    /// # Errors
    /// If the request or the configuration is wrong.
    pub fn scan(&self, arguments: &BaselineScan) -> anyhow::Result<Report> {
        let scope = scope(&arguments.path);
        let settings = config::load(&arguments.config, &scope)?;
        let request = Request {
            lints: lints::selection(None, &settings.config),
            scope,
            settings,
            baseline: None,
            history: history::Scope::Local,
            verify_objects: false,
            no_ignore: false,
            cache: None,
            threads: 0,
            today: today(),
        };
        Ok(run::run(&request, &Progress::default())?)
    }

    /// Writes the list if it has changed, and says what was done.
    ///
    /// # Errors
    /// If it cannot be written; it is as it was then.
    pub fn save(&self, what: &str) -> anyhow::Result<()> {
        let mut text = self.baseline.render();
        let is_crlf = self.text.as_deref().is_some_and(|text| text.contains("\r\n"));
        if is_crlf {
            text = text.replace('\n', "\r\n");
        }
        let is_needed = self.text.is_some() || self.baseline.entries().next().is_some();
        if is_needed && self.text.as_deref() != Some(&text) {
            output::file(&self.path, |out| out.write_all(text.as_bytes()))?;
        }
        let path = crate::snippet::neutral(&shown(&self.path));
        output::stdout(|out| writeln!(out, "{path}: {what}"))
    }
}

/// A path below the current directory is shown from there.
fn shown(path: &Path) -> String {
    let here = Path::new(".").canonicalize().unwrap_or_default();
    path.strip_prefix(here).unwrap_or(path).to_string_lossy().into_owned()
}

fn scope(path: &Path) -> Scope {
    Scope::Paths { paths: vec![path.to_owned()], sides: Sides::Auto }
}
