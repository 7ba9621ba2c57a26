//! A file as a tree of values that know where they stand, whatever the syntax.

use std::borrow::Cow;
use std::fmt;
use std::ops::Range;

use serde::Deserialize;
use serde::de::{MapAccess, Visitor};
use serde_json::value::RawValue;
use toml::de::{DeTable, DeValue};

use super::problem::Problem;

/// How deep values of JSON are read: no configuration is as deep.
const DEPTH: usize = 8;

/// A value and where it stands.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    /// Bytes of the file.
    pub span: Range<usize>,
    /// The value.
    pub value: Value,
}

/// A value.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// A string; a date of TOML too.
    Text(String),
    /// A whole number.
    Number(i64),
    /// `true` or `false`.
    Flag(bool),
    /// Several values.
    List(Vec<Node>),
    /// Keys with their places, and values.
    Table(Vec<(Key, Node)>),
    /// Anything else: the word for it.
    Other(&'static str),
}

/// A key of a table.
#[derive(Clone, Debug, PartialEq)]
pub struct Key {
    /// Its text.
    pub text: String,
    /// Where it stands.
    pub span: Range<usize>,
}

impl Value {
    /// The word for what kind of value this is, with its article.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Text(_) => "a string",
            Self::Number(_) => "a number",
            Self::Flag(_) => "a boolean",
            Self::List(_) => "a list",
            Self::Table(_) => "a table",
            Self::Other(kind) => kind,
        }
    }
}

impl Node {
    /// The value at a path of keys.
    pub fn at(&self, keys: &[&str]) -> Option<&Node> {
        keys.iter().try_fold(self, |node, key| match &node.value {
            Value::Table(entries) => {
                entries.iter().find(|(name, _)| name.text == *key).map(|(_, value)| value)
            }
            _ => None,
        })
    }
}

/// Reads TOML: as much of it as can be understood, and what is wrong with its syntax.
pub fn toml(text: &str) -> (Node, Vec<Problem>) {
    let (table, errors) = DeTable::parse_recoverable(text);
    let problems = errors.iter().map(|error| Problem {
        span: error.span().unwrap_or(0..0),
        message: format!("this is not TOML: {}", error.message()),
        help: "see https://toml.io for how values are written".to_owned(),
    });
    (Node { span: table.span(), value: table_of(table.get_ref()) }, problems.collect())
}

fn table_of(table: &DeTable<'_>) -> Value {
    let entry = |key: &toml::Spanned<Cow<'_, str>>, value: &toml::Spanned<DeValue<'_>>| {
        let key = Key { text: key.get_ref().to_string(), span: key.span() };
        (key, Node { span: value.span(), value: value_of(value.get_ref()) })
    };
    Value::Table(table.iter().map(|(key, value)| entry(key, value)).collect())
}

fn value_of(value: &DeValue<'_>) -> Value {
    match value {
        DeValue::String(text) => Value::Text(text.to_string()),
        DeValue::Integer(number) => i64::from_str_radix(number.as_str(), number.radix())
            .map_or(Value::Other("a number that is too big"), Value::Number),
        DeValue::Float(_) => Value::Other("a fraction"),
        DeValue::Boolean(flag) => Value::Flag(*flag),
        DeValue::Datetime(date) => Value::Text(date.to_string()),
        DeValue::Array(values) => Value::List(
            values
                .iter()
                .map(|value| Node { span: value.span(), value: value_of(value.get_ref()) })
                .collect(),
        ),
        DeValue::Table(table) => table_of(table),
    }
}

/// Reads JSON.
///
/// # Errors
/// What is wrong with its syntax.
pub fn json(text: &str) -> Result<Node, Problem> {
    let fault = |error: serde_json::Error| Problem {
        span: offset(text, error.line(), error.column()),
        message: format!("this is not JSON: {error}"),
        help: "see https://www.json.org for how values are written".to_owned(),
    };
    let raw: &RawValue = serde_json::from_str(text).map_err(fault)?;
    json_node(text, raw.get(), DEPTH).map_err(fault)
}

fn json_node(text: &str, raw: &str, depth: usize) -> Result<Node, serde_json::Error> {
    let start = raw.as_ptr() as usize - text.as_ptr() as usize;
    let value = match raw.as_bytes().first() {
        Some(b'"') => Value::Text(serde_json::from_str(raw)?),
        Some(b't' | b'f') => Value::Flag(raw == "true"),
        Some(b'n') => Value::Other("null"),
        Some(b'{' | b'[') if depth == 0 => Value::Other("something nested too deep"),
        Some(b'{') => {
            let Entries(entries) = serde_json::from_str(raw)?;
            let entries = entries.into_iter().map(|(name, value)| {
                let node = json_node(text, value.get(), depth - 1)?;
                Ok((json_key(text, &name, &node), node))
            });
            Value::Table(entries.collect::<Result<_, serde_json::Error>>()?)
        }
        Some(b'[') => {
            let items: Vec<&RawValue> = serde_json::from_str(raw)?;
            let items = items.iter().map(|item| json_node(text, item.get(), depth - 1));
            Value::List(items.collect::<Result<_, _>>()?)
        }
        _ => raw.parse().map_or(Value::Other("a number that is not whole"), Value::Number),
    };
    Ok(Node { span: start..start + raw.len(), value })
}

/// A key that is written with escapes is not a part of the text; its value stands for it.
fn json_key(text: &str, name: &Name<'_>, value: &Node) -> Key {
    let span = match &name.0 {
        Cow::Borrowed(name) => {
            let start = name.as_ptr() as usize - text.as_ptr() as usize;
            start..start + name.len()
        }
        Cow::Owned(_) => value.span.clone(),
    };
    Key { text: name.0.to_string(), span }
}

#[derive(Deserialize)]
struct Name<'a>(#[serde(borrow)] Cow<'a, str>);

/// The entries of an object in order, one that is there twice as well.
struct Entries<'a>(Vec<(Name<'a>, &'a RawValue)>);

impl<'de> Deserialize<'de> for Entries<'de> {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Collect;
        impl<'de> Visitor<'de> for Collect {
            type Value = Entries<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut entries = Vec::new();
                while let Some(entry) = map.next_entry()? {
                    entries.push(entry);
                }
                Ok(Entries(entries))
            }
        }
        deserializer.deserialize_map(Collect)
    }
}

/// The place that a line and a column, in bytes and from 1, are in.
fn offset(text: &str, line: usize, column: usize) -> Range<usize> {
    let before: usize = text.split_inclusive('\n').take(line.saturating_sub(1)).map(str::len).sum();
    let at = (before + column.saturating_sub(1)).min(text.len());
    at..at
}
