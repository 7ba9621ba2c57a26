//! Tables of references and their logs (git's technical documentation, "reftable").
//!
//! A table is read from its beginning to its end: its indexes serve to find single references, and
//! whoever wants all of them has no use for them.

use std::io::Read;

use flate2::bufread::ZlibDecoder;
use libdeflater::Crc;

use crate::blob::ObjectId;

/// What a table says, in its order; a newer table says what holds.
#[derive(Debug, Default)]
pub(crate) struct Table {
    pub refs: Vec<(Vec<u8>, RefValue)>,
    pub logs: Vec<LogRecord>,
}

/// What a reference is set to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum RefValue {
    Deleted,
    Id(ObjectId),
    Symbolic(Vec<u8>),
}

/// A line of a reflog.
#[derive(Debug)]
pub(crate) struct LogRecord {
    pub name: Vec<u8>,
    /// The number of the change: the same one names the same line in all tables.
    pub index: u64,
    /// `None` if the line was deleted.
    pub entry: Option<LogEntry>,
}

/// What a line of a reflog says.
#[derive(Debug)]
pub(crate) struct LogEntry {
    pub old: ObjectId,
    pub new: ObjectId,
    pub name: Vec<u8>,
    pub email: Vec<u8>,
    pub time: u64,
    pub message: Vec<u8>,
}

/// What all names and messages of one table may come to: a few bytes can repeat a long name.
const BUDGET: usize = 1 << 28;
const DAMAGED: &str = "this table of references is damaged; restore it from another copy";

impl Table {
    /// Reads a table; what comes before the first damage is kept.
    pub fn parse(bytes: &[u8], id_len: usize) -> (Self, Result<(), &'static str>) {
        let mut parser = Parser { id_len, budget: BUDGET, table: Self::default() };
        let outcome = parser.run(bytes);
        (parser.table, outcome.map(|_| ()))
    }

    /// The table as text: names of references with what they are set to, and logs as git prints
    /// them to files.
    pub fn text(&self) -> (Vec<u8>, Vec<u8>) {
        let (mut refs, mut logs) = (Vec::new(), Vec::new());
        for (name, value) in &self.refs {
            refs.extend_from_slice(name);
            match value {
                RefValue::Deleted => {}
                RefValue::Id(id) => refs.extend(format!(" {id}").into_bytes()),
                RefValue::Symbolic(target) => refs.extend([b" ref: ", target.as_slice()].concat()),
            }
            refs.push(b'\n');
        }
        for record in &self.logs {
            let Some(entry) = &record.entry else { continue };
            let ids = format!("{} {} ", entry.old, entry.new);
            let time = format!("> {}\t", entry.time);
            let parts =
                [ids.as_bytes(), &entry.name, b" <", &entry.email, time.as_bytes(), &entry.message];
            logs.extend(parts.concat());
            if !entry.message.ends_with(b"\n") {
                logs.push(b'\n');
            }
        }
        (refs, logs)
    }
}

struct Parser {
    id_len: usize,
    budget: usize,
    table: Table,
}

