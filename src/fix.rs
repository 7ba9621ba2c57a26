//! What would mend a finding: other text in the place of some of its file.

use crate::blob::Position;

/// A change of one file, the one that the finding is in. No part of a secret is in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fix {
    /// What it does, as a sentence for a person.
    pub description: String,
    /// Replacements, in order, none of which overlap.
    pub edits: Vec<Edit>,
}

/// A text in the place of another one, which is empty where something is only inserted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    /// The first character that is replaced.
    pub start: Position,
    /// The position just behind the last.
    pub end: Position,
    /// What comes in its place.
    pub text: String,
}
