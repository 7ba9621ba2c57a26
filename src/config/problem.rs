//! What is wrong with a configuration.

use std::ops::Range;

/// A mistake in a configuration. Its texts may quote the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Where it stands in the file, in bytes.
    pub span: Range<usize>,
    /// What is wrong, as a sentence without a full stop.
    pub message: String,
    /// What to write instead.
    pub help: String,
}

/// How alike two words have to be for one to be a slip of the other (Jaro-Winkler, 0 to 1).
const ALIKE: f64 = 0.8;

/// The known word that somebody most probably meant.
pub fn closest<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let word = word.to_ascii_lowercase().replace('_', "-");
    let scored = known.into_iter().map(|one| (strsim::jaro_winkler(&word, one), one));
    scored
        .filter(|(score, _)| *score >= ALIKE)
        .max_by(|(a, _), (b, _)| a.total_cmp(b))
        .map(|(_, one)| one)
}

/// Advice for a word that is none of the known ones.
pub fn advice(word: &str, known: &[&str]) -> String {
    match closest(word, known.iter().copied()) {
        Some(one) => format!("did you mean '{one}'?"),
        None => format!("one of {} can stand here", known.join(", ")),
    }
}
