//! Python: an indentation takes two bytes, and up to 255 strings that are open one each; and what
//! operators are given that is unpacked takes memory without a bound.

/// Levels that fit besides 255 strings and two bytes more.
const LEVELS: usize = (1024 - 2 - 255) / 2;

/// Widths as the scanner keeps them.
const WIDTHS: usize = 1 << 16;

/// So many operands that are unpacked, as in `a / *b`, stand in no program, for they mean nothing. The
/// grammar takes them, and what it needs for a chain of them grows with its square.
const UNPACKED: usize = 1000;

/// Whether a text fits.
pub fn fits(text: &str) -> bool {
    levels(text.as_bytes()) <= LEVELS && unpacked(text.as_bytes()) <= UNPACKED
}

/// How many operators have an operand that is unpacked.
fn unpacked(text: &[u8]) -> usize {
    let is_operand = |at: &usize| {
        let before = text[..*at].trim_ascii_end();
        before.ends_with(b"not") || before.last().is_some_and(|last| b"/%@|&^+-<>~".contains(last))
    };
    memchr::memchr_iter(b'*', text).filter(is_operand).count()
}

/// How many levels a text may have at once. Each level on the stack is wider than the one below it, so there
/// are never more than there are different indentations in the text.
fn levels(bytes: &[u8]) -> usize {
    let mut seen = vec![false; WIDTHS];
    let mut levels = 0;
    widths(bytes, |width| {
        if width % WIDTHS != 0 && !std::mem::replace(&mut seen[width % WIDTHS], true) {
            levels += 1;
        }
    });
    levels
}

/// Calls `visit` with the width of all blanks that begin where the scanner begins to count: after the
/// end of a line, a form feed or a zero. A backslash at the end of a line leads on to the next one, so
/// the text is read from its end.
fn widths(bytes: &[u8], mut visit: impl FnMut(usize)) {
    let (mut width, mut next_line) = (0, 0);
    for (at, byte) in bytes.iter().enumerate().rev() {
        match byte {
            b' ' => width += 1,
            b'\t' => width += 8,
            b'\n' => {
                visit(width);
                next_line = width;
                width = 0;
            }
            b'\r' | b'\x0c' | 0 => {
                visit(width);
                width = 0;
            }
            b'\\' => {
                let rest = &bytes[at + 1..];
                let leads_on = rest.starts_with(b"\n") || rest.starts_with(b"\r\n");
                width = if leads_on { next_line } else { 0 };
            }
            _ => width = 0,
        }
    }
    visit(width);
}
