//! kingfisher: its baselines in YAML, of the second version and the first, which name paths and lines.
//! Their fingerprints are XXH3 hashes over the value and the place; they are not needed, since the
//! line says the same.

use serde::Deserialize;

use super::{Foreign, Value};

#[derive(Deserialize)]
struct Baseline {
    #[serde(rename = "ExactFindings")]
    exact_findings: Option<Exact>,
    #[serde(default)]
    repositories: Vec<Scanned>,
}

/// The whole of the first version.
#[derive(Deserialize)]
struct Exact {
    #[serde(default)]
    matches: Vec<Known>,
}

/// A directory or a database that the second version has read.
#[derive(Deserialize)]
struct Scanned {
    #[serde(default)]
    findings: Vec<Known>,
}

#[derive(Deserialize)]
struct Known {
    #[serde(alias = "filepath")]
    path: String,
    #[serde(default, alias = "linenum")]
    line: u64,
    #[serde(default)]
    rule_id: String,
}

/// Whether a text is a baseline.
pub fn is_baseline(text: &str) -> bool {
    text.contains("ExactFindings:")
        || text.contains("fingerprint_algorithm:") && text.contains("repositories:")
}

/// Reads a baseline.
///
/// # Errors
/// If it is none.
pub fn baseline(text: &str) -> Result<Vec<Foreign>, String> {
    // The parser shows the lines around, cut so that a key in them is not seen to be one.
    let first_line = |text: String| text.lines().next().unwrap_or_default().to_owned();
    let baseline: Baseline =
        serde_saphyr::from_str(text).map_err(|error| first_line(error.to_string()))?;
    let first = baseline.exact_findings.into_iter().flat_map(|exact| exact.matches);
    let second = baseline.repositories.into_iter().flat_map(|scanned| scanned.findings);
    Ok(first.chain(second).map(foreign).collect())
}

/// A path may end with a `/`, and begin with where the scan began.
fn foreign(known: Known) -> Foreign {
    let path = known.path.replace('\\', "/");
    let path = path.trim_end_matches('/').trim_start_matches("./");
    Foreign {
        label: format!("{path}:{} ({})", known.line, known.rule_id),
        kind: known.rule_id,
        path: Some(path.to_owned()),
        line: Some(known.line).filter(|&line| line > 0),
        commit: None,
        value: Value::Unknown,
        standing: None,
        reason: None,
    }
}
