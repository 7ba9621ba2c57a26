//! Where git looks for hooks.

use std::ffi::OsStr;
use std::fmt;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::install::State;
use super::{Manager, Moment};

/// A directory of hooks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The directory; it need not exist.
    pub directory: PathBuf,
    /// Whether it lies in a work tree, so that what is in it is likely to be committed.
    pub is_in_work_tree: bool,
    /// Whether the repository has no work tree, as on a server.
    pub is_bare: bool,
}

/// Why a hook cannot be installed or removed. Its text says what to do.
#[derive(Debug)]
pub enum HookError {
    /// Git cannot be run, or refuses.
    Git(String),
    /// `core.hooksPath` of the user or the machine decides about all repositories.
    Shared(PathBuf),
    /// Hooks are switched off: `core.hooksPath` leads to no directory.
    Off(PathBuf),
    /// The machine's own template for repositories is not this user's to change.
    MachineTemplate(String),
    /// There is no directory for the user's configuration.
    NoHome,
    /// Another program writes the hooks; here is what to tell it.
    Managed(Manager, Moment, PathBuf),
    /// The file is not as it would have been left.
    InTheWay(PathBuf, State),
    /// What a replaced hook is to be called is taken.
    NameTaken(PathBuf),
    /// A file cannot be read or written.
    File(PathBuf, io::Error),
}

impl fmt::Display for HookError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Git(why) => write!(f, "git cannot say where hooks belong: {why}"),
            Self::Shared(dir) => write!(
                f,
                "core.hooksPath is {} for all repositories of this user or machine, so that a hook \
                 there runs in every one of them; if that is meant, add --global, and if not, give \
                 this repository its own with `git config core.hooksPath .git/hooks`",
                dir.display()
            ),
            Self::Off(dir) => write!(
                f,
                "core.hooksPath is {}, which is no directory, so that git runs no hooks; \
                 `git config --show-origin core.hooksPath` says who set it",
                dir.display()
            ),
            Self::MachineTemplate(dir) => write!(
                f,
                "init.templateDir is {dir} for the whole machine, and a template of your own would \
                 replace it; copy it, set init.templateDir to the copy with `git config --global`, \
                 and run this again"
            ),
            Self::NoHome => f.write_str(
                "there is no directory for your configuration; set HOME or XDG_CONFIG_HOME",
            ),
            Self::Managed(manager, moment, path) => write!(
                f,
                "{} belongs to {}, which writes it anew, so it was left as it is. {}",
                path.display(),
                manager.name(),
                manager.recipe(*moment)
            ),
            Self::InTheWay(path, State::Edited) => write!(
                f,
                "{} was written by stripeguard and changed since, so it was left as it is; remove \
                 it yourself, or take your changes out of it",
                path.display()
            ),
            Self::InTheWay(path, _) => {
                write!(f, "{} is not a file, so it was left as it is", path.display())
            }
            Self::NameTaken(path) => write!(
                f,
                "{} is there already, and the hook that stands here now would have to be called \
                 so; move it away first",
                path.display()
            ),
            Self::File(path, error) => write!(f, "{}: {error}", path.display()),
        }
    }
}

impl std::error::Error for HookError {}

/// The directory of the hooks of the repository that holds `directory`.
///
/// # Errors
/// If there is no repository, or its hooks are not its own.
pub fn here(directory: &Path) -> Result<Place, HookError> {
    let ask = ["rev-parse", "--is-bare-repository", "--path-format=absolute", "--git-common-dir"];
    let answer = git(directory, ask)?;
    let (is_bare, git_dir) = answer.split_once('\n').unwrap_or((&answer, ""));
    let (is_bare, git_dir) = (is_bare == "true", PathBuf::from(git_dir));
    let top = match is_bare {
        true => git_dir.clone(),
        false => git(directory, ["rev-parse", "--path-format=absolute", "--show-toplevel"])?.into(),
    };
    // Git takes a relative core.hooksPath from where it runs hooks: the top of the work tree.
    let found = git(&top, ["rev-parse", "--path-format=absolute", "--git-path", "hooks"])?;
    let found = PathBuf::from(found);
    let set = git(&top, ["config", "--show-scope", "--get", "core.hooksPath"]);
    let scope = set.ok().and_then(|set| Some(set.split_once('\t')?.0.to_owned()));
    if found.exists() && !found.is_dir() {
        return Err(HookError::Off(found));
    }
    if matches!(scope.as_deref(), Some("global" | "system")) {
        return Err(HookError::Shared(found));
    }
    let is_in_work_tree = !is_bare && found.starts_with(&top) && !found.starts_with(&git_dir);
    Ok(Place { directory: found, is_in_work_tree, is_bare })
}

