//! Secrets in what deploys a program: pipelines, compose files, manifests, Terraform, and the files of
//! hosts such as Vercel, Netlify, Cloudflare and the Serverless Framework.
//!
//! A key that is recognised by its form is found everywhere. This is about values that only their name
//! gives away, and about ways that carry any value where it does not belong.

use crate::lint::name::is_secret;
use crate::lint::page::{Hit, Page};

const LITERAL: &str =
    "The value of this secret stands in the file, for everybody who can read the repository.";
const ARGUMENT: &str =
    "A build argument can be read in the history of the image, by everybody who may pull it.";
const CONFIG_MAP: &str =
    "A ConfigMap is not kept secret: who may look at the cluster reads it, and tools print it.";

/// How many lines below its name a value may stand.
const BELOW: usize = 4;

/// Words of values that are made up.
const MADE_UP: &[&str] = &[
    "0000",
    "1234",
    "abcd",
    "change",
    "dummy",
    "example",
    "fake",
    "foo",
    "insert",
    "key",
    "mock",
    "placeholder",
    "replace",
    "sample",
    "secret",
    "test",
    "todo",
    "xxx",
    "your",
];

/// Beginnings of keys, which are found by their form, plain and in base64.
const KEYS: &[&str] = &["sk_", "rk_", "pk_", "whsec_", "c2tf", "cmtf", "cGtf", "d2hzZWNf"];

/// Looks for such values and ways.
pub fn run(page: &Page<'_>, hits: &mut Vec<Hit>) {
    let mut reader = Reader::default();
    let mut at = 0;
    for line in page.text.split_inclusive('\n') {
        let text = line.trim();
        if let Some(message) = reader.line(line, text) {
            let start = at + line.len() - line.trim_start().len();
            hits.push(Hit::saying(start..start + text.len(), message));
        }
        at += line.len();
    }
}

/// What the lines before say about the next.
#[derive(Default)]
struct Reader {
    is_config_map: bool,
    is_sealed: bool,
    /// The indentation of the key under which arguments of a build stand.
    arguments: Option<usize>,
    /// How many lines on a value may still stand that belongs to the name of a secret.
    named: usize,
}

impl Reader {
    fn line(&mut self, line: &str, text: &str) -> Option<&'static str> {
        if text.starts_with('#') || text.starts_with("//") || text.is_empty() {
            return None;
        }
        self.document(line, text);
        if arguments(text).any(is_secret) {
            return Some(ARGUMENT);
        }
        let (name, value) = pair(text);
        self.named = self.named.saturating_sub(1);
        if self.named > 0 && ["value", "default"].contains(&name) && is_credential(value) {
            return self.literal();
        }
        let names = [name, value, name_of_variable(text)];
        let is_name = match name {
            "name" => is_secret(value),
            _ => is_secret(names[2]) || is_secret(name) && matches!(value, "" | "{"),
        };
        if is_name {
            self.named = BELOW;
        }
        if !is_secret(name) {
            return None;
        }
        if self.arguments.is_some() && is_variable(name) {
            return Some(ARGUMENT);
        }
        // A file within a ConfigMap may name variables that it gets elsewhere.
        let is_key = text.trim_start_matches(['"', '\'']).strip_prefix(name);
        let is_key =
            is_key.is_some_and(|rest| rest.trim_start_matches(['"', '\'']).starts_with(':'));
        if self.is_config_map && is_key && !value.is_empty() {
            return Some(CONFIG_MAP);
        }
        is_credential(value).then(|| self.literal()).flatten()
    }

    fn literal(&self) -> Option<&'static str> {
        (!self.is_sealed).then_some(LITERAL)
    }

    /// In which document of YAML, and below which key, a line stands.
    fn document(&mut self, line: &str, text: &str) {
        let indent = line.len() - line.trim_start().len();
        if text == "---" {
            *self = Self::default();
        }
        match pair(text) {
            ("kind", kind) if indent == 0 => {
                self.is_config_map = kind == "ConfigMap";
                self.is_sealed = kind == "SealedSecret";
            }
            ("args" | "build-args", "" | "|") => self.arguments = Some(indent),
            _ if self.arguments.is_some_and(|outer| indent <= outer) => self.arguments = None,
            _ => {}
        }
    }
}

/// The name and the value of `name: value`, `name = value`, `"name": "value",` and `- name=value`.
fn pair(text: &str) -> (&str, &str) {
    let text = text.trim_start_matches("- ").trim_start_matches("export ");
    let signs: [char; 2] = [':', '='];
    let (name, value) = text.split_once(signs).unwrap_or((text, ""));
    let is_around = |c: char| c.is_whitespace() || matches!(c, '"' | '\'' | ',');
    (name.trim_matches(is_around), value.trim_matches(is_around))
}

/// Whether a name is that of a variable of the environment, and not of an option of a program.
fn is_variable(name: &str) -> bool {
    name.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_')
}

/// The name in `variable "stripe_secret_key" {`.
fn name_of_variable(text: &str) -> &str {
    let name = text.strip_prefix("variable ").unwrap_or_default();
    name.trim_matches(|c: char| !c.is_alphanumeric())
}

/// The names behind `--build-arg`.
fn arguments(text: &str) -> impl Iterator<Item = &str> {
    text.split("--build-arg").skip(1).map(|rest| {
        let word = rest.trim_start_matches([' ', '=', '"', '\'']);
        word.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').next().unwrap_or_default()
    })
}

/// Whether a value is written out, and random enough that nobody made it up.
fn is_credential(value: &str) -> bool {
    let count = |class: fn(char) -> bool| value.chars().filter(|&c| class(c)).count();
    let lower = value.to_ascii_lowercase();
    (20..=200).contains(&value.len())
        && value.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '+' | '='))
        && count(|c| c.is_ascii_digit()) >= 4
        && count(|c| c.is_ascii_alphabetic()) >= 4
        && !KEYS.iter().any(|prefix| value.starts_with(prefix))
        && !MADE_UP.iter().any(|word| lower.contains(word))
}
