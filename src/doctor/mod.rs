//! Why a key does not work: what the variables of a project hold, and what is wrong with that.
//!
//! `Setting → Checked → pairs`: each value is looked at on its own, then beside the others.

mod env_file;
mod pairs;
mod reads;
mod role;
mod value;

use crate::detect::{Detector, Match};
use crate::secret::Secret;

pub use env_file::settings as env_settings;
pub use reads::{config_settings, credentials, names_read, versions};
pub use role::{Environment, Role};

/// A variable and what it is set to, exactly as it stands there.
#[derive(Clone, Debug)]
pub struct Setting {
    /// The name of the variable.
    pub name: String,
    /// The file that sets it, or the environment of the process.
    pub source: String,
    /// The line, from 1; none for the environment of the process.
    pub line: Option<u64>,
    /// The value as the program that reads it would see it, white space and all.
    pub value: Secret,
    /// What the way it is written says already, such as a quote that is never closed.
    pub problems: Vec<Problem>,
}

/// A setting, what its value is, and what is wrong with it.
#[derive(Clone, Debug)]
pub struct Checked {
    /// The setting.
    pub setting: Setting,
    /// The credential in it, if there is one.
    pub found: Option<Match>,
    /// What is wrong with it.
    pub problems: Vec<Problem>,
}

/// Something that is wrong, and how to mend it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Whether it keeps a program from working or leaks something; otherwise it is likely to.
    pub is_error: bool,
    /// What is wrong, as a sentence.
    pub what: String,
    /// What to do about it, as a sentence.
    pub remedy: String,
}

impl Problem {
    fn error(what: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { is_error: true, what: what.into(), remedy: remedy.into() }
    }

    fn warning(what: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { is_error: false, what: what.into(), remedy: remedy.into() }
    }
}

impl Checked {
    /// The value as it may be shown: redacted, and only its length where nothing is known of it.
    pub fn shown(&self) -> String {
        match &self.found {
            Some(found) => found.secret.redacted(),
            None if self.setting.value.is_empty() => "(empty)".to_owned(),
            None => format!("({} characters)", self.setting.value.reveal().chars().count()),
        }
    }
}

/// Looks at every setting, alone and beside the others.
pub fn examine(settings: Vec<Setting>, detector: &Detector) -> Vec<Checked> {
    let mut checked: Vec<Checked> =
        settings.into_iter().map(|setting| value::check(setting, detector)).collect();
    pairs::check(&mut checked);
    checked
}

/// Names that code reads and nothing sets: the file and line that read each, once a name.
pub fn missing(reads: &[Read], checked: &[Checked]) -> Vec<Read> {
    let is_set = |name: &str| checked.iter().any(|c| c.setting.name == name);
    let mut missing: Vec<Read> = reads.iter().filter(|read| !is_set(&read.name)).cloned().collect();
    missing.sort_by(|a, b| (&a.name, &a.path, a.line).cmp(&(&b.name, &b.path, b.line)));
    missing.dedup_by(|a, b| a.name == b.name);
    missing
}

pub use reads::Read;
