//! GitLab CI/CD ("Predefined CI/CD variables reference").

use super::{Plan, PlanError, Provider, Variables, What, proposed, pushed};

pub fn plan(variables: Variables<'_>) -> Result<Plan, PlanError> {
    let source = variables.get("CI_PIPELINE_SOURCE").unwrap_or("push");
    let head = variables.must("CI_COMMIT_SHA")?;
    let default = variables.get("CI_DEFAULT_BRANCH");
    let what = match source {
        "push" => {
            let tag = variables.get("CI_COMMIT_TAG").map(|tag| format!("refs/tags/{tag}"));
            let branch = variables.get("CI_COMMIT_BRANCH").map(|name| format!("refs/heads/{name}"));
            let name = tag.or(branch).unwrap_or_default();
            pushed(&name, head, variables.id("CI_COMMIT_BEFORE_SHA"), default)
        }
        "merge_request_event" => {
            let base = variables.must("CI_MERGE_REQUEST_DIFF_BASE_SHA")?;
            // Set in pipelines of merged results, in which CI_COMMIT_SHA is a merge.
            let head = variables.get("CI_MERGE_REQUEST_SOURCE_BRANCH_SHA").unwrap_or(head);
            let branch = variables.get("CI_MERGE_REQUEST_SOURCE_BRANCH_NAME").unwrap_or_default();
            proposed(&format!("refs/heads/{branch}"), head, vec![base.to_owned()])
        }
        _ => What::Everything,
    };
    Ok(Plan { provider: Provider::GitLab, event: source.to_owned(), what })
}
