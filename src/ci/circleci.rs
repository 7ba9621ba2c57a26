//! CircleCI ("Built-in environment variables"). What was there before is a pipeline value, not a
//! variable, so that a configuration has to hand it on with `--base`.

use super::{Plan, PlanError, Provider, Variables, pushed};

pub fn plan(variables: Variables<'_>) -> Result<Plan, PlanError> {
    let head = variables.must("CIRCLE_SHA1")?;
    let tag = variables.get("CIRCLE_TAG").map(|name| format!("refs/tags/{name}"));
    let branch = variables.get("CIRCLE_BRANCH").map(|name| format!("refs/heads/{name}"));
    let name = tag.or(branch).unwrap_or_default();
    let what = pushed(&name, head, None, Some("HEAD"));
    Ok(Plan { provider: Provider::CircleCi, event: "push".to_owned(), what })
}
