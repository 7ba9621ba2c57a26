//! Reflogs: what references were set to.

use std::path::Path;

use super::reader::Reader;
use crate::blob::ObjectId;
use crate::git::path_to_bytes;

impl Reader {
    /// Both ids of each line of each reflog.
    pub(super) fn logs(&mut self, dir: &Path, name: &[u8]) {
        let mut pending = vec![(dir.to_owned(), name.to_owned())];
        while let Some((dir, name)) = pending.pop() {
            for entry in self.list(&dir) {
                let leaf = path_to_bytes(Path::new(&entry.file_name()));
                let name = [name.as_slice(), b"/", &leaf].concat();
                match entry.file_type() {
                    Ok(kind) if kind.is_dir() => pending.push((entry.path(), name)),
                    _ => self.log(&entry.path(), name),
                }
            }
        }
    }

    fn log(&mut self, file: &Path, name: Vec<u8>) {
        let Some(content) = self.read(file) else { return };
        if let Some(reference) = name.strip_prefix(b"logs/") {
            let lines = content.split(|&byte| byte == b'\n');
            let set = lines.filter_map(|line| line.split(|&byte| byte == b' ').nth(1));
            self.logs.insert(reference.to_owned(), set.filter_map(ObjectId::from_hex).collect());
        }
        let ids = self.logged.entry(name).or_default();
        for line in content.split(|&byte| byte == b'\n') {
            let words = line.splitn(3, |&byte| byte == b' ').take(2);
            ids.extend(words.filter_map(ObjectId::from_hex).filter(|id| !id.is_zero()));
        }
        ids.sort_unstable();
        ids.dedup();
    }
}
