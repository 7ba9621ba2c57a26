//! `stripeguard doctor`.

use std::collections::BTreeSet;
use std::fs;
use std::io::{self, Write};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use anyhow::Context;
use serde::Serialize;

use super::args::doctor::Doctor;
use super::args::key::KeyFormat;
use super::{Exit, output};
use crate::blob::Blob;
use crate::coverage::{Coverage, Progress};
use crate::detect::Detector;
use crate::doctor::{self, Checked, Problem, Read, Setting};
use crate::report::day;
use crate::secret::Secret;
use crate::snippet::neutral;
use crate::source::{Sink, tree};

/// The name by which the environment of the process goes.
const PROCESS: &str = "the environment of this process";

/// Files above this size are neither code that people write nor settings.
const LARGEST: usize = 1 << 20;

/// How many directories are looked into for files of variables that git ignores.
const MOST_DIRECTORIES: usize = 2000;

/// What a project holds.
#[derive(Default)]
struct Project {
    settings: Vec<Setting>,
    reads: Vec<Read>,
    versions: Vec<Version>,
    coverage: Coverage,
}

#[derive(Clone, Serialize)]
struct Version {
    version: String,
    path: String,
    line: u64,
}

/// Looks at the variables of a project and says what is wrong with them.
///
/// # Errors
/// If a file that is named cannot be read.
pub fn run(arguments: &Doctor) -> anyhow::Result<Exit> {
    let detector = Detector::new(super::today());
    let project = collect(arguments, &detector)?;
    let mut checked = doctor::examine(project.settings, &detector);
    checked.retain(|one| one.found.is_some() || !one.problems.is_empty());
    let missing = match arguments.env_file.is_empty() {
        true => doctor::missing(&project.reads, &checked),
        false => Vec::new(),
    };
    let online = super::online::ask(arguments, &checked)?;
    let rows: Vec<Row> =
        checked.iter().enumerate().map(|(at, one)| Row::of(one, online.get(&at))).collect();
    let examination = Examination {
        variables: rows,
        missing: missing.iter().map(Missing::of).collect(),
        api_versions: project.versions,
        gaps: project.coverage.gaps.iter().map(|g| format!("{}: {}", g.what, g.why)).collect(),
    };
    output::stdout(|out| match arguments.format {
        KeyFormat::Json => {
            serde_json::to_writer_pretty(&mut *out, &examination).map_err(io::Error::from)?;
            writeln!(out)
        }
        KeyFormat::Text => write_text(&examination, out),
    })?;
    Ok(match (examination.has_errors(), examination.gaps.is_empty()) {
        (true, _) => Exit::Findings,
        (false, true) => Exit::Clean,
        (false, false) => Exit::Incomplete,
    })
}

fn collect(arguments: &Doctor, detector: &Detector) -> anyhow::Result<Project> {
    let mut project = Project::default();
    for file in &arguments.env_file {
        let text = fs::read(file).with_context(|| format!("{} cannot be read", file.display()))?;
        let text = String::from_utf8_lossy(&text);
        project.settings.extend(doctor::env_settings(&text, &label(file)));
    }
    if arguments.env_file.is_empty() {
        walk(&arguments.path, detector, &mut project)?;
        project.settings.extend(of_process(detector));
    }
    let place = |setting: &Setting| (setting.source.clone(), setting.line, setting.name.clone());
    project.settings.sort_by_key(place);
    project.settings.dedup_by_key(|setting| place(setting));
    Ok(project)
}

fn label(path: &Path) -> String {
    path.to_string_lossy().replace(std::path::MAIN_SEPARATOR, "/")
}

/// Variables of this process that are Stripe's by their name or their value.
fn of_process(detector: &Detector) -> Vec<Setting> {
    let is_ours = |name: &str, value: &str| {
        let mut matches = Vec::new();
        detector.scan(value.as_bytes(), "", &mut matches);
        name.to_ascii_uppercase().contains("STRIPE") || !matches.is_empty()
    };
    let all = std::env::vars_os().filter_map(|(name, value)| {
        Some((name.into_string().ok()?, value.to_string_lossy().into_owned()))
    });
    let ours = all.filter(|(name, value)| is_ours(name, value));
    let settings = ours.map(|(name, value)| Setting {
        name,
        source: PROCESS.to_owned(),
        line: None,
        value: Secret::new(value, 0),
        problems: Vec::new(),
    });
    settings.collect()
}

