//! Which part of a history a pipeline is about, from what its environment says.
//!
//! Pure: the environment comes as a map, and the file with the event as text. Nothing is fetched,
//! and nothing of what is scanned is run.

mod azure;
mod bitbucket;
mod circleci;
mod github;
mod gitlab;
mod jenkins;

use std::collections::BTreeMap;

/// The variables of a process.
pub type Environment = BTreeMap<String, String>;

/// A service that runs pipelines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Provider {
    /// GitHub Actions, and what works like it: Forgejo, Gitea.
    GitHub,
    /// GitLab CI/CD.
    GitLab,
    /// Bitbucket Pipelines.
    Bitbucket,
    /// CircleCI.
    CircleCi,
    /// Jenkins.
    Jenkins,
    /// Azure Pipelines.
    Azure,
    /// Nobody: `--base` says what is new.
    Unknown,
}

/// What a pipeline is to look at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// Who runs it.
    pub provider: Provider,
    /// What it is called there, such as `pull_request`.
    pub event: String,
    /// What is to be read.
    pub what: What,
}

/// What is to be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum What {
    /// What `head` brings in that its base does not have.
    Commits {
        /// The full name of the reference that is set, or an empty text.
        name: String,
        /// A revision.
        head: String,
        /// Revisions to compare with: the first that is in the clone is taken.
        bases: Vec<String>,
        /// What is done if none is.
        otherwise: Otherwise,
    },
    /// Everything that the clone holds.
    Everything,
    /// Nothing, for a reason.
    Nothing(&'static str),
}

/// What is done where there is nothing to compare with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Otherwise {
    /// Everything that the clone holds is read.
    Everything,
    /// The clone lacks what is needed.
    Fail,
}

/// Why nothing can be planned. Its text says what to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PlanError {
    /// No service is known that sets these variables.
    NoPipeline,
    /// A variable is missing that is documented to be set.
    Missing(&'static str),
    /// The description of the event is not what is documented.
    BadEvent(String),
}

impl std::fmt::Display for PlanError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::NoPipeline => f.write_str(
                "the environment is that of no pipeline that is known here; say with --base what \
                 the commits are to be compared with, or use `stripeguard scan --range`",
            ),
            Self::Missing(name) => write!(
                f,
                "{name} is not set, although this service documents it; say with --base what the \
                 commits are to be compared with"
            ),
            Self::BadEvent(why) => write!(
                f,
                "the description of the event is not understood ({why}); say with --base what the \
                 commits are to be compared with"
            ),
        }
    }
}

impl std::error::Error for PlanError {}

/// Says what a pipeline is to look at. `event` is the content of the file that `GITHUB_EVENT_PATH`
/// names, and `base` the revision that the user wants to compare with.
///
/// # Errors
/// If the environment is not that of a pipeline, and there is no base.
pub fn plan(
    environment: &Environment,
    event: Option<&str>,
    base: Option<&str>,
) -> Result<Plan, PlanError> {
    let provider = Provider::of(environment);
    let variables = Variables(environment);
    let planned = match provider {
        Provider::GitHub => github::plan(variables, event.unwrap_or_default()),
        Provider::GitLab => gitlab::plan(variables),
        Provider::Bitbucket => bitbucket::plan(variables),
        Provider::CircleCi => circleci::plan(variables),
        Provider::Jenkins => jenkins::plan(variables),
        Provider::Azure => azure::plan(variables),
        Provider::Unknown => Err(PlanError::NoPipeline),
    };
    let Some(base) = base else { return planned };
    let mut plan = planned.unwrap_or_else(|_| Plan {
        provider,
        event: "commits".to_owned(),
        what: What::Everything,
    });
    plan.what = compared_with(base, plan.what);
    Ok(plan)
}

/// The same with a base that the user named.
fn compared_with(base: &str, what: What) -> What {
    let (name, head) = match what {
        What::Commits { name, head, .. } => (name, head),
        What::Everything | What::Nothing(_) => (String::new(), "HEAD".to_owned()),
    };
    What::Commits { name, head, bases: vec![base.to_owned()], otherwise: Otherwise::Fail }
}

impl Provider {
    /// Each of them sets one variable that no other sets. Gitea and Forgejo set that of GitHub.
    fn of(environment: &Environment) -> Self {
        const MARKS: [(&str, Provider); 6] = [
            ("GITHUB_ACTIONS", Provider::GitHub),
            ("GITLAB_CI", Provider::GitLab),
            ("BITBUCKET_BUILD_NUMBER", Provider::Bitbucket),
            ("CIRCLECI", Provider::CircleCi),
            ("TF_BUILD", Provider::Azure),
            ("JENKINS_URL", Provider::Jenkins),
        ];
        let set = |name: &str| environment.get(name).is_some_and(|value| !value.is_empty());
        MARKS.iter().find(|(name, _)| set(name)).map_or(Self::Unknown, |(_, provider)| *provider)
    }

    /// What to write where, so that the clone has the history that is needed.
    pub fn remedy(self) -> &'static str {
        match self {
            Self::GitHub => "give actions/checkout `with: fetch-depth: 0`",
            Self::GitLab => "set `variables: GIT_DEPTH: 0` for the job",
            Self::Bitbucket => "set `clone: depth: full` for the step",
            Self::CircleCi => "use `checkout: method: full`",
            Self::Jenkins => {
                "switch off the shallow clone of the job (Advanced clone behaviours), and let it \
                 fetch the target branch"
            }
            Self::Azure => "give the step `checkout: self` a `fetchDepth: 0`",
            Self::Unknown => "run `git fetch --unshallow`",
        }
    }

    /// What it is called.
    pub fn name(self) -> &'static str {
        match self {
            Self::GitHub => "GitHub Actions",
            Self::GitLab => "GitLab CI/CD",
            Self::Bitbucket => "Bitbucket Pipelines",
            Self::CircleCi => "CircleCI",
            Self::Jenkins => "Jenkins",
            Self::Azure => "Azure Pipelines",
            Self::Unknown => "--base",
        }
    }
}

/// Reads variables; one that is empty is not set.
#[derive(Clone, Copy)]
struct Variables<'a>(&'a Environment);

impl<'a> Variables<'a> {
    fn get(self, name: &str) -> Option<&'a str> {
        self.0.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }

    fn must(self, name: &'static str) -> Result<&'a str, PlanError> {
        self.get(name).ok_or(PlanError::Missing(name))
    }

    /// An id that is not the one of zeros, which stands for no commit.
    fn id(self, name: &str) -> Option<&'a str> {
        self.get(name).filter(|id| !is_zero(id))
    }
}

fn is_zero(id: &str) -> bool {
    id.bytes().all(|byte| byte == b'0')
}

/// Commits that were pushed: compared with what stood there before, else with the default branch.
/// Where neither is in the clone, as for the first push of all, everything is read.
fn pushed(name: &str, head: &str, before: Option<&str>, default: Option<&str>) -> What {
    let bases = before.map(str::to_owned);
    let default = default.filter(|default| name != format!("refs/heads/{default}"));
    let bases = bases.into_iter().chain(default.map(|name| format!("refs/remotes/origin/{name}")));
    What::Commits {
        name: name.to_owned(),
        head: head.to_owned(),
        bases: bases.collect(),
        otherwise: Otherwise::Everything,
    }
}

/// Commits that are proposed: compared with where they are to go.
fn proposed(name: &str, head: &str, bases: Vec<String>) -> What {
    let otherwise = Otherwise::Fail;
    What::Commits { name: name.to_owned(), head: head.to_owned(), bases, otherwise }
}
