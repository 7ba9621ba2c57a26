//! SQLite databases (<https://www.sqlite.org/fileformat2.html>): the texts of rows, put together
//! from overflow pages, under the name of their table.

use std::collections::BTreeMap;

use super::{Level, Opener, is_container};

const MAGIC: &[u8] = b"SQLite format 3\0";

/// Whether something begins like a database.
pub(super) fn is_database(head: &[u8]) -> bool {
    head.starts_with(MAGIC)
}

/// Shows the rows of each table and index, one a line, and then the pages that no table leads to:
/// what was deleted stays in them.
pub(super) fn open(opener: &mut Opener<'_>, level: Level<'_>, bytes: &[u8]) {
    let Some(mut database) = Database::new(bytes) else {
        return opener.damaged(level.0, "the header of the database is damaged or cut off");
    };
    let mut roots = vec![(1, "sqlite_schema".to_owned())];
    roots.extend(database.roots());
    database.begin();
    for (root, name) in roots {
        let mut pending = vec![root];
        let mut rows = Rows::new(&name);
        while let Some(page) = pending.pop() {
            if let Some(why) = opener.is_spent() {
                return opener.gap(level.0, why);
            }
            if database.enter(page) {
                database.read(page, &mut rows, Some(&mut pending));
                rows.show(opener, level, FULL);
            }
        }
        rows.show(opener, level, 0);
    }
    let mut rows = Rows::new("free pages");
    for page in 1..=database.pages {
        if opener.is_spent().is_none() && database.enter(page) && !database.is_overflow(page) {
            database.read(page, &mut rows, None);
            rows.show(opener, level, FULL);
        }
    }
    rows.show(opener, level, 0);
    if database.is_damaged || database.declared > u64::from(database.pages) {
        opener.damaged(level.0, "the database is damaged or cut off");
    }
}

/// A member of the texts of a table is not larger than about this.
const FULL: usize = 4 << 20;

/// Rows that were read and not shown yet.
struct Rows {
    name: String,
    part: usize,
    text: Vec<u8>,
    /// Values that are containers themselves.
    blobs: Vec<Vec<u8>>,
}

impl Rows {
    fn new(name: &str) -> Self {
        Self { name: name.to_owned(), part: 1, text: Vec::new(), blobs: Vec::new() }
    }

    fn show(&mut self, opener: &mut Opener<'_>, level: Level<'_>, least: usize) {
        if self.text.len() > least {
            let name = match self.part {
                1 => self.name.clone(),
                part => format!("{}, part {part}", self.name),
            };
            opener.member(level, &name, &self.text[..]);
            self.text.clear();
            self.part += 1;
        }
        for blob in self.blobs.drain(..) {
            opener.member(level, &self.name, &blob[..]);
        }
    }

    /// Adds the texts of a record: its header tells the types of its columns, in varints.
    fn add(&mut self, record: &[u8]) -> Option<()> {
        let (header_len, mut at) = varint(record, 0)?;
        let header_len = usize::try_from(header_len).ok().filter(|len| *len <= record.len())?;
        let mut value = header_len;
        while at < header_len {
            let (kind, next) = varint(record, at)?;
            at = next;
            let len = match kind {
                0 | 8 | 9 => 0,
                1..=4 => kind,
                5 => 6,
                6 | 7 => 8,
                12.. => (kind - 12) / 2,
                _ => return None,
            };
            let rest = record.get(value..)?;
            let column = &rest[..rest.len().min(usize::try_from(len).ok()?)];
            if kind >= 12 {
                self.text.extend_from_slice(column);
                self.text.push(b'\t');
                if is_container(column) {
                    self.blobs.push(column.to_vec());
                }
            }
            value += column.len();
        }
        self.text.push(b'\n');
        Some(())
    }
}

struct Database<'a> {
    bytes: &'a [u8],
    page_size: usize,
    /// What a page holds, without what is reserved at its end.
    usable: usize,
    pages: u32,
    declared: u64,
    entered: Vec<bool>,
    is_damaged: bool,
}

