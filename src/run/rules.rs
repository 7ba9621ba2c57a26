//! Which rules there are, and which of them a run applies.

use std::path::PathBuf;

use super::{Request, Scope};
use crate::coverage::Coverage;
use crate::expose;
use crate::git;
use crate::key;
use crate::lint::{self, Rule, Selection};
use crate::source::rule_file;
use crate::suppress;

/// The ids of every rule that a configuration, a comment or a baseline can name.
pub fn rule_ids() -> Vec<&'static str> {
    let secrets = key::RULES.iter().map(|rule| rule.id);
    let own = suppress::RULES.iter().map(|rule| rule.id).chain([expose::RULE]);
    let lints = lint::LINTS.iter().map(|lint| lint.id);
    secrets.chain(own).chain(lints).collect()
}

/// The ids of the rules that a repository has of its own, which its configuration can name as well.
pub fn own_rule_ids(scope: &Scope) -> Vec<String> {
    let own = own(scope, &mut Coverage::default());
    own.into_iter().map(|rule| rule.id).collect()
}

/// The rules about practice that the repository has of its own.
pub fn own(scope: &Scope, coverage: &mut Coverage) -> Vec<Rule> {
    let mut own: Vec<Rule> = Vec::new();
    for root in roots(scope) {
        let mut gaps = Vec::new();
        rule_file::scan(&root, coverage, &mut |label, text| match Rule::parse_foreign(text) {
            Ok(rule) if own.iter().any(|other| other.id == rule.id) => {}
            Ok(rule) => own.push(rule),
            Err(why) => gaps.push((label.to_owned(), why)),
        });
        gaps.into_iter().for_each(|(label, why)| coverage.gap(label, why));
    }
    own
}

/// Where the repositories or directories that are read may have rules of their own.
fn roots(scope: &Scope) -> Vec<PathBuf> {
    let paths = match scope {
        Scope::Paths { paths, sides } if sides.tree() => paths.as_slice(),
        Scope::Staged { repository, .. } => std::slice::from_ref(repository),
        _ => return Vec::new(),
    };
    let mut roots: Vec<PathBuf> = paths
        .iter()
        .filter_map(|path| git::discover(path).ok().or_else(|| path.canonicalize().ok()))
        .collect();
    roots.sort();
    roots.dedup();
    roots
}

/// What was selected, without rules that this run cannot judge by. That a file is read shows that
/// git does not ignore it, unless the run reads what git ignores, or somebody named the file, or no
/// git is there to ignore it.
pub fn selection(request: &Request) -> Selection {
    let mut selection = request.lints.clone();
    let is_obeyed = match &request.scope {
        Scope::Paths { paths, .. } => {
            !request.no_ignore
                && paths.iter().all(|path| path.is_dir() && git::discover(path).is_ok())
        }
        _ => true,
    };
    let mut switch_off = |rule: &str| selection.rules.insert(rule.to_owned(), lint::Setting::Off);
    if !is_obeyed {
        switch_off(lint::NEEDS_IGNORE);
    }
    if !is_all_read(&request.scope) {
        lint::NEEDS_ALL.iter().for_each(|rule| {
            switch_off(rule);
        });
    }
    selection
}

/// Whether everything of the projects that are read is read.
fn is_all_read(scope: &Scope) -> bool {
    let Scope::Paths { paths, .. } = scope else { return false };
    let is_root = |path: &PathBuf| {
        path.is_dir() && (git::is_repository(path) || git::discover(path).is_err())
    };
    paths.iter().all(is_root)
}
