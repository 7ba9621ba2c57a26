//! Why a request cannot be carried out.

use std::fmt;
use std::io;
use std::path::PathBuf;

use crate::git;

/// Why a request cannot be carried out. Its text says what to do.
#[derive(Debug)]
pub enum RequestError {
    /// A path does not exist or cannot be opened.
    Path(PathBuf, io::Error),
    /// History was asked for where there is none.
    Repository(git::OpenError),
    /// A revision or range is not understood.
    Revision(git::RevisionError),
}

impl fmt::Display for RequestError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Path(path, error) if error.kind() == io::ErrorKind::NotFound => {
                write!(f, "{} does not exist; check the spelling of the path", path.display())
            }
            Self::Path(path, error) => write!(f, "{} cannot be read: {error}", path.display()),
            Self::Repository(error) => error.fmt(f),
            Self::Revision(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for RequestError {}

impl From<git::OpenError> for RequestError {
    fn from(error: git::OpenError) -> Self {
        Self::Repository(error)
    }
}

impl From<git::RevisionError> for RequestError {
    fn from(error: git::RevisionError) -> Self {
        Self::Revision(error)
    }
}