/// Reads the code and settings of a project, and the files of variables that git ignores.
fn walk(root: &Path, detector: &Detector, project: &mut Project) -> anyhow::Result<()> {
    fs::metadata(root).with_context(|| format!("{} cannot be read", root.display()))?;
    let found = Mutex::new(Project::default());
    let visit = |blob: &Blob<'_>| {
        if blob.bytes.len() <= LARGEST {
            let text = String::from_utf8_lossy(blob.bytes);
            let mut part = Project::default();
            look_at(blob.path, &text, detector, &mut part);
            if let Ok(mut found) = found.lock() {
                found.append(part);
            }
        }
        ControlFlow::Continue(())
    };
    let options = tree::Options { threads: 2, ..tree::Options::default() };
    let sink = Sink { visit: &visit, whole: &|_| false, progress: &Progress::default() };
    let coverage = tree::scan(root, &options, sink);
    project.append(found.into_inner().unwrap_or_default());
    project.coverage.merge(coverage);
    for file in ignored_env_files(root, project) {
        match fs::read(&file) {
            Ok(text) if text.len() <= LARGEST => {
                let inside = tree::label("", file.strip_prefix(root).unwrap_or(&file));
                let text = String::from_utf8_lossy(&text);
                project.settings.extend(doctor::env_settings(&text, &inside));
            }
            Ok(_) => {}
            Err(error) => project.coverage.gap(label(&file), format!("cannot be read: {error}")),
        }
    }
    Ok(())
}

impl Project {
    fn append(&mut self, mut other: Self) {
        self.settings.append(&mut other.settings);
        self.reads.append(&mut other.reads);
        self.versions.append(&mut other.versions);
    }
}

fn look_at(path: &str, text: &str, detector: &Detector, part: &mut Project) {
    let name = path.rsplit('/').next().unwrap_or(path);
    let extension = name.rsplit_once('.').map_or("", |(_, extension)| extension);
    if is_env_file(name) {
        part.settings.extend(doctor::env_settings(text, path));
    } else if matches!(extension, "yml" | "yaml" | "json" | "toml" | "properties" | "ini" | "conf")
    {
        part.settings.extend(doctor::config_settings(text, path, detector));
        part.reads.extend(doctor::names_read(text, path));
    } else if is_code(extension) {
        if is_configuration(path, name) {
            part.settings.extend(doctor::credentials(text, path, detector));
        }
        part.reads.extend(doctor::names_read(text, path));
        part.versions.extend(doctor::versions(text).into_iter().map(|(version, line)| Version {
            version,
            path: path.to_owned(),
            line,
        }));
    }
}

/// Code that frameworks read their settings from: Django, Laravel, Symfony, Rails, Phoenix, Nuxt, Next.js,
/// Angular and others.
fn is_configuration(path: &str, name: &str) -> bool {
    const NAMES: &[&str] =
        &["settings.py", "config.py", "config.js", "config.ts", "environment.ts", "settings.rb"];
    let is_within = |dir: &str| path.starts_with(&dir[1..]) || path.contains(dir);
    NAMES.contains(&name)
        || name.contains(".config.")
        || name.starts_with("environment.")
        || ["/config/", "/settings/", "/environments/"].iter().any(|dir| is_within(dir))
}

/// `.env`, `.env.production`, `prod.env`, `.dev.vars`, `.envrc`; not an example that holds no values.
fn is_env_file(name: &str) -> bool {
    let named = matches!(name, ".env" | ".envrc" | ".flaskenv")
        || [".env.", ".env-", ".env_"].iter().any(|start| name.starts_with(start))
        || name.ends_with(".env")
        || name.starts_with(".dev.vars");
    named && !["example", "sample", "template", "dist"].iter().any(|word| name.contains(word))
}

fn is_code(extension: &str) -> bool {
    const CODE: &[&str] = &[
        "js", "jsx", "mjs", "cjs", "ts", "tsx", "mts", "vue", "svelte", "astro", "py", "rb", "php",
        "go", "java", "kt", "cs", "rs", "ex", "exs", "swift",
    ];
    CODE.contains(&extension)
}

/// Files of variables beside what git tracks: they are ignored, as they should be, so that the walk
/// passes them over.
fn ignored_env_files(root: &Path, project: &Project) -> Vec<PathBuf> {
    let known: BTreeSet<&str> = project.settings.iter().map(|s| s.source.as_str()).collect();
    let read = project.reads.iter().map(|read| read.path.as_str());
    let mut dirs: BTreeSet<PathBuf> = BTreeSet::from([root.to_owned()]);
    for path in read.chain(known.iter().copied()) {
        let parents = Path::new(path).ancestors().skip(1).map(|dir| root.join(dir));
        dirs.extend(parents);
    }
    let entries = dirs.iter().take(MOST_DIRECTORIES).filter_map(|dir| fs::read_dir(dir).ok());
    let files = entries.flatten().flatten().map(|entry| entry.path());
    let is_new = |path: &PathBuf| {
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned());
        let inside = tree::label("", path.strip_prefix(root).unwrap_or(path));
        name.is_some_and(|name| is_env_file(&name))
            && !known.contains(inside.as_str())
            && path.is_file()
    };
    let mut files: Vec<PathBuf> = files.filter(is_new).collect();
    files.sort();
    files
}

