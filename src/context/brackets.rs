//! The brackets around a place in a text of a language without a grammar here: strings and comments
//! are passed over.

/// The brackets that are open at a place, and where the string that it is in begins, or the place
/// itself; `None` where it is in a comment.
pub fn open(text: &[u8], at: usize, hash_comments: bool) -> Option<(Vec<usize>, usize)> {
    let mut open = Vec::new();
    let mut quotes = Quotes::default();
    let mut position = 0;
    while position < at {
        let rest = text.get(position..).filter(|rest| !rest.is_empty())?;
        let length = match rest[0] {
            b'"' | b'\'' | b'`' => {
                let length = quotes.string(rest, position);
                if position + length > at {
                    return Some((open, position));
                }
                length
            }
            b'(' | b'[' | b'{' => {
                open.push(position);
                1
            }
            b')' | b']' | b'}' => {
                open.pop();
                1
            }
            _ => comment(rest, hash_comments).unwrap_or(1),
        };
        if position + length > at {
            return None;
        }
        position += length;
    }
    Some((open, at))
}

/// The length of the comment at the beginning.
fn comment(rest: &[u8], hash_comments: bool) -> Option<usize> {
    let line = || Some(memchr::memchr(b'\n', rest).unwrap_or(rest.len()));
    match rest {
        [b'#', ..] if hash_comments => line(),
        [b'/', b'/', ..] if !hash_comments => line(),
        [b'/', b'*', ..] if !hash_comments => {
            Some(memchr::memmem::find(rest, b"*/").map_or(rest.len(), |end| end + 2))
        }
        _ => None,
    }
}

/// Up to where each kind of quote was found to be no beginning of a string, so that a text is gone
/// through once whatever it holds.
#[derive(Default)]
struct Quotes {
    plain: [usize; 3],
}

impl Quotes {
    /// The length of the string at the beginning, with its quotes. One that is not closed on its
    /// line was none, unless it has three quotes or is raw.
    fn string(&mut self, rest: &[u8], position: usize) -> usize {
        let quote = rest[0];
        let plain = &mut self.plain[match quote {
            b'"' => 0,
            b'\'' => 1,
            _ => 2,
        }];
        if position < *plain {
            return 1;
        }
        let triple = [quote; 3];
        if rest.starts_with(&triple) {
            let end = memchr::memmem::find(&rest[3..], &triple);
            return end.map_or(rest.len(), |end| end + 6);
        }
        let mut at = 1;
        while let Some(byte) = rest.get(at) {
            match byte {
                b'\\' => at += 1,
                b'\n' if quote != b'`' => break,
                byte if *byte == quote => return at + 1,
                _ => {}
            }
            at += 1;
        }
        *plain = position + at;
        1
    }
}
