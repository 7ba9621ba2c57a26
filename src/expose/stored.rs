//! Texts that are in no work tree: those of the object database.

use std::collections::{BTreeMap, HashMap};
use std::sync::OnceLock;

use crate::blob::ObjectId;
use crate::context::{Files, LARGEST};
use crate::git::{Database, Repository, files_of};

/// The objects of a repository, opened when the first is asked for.
pub struct Stored<'a> {
    repository: Option<&'a Repository>,
    database: OnceLock<Database>,
    staged: OnceLock<HashMap<String, ObjectId>>,
    head: OnceLock<BTreeMap<String, ObjectId>>,
}

impl<'a> Stored<'a> {
    /// The objects of a repository; without one there are none.
    pub fn new(repository: Option<&'a Repository>) -> Self {
        Self {
            repository,
            database: OnceLock::new(),
            staged: OnceLock::new(),
            head: OnceLock::new(),
        }
    }

    /// An object, unless it is too large for a text that a person wrote.
    pub fn read(&self, id: &ObjectId) -> Option<Vec<u8>> {
        let repository = self.repository?;
        let database = self.database.get_or_init(|| Database::open(repository));
        let (_, bytes) = database.read(id).ok()?;
        (bytes.len() as u64 <= LARGEST).then_some(bytes)
    }

    /// The text of a file as it is staged.
    pub fn staged(&self, path: &str) -> Option<Vec<u8>> {
        let repository = self.repository?;
        let staged = self.staged.get_or_init(|| {
            let entries = repository.index().entries.into_iter().filter(|entry| entry.has_blob());
            entries.map(|e| (String::from_utf8_lossy(&e.path).into_owned(), e.id)).collect()
        });
        self.read(staged.get(path)?)
    }

    /// The files of the commit that HEAD names.
    pub fn files(&self) -> Files<'_> {
        Files::new(
            Box::new(|path| self.read(self.head().get(path)?)),
            Box::new(|dir| self.list(dir)),
        )
    }

    fn head(&self) -> &BTreeMap<String, ObjectId> {
        self.head.get_or_init(|| {
            let found = self.repository.and_then(|repository| {
                let database = self.database.get_or_init(|| Database::open(repository));
                files_of(database, &repository.head().commit()?).ok()
            });
            let files = found.unwrap_or_default().into_iter();
            files.map(|(path, id)| (String::from_utf8_lossy(&path).into_owned(), id)).collect()
        })
    }

    fn list(&self, dir: &str) -> Vec<String> {
        let prefix = if dir.is_empty() { String::new() } else { format!("{dir}/") };
        let below = self.head().range(prefix.clone()..).map(|(path, _)| path);
        let below = below.take_while(|path| path.starts_with(&prefix));
        let mut names: Vec<String> = below
            .map(|path| match path[prefix.len()..].split_once('/') {
                Some((dir, _)) => format!("{dir}/"),
                None => path[prefix.len()..].to_owned(),
            })
            .collect();
        names.dedup();
        names
    }
}
