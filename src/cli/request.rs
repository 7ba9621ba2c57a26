//! What hooks and pipelines ask of a run: a scope, its settings, and nothing that an option of `scan`
//! alone could change.

use super::args::config::{BaselineArguments, ConfigFile};
use super::{config, lints};
use crate::run::{Request, Scope};
use crate::source::history;

/// A request for a scope, with the configuration and the baseline that hold there.
///
/// # Errors
/// If either cannot be read, or has mistakes in it.
pub fn of(
    scope: Scope,
    configuration: &ConfigFile,
    baseline: &BaselineArguments,
) -> anyhow::Result<Request> {
    let settings = config::load(configuration, &scope)?;
    Ok(Request {
        lints: lints::selection(None, &settings.config),
        baseline: config::baseline(baseline, &scope)?,
        scope,
        settings,
        history: history::Scope::Local,
        verify_objects: false,
        no_ignore: false,
        cache: None,
        threads: 0,
        today: super::today(),
    })
}
