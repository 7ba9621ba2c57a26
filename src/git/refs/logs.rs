//! Reflogs: what references were set to.

use std::path::Path;

use super::reader::Reader;
use crate::blob::ObjectId;

impl Reader {
    /// Both ids of each line of each reflog.
    pub(super) fn logs(&mut self, dir: &Path, name: &[u8]) {
        for (file, name) in self.files(dir.to_owned(), name) {
            self.log(&file, name);
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
