//! What ends a run before it is done.

use std::process;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use super::Exit;
use crate::coverage::{Progress, Stop};

/// Lets an interrupt, or the wish of the system that the program end, make the run end with what it
/// has so far. A second one ends the program at once.
pub fn on_signal(progress: &Arc<Progress>) {
    let progress = Arc::clone(progress);
    let handler = move || match progress.stopped() {
        Some(_) => process::exit(Exit::Interrupted as i32),
        None => progress.stop(Stop::Interrupted),
    };
    // Where it cannot be set, an interrupt ends the program at once, as it does without it.
    let _ = ctrlc::set_handler(handler);
}

/// Lets the run end after some time.
pub fn after(limit: Duration, progress: &Arc<Progress>) {
    let progress = Arc::clone(progress);
    thread::spawn(move || {
        thread::sleep(limit);
        progress.stop(Stop::TimeIsUp);
    });
}
