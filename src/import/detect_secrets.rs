//! detect-secrets: `.secrets.baseline`, which names a secret by its SHA-1.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::{Foreign, Value};
use crate::suppress::Standing;

#[derive(Deserialize)]
struct Baseline {
    results: BTreeMap<String, Vec<Potential>>,
}

#[derive(Deserialize)]
struct Potential {
    #[serde(default)]
    r#type: String,
    hashed_secret: String,
    #[serde(default)]
    line_number: u64,
    /// What its audit has said: whether it is one.
    is_secret: Option<bool>,
}

/// Reads a baseline.
///
/// # Errors
/// If it is none.
pub fn baseline(text: &str) -> Result<Vec<Foreign>, String> {
    let baseline: Baseline = serde_json::from_str(text).map_err(|error| error.to_string())?;
    let entries = baseline.results.into_iter().flat_map(|(path, found)| {
        let path = path.replace('\\', "/");
        found.into_iter().map(move |one| foreign(&path, one))
    });
    Ok(entries.collect())
}

fn foreign(path: &str, one: Potential) -> Foreign {
    let (standing, reason) = match one.is_secret {
        Some(false) => (Some(Standing::FalsePositive), Some("audited as no secret")),
        Some(true) => (Some(Standing::Open), Some("audited as a secret")),
        None => (None, None),
    };
    Foreign {
        label: format!("{path}:{} ({})", one.line_number, one.r#type),
        kind: one.r#type,
        path: Some(path.to_owned()),
        line: Some(one.line_number).filter(|&line| line > 0),
        commit: None,
        value: Value::Sha1(one.hashed_secret.to_ascii_lowercase()),
        standing,
        reason: reason.map(str::to_owned),
    }
}
