//! `stripeguard rules docs`.

use std::fs;
use std::path::Path;

use anyhow::Context;

use super::{Exit, output};
use crate::expose;
use crate::key::RULES;
use crate::lint::{LINTS, docs};
use crate::suppress;

/// Writes a page for each rule.
///
/// # Errors
/// If the directory cannot be made or a page cannot be written.
pub fn run(dir: &Path) -> anyhow::Result<Exit> {
    fs::create_dir_all(dir).with_context(|| format!("cannot make {}", dir.display()))?;
    let secrets = RULES.iter().map(|rule| (rule.id, rule.page()));
    let lints = LINTS.iter().map(|lint| (lint.id, docs::page(&lint.rule())));
    let name = (expose::RULE, expose::page());
    let rot = suppress::RULES.iter().map(|rule| (rule.id, rule.page()));
    for (id, page) in secrets.chain([name]).chain(lints).chain(rot) {
        output::file(&dir.join(id).with_extension("md"), |out| out.write_all(page.as_bytes()))?;
    }
    Ok(Exit::Clean)
}
