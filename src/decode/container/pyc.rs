//! Constants of compiled Python: a header and one marshalled code object (`Python/marshal.c`).

use super::{Level, Opener};

/// Whether something begins like a `.pyc` file: a version, which no text begins with, `\r\n`, flags
/// or a date, and a code object behind 8, 12 or 16 bytes.
pub(super) fn is_pyc(head: &[u8]) -> bool {
    let version = head.first_chunk().map_or(0, |two| u16::from_le_bytes(*two));
    let is_known = matches!(version, 3000..4000 | 62000..63000);
    is_known && head.get(2..4) == Some(b"\r\n") && head_len(head).is_some()
}

fn head_len(head: &[u8]) -> Option<usize> {
    [16, 12, 8].into_iter().find(|&at| head.get(at).is_some_and(|byte| byte & !REF == b'c'))
}

/// Set on the type of an object that others refer to.
const REF: u8 = 0x80;

/// Shows the texts of a compiled module, one a line.
pub(super) fn open(opener: &mut Opener<'_>, level: Level<'_>, bytes: &[u8]) {
    let version = bytes.first_chunk().map_or(0, |two| u16::from_le_bytes(*two));
    let at = head_len(bytes).unwrap_or(bytes.len());
    let mut reader = Reader { bytes, at, text: Vec::new(), layout: Layout::of(version) };
    let outcome = reader.read();
    opener.member(level, "constants", &reader.text[..]);
    if outcome.is_none() {
        opener.damaged(level.0, "the compiled module is damaged, cut off or of an unknown version");
    }
}

/// How many numbers and objects a code object has, in this order.
#[derive(Clone, Copy)]
struct Layout {
    numbers: usize,
    objects: usize,
    /// Objects behind the number of the first line.
    last: usize,
}

impl Layout {
    /// Versions are numbers in `importlib/_bootstrap_external.py`: 3413 is 3.8, 3495 is 3.11; those
    /// of Python 2 lie above 20000.
    fn of(version: u16) -> Self {
        match version {
            20000.. => Self { numbers: 4, objects: 8, last: 1 },
            3450.. => Self { numbers: 5, objects: 8, last: 2 },
            3400.. => Self { numbers: 6, objects: 8, last: 1 },
            _ => Self { numbers: 5, objects: 8, last: 1 },
        }
    }
}

/// What is still to be read. The stream needs no recursion: each object adds what it consists of.
enum Pending {
    Objects(u64),
    Number,
    /// Keys and values up to a null.
    Pairs,
}

struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
    text: Vec<u8>,
    layout: Layout,
}

impl Reader<'_> {
    fn read(&mut self) -> Option<()> {
        let mut pending = vec![Pending::Objects(1)];
        while let Some(next) = pending.pop() {
            match next {
                Pending::Objects(0) => {}
                Pending::Objects(count) => {
                    pending.push(Pending::Objects(count - 1));
                    self.object(&mut pending)?;
                }
                Pending::Number => self.skip(4)?,
                Pending::Pairs if self.bytes.get(self.at)? & !REF == b'0' => self.at += 1,
                Pending::Pairs => {
                    pending.extend([Pending::Pairs, Pending::Objects(2)]);
                }
            }
        }
        Some(())
    }

    fn object(&mut self, pending: &mut Vec<Pending>) -> Option<()> {
        let kind = *self.bytes.get(self.at)? & !REF;
        self.at += 1;
        match kind {
            b'0' | b'N' | b'F' | b'T' | b'S' | b'.' => {}
            b'i' | b'r' | b'R' => self.skip(4)?,
            b'I' | b'g' => self.skip(8)?,
            b'y' => self.skip(16)?,
            b'f' => self.short()?,
            b'x' => (self.short()?, self.short()?).1,
            b'l' => {
                let digits = self.number()?.cast_signed().unsigned_abs();
                self.skip(2 * digits as usize)?;
            }
            b's' | b't' | b'u' | b'a' | b'A' => {
                let len = self.number()? as usize;
                self.text(len)?;
            }
            b'z' | b'Z' => {
                let len = usize::from(*self.bytes.get(self.at)?);
                self.at += 1;
                self.text(len)?;
            }
            b')' => {
                let count = u64::from(*self.bytes.get(self.at)?);
                self.at += 1;
                pending.push(Pending::Objects(count));
            }
            b'(' | b'[' | b'<' | b'>' => pending.push(Pending::Objects(self.number()?.into())),
            b'{' => pending.push(Pending::Pairs),
            b':' => pending.push(Pending::Objects(3)),
            b'c' => {
                let Layout { numbers, objects, last } = self.layout;
                self.skip(4 * numbers)?;
                pending.push(Pending::Objects(last as u64));
                pending.push(Pending::Number);
                pending.push(Pending::Objects(objects as u64));
            }
            _ => return None,
        }
        Some(())
    }

    fn skip(&mut self, len: usize) -> Option<()> {
        self.at = self.at.checked_add(len).filter(|at| *at <= self.bytes.len())?;
        Some(())
    }

    fn short(&mut self) -> Option<()> {
        let len = usize::from(*self.bytes.get(self.at)?);
        self.skip(1 + len)
    }

    fn number(&mut self) -> Option<u32> {
        let number = self.bytes.get(self.at..self.at + 4)?;
        self.at += 4;
        Some(u32::from_le_bytes([number[0], number[1], number[2], number[3]]))
    }

    fn text(&mut self, len: usize) -> Option<()> {
        let from = self.at;
        self.skip(len)?;
        self.text.extend_from_slice(&self.bytes[from..self.at]);
        self.text.push(b'\n');
        Some(())
    }
}
