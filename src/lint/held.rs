//! Texts that wait until it is known which projects use Stripe.

use std::collections::BTreeMap;
use std::fmt;

use super::format::Format;
use super::project::Projects;
use crate::blob::{Blob, Origin};
use crate::coverage::Note;

/// How many bytes of texts may wait. A repository has a hundredth of it.
const MOST: usize = 512 << 20;

/// The largest file of settings that is kept, in bytes. People write these.
const SETTINGS: usize = 1 << 18;

/// A text that a rule has to look at.
pub struct Text {
    /// Its path.
    pub path: String,
    /// Where it came from.
    pub origin: Origin,
    /// What kind of text it is.
    pub format: Format,
    /// What stands in it.
    pub bytes: Vec<u8>,
    /// The numbers of the rules that have to look at it.
    pub fires: Vec<usize>,
}

impl fmt::Debug for Text {
    /// Without what stands in it, which may be a secret.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Text").field("path", &self.path).finish_non_exhaustive()
    }
}

impl Text {
    /// Copies a text.
    pub fn new(blob: &Blob<'_>, format: Format, fires: Vec<usize>) -> Self {
        let (path, bytes) = (blob.path.to_owned(), blob.bytes.to_vec());
        Self { path, origin: blob.origin, format, bytes, fires }
    }
}

/// What a run has held back.
#[derive(Debug, Default)]
pub struct Held {
    /// Texts.
    pub texts: Vec<Text>,
    /// What texts that were changed held before.
    pub before: Vec<Text>,
    /// Files of settings with keys in them, by their paths.
    pub settings: Settings,
    /// Projects.
    pub projects: Projects,
    /// Texts that were not held, on purpose.
    pub skipped: Vec<Note>,
    /// Texts that could not be held.
    pub gaps: Vec<Note>,
    size: usize,
}

/// Texts of settings by their paths.
pub type Settings = BTreeMap<String, Vec<u8>>;

impl Held {
    /// Whether a file of settings has a key in it.
    pub fn is_worth_keeping(blob: &Blob<'_>) -> bool {
        let has = |word: &str| memchr::memmem::find(blob.bytes, word.as_bytes()).is_some();
        blob.bytes.len() <= SETTINGS && (has("k_live_") || has("k_test_"))
    }

    /// Keeps a file of settings, to know in which part of it a key stands.
    pub fn keep(&mut self, blob: &Blob<'_>) {
        self.settings.insert(blob.path.to_owned(), blob.bytes.to_vec());
    }

    /// Holds a text, as long as there is room.
    pub fn hold(&mut self, text: Text) {
        self.size += text.bytes.len();
        if self.size <= MOST {
            self.texts.push(text);
        } else {
            let why = "not linted: there are more than 512 MB of code that speaks of payments";
            self.gaps.push(Note { what: text.path, why: why.to_owned() });
        }
    }

    /// Notes that a text is not linted, on purpose.
    pub fn pass_over(&mut self, path: String, why: &str) {
        self.skipped.push(Note { what: path, why: why.to_owned() });
    }
}
