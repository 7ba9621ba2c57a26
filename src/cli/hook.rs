//! `stripeguard hook`.

use std::env;
use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};

use super::args::hook::{self as args, Hook, HookPlace, HookRun};
use super::{Exit, output, request};
use crate::coverage::Progress;
use crate::git::{self, Surroundings};
use crate::hook::{self, Change, Global, HookError, Moment, Place, Script, State};
use crate::run::{self, Scope};
use crate::snippet::neutral;
use crate::source::push::{Known, Update};

/// Runs one of the commands about hooks.
///
/// # Errors
/// If a hook cannot be installed or removed, or what git says is not understood.
pub fn run(arguments: &Hook) -> anyhow::Result<Exit> {
    match arguments {
        Hook::Install(place) => install(place),
        Hook::Uninstall(place) => uninstall(place),
        Hook::Status(place) => status(place),
        Hook::Run(run) => check(run),
    }
}

fn moments(arguments: &HookPlace, is_bare: bool) -> Vec<Moment> {
    let chosen = [
        (Moment::PreCommit, arguments.pre_commit),
        (Moment::PrePush, arguments.pre_push),
        (Moment::PreReceive, arguments.pre_receive),
    ];
    let named: Vec<_> = chosen.iter().filter(|(_, named)| *named).map(|(m, _)| *m).collect();
    match (named.is_empty(), is_bare) {
        (false, _) => named,
        (true, false) => vec![Moment::PreCommit, Moment::PrePush],
        (true, true) => vec![Moment::PreReceive],
    }
}

/// Where the hooks are that are meant, and the user's template if all repositories are.
fn places(arguments: &HookPlace) -> Result<(Place, Option<Global>), HookError> {
    if !arguments.global {
        return hook::here(Path::new(".")).map(|place| (place, None));
    }
    let global = Global::find(config_directory().as_deref())?;
    let directory = global.directory.clone();
    Ok((Place { directory, is_in_work_tree: false, is_bare: false }, Some(global)))
}

fn install(arguments: &HookPlace) -> anyhow::Result<Exit> {
    let (place, global) = places(arguments)?;
    // A script that is committed must not name a place of this machine.
    let program = env::current_exe().ok().filter(|_| !place.is_in_work_tree);
    let program = program.map(|path| path.to_string_lossy().into_owned());
    let made_directory = !place.directory.exists();
    let write = |moment| {
        let script = Script { moment, program: program.as_deref(), made_directory };
        hook::install(&place.directory, &script)
    };
    let (exit, mut text) = each(&place, &moments(arguments, place.is_bare), &write);
    if let (Some(global), Exit::Clean) = (&global, exit) {
        global.set()?;
        text.push_str(&told_globally(global));
    }
    if place.is_in_work_tree && exit == Exit::Clean {
        text.push_str(
            "That directory is in the work tree: commit it, and all who clone have it.\n",
        );
    }
    output::stdout(|out| out.write_all(text.as_bytes()))?;
    Ok(exit)
}

fn uninstall(arguments: &HookPlace) -> anyhow::Result<Exit> {
    let (place, global) = places(arguments)?;
    let remove = |moment| hook::uninstall(&place.directory, moment);
    let (exit, mut text) = each(&place, &moments(arguments, place.is_bare), &remove);
    if let Some(global) = global
        && global.unset(config_directory().as_deref())?
    {
        text.push_str("init.templateDir is not set any more.\n");
    }
    output::stdout(|out| out.write_all(text.as_bytes()))?;
    Ok(exit)
}

type Act<'a> = &'a dyn Fn(Moment) -> Result<Change, HookError>;

/// Does something about each hook, and says what came of it.
fn each(place: &Place, moments: &[Moment], act: Act<'_>) -> (Exit, String) {
    let (mut exit, mut text) = (Exit::Clean, String::new());
    for moment in moments {
        match act(*moment) {
            Ok(change) => text.push_str(&told(&change, &place.directory.join(moment.name()))),
            Err(error) => {
                exit = Exit::Usage;
                text.push_str(&format!("{}\n", neutral(&error.to_string())));
            }
        }
    }
    (exit, text)
}

fn told(change: &Change, path: &Path) -> String {
    let path = neutral(&path.to_string_lossy());
    match change {
        Change::Written => format!("{path}: installed\n"),
        Change::Chained(kept) => {
            format!(
                "{path}: installed; it first runs the hook that was here, {}\n",
                neutral(&kept.to_string_lossy())
            )
        }
        Change::Unchanged => format!("{path}: installed already\n"),
        Change::Removed => format!("{path}: removed\n"),
        Change::Restored => format!("{path}: removed; the hook that was here before is back\n"),
        Change::Absent => format!("{path}: not installed\n"),
    }
}

fn told_globally(global: &Global) -> String {
    match (&global.template, global.is_set) {
        (None, _) => {
            "Your core.hooksPath is this directory, so that all your repositories have the hook.\n"
                .to_owned()
        }
        (Some(_), true) => {
            "It is in your init.templateDir: what you clone or make from now on has it, and \
             `git init` brings it to a repository that you have.\n"
                .to_owned()
        }
        (Some(template), false) => format!(
            "init.templateDir is {} now: what you clone or make from now on has the hook, without \
             the samples of git, and `git init` brings it to a repository that you have.\n",
            template.display()
        ),
    }
}