/// Where hooks of all repositories of a user go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Global {
    /// The directory of hooks.
    pub directory: PathBuf,
    /// The template for new repositories that it is part of; `None` if it is `core.hooksPath`, by
    /// which git runs hooks in all repositories at once.
    pub template: Option<PathBuf>,
    /// Whether the user's configuration names the template already.
    pub is_set: bool,
}

impl Global {
    /// What the user has set, and otherwise a template of our own below `config`, the directory of
    /// the user's configuration. A template changes no repository that there is; setting
    /// `core.hooksPath` would switch off the hooks that they have.
    ///
    /// # Errors
    /// If git cannot be asked, or the machine's administrator has decided.
    pub fn find(config: Option<&Path>) -> Result<Self, HookError> {
        if let Some(directory) = setting("--global", "core.hooksPath") {
            return Ok(Self { directory: directory.into(), template: None, is_set: true });
        }
        if let Some(template) = setting("--global", "init.templateDir") {
            let template = PathBuf::from(template);
            let directory = template.join("hooks");
            return Ok(Self { directory, template: Some(template), is_set: true });
        }
        if let Some(template) = setting("--system", "init.templateDir") {
            return Err(HookError::MachineTemplate(template));
        }
        let template = config.ok_or(HookError::NoHome)?.join(OWN_TEMPLATE);
        let directory = template.join("hooks");
        Ok(Self { directory, template: Some(template), is_set: false })
    }

    /// Tells git of the template.
    ///
    /// # Errors
    /// If git cannot write the user's configuration.
    pub fn set(&self) -> Result<(), HookError> {
        match &self.template {
            Some(template) if !self.is_set => {
                let value = [OsStr::new(TEMPLATE), template.as_os_str()];
                let set = ["config", "--global"].map(OsStr::new);
                git(Path::new("."), set.into_iter().chain(value)).map(drop)
            }
            _ => Ok(()),
        }
    }

    /// Takes back what [`Self::set`] did, when nothing is left in our own template.
    ///
    /// # Errors
    /// If git cannot write the user's configuration.
    pub fn unset(&self, config: Option<&Path>) -> Result<bool, HookError> {
        let own = config.map(|config| config.join(OWN_TEMPLATE));
        let is_empty = fs::read_dir(&self.directory).map_or(true, |mut dir| dir.next().is_none());
        if self.template.is_none() || self.template != own || !self.is_set || !is_empty {
            return Ok(false);
        }
        git(Path::new("."), ["config", "--global", "--unset", TEMPLATE])?;
        for directory in self.directory.ancestors().take(3) {
            // One that holds something else stays.
            let _ = fs::remove_dir(directory);
        }
        Ok(true)
    }
}

const TEMPLATE: &str = "init.templateDir";
/// Where our own template is, in the directory of the user's configuration.
const OWN_TEMPLATE: &str = "stripeguard/git-template";

/// A path that the user's or the machine's configuration sets.
fn setting(scope: &str, name: &str) -> Option<String> {
    let ask = ["config", scope, "--includes", "--type=path", "--get", name];
    git(Path::new("."), ask).ok().filter(|value| !value.is_empty())
}

/// Runs git and gives what it says, without the last line end.
fn git<S: AsRef<OsStr>>(
    directory: &Path,
    arguments: impl IntoIterator<Item = S>,
) -> Result<String, HookError> {
    let run = Command::new("git").current_dir(directory).args(arguments).output();
    let output = run.map_err(|error| HookError::Git(error.to_string()))?;
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).trim_end_matches('\n').to_owned();
    match output.status.success() {
        true => Ok(text(&output.stdout)),
        false => Err(HookError::Git(text(&output.stderr))),
    }
}
