//! Bitbucket Pipelines ("Variables and secrets"). A push does not say what stood there before.

use super::{Plan, PlanError, Provider, Variables, proposed, pushed};

pub fn plan(variables: Variables<'_>) -> Result<Plan, PlanError> {
    let head = variables.must("BITBUCKET_COMMIT")?;
    let branch = variables.get("BITBUCKET_BRANCH").map(|name| format!("refs/heads/{name}"));
    let tag = variables.get("BITBUCKET_TAG").map(|name| format!("refs/tags/{name}"));
    let name = tag.or(branch).unwrap_or_default();
    let (event, what) = match variables.get("BITBUCKET_PR_ID") {
        Some(_) => {
            let commit = variables.get("BITBUCKET_PR_DESTINATION_COMMIT").map(str::to_owned);
            let branch = variables.get("BITBUCKET_PR_DESTINATION_BRANCH");
            let branch = branch.map(|name| format!("refs/remotes/origin/{name}"));
            let bases: Vec<_> = commit.into_iter().chain(branch).collect();
            if bases.is_empty() {
                return Err(PlanError::Missing("BITBUCKET_PR_DESTINATION_COMMIT"));
            }
            ("pull request", proposed(&name, head, bases))
        }
        None => ("push", pushed(&name, head, None, Some("HEAD"))),
    };
    Ok(Plan { provider: Provider::Bitbucket, event: event.to_owned(), what })
}
