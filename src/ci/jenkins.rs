//! Jenkins with the Git plugin ("Environment Variables" there) and multibranch pipelines (Branch
//! API, `CHANGE_*`).

use super::{Plan, PlanError, Provider, Variables, proposed, pushed};

pub fn plan(variables: Variables<'_>) -> Result<Plan, PlanError> {
    let head = variables.get("GIT_COMMIT").unwrap_or("HEAD");
    let branch = variables.get("CHANGE_BRANCH").or(variables.get("BRANCH_NAME"));
    let name = branch.map(|name| format!("refs/heads/{name}")).unwrap_or_default();
    let (event, what) = match variables.get("CHANGE_ID") {
        Some(_) => {
            let target = variables.must("CHANGE_TARGET")?;
            let bases = vec![format!("refs/remotes/origin/{target}")];
            ("change request", proposed(&name, head, bases))
        }
        None => {
            // A build that failed for a leak must not hide it from the next one.
            let before = variables.id("GIT_PREVIOUS_SUCCESSFUL_COMMIT");
            ("push", pushed(&name, head, before, Some("HEAD")))
        }
    };
    Ok(Plan { provider: Provider::Jenkins, event: event.to_owned(), what })
}
