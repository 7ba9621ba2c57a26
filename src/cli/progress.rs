//! A progress bar on a terminal, drawn from counters that the run advances anyway.

use std::io::{self, IsTerminal};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use indicatif::{DecimalBytes, HumanDuration, ProgressBar, ProgressStyle};

use crate::coverage::Progress;

/// Work that is done within this time shows no bar.
const PATIENCE: Duration = Duration::from_secs(1);

/// How often the bar is drawn.
const TICK: Duration = Duration::from_millis(100);

/// Whether a bar is wanted.
#[derive(Clone, Copy, Debug)]
pub struct Bar {
    /// If not, nothing is drawn even on a terminal.
    pub wanted: bool,
}

impl Bar {
    /// Does some work, and shows how far it is if standard error is a terminal.
    pub fn during<T>(self, progress: &Progress, work: impl FnOnce() -> T) -> T {
        if !self.wanted || !io::stderr().is_terminal() {
            return work();
        }
        let done = AtomicBool::new(false);
        thread::scope(|scope| {
            let drawer = scope.spawn(|| draw(progress, &done));
            let result = work();
            done.store(true, Ordering::Relaxed);
            drawer.thread().unpark();
            result
        })
    }
}

fn draw(progress: &Progress, done: &AtomicBool) {
    let begun = Instant::now();
    thread::park_timeout(PATIENCE);
    if done.load(Ordering::Relaxed) {
        return;
    }
    let bar = ProgressBar::new(progress.total.load(Ordering::Relaxed))
        .with_position(progress.done.load(Ordering::Relaxed));
    let mut is_total_known = None;
    while !done.load(Ordering::Relaxed) {
        let total = progress.total.load(Ordering::Relaxed);
        if is_total_known != Some(total > 0) {
            is_total_known = Some(total > 0);
            bar.set_style(style(total > 0));
        }
        let position = progress.done.load(Ordering::Relaxed);
        let bytes = DecimalBytes(progress.bytes.load(Ordering::Relaxed));
        bar.set_length(total);
        bar.set_position(position);
        bar.set_message(format!("{bytes}{}", left(begun.elapsed(), position, total)));
        thread::park_timeout(TICK);
    }
    bar.finish_and_clear();
}

/// How long the rest will take if it goes on as it went; nothing where that cannot be told.
fn left(elapsed: Duration, position: u64, total: u64) -> String {
    if position == 0 || position > total {
        return String::new();
    }
    let rest = elapsed.mul_f64((total - position) as f64 / position as f64);
    format!(", {} left", HumanDuration(rest))
}

fn style(is_total_known: bool) -> ProgressStyle {
    let template = if is_total_known {
        "{bar:30} {human_pos} of {human_len}, {msg}"
    } else {
        "{spinner} {human_pos} read, {msg}"
    };
    ProgressStyle::with_template(template).expect("the templates are constant")
}
