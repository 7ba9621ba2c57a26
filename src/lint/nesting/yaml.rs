//! YAML: a block that is open takes four bytes.

/// Blocks that may be open at once: 253 fit.
const BLOCKS: usize = 250;

/// The scanner counts lines and columns in numbers that overflow beyond this.
const LARGEST: usize = i16::MAX as usize;

/// How many blocks may be open at one column: a mapping, a sequence in it, and a scalar.
const AT_COLUMN: usize = 3;

/// Whether the blocks of a text fit.
///
/// What begins a block closes all that are open at its column or beyond it, so that there are no more
/// blocks than columns that they may begin at. Those are the columns of indicators at the beginning of
/// a line and of what follows them. What opens a second block behind that is no YAML, or none that is
/// open: it may stay until a line begins at its column or before it, so that of all lines that begin
/// at a column, the one with most of it counts.
pub fn fits(text: &str) -> bool {
    let (mut columns, mut lines) = (vec![0; LARGEST + 1], 0);
    for line in text.split(['\n', '\r', '\0']) {
        lines += 1;
        if line.len() >= LARGEST || lines >= LARGEST {
            return false;
        }
        let bytes = line.as_bytes();
        let head = head(bytes, |column| columns[column] = AT_COLUMN.max(columns[column]));
        columns[head] = columns[head].max(AT_COLUMN + strays(&bytes[head..]));
    }
    columns.iter().sum::<usize>() <= BLOCKS
}

/// Where the blanks and indicators end that a line begins with; calls `visit` with every column at
/// which a block may begin until then.
fn head(line: &[u8], mut visit: impl FnMut(usize)) -> usize {
    let mut at = 0;
    loop {
        at += line[at..].iter().take_while(|byte| is_blank(**byte)).count();
        if at < line.len() {
            visit(at);
        }
        match line.get(at) {
            Some(b'-' | b'?' | b':') if is_end(line, at + 1) => at += 1,
            _ => return at,
        }
    }
}

/// How many blocks what follows may open besides one mapping and one scalar.
fn strays(rest: &[u8]) -> usize {
    let (mut mappings, mut scalars) = (0, 0);
    for at in memchr::memchr3_iter(b'-', b'?', b':', rest) {
        mappings += usize::from(is_end(rest, at + 1));
    }
    for at in memchr::memchr2_iter(b'|', b'>', rest) {
        let marks =
            rest[at + 1..].iter().take(2).take_while(|b| matches!(b, b'0'..=b'9' | b'+' | b'-'));
        scalars += usize::from(is_end(rest, at + 1 + marks.count()));
    }
    mappings.max(1) - 1 + scalars.max(1) - 1
}

fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t')
}

fn is_end(line: &[u8], at: usize) -> bool {
    line.get(at).is_none_or(|byte| is_blank(*byte))
}
