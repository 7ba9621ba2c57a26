//! All commits of a repository, in little memory.

use crate::blob::ObjectId;
use crate::git::commit::Commit;

/// What attribution needs of each commit: its id, its tree and its parents in one row of raw ids.
#[derive(Debug, Default)]
pub(crate) struct CommitLog {
    ids: Vec<u8>,
    rows: Vec<Row>,
    id_len: usize,
}

#[derive(Clone, Copy, Debug)]
struct Row {
    date: i64,
    /// Where its ids begin.
    at: usize,
    parents: u32,
}

impl CommitLog {
    /// Adds a commit; `None` if it cannot be understood.
    pub fn push(&mut self, id: ObjectId, bytes: &[u8]) -> Option<()> {
        let commit = Commit::parse(bytes)?;
        self.id_len = id.as_bytes().len();
        let mut named = std::iter::once(&commit.tree).chain(&commit.parents);
        if named.any(|named| named.as_bytes().len() != self.id_len) {
            return None;
        }
        let parents = u32::try_from(commit.parents.len()).ok()?;
        self.rows.push(Row { date: commit.date, at: self.ids.len(), parents });
        for id in [&id, &commit.tree].into_iter().chain(&commit.parents) {
            self.ids.extend_from_slice(id.as_bytes());
        }
        Some(())
    }

    pub fn absorb(&mut self, other: Self) {
        let shift = self.ids.len();
        self.ids.extend(other.ids);
        self.rows.extend(other.rows.into_iter().map(|row| Row { at: row.at + shift, ..row }));
        self.id_len = self.id_len.max(other.id_len);
    }

    pub fn len(&self) -> usize {
        self.rows.len()
    }

    pub fn date(&self, row: usize) -> i64 {
        self.rows[row].date
    }

    pub fn id(&self, row: usize) -> ObjectId {
        self.nth(row, 0)
    }

    pub fn raw_id(&self, row: usize) -> &[u8] {
        let at = self.rows[row].at;
        &self.ids[at..at + self.id_len]
    }

    pub fn tree(&self, row: usize) -> ObjectId {
        self.nth(row, 1)
    }

    pub fn parents(&self, row: usize) -> impl Iterator<Item = ObjectId> {
        (0..self.rows[row].parents as usize).map(move |parent| self.nth(row, 2 + parent))
    }

    /// The raw ids of the tree and the parents.
    pub fn named(&self, row: usize) -> impl Iterator<Item = &[u8]> {
        let Row { at, parents, .. } = self.rows[row];
        let first = at + self.id_len;
        self.ids[first..first + (1 + parents as usize) * self.id_len].chunks_exact(self.id_len)
    }

    fn nth(&self, row: usize, n: usize) -> ObjectId {
        let at = self.rows[row].at + n * self.id_len;
        ObjectId::from_bytes(&self.ids[at..at + self.id_len]).expect("rows are made of ids")
    }
}
