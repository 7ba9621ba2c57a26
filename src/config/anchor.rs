//! Where the paths of a report stand, seen from the directory of a configuration.

use std::path::Path;

/// Turns the paths of a report into those that the patterns of a configuration speak of.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Anchor {
    /// The directory from which the paths of the report begin: parts of an absolute path.
    root: Vec<String>,
    /// The directory of the configuration.
    dir: Vec<String>,
}

impl Anchor {
    /// Paths of a report begin at `root`, those of the configuration at `dir`. Both are absolute.
    pub fn new(root: &Path, dir: &Path) -> Self {
        Self { root: parts(root), dir: parts(dir) }
    }

    /// A path of a report as the configuration would write it; `None` outside of its directory.
    pub fn inside(&self, path: &str) -> Option<String> {
        let all = self.absolute(path);
        all.strip_prefix(self.dir.as_slice()).map(|rest| rest.join("/"))
    }

    /// A name in the directory of the configuration as the report would write it.
    pub fn label(&self, name: &str) -> String {
        let same = self.root.iter().zip(&self.dir).take_while(|(a, b)| a == b).count();
        let up = self.root[same..].iter().map(|_| "..");
        let down = self.dir[same..].iter().map(String::as_str);
        up.chain(down).chain([name]).collect::<Vec<_>>().join("/")
    }

    /// Whether a report that begins at its root covers all that the configuration is about.
    pub fn is_whole(&self) -> bool {
        self.root == self.dir
    }

    fn absolute(&self, path: &str) -> Vec<String> {
        let is_absolute = Path::new(path).is_absolute();
        let mut all = if is_absolute { Vec::new() } else { self.root.clone() };
        push(&mut all, path);
        all
    }
}

fn parts(path: &Path) -> Vec<String> {
    let mut all = Vec::new();
    push(&mut all, &path.to_string_lossy().replace(std::path::MAIN_SEPARATOR, "/"));
    all
}

/// Adds a path; the prefix of long paths on Windows is no part of it.
fn push(all: &mut Vec<String>, path: &str) {
    for part in path.trim_start_matches("//?/").split('/') {
        match part {
            "" | "." => {}
            ".." => {
                all.pop();
            }
            part => all.push(part.to_owned()),
        }
    }
}
