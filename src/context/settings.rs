//! Values in the configuration files of a package: TOML, JSON, YAML, and the object literals of
//! configurations that are programs, which are read and never run.

use serde_json::Value;

use super::syntax::Script;
use super::yaml;

/// The strings to which a key leads, with `.` between names. Lists are gone through on the way.
pub fn values(path: &str, text: &str, key: &str) -> Vec<String> {
    match path.rsplit('.').next().unwrap_or_default() {
        "toml" => {
            let table = toml::from_str::<Value>(text).ok();
            table.map_or_else(Vec::new, |table| leading(&table, key))
        }
        "json" | "jsonc" => json(text).map_or_else(Vec::new, |value| leading(&value, key)),
        "yml" | "yaml" => yaml::values(text, key),
        _ => {
            Script::parse(path, text.as_bytes()).map_or_else(Vec::new, |script| script.values(key))
        }
    }
}

/// JSON with comments, as configurations have it.
pub fn json(text: &str) -> Option<Value> {
    let mut text = text.trim_start_matches('\u{feff}').to_owned();
    json_strip_comments::strip(&mut text).ok()?;
    serde_json::from_str(&text).ok()
}

/// A key that is one name is looked for at any depth, as that of `angular.json`.
fn leading(top: &Value, key: &str) -> Vec<String> {
    let names: Vec<&str> = key.split('.').collect();
    let mut found = vec![top];
    if let [name] = names[..] {
        found = deep(top, name);
    } else {
        for name in names {
            found = found.into_iter().flat_map(items).filter_map(|v| v.get(name)).collect();
        }
    }
    found.into_iter().flat_map(items).flat_map(texts).collect()
}

fn items(value: &Value) -> Vec<&Value> {
    match value {
        Value::Array(items) => items.iter().collect(),
        other => vec![other],
    }
}

/// An object stands for its strings, as `{ "base": "dist" }` does.
fn texts(value: &Value) -> Vec<String> {
    match value {
        Value::String(text) => vec![text.clone()],
        Value::Object(fields) => {
            fields.values().filter_map(Value::as_str).map(str::to_owned).collect()
        }
        _ => Vec::new(),
    }
}

fn deep<'v>(top: &'v Value, name: &str) -> Vec<&'v Value> {
    let mut found = Vec::new();
    let mut todo = vec![top];
    while let Some(value) = todo.pop() {
        match value {
            Value::Array(items) => todo.extend(items),
            Value::Object(fields) => {
                found.extend(fields.get(name));
                todo.extend(fields.values());
            }
            _ => {}
        }
    }
    found
}
