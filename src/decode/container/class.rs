//! Constants of compiled Java (JVM specification, §4.4).

use super::{Level, Opener};

/// Whether something begins like a class file. The same magic begins fat binaries of macOS, where
/// a small count stands in the place of the version.
pub(super) fn is_class(head: &[u8]) -> bool {
    let version = head.get(6..8).map_or(0, |v| u16::from_be_bytes([v[0], v[1]]));
    head.starts_with(b"\xca\xfe\xba\xbe") && version >= 45
}

/// Shows the texts of the constant pool, one a line.
pub(super) fn open(opener: &mut Opener<'_>, level: Level<'_>, bytes: &[u8]) {
    let (text, is_whole) = constants(bytes);
    opener.member(level, "constants", &text[..]);
    if !is_whole {
        opener.damaged(level.0, "the class file is damaged or cut off");
    }
}

fn constants(bytes: &[u8]) -> (Vec<u8>, bool) {
    let number = |at: usize| {
        bytes.get(at..at + 2).map(|pair| usize::from(u16::from_be_bytes([pair[0], pair[1]])))
    };
    let mut text = Vec::new();
    let (mut at, mut index) = (10, 1);
    let Some(count) = number(8) else { return (text, false) };
    while index < count {
        let Some(tag) = bytes.get(at) else { return (text, false) };
        index += if matches!(tag, 5 | 6) { 2 } else { 1 };
        at += 1 + match tag {
            1 => {
                let len = number(at + 1).unwrap_or(usize::MAX);
                let Some(constant) = bytes.get(at + 3..).and_then(|rest| rest.get(..len)) else {
                    return (text, false);
                };
                text.extend_from_slice(constant);
                text.push(b'\n');
                2 + len
            }
            3 | 4 | 9..=12 | 17 | 18 => 4,
            5 | 6 => 8,
            7 | 8 | 16 | 19 | 20 => 2,
            15 => 3,
            _ => return (text, false),
        };
    }
    (text, at <= bytes.len())
}
