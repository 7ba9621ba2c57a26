//! Paths by patterns, as `.gitignore` has them.

use std::collections::{BTreeSet, HashSet};

use ignore::Match;
use ignore::gitignore::{Gitignore, GitignoreBuilder, Glob};

/// How often patterns are compared with all paths to see which of them fit none. In each round those
/// are found that the others hid, so that it takes more only if that many fit the same paths.
const MOST_ROUNDS: usize = 16;

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

    /// The patterns that fit none of some paths. Those that take back are none of them.
    pub fn idle<'p>(&'p self, paths: &BTreeSet<String>) -> Vec<&'p str> {
        let mut idle: Vec<&str> = self.lines.iter().map(String::as_str).collect();
        idle.retain(|line| !line.starts_with('!'));
        for _ in 0..MOST_ROUNDS {
            let rest = idle.iter().map(|line| (*line).to_owned()).collect();
            let Ok(rest) = Self::new(rest) else { break };
            let deciding = paths.iter().filter_map(|path| rest.decide(path));
            let deciding: HashSet<&str> = deciding.map(|glob| glob.original().trim_end()).collect();
            if deciding.is_empty() {
                return idle;
            }
            idle.retain(|line| !deciding.contains(line.trim_end()));
        }
        Vec::new()
    }

    /// Whether a path fits: it, a directory above it, or the archive that it is a member of.
    pub fn matches(&self, path: &str) -> bool {
        self.decide(path).is_some_and(|glob| !glob.is_whitelist())
    }

    /// The pattern that decides about a path.
    fn decide(&self, path: &str) -> Option<&Glob> {
        let outer = || path.split_once("!/").map(|(outer, _)| outer);
        self.decide_plain(path).or_else(|| self.decide_plain(outer()?))
    }

    fn decide_plain(&self, path: &str) -> Option<&Glob> {
        let mut part = path.trim_start_matches('/');
        let mut is_dir = false;
        while !part.is_empty() {
            match self.matcher.matched(part, is_dir) {
                Match::Ignore(glob) | Match::Whitelist(glob) => return Some(glob),
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
