//! What pipelines are about, from the environment that their services document.

#[cfg(unix)]
mod action;
mod recipes;

use stripeguard::ci::{Environment, Otherwise, PlanError, Provider, What, plan};

const ZERO: &str = "0000000000000000000000000000000000000000";

fn environment(text: &str) -> Environment {
    let pairs = text.split_whitespace().map(|pair| pair.split_once('=').unwrap());
    pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}

/// `head: base base …` and `!` where a missing base is an error, or a word.
fn planned(variables: &str, event: &str) -> String {
    match plan(&environment(variables), Some(event), None).unwrap().what {
        What::Everything => "everything".to_owned(),
        What::Nothing(_) => "nothing".to_owned(),
        What::Commits { name, head, bases, otherwise } => {
            let mark = if otherwise == Otherwise::Fail { "!" } else { "" };
            format!("{name} {head}: {}{mark}", bases.join(" "))
        }
    }
}

#[test]
fn github() {
    let on = |name: &str, reference: &str| {
        format!("GITHUB_ACTIONS=true GITHUB_EVENT_NAME={name} GITHUB_REF={reference} GITHUB_SHA=m")
    };
    let push = |before: &str, after: &str, more: &str| {
        format!(
            r#"{{"before":"{before}","after":"{after}","repository":{{"default_branch":"main"}}{more}}}"#
        )
    };
    let topic = on("push", "refs/heads/topic");
    let cases = [
        (topic.clone(), push("b", "a", ""), "refs/heads/topic a: b refs/remotes/origin/main"),
        (topic.clone(), push(ZERO, "a", r#","created":true"#), "refs/heads/topic a: refs/remotes/origin/main"),
        (topic.clone(), push("b", "a", r#","forced":true"#), "refs/heads/topic a: b refs/remotes/origin/main"),
        (topic, push("b", ZERO, r#","deleted":true"#), "nothing"),
        (on("push", "refs/heads/main"), push("b", "a", ""), "refs/heads/main a: b"),
        (on("push", "refs/heads/main"), push(ZERO, "a", ""), "refs/heads/main a: "),
        (on("push", "refs/tags/v1"), push(ZERO, "a", ""), "refs/tags/v1 a: refs/remotes/origin/main"),
        (
            on("pull_request", "refs/pull/7/merge"),
            r#"{"pull_request":{"base":{"sha":"b","ref":"main"},"head":{"sha":"h","ref":"fix"}}}"#.to_owned(),
            "refs/heads/fix h: b!",
        ),
        (
            on("pull_request_target", "refs/heads/main"),
            r#"{"pull_request":{"base":{"sha":"b","ref":"main"},"head":{"sha":"h","ref":"fix"}}}"#.to_owned(),
            "refs/heads/fix h: b!",
        ),
        (
            on("merge_group", "refs/heads/gh-readonly-queue/main/pr-7"),
            r#"{"merge_group":{"base_sha":"b","head_sha":"h","head_ref":"refs/heads/q","base_ref":"refs/heads/main"}}"#
                .to_owned(),
            "refs/heads/q h: b!",
        ),
        (on("schedule", "refs/heads/main"), r#"{"schedule":"0 3 * * 1"}"#.to_owned(), "everything"),
        (on("workflow_dispatch", "refs/heads/main"), "{}".to_owned(), "everything"),
    ];
    for (variables, event, expected) in cases {
        assert_eq!(planned(&variables, &event), expected, "{variables} {event}");
    }
}

#[test]
fn other_services() {
    let gitlab = "GITLAB_CI=true CI_COMMIT_SHA=h CI_DEFAULT_BRANCH=main";
    let cases = [
        (
            format!("{gitlab} CI_PIPELINE_SOURCE=push CI_COMMIT_BRANCH=topic CI_COMMIT_BEFORE_SHA=b"),
            "refs/heads/topic h: b refs/remotes/origin/main",
        ),
        (
            format!("{gitlab} CI_PIPELINE_SOURCE=push CI_COMMIT_BRANCH=topic CI_COMMIT_BEFORE_SHA={ZERO}"),
            "refs/heads/topic h: refs/remotes/origin/main",
        ),
        (
            format!("{gitlab} CI_PIPELINE_SOURCE=push CI_COMMIT_TAG=v1 CI_COMMIT_BEFORE_SHA={ZERO}"),
            "refs/tags/v1 h: refs/remotes/origin/main",
        ),
        (
            format!(
                "{gitlab} CI_PIPELINE_SOURCE=merge_request_event CI_COMMIT_BEFORE_SHA={ZERO} \
                 CI_MERGE_REQUEST_DIFF_BASE_SHA=b CI_MERGE_REQUEST_SOURCE_BRANCH_NAME=topic"
            ),
            "refs/heads/topic h: b!",
        ),
        (
            format!(
                "{gitlab} CI_PIPELINE_SOURCE=merge_request_event CI_MERGE_REQUEST_DIFF_BASE_SHA=b \
                 CI_MERGE_REQUEST_SOURCE_BRANCH_SHA=s CI_MERGE_REQUEST_SOURCE_BRANCH_NAME=topic"
            ),
            "refs/heads/topic s: b!",
        ),
        (format!("{gitlab} CI_PIPELINE_SOURCE=schedule"), "everything"),
        (
            "BITBUCKET_BUILD_NUMBER=1 BITBUCKET_COMMIT=h BITBUCKET_BRANCH=topic".to_owned(),
            "refs/heads/topic h: refs/remotes/origin/HEAD",
        ),
        (
            "BITBUCKET_BUILD_NUMBER=1 BITBUCKET_COMMIT=h BITBUCKET_BRANCH=topic BITBUCKET_PR_ID=3 \
             BITBUCKET_PR_DESTINATION_BRANCH=main BITBUCKET_PR_DESTINATION_COMMIT=b"
                .to_owned(),
            "refs/heads/topic h: b refs/remotes/origin/main!",
        ),
        (
            "CIRCLECI=true CIRCLE_SHA1=h CIRCLE_BRANCH=topic".to_owned(),
            "refs/heads/topic h: refs/remotes/origin/HEAD",
        ),
        (
            "JENKINS_URL=http://j/ GIT_COMMIT=h BRANCH_NAME=topic GIT_PREVIOUS_SUCCESSFUL_COMMIT=b"
                .to_owned(),
            "refs/heads/topic h: b refs/remotes/origin/HEAD",
        ),
        (
            "JENKINS_URL=http://j/ BRANCH_NAME=PR-3 CHANGE_ID=3 CHANGE_TARGET=main CHANGE_BRANCH=topic"
                .to_owned(),
            "refs/heads/topic HEAD: refs/remotes/origin/main!",
        ),
        (
            "TF_BUILD=True BUILD_REASON=IndividualCI BUILD_SOURCEVERSION=h \
             BUILD_SOURCEBRANCH=refs/heads/topic"
                .to_owned(),
            "refs/heads/topic h: refs/remotes/origin/HEAD",
        ),
        (
            "TF_BUILD=True BUILD_REASON=PullRequest BUILD_SOURCEVERSION=m \
             SYSTEM_PULLREQUEST_TARGETBRANCH=refs/heads/main \
             SYSTEM_PULLREQUEST_SOURCEBRANCH=refs/heads/topic SYSTEM_PULLREQUEST_SOURCECOMMITID=h"
                .to_owned(),
            "refs/heads/topic h: refs/remotes/origin/main!",
        ),
        ("TF_BUILD=True BUILD_REASON=Schedule BUILD_SOURCEVERSION=h".to_owned(), "everything"),
    ];
    for (variables, expected) in cases {
        assert_eq!(planned(&variables, ""), expected, "{variables}");
    }
}

#[test]
fn what_is_not_documented_is_an_error() {
    let error = |variables: &str, event| plan(&environment(variables), event, None).unwrap_err();
    assert_eq!(error("PATH=/bin", None), PlanError::NoPipeline);
    assert_eq!(error("GITHUB_ACTIONS=", None), PlanError::NoPipeline);
    assert_eq!(error("GITHUB_ACTIONS=true", None), PlanError::Missing("GITHUB_EVENT_NAME"));
    for event in [None, Some("{"), Some("[]"), Some("{}")] {
        for name in ["push", "pull_request", "merge_group"] {
            let variables = format!("GITHUB_ACTIONS=true GITHUB_EVENT_NAME={name}");
            let error = error(&variables, event);
            assert!(matches!(error, PlanError::BadEvent(_)), "{name} {event:?}: {error}");
        }
    }
    let request = "GITLAB_CI=1 CI_COMMIT_SHA=h CI_PIPELINE_SOURCE=merge_request_event";
    assert_eq!(error(request, None), PlanError::Missing("CI_MERGE_REQUEST_DIFF_BASE_SHA"));
}

#[test]
fn a_base_that_is_named_wins() {
    let planned =
        plan(&environment("CIRCLECI=true CIRCLE_SHA1=h CIRCLE_BRANCH=t"), None, Some("b"));
    let planned = planned.unwrap();
    assert_eq!(planned.provider, Provider::CircleCi);
    let What::Commits { head, bases, otherwise, .. } = planned.what else { panic!("no commits") };
    assert_eq!((head.as_str(), bases, otherwise), ("h", vec!["b".to_owned()], Otherwise::Fail));
    let alone = plan(&Environment::new(), None, Some("main~3")).unwrap();
    assert_eq!(alone.provider, Provider::Unknown);
    assert!(matches!(alone.what, What::Commits { head, .. } if head == "HEAD"));
}
