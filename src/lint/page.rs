//! A text as checks see it.

use std::cell::OnceCell;
use std::ops::Range;

use ast_grep_core::AstGrep;

use super::format::Format;
use super::metered::Metered;
use super::parse::Refusal;

/// A parsed text.
pub type Root = AstGrep<Metered>;

/// A place that breaks a rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hit {
    /// Bytes of the text.
    pub span: Range<usize>,
    /// What is wrong there, where that is not what the rule says.
    pub message: Option<String>,
    /// What would mend it.
    pub fix: Option<Change>,
    /// Whether it is wrong only if the file ships to clients.
    pub client: bool,
}

/// A text in the place of a part of another one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// Bytes of the text that are replaced.
    pub span: Range<usize>,
    /// What comes in their place.
    pub text: String,
}

impl Hit {
    /// A place that breaks a rule as the rule says.
    pub fn at(span: Range<usize>) -> Self {
        Self { span, message: None, fix: None, client: false }
    }

    /// A place that breaks a rule in a way of its own.
    pub fn saying(span: Range<usize>, message: impl Into<String>) -> Self {
        Self { message: Some(message.into()), ..Self::at(span) }
    }
}

/// A text as checks see it; parsed when the first of them asks for it.
pub struct Page<'a> {
    /// Its path.
    pub path: &'a str,
    /// What kind of text it is.
    pub format: Format,
    /// What stands in it.
    pub text: &'a str,
    root: OnceCell<Result<Root, Refusal>>,
}

impl<'a> Page<'a> {
    /// A text that is not parsed yet.
    pub fn new(path: &'a str, format: Format, text: &'a str) -> Self {
        Self { path, format, text, root: OnceCell::new() }
    }

    /// The parsed text, if it has a grammar and can be parsed.
    pub fn root(&self) -> Option<&Root> {
        self.parsed().and_then(|parsed| parsed.as_ref().ok())
    }

    /// Why the text was not linted, if it was not.
    pub fn refusal(&self) -> Option<&'static str> {
        match self.root.get()? {
            Err(refusal) => Some(refusal.text()),
            Ok(root) if root.root().get_doc().is_exhausted() => {
                Some("the rules did not come to an end within their budget")
            }
            Ok(_) => None,
        }
    }

    fn parsed(&self) -> Option<&Result<Root, Refusal>> {
        let grammar = self.format.grammar()?;
        Some(self.root.get_or_init(|| Metered::parse(self.text, grammar).map(AstGrep::doc)))
    }
}
