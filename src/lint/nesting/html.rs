//! HTML: at each tag, the scanner makes anew all elements that are open.

/// How many elements may be made for a text: some tenths of a second.
const MADE: usize = 50_000_000;

/// Bytes of names that the scanner remembers; it takes no closing tag for those beyond.
const NAMES: usize = 1000;

/// Elements that have no content.
const VOID: &[&str] = &[
    "area", "base", "basefont", "bgsound", "br", "col", "command", "embed", "frame", "hr", "image",
    "img", "input", "isindex", "keygen", "link", "menuitem", "meta", "nextid", "param", "source",
    "track", "wbr",
];

/// Whether a text is worth the elements that are made for it. From where it is not written as HTML is,
/// nothing counts as closed any more: how the parser goes on there cannot be told.
pub fn fits(text: &str) -> bool {
    let mut open = Open::default();
    let mut rest = text.as_bytes();
    while let Some(next) = open.read(rest) {
        rest = next;
        if open.made > MADE {
            return false;
        }
    }
    for at in memchr::memchr_iter(b'<', rest) {
        open.forgotten += usize::from(!matches!(rest.get(at + 1), Some(b'/' | b'!')));
        if !open.count() {
            return false;
        }
    }
    true
}

/// What is open.
#[derive(Default)]
struct Open {
    names: Vec<String>,
    /// Bytes that these names take.
    bytes: usize,
    /// Elements whose end would not be seen.
    forgotten: usize,
    made: usize,
}

impl Open {
    /// Counts one tag, and says whether there may be more.
    fn count(&mut self) -> bool {
        self.made += self.names.len() + self.forgotten;
        self.made <= MADE
    }

    /// Reads up to the end of the next tag or comment. `None` at the end, and where the text is not
    /// regular.
    fn read<'t>(&mut self, rest: &'t [u8]) -> Option<&'t [u8]> {
        let text = memchr::memchr(b'<', rest)?;
        if !is_text(&rest[..text]) {
            return None;
        }
        let inner = &rest[text + 1..];
        if let Some(comment) = inner.strip_prefix(b"!--") {
            let end = memchr::memmem::find(comment, b"-->")?;
            return (memchr::memchr(0, &comment[..end]).is_none()).then(|| &comment[end + 3..]);
        }
        if inner.first() == Some(&b'!') {
            let end = memchr::memchr2(b'<', b'>', inner).filter(|end| inner[*end] == b'>')?;
            return is_text(&inner[..end]).then(|| &inner[end + 1..]);
        }
        if let Some(closing) = inner.strip_prefix(b"/") {
            let (name, rest) = name(closing)?;
            self.close(&name);
            return rest.trim_ascii_start().strip_prefix(b">");
        }
        let (name, rest) = name(inner)?;
        let (is_closed, rest) = attributes(rest)?;
        let is_raw = matches!(name.as_str(), "script" | "style");
        if !is_closed && !VOID.contains(&name.as_str()) {
            self.open(name.clone());
        }
        self.count();
        if is_raw && !is_closed { raw(rest, &name) } else { Some(rest) }
    }

    fn open(&mut self, name: String) {
        if self.bytes > NAMES {
            self.forgotten += 1;
            return;
        }
        self.bytes += name.len() + 2;
        self.names.push(name);
    }

    /// Closes an element and all within it; nothing if it is not open.
    fn close(&mut self, name: &str) {
        self.count();
        if self.forgotten == 0
            && let Some(at) = self.names.iter().rposition(|open| open == name)
        {
            let closed: usize = self.names.drain(at..).map(|name| name.len() + 2).sum();
            self.bytes -= closed;
        }
    }
}

/// The name of a tag, in small letters, and what follows it.
fn name(text: &[u8]) -> Option<(String, &[u8])> {
    let len =
        text.iter().take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b':')).count();
    let (name, rest) = text.split_at(len);
    let is_end = rest.first().is_none_or(|b| matches!(b, b'>' | b'/') || b.is_ascii_whitespace());
    let is_name = name.first().is_some_and(u8::is_ascii_alphabetic) && is_end;
    is_name.then(|| (String::from_utf8_lossy(name).to_ascii_lowercase(), rest))
}

/// Reads to the end of a tag, and says whether it closes itself.
fn attributes(mut rest: &[u8]) -> Option<(bool, &[u8])> {
    loop {
        let after = rest.trim_ascii_start();
        if let Some(after) = after.strip_prefix(b">") {
            return Some((false, after));
        }
        if let Some(after) = after.strip_prefix(b"/>") {
            return Some((true, after));
        }
        if after.len() == rest.len() {
            return None;
        }
        let after = word(after, b"<>\"'/=")?;
        let Some(value) = after.trim_ascii_start().strip_prefix(b"=") else {
            rest = after;
            continue;
        };
        let value = value.trim_ascii_start();
        rest = match *value.first()? {
            quote @ (b'"' | b'\'') => {
                let end = memchr::memchr2(quote, 0, &value[1..])? + 1;
                (value[end] == quote).then(|| &value[end + 1..])?
            }
            _ => word(value, b"<>\"'=")?,
        };
    }
}

/// What follows a word of at least one byte that is neither a blank nor one of `without`.
fn word<'t>(text: &'t [u8], without: &[u8]) -> Option<&'t [u8]> {
    let is_part = |byte: &u8| !byte.is_ascii_whitespace() && *byte != 0 && !without.contains(byte);
    let len = text.iter().take_while(|byte| is_part(byte)).count();
    (len > 0).then(|| &text[len..])
}

/// What follows a script or style, from the `<` of its end.
fn raw<'t>(text: &'t [u8], name: &str) -> Option<&'t [u8]> {
    let end = memchr::memchr_iter(b'<', text).find(|at| {
        let closing = text[at + 1..].strip_prefix(b"/").and_then(|rest| rest.get(..name.len()));
        closing.is_some_and(|closing| closing.eq_ignore_ascii_case(name.as_bytes()))
    })?;
    // A `<` directly before it hides it.
    let is_seen = end == 0 || text[end - 1] != b'<' && text[end - 1] != b'/';
    (is_seen && memchr::memchr(0, &text[..end]).is_none()).then(|| &text[end..])
}

/// Whether text between tags is nothing that the parser would stumble over.
fn is_text(text: &[u8]) -> bool {
    memchr::memchr3_iter(b'>', b'&', 0, text)
        .all(|at| text[at] == b'&' && is_entity(&text[at + 1..]))
}

fn is_entity(rest: &[u8]) -> bool {
    let is_number = rest.first() == Some(&b'#');
    let rest = rest.strip_prefix(b"#").unwrap_or(rest);
    let rest = rest.strip_prefix(b"x").filter(|_| is_number).unwrap_or(rest);
    let is_part =
        |byte: &&u8| if is_number { byte.is_ascii_hexdigit() } else { byte.is_ascii_alphabetic() };
    let len = rest.iter().take_while(is_part).count();
    (1..=if is_number { 5 } else { 30 }).contains(&len) && rest.get(len) == Some(&b';')
}
