//! `stripeguard ci`.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context;

use super::args::ci::Ci;
use super::{Exit, output, progress, request};
use crate::blob::ObjectId;
use crate::ci::{self, Environment, Otherwise, Plan, What};
use crate::coverage::Progress;
use crate::git::{self, Database, References, Repository, Resolver, Surroundings};
use crate::run::{self, Scope, Sides};
use crate::snippet::neutral;
use crate::source::push::{Known, Update};

/// Finds out what the pipeline is about, and scans that.
///
/// # Errors
/// If the environment is not understood, or the report cannot be written.
pub fn run(arguments: &Ci) -> anyhow::Result<Exit> {
    let targets = arguments.report.targets()?;
    let environment: Environment = env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
        .collect();
    let event = environment.get("GITHUB_EVENT_PATH").map(|path| {
        fs::read_to_string(path).with_context(|| format!("the event in {path} cannot be read"))
    });
    let plan = ci::plan(&environment, event.transpose()?.as_deref(), arguments.base.as_deref())?;
    let clone = Clone::open(&arguments.path)?;
    let scope = match clone.scope(&plan) {
        Ok(scope) => scope,
        Err(lack) => {
            output::stderr(&format!("stripeguard: {}\n", neutral(&lack)));
            return Ok(Exit::Incomplete);
        }
    };
    let request = request::of(scope, &arguments.config, &arguments.baseline)?;
    let fail_on = request.settings.config.fail_on.value;
    let progress = Progress::default();
    let bar = progress::Bar { wanted: true };
    let report = bar.during(&progress, || run::run(&request, &progress))?;
    arguments.report.write(&report, &targets)?;
    if !report.coverage.is_complete() && clone.repository.is_shallow() {
        output::stderr(&format!("stripeguard: {}\n", too_shallow(&plan)));
    }
    Ok(arguments.report.exit(&report, fail_on))
}

fn too_shallow(plan: &Plan) -> String {
    format!(
        "this clone is too shallow for a {} of {}; {}",
        plan.event,
        plan.provider.name(),
        plan.provider.remedy()
    )
}

/// The clone that the pipeline made.
struct Clone {
    path: PathBuf,
    repository: Repository,
    database: Database,
    references: References,
}

impl Clone {
    fn open(path: &Path) -> anyhow::Result<Self> {
        let repository = git::open(&git::discover(path)?)?;
        let database = Database::open(&repository);
        let references = repository.references();
        Ok(Self { path: path.to_owned(), repository, database, references })
    }

    /// The object that a revision names, if it is in the clone.
    fn find(&self, revision: &str) -> Option<ObjectId> {
        let resolver = Resolver::new(&self.repository, &self.references, &self.database);
        resolver.resolve(revision).ok()
    }

    /// What is to be read of the clone, or what it lacks.
    fn scope(&self, plan: &Plan) -> Result<Scope, String> {
        let (name, head, bases, otherwise) = match &plan.what {
            What::Everything => return Ok(self.everything()),
            What::Nothing(why) => return Ok(self.push(Vec::new(), (*why).to_owned())),
            What::Commits { name, head, bases, otherwise } => (name, head, bases, otherwise),
        };
        let shallow = self.repository.is_shallow();
        let Some(new) = self.find(head) else { return Err(lack(plan, head, shallow)) };
        let first = bases.first();
        if let Some(first) = first.filter(|first| shallow && self.find(first).is_none()) {
            return Err(lack(plan, first, shallow));
        }
        match (bases.iter().find_map(|base| self.find(base)), otherwise) {
            (Some(old), _) => {
                let asked = format!("{}: {}..{}", plan.event, short(&old), short(&new));
                let update = Update { name: name.clone(), old: Some(old), new: Some(new) };
                Ok(self.push(vec![update], asked))
            }
            (None, Otherwise::Everything) => Ok(self.everything()),
            (None, Otherwise::Fail) => {
                Err(lack(plan, first.map_or("its base", String::as_str), shallow))
            }
        }
    }

    fn everything(&self) -> Scope {
        Scope::Paths { paths: vec![self.path.clone()], sides: Sides::History }
    }

    fn push(&self, updates: Vec<Update>, asked: String) -> Scope {
        Scope::Push {
            repository: self.path.clone(),
            surroundings: Surroundings::default(),
            updates,
            known: Known::Nothing,
            asked,
        }
    }
}

fn short(id: &ObjectId) -> String {
    id.to_string()[..12].to_owned()
}

fn lack(plan: &Plan, revision: &str, shallow: bool) -> String {
    match shallow {
        true => format!("'{revision}' is not in this clone: {}", too_shallow(plan)),
        false => format!(
            "'{revision}' is not in this clone, although a {} of {} is about it; fetch it, or say \
             with --base what to compare with",
            plan.event,
            plan.provider.name()
        ),
    }
}