impl Parser {
    fn run(&mut self, bytes: &[u8]) -> Result<(), &'static str> {
        let header = match bytes.get(..5) {
            Some(b"REFT\x01") => 24,
            Some(b"REFT\x02") => 28,
            Some(start) if start.starts_with(b"REFT") => {
                return Err(
                    "this version of tables of references is not supported; a newer version of this \
                     program may read it",
                );
            }
            _ => return Err(DAMAGED),
        };
        let is_sha256 = header == 28 && bytes.get(24..28) == Some(b"s256");
        let footer = bytes.len().checked_sub(header + 44).ok_or(DAMAGED)?;
        if footer < header || is_sha256 != (self.id_len == 32) {
            return Err(DAMAGED);
        }
        let outcome = self.blocks(&bytes[..footer], header);
        let (checked, sum) = bytes[footer..].split_at(bytes.len() - footer - 4);
        let mut crc = Crc::new();
        crc.update(checked);
        match checked.starts_with(&bytes[..header]) && sum == crc.sum().to_be_bytes() {
            true => outcome,
            false => Err(DAMAGED),
        }
    }

    /// The first block begins with the header of the file. Blocks may be filled up with NULs.
    fn blocks(&mut self, bytes: &[u8], header: usize) -> Result<(), &'static str> {
        let (mut start, mut skip) = (0, header);
        loop {
            let padding = bytes[start + skip..].iter().take_while(|byte| **byte == 0).count();
            if start + skip + padding == bytes.len() {
                return Ok(());
            }
            if padding > 0 {
                (start, skip) = (start + skip + padding, 0);
            }
            let block = bytes.get(start..).ok_or(DAMAGED)?;
            let mut head = Cursor { bytes: block, at: skip };
            let kind = head.take(1).ok_or(DAMAGED)?[0];
            let len = head.number(3).ok_or(DAMAGED)? as usize;
            let used = match kind {
                b'g' => self.log_block(block, skip, len)?,
                b'r' => self.records(block.get(..len).ok_or(DAMAGED)?, head.at, Self::reference)?,
                b'i' | b'o' if len >= head.at => len,
                _ => return Err(DAMAGED),
            };
            (start, skip) = (start + used, 0);
            if start > bytes.len() {
                return Err(DAMAGED);
            }
        }
    }

    /// A block of log records is compressed; its length is the one that it unpacks to. Returns how
    /// many bytes it takes up.
    fn log_block(&mut self, block: &[u8], skip: usize, len: usize) -> Result<usize, &'static str> {
        let packed = &block[skip + 4..];
        let mut unpacked = block[skip..skip + 4].to_vec();
        let wanted = len.checked_sub(4).ok_or(DAMAGED)?;
        self.spend(wanted)?;
        let mut stream = ZlibDecoder::new(packed);
        let read = stream.by_ref().take(wanted as u64 + 1).read_to_end(&mut unpacked);
        if read.map_err(|_| DAMAGED)? != wanted {
            return Err(DAMAGED);
        }
        self.records(&unpacked, 4, Self::log)?;
        Ok(skip + 4 + stream.total_in() as usize)
    }

    /// Reads the records of a block from a place on; a table of places follows them.
    fn records(
        &mut self,
        block: &[u8],
        at: usize,
        record: fn(&mut Self, &[u8], u8, &mut Cursor<'_>) -> Option<()>,
    ) -> Result<usize, &'static str> {
        let restarts = block.last_chunk().map(|count| u16::from_be_bytes(*count)).ok_or(DAMAGED)?;
        let end = block.len().checked_sub(2 + 3 * usize::from(restarts)).ok_or(DAMAGED)?;
        let mut cursor = Cursor { bytes: block.get(..end).ok_or(DAMAGED)?, at };
        let mut key: Vec<u8> = Vec::new();
        while cursor.at < end {
            let kept = cursor.varint().ok_or(DAMAGED)? as usize;
            let word = cursor.varint().ok_or(DAMAGED)?;
            let suffix = cursor.take((word >> 3) as usize).ok_or(DAMAGED)?;
            if kept > key.len() {
                return Err(DAMAGED);
            }
            key.truncate(kept);
            key.extend_from_slice(suffix);
            self.spend(key.len())?;
            record(self, &key, (word & 7) as u8, &mut cursor).ok_or(DAMAGED)?;
        }
        Ok(block.len())
    }

    fn spend(&mut self, bytes: usize) -> Result<(), &'static str> {
        self.budget = self.budget.checked_sub(bytes).ok_or(
            "this table of references unpacks to more than 256 MiB; the rest was not read",
        )?;
        Ok(())
    }

    fn reference(&mut self, name: &[u8], kind: u8, cursor: &mut Cursor<'_>) -> Option<()> {
        cursor.varint()?;
        let value = match kind {
            0 => RefValue::Deleted,
            1 => RefValue::Id(cursor.id(self.id_len)?),
            2 => {
                let id = cursor.id(self.id_len)?;
                cursor.id(self.id_len)?;
                RefValue::Id(id)
            }
            3 => RefValue::Symbolic(cursor.text()?),
            _ => return None,
        };
        self.table.refs.push((name.to_owned(), value));
        Some(())
    }

    /// The key is the name, a NUL, and the number of the change subtracted from the greatest one.
    fn log(&mut self, key: &[u8], kind: u8, cursor: &mut Cursor<'_>) -> Option<()> {
        let (name, index) = key.split_last_chunk::<8>()?;
        let name = name.strip_suffix(b"\0")?.to_owned();
        let index = u64::MAX - u64::from_be_bytes(*index);
        let entry = match kind {
            0 => None,
            1 => {
                let (old, new) = (cursor.id(self.id_len)?, cursor.id(self.id_len)?);
                let (person, email, time) = (cursor.text()?, cursor.text()?, cursor.varint()?);
                cursor.take(2)?;
                Some(LogEntry { old, new, name: person, email, time, message: cursor.text()? })
            }
            _ => return None,
        };
        self.table.logs.push(LogRecord { name, index, entry });
        Some(())
    }
}

struct Cursor<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Cursor<'a> {
    fn take(&mut self, count: usize) -> Option<&'a [u8]> {
        let taken = self.bytes.get(self.at..self.at.checked_add(count)?)?;
        self.at += count;
        Some(taken)
    }

    fn number(&mut self, count: usize) -> Option<u64> {
        Some(self.take(count)?.iter().fold(0, |number, byte| number << 8 | u64::from(*byte)))
    }

    /// As the distances of deltas in packs are written.
    fn varint(&mut self) -> Option<u64> {
        let mut value = 0u64;
        loop {
            let byte = self.take(1)?[0];
            value = value.checked_mul(128)?.checked_add(u64::from(byte & 0x7f))?;
            if byte & 0x80 == 0 {
                return Some(value);
            }
            value = value.checked_add(1)?;
        }
    }

    fn id(&mut self, len: usize) -> Option<ObjectId> {
        ObjectId::from_bytes(self.take(len)?)
    }

    fn text(&mut self) -> Option<Vec<u8>> {
        let len = usize::try_from(self.varint()?).ok()?;
        Some(self.take(len)?.to_owned())
    }
}