/// The kinds of pages of a b-tree.
const INDEX: u8 = 0x02;
const TABLE: u8 = 0x05;
const INDEX_LEAF: u8 = 0x0a;
const TABLE_LEAF: u8 = 0x0d;

impl<'a> Database<'a> {
    fn new(bytes: &'a [u8]) -> Option<Self> {
        let header = bytes.get(..100)?;
        let page_size = match u16::from_be_bytes([header[16], header[17]]) {
            1 => 1 << 16,
            size if size.is_power_of_two() && size >= 512 => usize::from(size),
            _ => return None,
        };
        let usable = page_size.checked_sub(usize::from(header[20])).filter(|size| *size >= 480)?;
        let pages = u32::try_from(bytes.len().div_ceil(page_size)).ok()?;
        // The count of pages is valid if it was written by the last change.
        let is_counted = header[24..28] == header[92..96];
        let declared = if is_counted { u64::from(long(header, 28)?) } else { 0 };
        let entered = vec![false; pages as usize + 1];
        Some(Self { bytes, page_size, usable, pages, declared, entered, is_damaged: false })
    }

    /// Forgets which pages were entered.
    fn begin(&mut self) {
        self.entered.fill(false);
    }

    /// Whether a page exists and was not entered before; it is now.
    fn enter(&mut self, page: u32) -> bool {
        let Some(entered) = self.entered.get_mut(page as usize).filter(|_| page > 0) else {
            self.is_damaged = true;
            return false;
        };
        !std::mem::replace(entered, true)
    }

    fn page(&self, page: u32) -> &'a [u8] {
        let start = (page as usize - 1) * self.page_size;
        let end = self.bytes.len().min(start + self.usable);
        self.bytes.get(start..end).unwrap_or_default()
    }

    /// A page that is no page of a b-tree.
    fn is_overflow(&self, page: u32) -> bool {
        let kind = self.page(page).get(if page == 1 { 100 } else { 0 });
        !matches!(kind, Some(&(INDEX | TABLE | INDEX_LEAF | TABLE_LEAF)))
    }

    /// The first pages of tables and indexes, with their names, from the schema.
    fn roots(&mut self) -> Vec<(u32, String)> {
        let mut found = BTreeMap::new();
        let mut pending = vec![1];
        while let Some(page) = pending.pop() {
            if self.enter(page) {
                let mut rows = Vec::new();
                self.cells(page, &mut |record| rows.push(record.to_vec()), Some(&mut pending));
                found.extend(rows.iter().filter_map(|record| schema(record)));
            }
        }
        found.into_iter().collect()
    }

    fn read(&mut self, page: u32, rows: &mut Rows, pending: Option<&mut Vec<u32>>) {
        let is_known = pending.is_some();
        let mut bad = false;
        self.cells(page, &mut |record| bad |= rows.add(record).is_none(), pending);
        self.is_damaged |= bad && is_known;
    }

    /// The records of the cells of a page, and the pages below it. Pages that nothing leads to may
    /// be anything: what makes no sense in them is no damage.
    fn cells(
        &mut self,
        page: u32,
        each: &mut dyn FnMut(&[u8]),
        mut pending: Option<&mut Vec<u32>>,
    ) {
        let bytes = self.page(page);
        let at = if page == 1 { 100 } else { 0 };
        let is_known = pending.is_some();
        let kind = bytes.get(at).copied().unwrap_or(0);
        let is_inner = matches!(kind, INDEX | TABLE);
        if !is_inner && !matches!(kind, INDEX_LEAF | TABLE_LEAF) {
            self.is_damaged |= is_known;
            return;
        }
        let count = short(bytes, at + 3).unwrap_or(0);
        let pointers = at + if is_inner { 12 } else { 8 };
        // Cells do not overlap: a page that has more of them than its size is a trap.
        let mut room = 2 * self.usable;
        for index in 0..usize::from(count) {
            let cell = short(bytes, pointers + 2 * index).map(usize::from);
            let done = cell.and_then(|cell| {
                if let (true, Some(pending)) = (is_inner, pending.as_deref_mut()) {
                    pending.push(long(bytes, cell)?);
                }
                if kind == TABLE {
                    return Some(());
                }
                let start = cell + if is_inner { 4 } else { 0 };
                let record = self.payload(bytes, start, kind, &mut room)?;
                each(&record);
                Some(())
            });
            if done.is_none() {
                self.is_damaged |= is_known;
            }
            if room == 0 {
                return;
            }
        }
        if let (true, Some(pending)) = (is_inner, pending) {
            pending.extend(long(bytes, at + 8));
            // The first page on the left comes first.
            let from = pending.len().saturating_sub(usize::from(count) + 1);
            pending[from..].reverse();
        }
    }

    /// The payload of a cell: what stands in the page, and the rest from overflow pages.
    fn payload(&mut self, page: &[u8], at: usize, kind: u8, room: &mut usize) -> Option<Vec<u8>> {
        let (len, mut at) = varint(page, at)?;
        if kind == TABLE_LEAF {
            at = varint(page, at)?.1;
        }
        let len = usize::try_from(len).ok().filter(|len| *len <= self.bytes.len())?;
        let local = self.local(len, kind);
        let rest = page.get(at..)?;
        let mut payload = rest[..rest.len().min(local).min(*room)].to_vec();
        *room -= payload.len();
        if payload.len() < local {
            self.is_damaged = true;
        } else if local < len {
            self.overflow(long(page, at + local)?, len, &mut payload);
        }
        Some(payload)
    }

    /// Follows a chain of overflow pages; each page is in one chain only.
    fn overflow(&mut self, first: u32, len: usize, payload: &mut Vec<u8>) {
        let mut next = first;
        while payload.len() < len {
            if !self.enter(next) {
                self.is_damaged = true;
                return;
            }
            let page = self.page(next);
            let (Some(after), Some(content)) = (long(page, 0), page.get(4..)) else {
                self.is_damaged = true;
                return;
            };
            payload.extend_from_slice(&content[..content.len().min(len - payload.len())]);
            next = after;
        }
    }

    /// How much of a payload stands in the page itself.
    fn local(&self, len: usize, kind: u8) -> usize {
        let usable = self.usable;
        let most = match kind {
            TABLE_LEAF => usable - 35,
            _ => (usable - 12) * 64 / 255 - 23,
        };
        if len <= most {
            return len;
        }
        let least = (usable - 12) * 32 / 255 - 23;
        let fits = least + (len - least) % (usable - 4);
        if fits <= most { fits } else { least }
    }
}

