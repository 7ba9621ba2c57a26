//! Azure Pipelines ("Use predefined variables"). A push does not say what stood there before.

use super::{Plan, PlanError, Provider, Variables, What, proposed, pushed};

pub fn plan(variables: Variables<'_>) -> Result<Plan, PlanError> {
    let head = variables.must("BUILD_SOURCEVERSION")?;
    let reason = variables.get("BUILD_REASON").unwrap_or("IndividualCI");
    let what = match reason {
        "PullRequest" => {
            let target = variables.must("SYSTEM_PULLREQUEST_TARGETBRANCH")?;
            let target = target.strip_prefix("refs/heads/").unwrap_or(target);
            let name = variables.get("SYSTEM_PULLREQUEST_SOURCEBRANCH").unwrap_or_default();
            // BUILD_SOURCEVERSION is a merge that Azure made.
            let head = variables.get("SYSTEM_PULLREQUEST_SOURCECOMMITID").unwrap_or(head);
            proposed(name, head, vec![format!("refs/remotes/origin/{target}")])
        }
        "IndividualCI" | "BatchedCI" => {
            let name = variables.get("BUILD_SOURCEBRANCH").unwrap_or_default();
            pushed(name, head, None, Some("HEAD"))
        }
        _ => What::Everything,
    };
    Ok(Plan { provider: Provider::Azure, event: reason.to_owned(), what })
}
