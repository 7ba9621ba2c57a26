//! trufflehog: one JSON object a line, each with the secret in clear text. Tools that join or format
//! them write an array, or objects over several lines.

use serde_json::{Deserializer, Value as Json};

use super::{Foreign, List, Value};

/// Whether a text is an output of `trufflehog --json`, whatever stands before the first finding.
pub fn is_output(text: &str) -> bool {
    // In a string of another format the quotation marks would be escaped.
    text.contains("\"SourceMetadata\"")
        && text.lines().any(|line| line.trim_start().starts_with(['{', '[']))
}

/// Reads the output of `trufflehog --json`. Lines of its log stand between the findings; lines that
/// are no JSON, such as its banner, are left out.
///
/// # Errors
/// Where what begins like JSON is none.
pub fn output(text: &str) -> Result<List, String> {
    let mut list = List::default();
    let mut at = 0;
    loop {
        at += text[at..].len() - text[at..].trim_start().len();
        let rest = &text[at..];
        let number = || text[..at].matches('\n').count() + 1;
        if rest.is_empty() {
            return Ok(list);
        } else if rest.starts_with(['{', '[']) {
            let mut values = Deserializer::from_str(rest).into_iter::<Json>();
            let json = values.next().unwrap_or(Ok(Json::Null)).map_err(|error| {
                let line = number() + error.line().saturating_sub(1);
                format!("what begins in line {} is no JSON as of line {line}: {error}", number())
            })?;
            at += values.byte_offset();
            take(&json, &mut list.entries);
        } else {
            list.skipped.push(format!("line {} is no JSON", number()));
            at += rest.find('\n').unwrap_or(rest.len());
        }
    }
}

fn take(json: &Json, entries: &mut Vec<Foreign>) {
    match json {
        Json::Array(all) => all.iter().for_each(|one| take(one, entries)),
        one if one.get("SourceMetadata").is_some() => entries.push(foreign(one)),
        _ => {}
    }
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
