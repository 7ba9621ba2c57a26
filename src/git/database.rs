//! Reading single objects by id.

use std::fmt;
use std::sync::{Mutex, PoisonError};

use crate::blob::{ObjectId, ObjectKind};
use crate::coverage::Note;
use crate::git::Repository;

/// The object database of a repository: its own objects and those that it borrows.
pub struct Database {
    pub(crate) odb: Mutex<git2::Odb<'static>>,
    /// Parts of the database that cannot be read.
    pub gaps: Vec<Note>,
}

/// Why an object cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReadError {
    /// It is not in the database.
    Missing,
    /// It is there and damaged, or cannot be understood.
    Damaged(String),
}

impl fmt::Display for ReadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing => f.write_str("it is not in the object database"),
            Self::Damaged(why) => f.write_str(why),
        }
    }
}

impl std::error::Error for ReadError {}

/// An object that was read.
pub type Content = (ObjectKind, Vec<u8>);

impl Database {
    /// Opens the object directories of a repository and of those it borrows from.
    pub fn open(repository: &Repository) -> Self {
        let (odb, gaps) = open_odb(repository);
        Self { odb: Mutex::new(odb), gaps }
    }

    /// Reads an object whole.
    ///
    /// # Errors
    /// If it is missing or damaged.
    pub fn read(&self, id: &ObjectId) -> Result<Content, ReadError> {
        let odb = self.odb.lock().unwrap_or_else(PoisonError::into_inner);
        read(&odb, id)
    }

    /// The ids that begin with these hexadecimal digits, of which there must be four at least.
    pub fn with_prefix(&self, hex: &str) -> Vec<ObjectId> {
        let odb = self.odb.lock().unwrap_or_else(PoisonError::into_inner);
        let found = git2::Oid::from_str(hex).and_then(|id| odb.exists_prefix(id, hex.len()));
        found.ok().and_then(|id| ObjectId::from_bytes(id.as_bytes())).into_iter().collect()
    }
}

/// Opens the directories one by one, so that no configuration of the repository is read.
pub(crate) fn open_odb(repository: &Repository) -> (git2::Odb<'static>, Vec<Note>) {
    let (dirs, mut gaps) = repository.object_dirs();
    let odb = git2::Odb::new().expect("an empty object database needs nothing but memory");
    for dir in dirs {
        let text = dir.to_string_lossy();
        if let Err(error) = odb.add_disk_alternate(&text) {
            gaps.push(Note { what: text.into_owned(), why: error.message().to_owned() });
        }
    }
    (odb, gaps)
}

pub(crate) fn read(odb: &git2::Odb<'_>, id: &ObjectId) -> Result<Content, ReadError> {
    let oid = git2::Oid::from_bytes(id.as_bytes())
        .map_err(|_| ReadError::Damaged("SHA-256 objects are not supported".to_owned()))?;
    let object = odb.read(oid).map_err(|error| match error.code() {
        git2::ErrorCode::NotFound => ReadError::Missing,
        _ => ReadError::Damaged(format!("it is damaged: {}", error.message())),
    })?;
    Ok((kind_of(object.kind())?, object.data().to_owned()))
}

fn kind_of(kind: git2::ObjectType) -> Result<ObjectKind, ReadError> {
    match kind {
        git2::ObjectType::Blob => Ok(ObjectKind::Blob),
        git2::ObjectType::Tree => Ok(ObjectKind::Tree),
        git2::ObjectType::Commit => Ok(ObjectKind::Commit),
        git2::ObjectType::Tag => Ok(ObjectKind::Tag),
        git2::ObjectType::Any => Err(ReadError::Damaged("it has no kind".to_owned())),
    }
}
