//! The linter.

mod engine;
mod nesting;
mod rules;

use std::collections::BTreeMap;

use stripeguard::blob::{Blob, Origin};
use stripeguard::decode::container::Limits;
use stripeguard::lint::{Linted, Linter, Preset, Rule, Selection};
use stripeguard::scan::Scanner;

/// The present of all tests: 2026-11-01.
pub const TODAY: i64 = 1_793_491_200;

pub fn all() -> Selection {
    Selection { preset: Preset::All, rules: BTreeMap::new() }
}

/// Lints the files of a project.
pub fn lint(linter: &Linter, files: &[(&str, &str)]) -> Linted {
    for (path, text) in files {
        linter.offer(&Blob::whole(path, Origin::Tree, text.as_bytes()));
    }
    linter.finish(&Scanner::new(TODAY, Limits::default()), 2, &|| false)
}

/// `rule path:line` of every finding.
pub fn places(linted: &Linted) -> Vec<String> {
    let place = |f: &stripeguard::finding::Finding| {
        let path = f.place.path.as_deref().unwrap();
        format!("{} {path}:{}", f.rule_id(), f.place.start.line)
    };
    linted.findings.iter().map(place).collect()
}

/// Every rule that comes with the program.
pub fn embedded() -> Vec<Rule> {
    stripeguard::lint::LINTS.iter().map(|lint| lint.rule()).collect()
}
