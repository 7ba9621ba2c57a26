//! What configurations say: variables that the build inlines, what is published, environments.

use super::{Case, exposure, fits, said, side_of};
use crate::context::stack::EnvFiles;
use crate::context::variable;
use crate::exposure::{Exposure, Side};

impl Case<'_> {
    /// A variable that the build inlines.
    pub(super) fn variable(&self) -> Option<Exposure> {
        if !holds_variables(self.question.path) {
            return None;
        }
        let name = variable::assigned(self.text, self.question.place.start)?;
        if variable::is_defined_for_app(self.text, self.question.place.start) {
            let why = "--dart-define puts it into the app".to_owned();
            return Some(exposure(Side::Client, why));
        }
        let public = variable::public(&self.judge.packages, &self.around, name)?;
        Some(exposure(Side::Client, public.why))
    }

    /// What a configuration names as belonging to one side.
    pub(super) fn own(&self) -> Option<Exposure> {
        self.stacks().find_map(|(_, package, stack, path)| {
            stack.own.iter().find_map(|own| {
                let values = self.judge.packages.lookup(package, own.file, own.key, &[]);
                let (_, _) = values.iter().find(|(value, _)| is_under(path, value))?;
                Some(exposure(side_of(own.side?), said(own.why, stack)))
            })
        })
    }

    /// What a configuration names as published.
    pub(super) fn published(&self) -> Option<Exposure> {
        self.stacks().find_map(|(_, package, stack, path)| {
            stack.publish.iter().find_map(|setting| {
                let values = self.judge.packages.values(package, setting);
                let (value, file) = values.iter().find(|(value, _)| is_under(path, value))?;
                let why = match setting.why {
                    Some(why) => why.to_owned(),
                    None => format!("{file} publishes {}", tidy(value)),
                };
                Some(exposure(Side::Client, said(&why, stack)))
            })
        })
    }

    /// A value that a packaged file takes over.
    pub(super) fn referred(&self) -> Option<Exposure> {
        self.stacks().find_map(|(_, package, stack, path)| {
            let reference = stack.references.iter().find(|one| fits(one.within, path))?;
            let name = variable::assigned(self.text, self.question.place.start)?;
            let form = reference.form.replace("{name}", name);
            let is_taken = self.judge.packages.mentions(package, reference.file, &form);
            let why = reference.why.replace("{name}", name);
            is_taken.then(|| exposure(Side::Client, said(&why, stack)))
        })
    }

    /// The variables of an environment file that are not inlined.
    pub(super) fn env_file(&self) -> Option<Exposure> {
        let (_, package, stack, env) =
            self.stacks().find_map(|(distance, package, stack, path)| {
                let env = stack.env_files.as_ref().filter(|env| is_env_file(env, path))?;
                Some((distance, package, stack, env))
            })?;
        let flip = env.flips.iter().find(|flip| self.judge.packages.flips(package, flip));
        Some(match flip {
            Some(flip) => exposure(Side::Client, said(flip.why, stack)),
            None => exposure(side_of(env.side?), said(env.why, stack)),
        })
    }
}

/// Whether a path is the one that a configuration names, or below it.
fn is_under(path: &str, value: &str) -> bool {
    let value = tidy(value);
    !value.is_empty()
        && path.strip_prefix(value).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

fn tidy(value: &str) -> &str {
    value.trim_start_matches("./").trim_start_matches('/').trim_end_matches(['/', '*'])
}

fn is_env_file(env: &EnvFiles, path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or_default();
    if env.within.is_empty() { is_dotenv(name) } else { fits(env.within, path) }
}

/// `.env.example` is an environment file, `.env.dart` is code.
fn is_dotenv(name: &str) -> bool {
    let is_code = |part: &str| CODE.contains(&part);
    name == ".env"
        || name.ends_with(".env")
        || name.strip_prefix(".env.").is_some_and(|rest| !rest.split('.').any(is_code))
}

/// Extensions of programs that are named like environment files.
const CODE: &[&str] =
    &["dart", "js", "ts", "mjs", "cjs", "tsx", "py", "rb", "php", "swift", "kt", "go"];

/// Files that give variables to a build: environments, pipelines, containers, configurations.
fn holds_variables(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or_default();
    let extension = name.rsplit('.').next().unwrap_or_default();
    is_dotenv(name)
        || ["Dockerfile", "Containerfile", "Makefile", "Jenkinsfile"]
            .iter()
            .any(|one| name.starts_with(one))
        || matches!(
            extension,
            "yml" | "yaml" | "toml" | "json" | "sh" | "env" | "cfg" | "tf" | "tfvars"
        )
}
