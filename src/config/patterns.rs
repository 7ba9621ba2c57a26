//! Paths by patterns, as `.gitignore` has them.

use ignore::Match;
use ignore::gitignore::{Gitignore, GitignoreBuilder};

/// Patterns as in `.gitignore`: the last one that fits decides, `!` takes back, a `/` at the end
/// means directories, and one before that ties the pattern to the directory of the file.
#[derive(Clone, Debug)]
pub struct Patterns {
    matcher: Gitignore,
    lines: Vec<String>,
}

impl Default for Patterns {
    fn default() -> Self {
        Self { matcher: Gitignore::empty(), lines: Vec::new() }
    }
}

impl Patterns {
    /// Patterns, and what is wrong with those that are none, by their number.
    ///
    /// # Errors
    /// Every faulty pattern with its number.
    pub fn new(lines: Vec<String>) -> Result<Self, Vec<(usize, String)>> {
        let mut builder = GitignoreBuilder::new("");
        let mut faults = Vec::new();
        for (number, line) in lines.iter().enumerate() {
            if line.trim().is_empty() || line.starts_with('#') {
                faults.push((number, "this pattern fits nothing".to_owned()));
            } else if let Err(error) = builder.add_line(None, line) {
                faults.push((number, plain(error)));
            }
        }
        match builder.build() {
            Ok(matcher) if faults.is_empty() => Ok(Self { matcher, lines }),
            Err(error) if faults.is_empty() => Err(vec![(0, plain(error))]),
            _ => Err(faults),
        }
    }

    /// The patterns as they were written.
    pub fn lines(&self) -> &[String] {
        &self.lines
    }

    /// Whether a path fits: it, a directory above it, or the archive that it is a member of.
    pub fn matches(&self, path: &str) -> bool {
        let outer = path.split_once("!/").map(|(outer, _)| outer);
        let decided = self.decide(path);
        match (decided, outer) {
            (None, Some(outer)) => self.decide(outer).unwrap_or(false),
            (decided, _) => decided.unwrap_or(false),
        }
    }

    fn decide(&self, path: &str) -> Option<bool> {
        let mut part = path.trim_start_matches('/');
        let mut is_dir = false;
        while !part.is_empty() {
            match self.matcher.matched(part, is_dir) {
                Match::Ignore(_) => return Some(true),
                Match::Whitelist(_) => return Some(false),
                Match::None => {}
            }
            part = part.rsplit_once('/').map_or("", |(parent, _)| parent);
            is_dir = true;
        }
        None
    }
}

fn plain(error: ignore::Error) -> String {
    match error {
        ignore::Error::Glob { err, .. } => err,
        other => other.to_string(),
    }
}
