//! One value: whether it is what its name promises, whole, and nothing more.

use super::{Checked, Environment, Problem, Role, Setting};
use crate::detect::{Detector, Dropped, Match, Reason};
use crate::key::{CredentialType, Mode};

/// Makes the detector take the value for one of Stripe's.
const CONTEXT: &str = "STRIPE=";

/// The length of today's keys without their prefix.
const MODERN: usize = 99;

/// The length of the secret that `stripe listen` prints, without its prefix.
const CLI_WEBHOOK: usize = 64;

/// Looks at one setting.
pub(super) fn check(mut setting: Setting, detector: &Detector) -> Checked {
    let raw = setting.value.reveal();
    if is_reference(raw) {
        return Checked { found: None, problems: std::mem::take(&mut setting.problems), setting };
    }
    let clean = clean(raw);
    let mut problems = std::mem::take(&mut setting.problems);
    problems.extend(around(raw));
    let (mut matches, mut dropped) = detector.explain(format!("{CONTEXT}{clean}").as_bytes(), "");
    // A shape that another vendor has stays another vendor's, whatever the variable is called.
    let alone = detector.explain(clean.as_bytes(), "").1;
    if alone.iter().any(|drop| drop.why == Reason::Vendor) {
        (matches, dropped) = (Vec::new(), alone);
    }
    let role = Role::of(&setting.name);
    let found = match matches.len() {
        0 => {
            problems.extend(nothing(&clean, role, &dropped));
            None
        }
        _ => Some(matches.swap_remove(0)),
    };
    if let Some(found) = &found {
        problems.extend(whole(&clean, found, matches.len() + 1));
        problems.extend(fits(role, found));
        problems.extend(belongs(Environment::of(&setting.source), found));
        problems.extend(legacy(found));
        if found.sample {
            problems.push(Problem::error(
                "it is a sample from Stripe's documentation, which opens no account of yours",
                "Copy your own key from the Dashboard (Developers, API keys).",
            ));
        }
    }
    Checked { setting, found, problems }
}

/// Whether a value is no key but says where one is: another variable, a vault, an encrypted text.
pub(super) fn is_reference(value: &str) -> bool {
    const WAYS: &[&str] = &[
        "$(",
        "op://",
        "vault:",
        "vault://",
        "ref+",
        "arn:",
        "sm://",
        "ssm:",
        "awssm:",
        "doppler:",
        "encrypted:",
        "ENC[",
        "{cipher}",
        "@Microsoft.KeyVault(",
        "!",
        "<%=",
        "%env(",
        "secretref:",
    ];
    let value = value.trim();
    let is_variable = value.starts_with("${") && value.ends_with('}')
        || value.strip_prefix('$').is_some_and(|name| {
            !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
        });
    is_variable || WAYS.iter().any(|way| value.starts_with(way))
}

fn is_invisible(c: char) -> bool {
    matches!(
        c,
        '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{2069}' | '\u{FEFF}'
            | '\u{00AD}' | '\u{180E}'
    )
}

fn is_quote(c: char) -> bool {
    matches!(c, '"' | '\'' | '`' | '\u{2018}' | '\u{2019}' | '\u{201C}' | '\u{201D}')
}

/// A value without what does not belong to it.
fn clean(raw: &str) -> String {
    raw.chars().filter(|&c| !is_invisible(c) && !is_quote(c) && !c.is_whitespace()).collect()
}

/// What stands around or within a value and cannot be seen, or was copied along.
fn around(raw: &str) -> Vec<Problem> {
    let mut problems = Vec::new();
    let mut add = |what: &str, remedy: &str| problems.push(Problem::error(what, remedy));
    if raw.contains(['\n', '\r']) {
        add("there is a line break in the value", "Write the value on one line.");
    } else if raw.contains(char::is_whitespace) {
        add(
            "there is white space before, behind or in the value",
            "Remove it: a key has none, and Stripe refuses a key with any.",
        );
    }
    if raw.contains(is_quote) {
        add("quotes are part of the value", "Remove them: a key has none.");
    }
    if raw.contains(is_invisible) {
        add(
            "there are characters in the value that cannot be seen",
            "Type the line anew, and copy the key from the Dashboard once more.",
        );
    }
    problems
}

/// What a value is that holds no credential.
fn nothing(clean: &str, role: Role, dropped: &[Dropped]) -> Option<Problem> {
    if role == Role::Other && dropped.is_empty() {
        return None;
    }
    if clean.is_empty() {
        return Some(Problem::error("it is empty", "Set it, or remove the line."));
    }
    let copy = "Copy the key from the Dashboard (Developers, API keys) once more.";
    let Some(drop) = dropped.iter().max_by_key(|drop| drop.span.len()) else {
        return Some(unlike(clean, copy));
    };
    let placeholder = Problem::error("it is a placeholder or a masked key, not a key", copy);
    Some(match drop.why {
        Reason::Placeholder => placeholder,
        Reason::Grammar if clean.contains(['*', '.', '•', '…', '<', '{', '$']) => placeholder,
        Reason::Vendor => Problem::error(
            "it has the shape of another vendor's key",
            "Look for the key of Stripe: the names of both begin alike.",
        ),
        Reason::Future => Problem::error("it is invented: its account does not exist yet", copy),
        _ => Problem::error(
            format!("it is cut short or mistyped: it has {} characters", clean.len()),
            copy,
        ),
    })
}

