//! References in tables.

use std::collections::BTreeMap;
use std::path::Path;

use super::reader::{Reader, Target};
use crate::blob::ObjectId;
use crate::git::bytes_to_path;
use crate::git::reftable::{LogRecord, RefValue, Table};

impl Reader {
    /// The tables of a git directory, the oldest first: newer ones overrule what they say. `HEAD`
    /// and `refs` are there for old versions of git only.
    pub(super) fn tables(&mut self, dir: &Path, id_len: usize, prefix: &[u8]) {
        let dir = dir.join("reftable");
        let Some(list) = self.read(&dir.join("tables.list")) else { return };
        let mut logs: BTreeMap<(Vec<u8>, u64), [ObjectId; 2]> = BTreeMap::new();
        for name in list.split(|&byte| byte == b'\n').filter(|name| !name.is_empty()) {
            let file = dir.join(bytes_to_path(name));
            let is_beside = !name.contains(&b'/') && name != b"..";
            let Some(bytes) = self.read(&file).filter(|_| is_beside) else {
                let why = "this table of references is listed and cannot be read; restore it from \
                           another copy";
                self.gap(&file, why.to_owned());
                continue;
            };
            let (table, outcome) = Table::parse(&bytes, id_len);
            if let Err(why) = outcome {
                self.gap(&file, why.to_owned());
            }
            for (name, value) in table.refs {
                let name = [prefix, &name].concat();
                match value {
                    RefValue::Deleted => drop(self.found.remove(&name)),
                    RefValue::Id(id) => drop(self.found.insert(name, Target::Id(id))),
                    RefValue::Symbolic(to) => drop(self.found.insert(name, Target::Symbolic(to))),
                }
            }
            for LogRecord { name, index, entry } in table.logs {
                match entry {
                    Some(entry) => drop(logs.insert((name, index), [entry.old, entry.new])),
                    None => drop(logs.remove(&(name, index))),
                }
            }
        }
        for ((name, _), [old, new]) in logs {
            let ids = self.logged.entry([prefix, b"logs/", &name].concat()).or_default();
            ids.extend([old, new].iter().filter(|id| !id.is_zero()));
            ids.sort_unstable();
            ids.dedup();
            if prefix.is_empty() {
                self.logs.entry(name).or_default().push(new);
            }
        }
    }
}
