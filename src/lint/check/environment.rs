//! Files of settings with secrets that git does not ignore.

use crate::lint::page::{Hit, Page};

/// Parts of names of files that are meant to be committed.
const MODELS: &[&str] = &[
    "example", "sample", "template", "dist", "default", "defaults", "tpl", "test", "testing", "ci",
];

/// Names of settings that hold a secret of Stripe.
const SECRETS: &[&str] =
    &["STRIPE_SECRET", "STRIPE_API_KEY", "STRIPE_RESTRICTED", "STRIPE_WEBHOOK_SECRET", "STRIPE_SK"];

/// Looks for a secret in a file of settings. What git ignores is not read, so a file that is here
/// will be in the next commit, or is in one already.
pub fn run(page: &Page<'_>, hits: &mut Vec<Hit>) {
    let name = page.path.rsplit('/').next().unwrap_or(page.path).to_ascii_lowercase();
    if name.split(['.', '-', '_']).any(|part| MODELS.contains(&part)) {
        return;
    }
    let mut at = 0;
    for line in page.text.split_inclusive('\n') {
        if is_secret(line) {
            let indent = line.len() - line.trim_start().len();
            let name = line.split('=').next().unwrap_or(line).trim();
            hits.push(Hit::at(at + indent..at + indent + name.len()));
            return;
        }
        at += line.len();
    }
}

/// Whether a line gives a secret of Stripe its value.
pub fn is_secret(line: &str) -> bool {
    let line = line.trim_start();
    let line = line.strip_prefix("export ").unwrap_or(line);
    let Some((name, value)) = line.split_once('=') else { return false };
    let value = value.trim().trim_matches(['"', '\'']);
    let is_placeholder = value.len() < 16
        || value.contains(['<', '$', '{', '…', '*', ' '])
        || ["your", "xxx", "XXX", "...", "changeme", "replace"].iter().any(|w| value.contains(w));
    SECRETS.iter().any(|secret| name.trim().contains(secret)) && !is_placeholder
}