/// Root page and name of a row of the schema: type, name, table, root page, SQL.
fn schema(record: &[u8]) -> Option<(u32, String)> {
    let (header_len, mut at) = varint(record, 0)?;
    let mut value = usize::try_from(header_len).ok()?;
    let mut columns = Vec::new();
    for _ in 0..4 {
        let (kind, next) = varint(record, at)?;
        at = next;
        let len = match kind {
            1..=4 => kind,
            5 => 6,
            6 => 8,
            13.. => (kind - 12) / 2,
            _ => 0,
        };
        let end = value.checked_add(usize::try_from(len).ok()?)?;
        columns.push((kind, record.get(value..end)?));
        value = end;
    }
    let (kind, number) = columns[3];
    let root = match kind {
        1..=4 => number.iter().fold(0_u32, |sum, byte| sum << 8 | u32::from(*byte)),
        9 => 1,
        _ => 0,
    };
    let name = String::from_utf8_lossy(columns[1].1).replace('\0', "");
    (root > 1).then_some((root, name))
}

fn short(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_be_bytes(*bytes.get(at..)?.first_chunk()?))
}

fn long(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_be_bytes(*bytes.get(at..)?.first_chunk()?))
}

/// A number of one to nine bytes, and where the next begins.
fn varint(bytes: &[u8], at: usize) -> Option<(u64, usize)> {
    let mut value = 0_u64;
    for (index, byte) in bytes.get(at..)?.iter().take(9).enumerate() {
        if index == 8 {
            return Some((value << 8 | u64::from(*byte), at + 9));
        }
        value = value << 7 | u64::from(byte & 0x7f);
        if byte & 0x80 == 0 {
            return Some((value, at + index + 1));
        }
    }
    None
}
