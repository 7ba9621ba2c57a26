//! The commits of a repository, in an order in which parents come before their children.

use crate::blob::ObjectId;
use crate::git::commits::CommitLog;
use crate::git::id_table::IdTable;

/// The place of a commit in the order.
pub(crate) type Rank = u32;

/// The commit graph.
pub(crate) struct Graph<'a> {
    log: &'a CommitLog,
    /// Rows of the log, by rank.
    rows: Vec<u32>,
    ranks: IdTable,
    /// Ranks of the parents of all commits, one after the other.
    parents: Vec<Rank>,
    /// Where the parents of each rank begin, and at last where they end.
    starts: Vec<u32>,
}

impl<'a> Graph<'a> {
    /// Orders commits by their date, corrected to be later than that of all parents, and by id
    /// where dates are equal.
    pub fn new(log: &'a CommitLog) -> Self {
        let mut row_of = IdTable::with_capacity(log.len());
        for row in 0..log.len() {
            let id = log.raw_id(row);
            row_of.insert(id, row as u32, |other| log.raw_id(other as usize) == id);
        }
        let (mut parents, mut starts) = (Vec::new(), vec![0u32]);
        for row in 0..log.len() {
            for parent in log.named(row).skip(1) {
                parents.extend(row_of.find(parent, |row| log.raw_id(row as usize) == parent));
            }
            starts.push(parents.len() as u32);
        }
        let dates = corrected_dates(log, &parents, &starts);
        let mut rows: Vec<u32> = row_of.numbers().collect();
        rows.sort_unstable_by(|a, b| {
            let (a, b) = (*a as usize, *b as usize);
            dates[a].cmp(&dates[b]).then_with(|| log.raw_id(a).cmp(log.raw_id(b)))
        });
        let mut graph = Self { log, rows, ranks: row_of, parents: Vec::new(), starts: vec![0] };
        graph.number_by_rank(&parents, &starts);
        graph
    }

    fn number_by_rank(&mut self, parents: &[u32], starts: &[u32]) {
        let mut rank_of = vec![0; starts.len()];
        for (rank, row) in self.rows.iter().enumerate() {
            rank_of[*row as usize] = rank as Rank;
        }
        self.ranks.renumber(|row| rank_of[row as usize]);
        for row in &self.rows {
            let row = *row as usize;
            let of_row = &parents[starts[row] as usize..starts[row + 1] as usize];
            self.parents.extend(of_row.iter().map(|parent| rank_of[*parent as usize]));
            self.starts.push(self.parents.len() as u32);
        }
    }

    pub fn len(&self) -> usize {
        self.rows.len()
    }

    pub fn rank(&self, id: &ObjectId) -> Option<Rank> {
        let row = |rank: Rank| self.rows[rank as usize] as usize;
        self.ranks.find(id.as_bytes(), |rank| self.log.raw_id(row(rank)) == id.as_bytes())
    }

    pub fn id(&self, rank: Rank) -> ObjectId {
        self.log.id(self.rows[rank as usize] as usize)
    }

    pub fn tree(&self, rank: Rank) -> ObjectId {
        self.log.tree(self.rows[rank as usize] as usize)
    }

    pub fn parents(&self, rank: Rank) -> &[Rank] {
        let rank = rank as usize;
        &self.parents[self.starts[rank] as usize..self.starts[rank + 1] as usize]
    }

    /// The commits that are nobody's parent, newest first.
    pub fn childless(&self) -> Vec<Rank> {
        let mut has_child = vec![false; self.len()];
        self.parents.iter().for_each(|parent| has_child[*parent as usize] = true);
        (0..self.len() as Rank).rev().filter(|rank| !has_child[*rank as usize]).collect()
    }

    /// Gives each commit the bits of all its ancestors besides its own.
    pub fn spread<const N: usize>(&self, bits: &mut [[u64; N]]) {
        for rank in 0..self.len() {
            for parent in self.parents(rank as Rank) {
                let inherited = bits[*parent as usize];
                for (own, inherited) in bits[rank].iter_mut().zip(inherited) {
                    *own |= inherited;
                }
            }
        }
    }
}

/// The date of each row, or one second more than the corrected date of its latest parent.
fn corrected_dates(log: &CommitLog, parents: &[u32], starts: &[u32]) -> Vec<i64> {
    let mut dates: Vec<Option<i64>> = vec![None; log.len()];
    // Commits lead back to themselves where ids are not those of what they name.
    let mut is_open = vec![false; log.len()];
    let mut pending: Vec<u32> = Vec::new();
    for row in 0..log.len() as u32 {
        pending.push(row);
        while let Some(row) = pending.last().map(|row| *row as usize) {
            let of_row = &parents[starts[row] as usize..starts[row + 1] as usize];
            let before = pending.len();
            if !is_open[row] {
                is_open[row] = true;
                pending.extend(of_row.iter().filter(|parent| !is_open[**parent as usize]));
            }
            if pending.len() == before {
                let latest = of_row.iter().filter_map(|parent| dates[*parent as usize]).max();
                let after = latest.map_or(i64::MIN, |latest| latest.saturating_add(1));
                dates[row] = Some(log.date(row).max(after));
                pending.pop();
            }
        }
    }
    dates.into_iter().map(|date| date.unwrap_or_default()).collect()
}
