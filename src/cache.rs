//! What is kept between runs: which repositories were found whole and without any hit.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use crate::git::{Known, Repository};

/// Where what is known of repositories is kept between runs.
#[derive(Clone, Debug)]
pub struct Cache {
    /// The directory, which is made if need be.
    pub directory: PathBuf,
    /// Of what found nothing: the program, its rules and its limits. Another key knows nothing.
    pub key: [u8; 32],
}

impl Cache {
    /// One file for each repository, named by a hash of where it is.
    fn file(&self, repository: &Repository) -> PathBuf {
        let dir = &repository.common_dir;
        let place = dir.canonicalize().unwrap_or_else(|_| dir.clone());
        let hash = Sha256::digest(place.as_os_str().as_encoded_bytes());
        let name: String = hash.iter().take(16).map(|byte| format!("{byte:02x}")).collect();
        self.directory.join(name)
    }

    /// What is known of a repository, if anything.
    pub fn read(&self, repository: &Repository) -> Option<Known> {
        Known::read(&self.file(repository), &self.key)
    }

    /// A cache that cannot be written costs time and nothing else.
    pub fn write(&self, repository: &Repository, known: &Known) {
        if private_directory(&self.directory).is_ok() {
            let _ = known.write(&self.file(repository), &self.key);
        }
    }
}

#[cfg(unix)]
fn private_directory(path: &Path) -> io::Result<()> {
    use std::os::unix::fs::DirBuilderExt;
    fs::DirBuilder::new().recursive(true).mode(0o700).create(path)
}

#[cfg(not(unix))]
fn private_directory(path: &Path) -> io::Result<()> {
    fs::create_dir_all(path)
}
