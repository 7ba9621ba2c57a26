//! Asking Stripe about the keys of a project, in a run that says so.

use std::collections::BTreeMap;

use super::args::doctor::Doctor;
use crate::doctor::{Checked, Problem};

/// What Stripe told about one key.
pub struct Told {
    /// The state of the key, as the end of a sentence that begins with "it".
    pub text: String,
    /// The version of the API that the account uses by default.
    pub api_version: Option<String>,
    /// What is wrong with the key, then.
    pub problems: Vec<Problem>,
}

/// Asks about each key that can be asked about, once; nothing without `--online`. The answers go by
/// the place of the key in the list.
///
/// # Errors
/// If the program was built without network code, or the address of a test server is refused.
#[cfg(feature = "verify")]
pub fn ask(arguments: &Doctor, checked: &[Checked]) -> anyhow::Result<BTreeMap<usize, Told>> {
    if !arguments.online {
        return Ok(BTreeMap::new());
    }
    let client = client(arguments.api_base.as_deref())?;
    let mut known: BTreeMap<crate::secret::Secret, crate::verify::Answer> = BTreeMap::new();
    let mut told = BTreeMap::new();
    for (at, one) in checked.iter().enumerate() {
        let Some(found) = one.found.as_ref().filter(|f| is_asked_about(f.rule.kind) && !f.sample)
        else {
            continue;
        };
        let answer = known.entry(found.secret.clone()).or_insert_with(|| client.ask(&found.secret));
        told.insert(at, tell(answer));
    }
    Ok(told)
}

/// A program without network code asks nobody.
///
/// # Errors
/// If it is asked to.
#[cfg(not(feature = "verify"))]
pub fn ask(arguments: &Doctor, _checked: &[Checked]) -> anyhow::Result<BTreeMap<usize, Told>> {
    match arguments.online {
        true => anyhow::bail!("this program was built without network code (feature `verify`)"),
        false => Ok(BTreeMap::new()),
    }
}

/// A client for Stripe, or for a test server on this machine.
///
/// # Errors
/// If the test server is elsewhere.
#[cfg(feature = "verify")]
pub fn client(api_base: Option<&str>) -> anyhow::Result<crate::verify::Client> {
    Ok(match api_base {
        Some(base) => crate::verify::Client::of_tests(base)?,
        None => crate::verify::Client::new(),
    })
}

/// Whether the API can be asked with a credential of this kind.
#[cfg(feature = "verify")]
pub fn is_asked_about(kind: crate::key::CredentialType) -> bool {
    use crate::key::CredentialType::{Organization, Restricted, Secret};
    matches!(kind, Secret | Restricted | Organization)
}

#[cfg(feature = "verify")]
fn tell(answer: &crate::verify::Answer) -> Told {
    use crate::verify::State;
    let problem = |is_error, remedy: &str| Problem {
        is_error,
        what: format!("Stripe says that it {}", answer.state.text()),
        remedy: remedy.to_owned(),
    };
    let problems = match &answer.state {
        State::Expired | State::Invalid => vec![problem(
            true,
            "Copy the key that is valid now from the Dashboard (Developers, API keys).",
        )],
        State::Publishable => vec![problem(true, "Put the secret or restricted key here.")],
        State::OtherAddress => vec![problem(
            false,
            "Fine if the servers that use it have the addresses that the key allows.",
        )],
        State::Restricted { .. } => vec![problem(
            false,
            "Fine if the program needs no more; permissions are set in the Dashboard.",
        )],
        State::Alive { .. } | State::Unknown { .. } => Vec::new(),
    };
    Told { text: answer.state.text(), api_version: answer.api_version.clone(), problems }
}
