//! Pages that frameworks show to developers, switched on in production.

use crate::lint::page::{Hit, Page};

/// Settings that switch such pages on, without their spaces.
const SETTINGS: &[&str] = &[
    "DEBUG=True",
    "APP_DEBUG=true",
    "config.consider_all_requests_local=true",
    "'debug'=>true",
    "\"debug\"=>true",
];

/// Looks for such settings in files for production.
pub fn run(page: &Page<'_>, hits: &mut Vec<Hit>) {
    if !is_for_production(page.path) {
        return;
    }
    let mut at = 0;
    for line in page.text.split_inclusive('\n') {
        let text = line.trim();
        let squeezed: String = text.chars().filter(|c| !c.is_whitespace()).collect();
        let setting = squeezed.trim_end_matches([',', ';']);
        if SETTINGS.contains(&setting) {
            let start = at + (line.len() - line.trim_start().len());
            hits.push(Hit::at(start..start + text.len()));
        }
        at += line.len();
    }
}

fn is_for_production(path: &str) -> bool {
    let lower = path.to_ascii_lowercase();
    let mut words = lower.split(['/', '.', '-', '_']);
    words.any(|word| matches!(word, "production" | "prod" | "live"))
}
