//! `stripeguard scan`.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use super::args::scan::{HistoryScope, Scan};
use super::{Exit, output, progress, receipt, stop};
use crate::config::Settings;
use crate::coverage::{Progress, Stop};
use crate::git::Surroundings;
use crate::run::{self, Request, Scope, Sides};
use crate::source::history;
use crate::suppress::BaselineFile;

/// Scans, writes the report, and says what it means for the exit code.
///
/// # Errors
/// If the request is wrong or the report cannot be written.
pub fn run(arguments: &Scan) -> anyhow::Result<Exit> {
    let begun = Instant::now();
    let targets = arguments.report.targets()?;
    let scope = scope(arguments);
    let settings = super::config::load(&arguments.config, &scope)?;
    if arguments.dump_config {
        let text = crate::config::dump(&settings.config);
        output::stdout(|out| out.write_all(text.as_bytes()))?;
        return Ok(Exit::Clean);
    }
    let baseline = super::config::baseline(&arguments.baseline, &scope)?;
    let fail_on = settings.config.fail_on.value;
    let request = request(arguments, scope, settings, baseline);
    let progress = Arc::new(Progress::default());
    stop::on_signal(&progress);
    arguments.time_limit.into_iter().for_each(|limit| stop::after(limit, &progress));
    let bar = progress::Bar { wanted: !arguments.no_progress };
    let report = bar.during(&progress, || run::run(&request, &progress))?;
    arguments.report.write(&report, &targets)?;
    if let Some(path) = &arguments.receipt {
        receipt::write(&report, &request.settings.config.limits, path)?;
    }
    if arguments.stats {
        output::stderr(&times(begun.elapsed(), &progress));
    }
    Ok(match progress.stopped() {
        Some(Stop::Interrupted) => Exit::Interrupted,
        _ => arguments.report.exit(&report, fail_on),
    })
}

/// How long the run took, and which part of it judging took, where there was something to judge.
fn times(all: Duration, progress: &Progress) -> String {
    let seconds = |micros: &AtomicU64| micros.load(Ordering::Relaxed) as f64 / 1e6;
    let (judging, graphs) = (seconds(&progress.judging), seconds(&progress.graphs));
    let part = match judging {
        0.0 => String::new(),
        _ => {
            format!(", of which {judging:.3} s judged where findings ship ({graphs:.3} s imports)")
        }
    };
    format!("{:.3} s{part}\n", all.as_secs_f64())
}

fn request(
    arguments: &Scan,
    scope: Scope,
    settings: Settings,
    baseline: Option<BaselineFile>,
) -> Request {
    Request {
        lints: super::lints::selection(arguments.lints, &settings.config),
        scope,
        settings,
        baseline,
        history: match arguments.scope {
            HistoryScope::Local => history::Scope::Local,
            HistoryScope::Refs => history::Scope::Refs,
            HistoryScope::Pushed => history::Scope::Pushed,
        },
        verify_objects: arguments.verify_objects,
        no_ignore: arguments.no_ignore,
        cache: super::cache::directory(arguments),
        threads: arguments.threads,
        today: super::today(),
    }
}

fn scope(arguments: &Scan) -> Scope {
    let here = || arguments.paths[0].clone();
    if arguments.staged {
        Scope::Staged { repository: here(), surroundings: Surroundings::default() }
    } else if let Some(range) = &arguments.range {
        Scope::Range { repository: here(), range: range.clone() }
    } else if let Some(patch) = &arguments.patch {
        Scope::Patch(patch.clone())
    } else if arguments.stdin {
        Scope::Stdin(arguments.stdin_path.clone())
    } else {
        let sides = match (arguments.tree, arguments.history) {
            (false, false) => Sides::Auto,
            (true, false) => Sides::Tree,
            (false, true) => Sides::History,
            (true, true) => Sides::Both,
        };
        Scope::Paths { paths: arguments.paths.clone(), sides }
    }
}
