//! What a person reads whose commit or push is refused: ten lines at most.

use crate::finding::Finding;
use crate::report::Report;

use super::Moment;

/// Lines of findings, so that with all others there are ten.
const SHOWN: usize = 3;

/// Says what is wrong, where, why, and how to go on.
pub fn refusal(moment: Moment, findings: &[&Finding]) -> String {
    let act = moment.act();
    let (verb, count) =
        (if moment == Moment::PreCommit { "adds" } else { "sends" }, findings.len());
    let secrets = findings.iter().filter(|finding| finding.credential().is_some()).count();
    let what = match (secrets, count - secrets) {
        (1, 0) => "a Stripe secret".to_owned(),
        (secrets, 0) => format!("{secrets} Stripe secrets"),
        (0, 1) => "a bad practice".to_owned(),
        (0, lints) => format!("{lints} bad practices"),
        (secrets, lints) => format!("{secrets} secrets and {lints} bad practices"),
    };
    let mut lines = vec![format!("stripeguard refused this {act}: it {verb} {what}.")];
    let shown = if count > SHOWN { SHOWN - 1 } else { count };
    lines.extend(findings.iter().take(shown).map(|finding| line(finding)));
    if count > shown {
        lines.push(format!("  … and {} more{}", count - shown, how_to_see_all(moment)));
    }
    let rule = findings.first().map_or("RULE", |finding| finding.rule_id());
    lines.extend(advice(moment, rule));
    lines.join("\n") + "\n"
}

fn how_to_see_all(moment: Moment) -> &'static str {
    match moment {
        Moment::PreCommit => ": `stripeguard scan --staged` shows all.",
        Moment::PrePush => ": `stripeguard scan --range @{u}..` shows all.",
        Moment::PreReceive => ".",
    }
}

fn line(finding: &Finding) -> String {
    let place = &finding.place;
    let path = place.path.as_deref().unwrap_or("a message");
    let value = finding.credential().map(|found| format!("  {}", found.secret.redacted()));
    let commit = place.commit.as_ref().map(|commit| {
        let id = commit.id.to_string();
        format!("  in {} \"{}\"", &id[..12], commit.subject)
    });
    format!(
        "  {}  {path}:{}:{}  {}{}{}",
        finding.severity,
        place.start.line,
        place.start.column,
        finding.title(),
        value.unwrap_or_default(),
        commit.unwrap_or_default(),
    )
}

fn advice(moment: Moment, rule: &str) -> Vec<String> {
    let why = match moment {
        Moment::PreCommit => "what is committed stays in the history, even when it is deleted.",
        _ => "whoever can read the repository has it then, in every clone, for good.",
    };
    let go_on = match moment {
        Moment::PreCommit => {
            "take it out, read it from the environment or a secret store, `git add`, commit again."
        }
        _ => "take it out of the commits (`git commit --amend`, `git rebase -i`), push again.",
    };
    let skip = match moment {
        Moment::PreCommit => "`git commit --no-verify` skips this check. The secret is out then.",
        Moment::PrePush => "`git push --no-verify` skips this check. The secret is out then.",
        Moment::PreReceive => "This check runs on the server, and `--no-verify` does not skip it.",
    };
    vec![
        format!("Why: {why}"),
        format!("Go on: {go_on}"),
        format!("Leaked already? Roll the key first: `stripeguard explain {rule}` says how."),
        format!("No secret? Write `stripeguard:allow[{rule}] reason` in a comment on its line,"),
        "or accept what is known: `stripeguard baseline update`.".to_owned(),
    ]
    .into_iter()
    .chain([skip.to_owned()])
    .collect()
}

/// Says what could not be read, so that nobody takes it for checked.
pub fn unread(moment: Moment, report: &Report) -> String {
    let act = moment.act();
    let gaps = &report.coverage.gaps;
    let mut lines = vec![format!(
        "stripeguard refused this {act}: nothing was found, but not everything could be read."
    )];
    let shown = if gaps.len() > SHOWN { SHOWN - 1 } else { gaps.len() };
    lines.extend(gaps.iter().take(shown).map(|gap| format!("  {}: {}", gap.what, gap.why)));
    if gaps.len() > shown {
        lines.push(format!("  … and {} more", gaps.len() - shown));
    }
    if moment != Moment::PreReceive {
        lines.push(format!(
            "Look at it yourself; `git {act} --no-verify` goes on without this check."
        ));
    }
    lines.join("\n") + "\n"
}
