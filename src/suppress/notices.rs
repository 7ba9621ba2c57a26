//! What the configuration keeps from being reported, said aloud: nobody who reads a report has to
//! know the configuration of the repository to know what it left out.

use super::{Count, Covered, Inputs, Used};
use crate::config::{Config, Level, LintSet};
use crate::coverage::Note;
use crate::key;

/// One note for everything in the configuration that suppresses, disables or plays down.
pub fn of(inputs: &Inputs<'_>, used: &Used) -> Vec<Note> {
    let config = &inputs.settings.config;
    let mut notices = Vec::new();
    let mut note = |at: usize, why: String| {
        notices.push((at, Note { what: inputs.config_place(at), why: inputs.scanner.label(&why) }));
    };
    if config.fail_on.value < Config::default().fail_on.value {
        let severity = config.fail_on.value;
        note(
            config.fail_on.span.start,
            format!("only findings of severity {severity} and above fail"),
        );
    }
    for (rule, level) in &config.rules {
        let at = level.span.start;
        match (level.value, key::rule(rule)) {
            (Level::Off, _) => {
                let count = used.off.get(rule).copied().unwrap_or_default();
                note(at, format!("turns off {rule}{}", suppressing(count)));
            }
            (Level::Severity(severity), Some(known)) if severity > known.severity => {
                note(at, format!("lowers {rule} from {} to {severity}", known.severity));
            }
            _ => {}
        }
    }
    if config.lints.value == LintSet::None {
        note(config.lints.span.start, "turns off all lints".to_owned());
    }
    if used.excluded.all > 0 {
        let paths = &config.paths;
        let at = paths.include.as_ref().map_or(paths.exclude.span.start, |list| list.span.start);
        note(at, format!("excludes paths{}", suppressing(used.excluded)));
    }
    for (number, Covered { count, .. }) in &used.allow {
        if let Some(allow) = config.allow.get(*number).filter(|_| count.all > 0) {
            let reason = allow.reason.as_deref().map(|reason| format!(": {reason}"));
            note(
                allow.span.start,
                format!("allows {}{}", counted(*count), reason.unwrap_or_default()),
            );
        }
    }
    notices.sort_by_key(|(at, _)| *at);
    notices.into_iter().map(|(_, note)| note).collect()
}

fn suppressing(count: Count) -> String {
    match count.all {
        0 => String::new(),
        _ => format!(", which suppresses {}", counted(count)),
    }
}

fn counted(count: Count) -> String {
    let all =
        if count.all == 1 { "1 finding".to_owned() } else { format!("{} findings", count.all) };
    match count.live {
        0 => all,
        live => format!("{all}, {live} of them about keys that may be live"),
    }
}
