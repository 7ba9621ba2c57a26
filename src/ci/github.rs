//! GitHub Actions ("Events that trigger workflows", "Webhook events and payloads").

use serde::Deserialize;

use super::{Plan, PlanError, Provider, Variables, What, is_zero, proposed, pushed};

/// What is needed of an event.
#[derive(Deserialize)]
struct Event {
    before: Option<String>,
    after: Option<String>,
    #[serde(default)]
    deleted: bool,
    repository: Option<Repository>,
    pull_request: Option<PullRequest>,
    merge_group: Option<MergeGroup>,
}

#[derive(Deserialize)]
struct Repository {
    default_branch: Option<String>,
}

#[derive(Deserialize)]
struct PullRequest {
    base: End,
    head: End,
}

#[derive(Deserialize)]
struct End {
    sha: String,
    r#ref: String,
}

#[derive(Deserialize)]
struct MergeGroup {
    base_sha: String,
    head_sha: String,
    head_ref: String,
}

pub fn plan(variables: Variables<'_>, event: &str) -> Result<Plan, PlanError> {
    let name = variables.must("GITHUB_EVENT_NAME")?;
    let parse =
        || serde_json::from_str(event).map_err(|error| PlanError::BadEvent(error.to_string()));
    let what = match name {
        "push" => push(variables, parse()?)?,
        "pull_request" | "pull_request_target" => {
            let event: Event = parse()?;
            let pull = event.pull_request.ok_or_else(|| lacks("pull_request"))?;
            proposed(
                &format!("refs/heads/{}", pull.head.r#ref),
                &pull.head.sha,
                vec![pull.base.sha],
            )
        }
        "merge_group" => {
            let event: Event = parse()?;
            let group = event.merge_group.ok_or_else(|| lacks("merge_group"))?;
            proposed(&group.head_ref, &group.head_sha, vec![group.base_sha])
        }
        _ => What::Everything,
    };
    Ok(Plan { provider: Provider::GitHub, event: name.to_owned(), what })
}

fn push(variables: Variables<'_>, event: Event) -> Result<What, PlanError> {
    if event.deleted {
        return Ok(What::Nothing("a reference was deleted, so that nothing is new"));
    }
    let head = event.after.filter(|id| !is_zero(id)).ok_or_else(|| lacks("after"))?;
    let before = event.before.filter(|id| !is_zero(id));
    let default = event.repository.and_then(|repository| repository.default_branch);
    let name = variables.get("GITHUB_REF").unwrap_or_default();
    Ok(pushed(name, &head, before.as_deref(), default.as_deref()))
}

fn lacks(part: &str) -> PlanError {
    PlanError::BadEvent(format!("it has no {part}"))
}
