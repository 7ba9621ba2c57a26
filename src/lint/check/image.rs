//! Dockerfiles that put a secret into an image.

use crate::lint::page::{Hit, Page};

const ARGUMENT: &str =
    "A build argument can be read in the history of the image, by everybody who may pull it.";
const SETTING: &str =
    "A setting of the image can be read by everybody who may pull it, and by every process in it.";

/// Looks for instructions that put a secret of Stripe into an image.
pub fn run(page: &Page<'_>, hits: &mut Vec<Hit>) {
    let mut at = 0;
    for line in page.text.split_inclusive('\n') {
        let text = line.trim();
        let start = at + (line.len() - line.trim_start().len());
        if let Some(message) = instruction(text) {
            hits.push(Hit::saying(start..start + text.len(), message));
        }
        at += line.len();
    }
}

fn instruction(line: &str) -> Option<&'static str> {
    let (word, rest) = line.split_once(char::is_whitespace)?;
    let mut words = rest.split_whitespace().filter(|word| !word.starts_with("--"));
    match word.to_ascii_uppercase().as_str() {
        "ARG" => words.any(is_secret).then_some(ARGUMENT),
        // `ENV NAME value` sets one variable, `ENV A=1 B=2` several.
        "ENV" if rest.contains('=') => words.any(is_secret).then_some(SETTING),
        "ENV" => words.next().is_some_and(is_secret).then_some(SETTING),
        _ => None,
    }
}

/// The name of a secret of Stripe, and with it a value or the place for one.
fn is_secret(word: &str) -> bool {
    let name = word.split('=').next().unwrap_or(word).to_ascii_uppercase();
    let is_dummy = word.split_once('=').is_some_and(|(_, value)| {
        let value = value.trim_matches(['"', '\'']);
        ["dummy", "placeholder", "fake", "build", "xxx", "none", "test"]
            .iter()
            .any(|w| value.contains(w))
            || value.starts_with("/run/secrets")
    });
    let kinds = ["SECRET", "API_KEY", "RESTRICTED", "_SK", "WEBHOOK"];
    name.contains("STRIPE")
        && kinds.iter().any(|kind| name.contains(kind))
        && !name.ends_with("_FILE")
        && !is_dummy
}