#[derive(Serialize)]
struct Examination {
    variables: Vec<Row>,
    missing: Vec<Missing>,
    api_versions: Vec<Version>,
    gaps: Vec<String>,
}

#[derive(Serialize)]
struct Row {
    name: String,
    source: String,
    line: Option<u64>,
    value: String,
    what: Option<&'static str>,
    mode: Option<&'static str>,
    account: Option<String>,
    account_created: Option<String>,
    online: Option<String>,
    account_api_version: Option<String>,
    problems: Vec<Trouble>,
}

#[derive(Serialize)]
struct Trouble {
    severity: &'static str,
    what: String,
    remedy: String,
}

#[derive(Serialize)]
struct Missing {
    name: String,
    path: String,
    line: u64,
}

impl Missing {
    fn of(read: &Read) -> Self {
        Self { name: read.name.clone(), path: neutral(&read.path), line: read.line }
    }
}

impl Trouble {
    fn of(problem: &Problem) -> Self {
        let severity = if problem.is_error { "error" } else { "warning" };
        Self { severity, what: problem.what.clone(), remedy: problem.remedy.clone() }
    }
}

impl Row {
    fn of(checked: &Checked, answer: Option<&super::online::Told>) -> Self {
        let found = checked.found.as_ref();
        let mut problems: Vec<Trouble> = checked.problems.iter().map(Trouble::of).collect();
        problems.extend(answer.into_iter().flat_map(|told| &told.problems).map(Trouble::of));
        Self {
            name: neutral(&checked.setting.name),
            source: neutral(&checked.setting.source),
            line: checked.setting.line,
            value: checked.shown(),
            what: found.map(|found| found.rule.title),
            mode: found.and_then(|found| found.rule.mode).map(|mode| mode.word()),
            account: found.and_then(|found| found.facts.account.clone()),
            account_created: found.and_then(|found| found.facts.created).and_then(day),
            online: answer.map(|told| told.text.clone()),
            account_api_version: answer.and_then(|told| told.api_version.clone()),
            problems,
        }
    }
}

impl Examination {
    fn has_errors(&self) -> bool {
        self.variables.iter().flat_map(|row| &row.problems).any(|p| p.severity == "error")
    }
}

fn write_text(examination: &Examination, out: &mut dyn Write) -> io::Result<()> {
    let mut source = None;
    for row in &examination.variables {
        if source != Some(&row.source) {
            writeln!(out, "{}", row.source)?;
            source = Some(&row.source);
        }
        write_row(row, out)?;
    }
    for missing in &examination.missing {
        let Missing { name, path, line } = missing;
        writeln!(out, "{name} is read at {path}:{line}, and nothing here sets it")?;
    }
    write_versions(examination, out)?;
    for gap in &examination.gaps {
        writeln!(out, "not read: {}", neutral(gap))?;
    }
    let count = |severity: &str| {
        let all = examination.variables.iter().flat_map(|row| &row.problems);
        all.filter(|problem| problem.severity == severity).count()
    };
    let (variables, errors, warnings) =
        (examination.variables.len(), count("error"), count("warning"));
    writeln!(out, "{variables} variables of Stripe, {errors} errors, {warnings} warnings")
}

fn write_row(row: &Row, out: &mut dyn Write) -> io::Result<()> {
    let line = row.line.map(|line| format!("{line}: ")).unwrap_or_default();
    writeln!(out, "  {line}{} = {}", row.name, row.value)?;
    if let Some(what) = row.what {
        let account = row.account.as_ref().map(|account| {
            let created = row.account_created.as_deref().unwrap_or("an unknown day");
            format!(", {account}, created {created}")
        });
        writeln!(out, "     {what}{}", account.unwrap_or_default())?;
    }
    if let Some(online) = &row.online {
        writeln!(out, "     Stripe says: it {online}")?;
    }
    for problem in &row.problems {
        let text = format!("{}: {}. {}", problem.severity, problem.what, problem.remedy);
        let options = textwrap::Options::new(output::width())
            .initial_indent("     ")
            .subsequent_indent("       ");
        writeln!(out, "{}", textwrap::fill(&text, options))?;
    }
    Ok(())
}

/// The versions of the API that code pins, and those of the accounts that were asked.
fn write_versions(examination: &Examination, out: &mut dyn Write) -> io::Result<()> {
    let of_accounts: BTreeSet<&str> =
        examination.variables.iter().filter_map(|row| row.account_api_version.as_deref()).collect();
    for Version { version, path, line } in &examination.api_versions {
        let other = of_accounts.iter().filter(|account| **account != version);
        let differs: Vec<String> =
            other.map(|account| format!("; the account uses {account}")).collect();
        writeln!(
            out,
            "{}:{line} pins version {version} of the API{}",
            neutral(path),
            differs.join("")
        )?;
    }
    Ok(())
}
