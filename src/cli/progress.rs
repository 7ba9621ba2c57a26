//! A progress bar on a terminal, drawn from counters that the run advances anyway.

use std::io::{self, IsTerminal};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

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
    thread::park_timeout(PATIENCE);
    if done.load(Ordering::Relaxed) {
        return;
    }
    let bar = ProgressBar::new(0);
    while !done.load(Ordering::Relaxed) {
        let total = progress.total.load(Ordering::Relaxed);
        bar.set_style(style(total > 0));
        bar.set_length(total);
        bar.set_position(progress.done.load(Ordering::Relaxed));
        let bytes = progress.bytes.load(Ordering::Relaxed);
        bar.set_message(indicatif::DecimalBytes(bytes).to_string());
        thread::park_timeout(TICK);
    }
    bar.finish_and_clear();
}

fn style(is_total_known: bool) -> ProgressStyle {
    let template = if is_total_known {
        "{bar:30} {human_pos} of {human_len}, {msg}, {eta} left"
    } else {
        "{spinner} {human_pos} read, {msg}"
    };
    ProgressStyle::with_template(template).expect("the templates are constant and tested")
}