/// A value that does not even begin like a credential.
fn unlike(clean: &str, copy: &str) -> Problem {
    if clean.len() == 32 && clean.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        return Problem::error(
            "it may be a key from before 2012, without a prefix, which tools of today refuse",
            "Roll it in the Dashboard (Developers, API keys), which gives a key of today's form.",
        );
    }
    Problem::error("it does not begin like any key of Stripe", copy)
}

/// Whether the value is the credential, whole and once.
fn whole(clean: &str, found: &Match, count: usize) -> Option<Problem> {
    if count > 1 {
        return Some(Problem::error(
            format!("it holds {count} keys in one"),
            "Leave one of them: the value was pasted over another, or twice.",
        ));
    }
    if found.span.len() != clean.len() {
        return Some(Problem::error(
            "there is more in the value than the key",
            "Remove what stands before or behind it.",
        ));
    }
    let body = body(found);
    let is_account_key = matches!(
        found.rule.kind,
        CredentialType::Secret | CredentialType::Restricted | CredentialType::Publishable
    );
    let cut = is_account_key && body.starts_with("51") && (25..MODERN).contains(&body.len());
    cut.then(|| {
        Problem::error(
            format!("it is cut short: {} of {MODERN} characters behind the prefix", body.len()),
            "Copy the key from the Dashboard (Developers, API keys) once more, all of it.",
        )
    })
}

/// Whether it is a key of a form that Stripe has long given up.
fn legacy(found: &Match) -> Option<Problem> {
    matches!(found.rule.id, "stripe-modeless-key" | "stripe-legacy-key").then(|| {
        Problem::warning(
            "it is a legacy key, without a mode in it, which tools of today refuse",
            "Roll it in the Dashboard (Developers, API keys), which gives a key of today's form.",
        )
    })
}

/// What stands behind the prefix.
fn body(found: &Match) -> &str {
    let value = found.secret.reveal();
    let prefix = found.rule.prefixes.iter().filter(|p| value.starts_with(**p)).map(|p| p.len());
    &value[prefix.max().unwrap_or(0)..]
}

/// Whether a value is of the kind that its variable is for.
fn fits(role: Role, found: &Match) -> Option<Problem> {
    let kind = found.rule.kind;
    let title = found.rule.title;
    let is_secret = matches!(
        kind,
        CredentialType::Secret | CredentialType::Restricted | CredentialType::Organization
    );
    match (role, kind) {
        (Role::Secret, CredentialType::Publishable) => Some(Problem::error(
            "a publishable key stands where a secret key is expected; Stripe answers \
             `secret_key_required`",
            "Put the secret key (`sk_…`), or better a restricted one (`rk_…`), here.",
        )),
        (Role::Secret, CredentialType::Webhook) => Some(Problem::error(
            "a webhook signing secret stands where a key is expected",
            "Put the secret or restricted key here; `whsec_…` belongs to the webhook handler.",
        )),
        (Role::Publishable, _) if is_secret => Some(Problem::error(
            format!(
                "a {title} stands where a publishable key is expected: it ships to every client"
            ),
            "Roll that key now if this was ever deployed, and put the publishable key (`pk_…`) here.",
        )),
        (Role::Webhook, _) if kind != CredentialType::Webhook => Some(Problem::error(
            format!("a {title} stands where a webhook signing secret is expected"),
            "Put the signing secret of the endpoint (`whsec_…`) here; every signature fails with a key.",
        )),
        _ => None,
    }
}

/// Whether a value belongs into the environment that its file is for.
fn belongs(environment: Environment, found: &Match) -> Option<Problem> {
    let is_cli = found.rule.kind == CredentialType::Webhook && body(found).len() == CLI_WEBHOOK;
    match (environment, found.rule.mode) {
        (Environment::Production, _) if is_cli => Some(Problem::error(
            "this is the secret that `stripe listen` prints, and events of production are not \
             signed with it",
            "Use the signing secret of the endpoint in the Dashboard (Developers, Webhooks).",
        )),
        (Environment::Production, Some(Mode::Test)) => Some(Problem::error(
            "a test key stands in a production environment: no real payment is made",
            "Put the live key here.",
        )),
        (Environment::Development, Some(Mode::Live))
            if found.rule.kind != CredentialType::Publishable =>
        {
            Some(Problem::error(
                "a live key stands in a development environment: a test run moves real money",
                "Put a test key, or one of a sandbox, here, and roll the live one.",
            ))
        }
        _ => None,
    }
}
