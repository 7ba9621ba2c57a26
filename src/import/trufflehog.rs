//! trufflehog: one JSON object a line, each with the secret in clear text.

use serde_json::Value as Json;

use super::{Foreign, Value};

/// Reads the output of `trufflehog --json`. Lines of its log stand between the findings.
///
/// # Errors
/// If a line is no JSON.
pub fn lines(text: &str) -> Result<Vec<Foreign>, String> {
    let mut entries = Vec::new();
    for (number, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        let json: Json =
            serde_json::from_str(line).map_err(|error| format!("line {}: {error}", number + 1))?;
        if json.get("SourceMetadata").is_some() {
            entries.push(foreign(&json));
        }
    }
    Ok(entries)
}

fn foreign(json: &Json) -> Foreign {
    let data = &json["SourceMetadata"]["Data"];
    let place = data.as_object().and_then(|data| data.values().next()).unwrap_or(&Json::Null);
    let text = |value: &Json| value.as_str().filter(|text| !text.is_empty()).map(str::to_owned);
    let kind = text(&json["DetectorName"]).unwrap_or_default();
    let path = text(&place["file"]).map(|path| path.replace('\\', "/"));
    let line = place["line"].as_u64();
    let raw = text(&json["Raw"]).map_or(Value::Unknown, Value::Clear);
    Foreign {
        label: format!("{}:{} ({kind})", path.as_deref().unwrap_or("?"), line.unwrap_or(0)),
        kind,
        path,
        line,
        commit: text(&place["commit"]),
        value: raw,
        standing: None,
        reason: None,
    }
}
