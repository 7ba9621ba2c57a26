//! Cross-origin isolation, under which Stripe's frames do not load.

use crate::lint::page::{Hit, Page};

/// Looks for the header and the setting that switch it on.
pub fn run(page: &Page<'_>, hits: &mut Vec<Hit>) {
    for name in ["Cross-Origin-Embedder-Policy", "crossOriginEmbedderPolicy"] {
        for (at, _) in page.text.match_indices(name) {
            let behind = &page.text[at + name.len()..];
            let near = behind.char_indices().nth(80).map_or(behind, |(end, _)| &behind[..end]);
            if near.contains("require-corp") || near.contains("credentialless") {
                hits.push(Hit::at(at..at + name.len()));
            }
        }
    }
}
