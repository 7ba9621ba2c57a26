//! One place at which one credential stands.

use crate::blob::{CommitRef, Origin, Position};
use crate::comment::Comment;
use crate::decode::Layer;
use crate::detect::Facts;
use crate::key::{Confidence, Rule};
use crate::secret::Secret;
use crate::snippet::Snippet;

/// A place in a file, an object or another text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The kind of place.
    pub origin: Origin,
    /// The path, with `/` separators, relative to where the scan began; `None` where there is no
    /// path, as in a commit message or for an object that no tree names.
    pub path: Option<String>,
    /// The first character of the credential as it stands there.
    pub start: Position,
    /// The position just behind its last character.
    pub end: Position,
    /// The first commit that brought it to this path, in history.
    pub commit: Option<CommitRef>,
    /// Through which spellings it was read, the outermost first.
    pub decoded: Vec<Layer>,
    /// The line, redacted.
    pub snippet: Snippet,
    /// The comments beside it that allow findings.
    pub comments: Vec<Comment>,
}

/// A credential at a place.
#[derive(Clone, Debug)]
pub struct Sighting {
    /// The rule that knows this credential.
    pub rule: &'static Rule,
    /// The value.
    pub secret: Secret,
    /// What the value itself says.
    pub facts: Facts,
    /// How sure it is that this is a credential of Stripe.
    pub confidence: Confidence,
    /// Whether it is one of the samples that Stripe's documentation publishes.
    pub sample: bool,
    /// Where it stands.
    pub place: Place,
}
