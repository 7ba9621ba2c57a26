//! Paths that were asked for: their files, and where they are repositories their histories.

use std::path::{Path, PathBuf};

use super::paths::{path_within, prefix, root_of, within};
use super::{Outcome, RequestError, Run, Sides};
use crate::cache::Cache;
use crate::coverage::Coverage;
use crate::git::{self, OpenError, Repository};
use crate::lint;
use crate::source::history::{self, History};
use crate::source::{manifest, tree};

/// Where files were asked for and there are none, something is not as it was thought to be.
const NOTHING_READ: &str = "no file was read here: it is empty, or git ignores all of it; check the \
                            path, or use --no-ignore";

impl Run<'_> {
    pub(super) fn paths(&self, paths: &[PathBuf], sides: Sides) -> Result<Outcome, RequestError> {
        for path in paths {
            path.metadata().map_err(|error| RequestError::Path(path.clone(), error))?;
        }
        let mut outcome = Outcome::default();
        match paths {
            [path] if path.is_dir() => {
                self.path(path, "", sides, &mut outcome)?;
                outcome.base = match sides.must_have_history() {
                    true => root_of(&prefix(path), &within(path)),
                    false => prefix(path),
                };
            }
            _ => {
                for path in paths {
                    self.path(path, &prefix(path), sides, &mut outcome)?;
                }
            }
        }
        self.look_above(paths);
        Ok(outcome)
    }

    /// Where only a part of a repository is read, what it depends on may stand above that part.
    fn look_above(&self, paths: &[PathBuf]) {
        for path in paths.iter().filter(|_| self.linter.wants_manifests()) {
            if let (Ok(root), Ok(path)) = (git::discover(path), path.canonicalize()) {
                let note = |name: &str, bytes: &[u8]| self.linter.manifest(name, bytes);
                manifest::above(&path, &root, lint::is_manifest, &note);
            }
        }
    }

    fn path(
        &self,
        path: &Path,
        prefix: &str,
        sides: Sides,
        outcome: &mut Outcome,
    ) -> Result<(), RequestError> {
        let within = |opened: Repository| opened.borrowing_within(self.request.scope.paths());
        let repository = repository(path, sides)?.map(|opened| opened.map(within));
        let under = match &repository {
            Some(Ok(repository)) if sides.must_have_history() => path_within(repository, path),
            _ => String::new(),
        };
        // Paths begin at the root of the repository where its history is asked for.
        let root =
            if under.is_empty() { prefix } else { prefix.strip_suffix(&under).unwrap_or("") };
        if sides.tree() && !matches!(&repository, Some(Ok(r)) if is_git_dir(r, path)) {
            outcome.coverage.requested.push(format!("files under {}", path.display()));
            let mut files = self.files(path, format!("{root}{under}"));
            if files.files == 0 && files.is_complete() && repository.is_none() {
                files.gap(path.to_string_lossy(), NOTHING_READ);
            }
            outcome.coverage.merge(files);
        }
        match repository {
            Some(Ok(repository)) if sides.history() => {
                outcome.coverage.requested.push(format!("history of {}", path.display()));
                let history = self.history(&repository, path, root, &under);
                outcome.coverage.merge(history.coverage);
                outcome.traced.extend(history.traced);
            }
            Some(Err(error)) if sides.must_have_history() => return Err(error.into()),
            Some(Err(error)) => outcome.coverage.gap(path.to_string_lossy(), error.to_string()),
            _ => {}
        }
        Ok(())
    }

    fn files(&self, path: &Path, prefix: String) -> Coverage {
        let options =
            tree::Options { no_ignore: self.request.no_ignore, threads: self.threads, prefix };
        self.push(|sink| tree::scan(path, &options, sink))
    }

    fn history(&self, repository: &Repository, path: &Path, prefix: &str, under: &str) -> History {
        let key = self.scanner.identity();
        let directory = self.request.cache.clone();
        let cache = directory.map(|directory| Cache { directory, key });
        let options = history::Options {
            asked: self.request.scope.paths(),
            threads: self.threads,
            prefix,
            root: &path.to_string_lossy().replace(std::path::MAIN_SEPARATOR, "/"),
            scope: self.request.history,
            verify: self.request.verify_objects,
            under,
            cache: cache.as_ref(),
        };
        history::scan(repository, &options, &self.scanner, self.progress)
    }
}

/// The repository of which a path is the root, or in which it lies where its history is asked for.
fn repository(
    path: &Path,
    sides: Sides,
) -> Result<Option<Result<Repository, OpenError>>, OpenError> {
    Ok(match sides {
        Sides::Tree => None,
        _ if git::is_repository(path) => Some(git::open(path)),
        _ if sides.must_have_history() => Some(git::open(&git::discover(path)?)),
        _ => None,
    })
}

/// Whether a path is the git directory of a repository and not its work tree.
fn is_git_dir(repository: &Repository, path: &Path) -> bool {
    repository.git_dir == path && repository.work_tree.as_deref() != Some(path)
}
