//! The commits that the next commit builds on, found without reading all references.

use std::path::Path;

use crate::blob::ObjectId;
use crate::git::{Head, Repository, bytes_to_path, read_small};

impl Repository {
    /// What is checked out.
    pub fn head(&self) -> Head {
        if self.format.reftable {
            return self.references().head;
        }
        let Some(content) = content(&self.git_dir.join("HEAD")) else { return Head::Broken };
        let Some(name) = symbolic(&content) else {
            return ObjectId::from_hex(&content).map_or(Head::Broken, Head::Detached);
        };
        match self.resolve(name) {
            Some(id) => Head::Branch(name.to_owned(), id),
            None => Head::Unborn(name.to_owned()),
        }
    }

    /// The commits that `git merge` was asked to join with `HEAD`, while it is not done.
    pub fn merge_heads(&self) -> Vec<ObjectId> {
        let content = content(&self.git_dir.join("MERGE_HEAD")).unwrap_or_default();
        content.split(|&byte| byte == b'\n').filter_map(ObjectId::from_hex).collect()
    }

    /// Whether its history was cut off when it was cloned.
    pub fn is_shallow(&self) -> bool {
        content(&self.common_dir.join("shallow")).is_some_and(|content| !content.is_empty())
    }

    /// The object that the full name of a reference stands for, as far as git follows them.
    fn resolve(&self, name: &[u8]) -> Option<ObjectId> {
        let mut name = name.to_owned();
        for _ in 0..=5 {
            let Some(content) = content(&self.common_dir.join(bytes_to_path(&name))) else {
                return self.packed(&name);
            };
            match symbolic(&content) {
                Some(next) => name = next.to_owned(),
                None => return ObjectId::from_hex(&content),
            }
        }
        None
    }

    fn packed(&self, name: &[u8]) -> Option<ObjectId> {
        let content = read_small(&self.common_dir.join("packed-refs")).ok()?;
        let line = [b" ", name, b"\n"].concat();
        let found = memchr::memmem::find_iter(&content, &line);
        let id_before = |end: usize| {
            let start = memchr::memrchr(b'\n', &content[..end]).map_or(0, |at| at + 1);
            ObjectId::from_hex(&content[start..end])
        };
        found.filter_map(id_before).next()
    }
}

fn content(file: &Path) -> Option<Vec<u8>> {
    read_small(file).ok().map(|content| content.trim_ascii().to_owned())
}

fn symbolic(content: &[u8]) -> Option<&[u8]> {
    content.strip_prefix(b"ref:").map(<[u8]>::trim_ascii)
}