/// Hooks that are asked for and not installed make the exit code 1.
fn status(arguments: &HookPlace) -> anyhow::Result<Exit> {
    let (place, _) = places(arguments)?;
    let named = arguments.pre_commit || arguments.pre_push || arguments.pre_receive;
    let asked = if named { moments(arguments, false) } else { Moment::ALL.to_vec() };
    let mut text = String::new();
    let mut exit = Exit::Clean;
    for moment in asked {
        let state = hook::state(&place.directory, moment)?;
        if named && state != State::Installed {
            exit = Exit::Findings;
        }
        let word = match state {
            State::Absent => "not installed".to_owned(),
            State::Installed => "installed".to_owned(),
            State::Edited => "installed, and changed since".to_owned(),
            State::Managed(manager) => format!("written by {}", manager.name()),
            State::Foreign => "somebody else's".to_owned(),
        };
        let path = place.directory.join(moment.name());
        let path = neutral(&path.to_string_lossy());
        text.push_str(&format!("{}: {word} ({path})\n", moment.name()));
    }
    output::stdout(|out| out.write_all(text.as_bytes()))?;
    Ok(exit)
}

/// Where programs keep the configuration of a user (XDG Base Directory; `APPDATA` on Windows).
fn config_directory() -> Option<PathBuf> {
    let path = |name| env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let home = if cfg!(windows) {
        path("APPDATA")
    } else {
        path("XDG_CONFIG_HOME").or_else(|| path("HOME").map(|home| home.join(".config")))
    };
    home.filter(|path| path.is_absolute())
}

/// What git, or a manager of hooks, tells by the environment.
fn surroundings() -> Surroundings {
    let path = |name| env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let alternates = env::var_os("GIT_ALTERNATE_OBJECT_DIRECTORIES").unwrap_or_default();
    Surroundings {
        git_dir: path("GIT_DIR"),
        index: path("GIT_INDEX_FILE"),
        objects: path("GIT_OBJECT_DIRECTORY"),
        alternates: Surroundings::split_alternates(alternates.as_encoded_bytes()),
    }
}

fn check(arguments: &HookRun) -> anyhow::Result<Exit> {
    let moment = match arguments.moment {
        args::Moment::Commit => Moment::PreCommit,
        args::Moment::Push => Moment::PrePush,
        args::Moment::Receive => Moment::PreReceive,
    };
    let scope = scope(moment, &arguments.arguments)?;
    let request = request::of(scope, &arguments.config, &arguments.baseline)?;
    let fail_on = arguments.fail_on.unwrap_or(request.settings.config.fail_on.value);
    let report = run::run(&request, &Progress::default())?;
    let findings: Vec<_> = report.open(fail_on).collect();
    if !findings.is_empty() {
        output::stderr(&hook::refusal(moment, &findings));
        return Ok(Exit::Findings);
    }
    if !report.coverage.is_complete() {
        output::stderr(&hook::unread(moment, &report));
        return Ok(Exit::Incomplete);
    }
    Ok(Exit::Clean)
}

fn scope(moment: Moment, arguments: &[String]) -> anyhow::Result<Scope> {
    let (repository, surroundings) = (PathBuf::from("."), surroundings());
    if moment == Moment::PreCommit {
        return Ok(Scope::Staged { repository, surroundings });
    }
    let mut input = String::new();
    io::stdin().read_to_string(&mut input).context("what git says cannot be read")?;
    let mut updates = match hook::updates(moment, &input) {
        Ok(updates) => updates,
        Err(line) => bail!("'{line}' is not what git says to {}", moment.name()),
    };
    if updates.is_empty() && moment == Moment::PrePush {
        updates.extend(unannounced(&surroundings)?);
    }
    let remote = arguments.first().cloned().or_else(|| variable("PRE_COMMIT_REMOTE_NAME"));
    let known = match (moment, remote) {
        (Moment::PreReceive, _) => Known::Here,
        (_, Some(remote)) => Known::Remote(remote),
        (_, None) => Known::SomeRemote,
    };
    let asked = "the commits of a push".to_owned();
    Ok(Scope::Push { repository, surroundings, updates, known, asked })
}

/// Git hands its lines through a pipe, and none of them if there is nothing to be pushed.
#[cfg(unix)]
fn is_pipe() -> bool {
    use std::os::fd::AsFd;
    use std::os::unix::fs::FileTypeExt;
    let own = io::stdin().as_fd().try_clone_to_owned();
    let kind = own.and_then(|own| fs::File::from(own).metadata()).map(|found| found.file_type());
    kind.is_ok_and(|kind| kind.is_fifo() || kind.is_socket())
}

#[cfg(not(unix))]
fn is_pipe() -> bool {
    false
}

/// What is pushed where git's lines do not come here. The pre-commit framework reads them itself
/// and says in the environment what it read (<https://pre-commit.com/#pre-push>); other managers
/// hand them on only if they are told to, and then the commits of `HEAD` are taken, lest nothing be
/// checked.
fn unannounced(surroundings: &Surroundings) -> anyhow::Result<Option<Update>> {
    let local = variable("PRE_COMMIT_TO_REF").or_else(|| variable("PRE_COMMIT_LOCAL_BRANCH"));
    if local.is_none() && is_pipe() {
        return Ok(None);
    }
    let repository = git::open_within(Path::new("."), surroundings)?;
    let database = git::Database::open(&repository);
    let references = repository.references();
    let resolver = git::Resolver::new(&repository, &references, &database);
    let new = match &local {
        Some(local) => Some(resolver.resolve(local)?),
        None => references.head.commit(),
    };
    let old = variable("PRE_COMMIT_FROM_REF").and_then(|old| resolver.resolve(&old).ok());
    let name = variable("PRE_COMMIT_REMOTE_BRANCH").unwrap_or_default();
    Ok(new.map(|new| Update { name, old, new: Some(new) }))
}

/// A variable that is set and not empty.
fn variable(name: &str) -> Option<String> {
    env::var(name).ok().filter(|value| !value.is_empty())
}
