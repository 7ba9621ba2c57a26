//! The statement around a place in a language without a grammar here, by its brackets: which calls
//! a value is given to. Python, Ruby, Elixir, Go, Java, Kotlin, C# and what looks like them.

use super::brackets;

/// Calls that pass on what they are given.
const PASSES_ON: &[&str] = &[
    "dict",
    "list",
    "tuple",
    "str",
    "format",
    "dumps",
    "to_json",
    "encode",
    "encode!",
    "mark_safe",
    "raw",
    "html_safe",
    "escape",
    "of",
    "asList",
    "Sprintf",
    "hash",
    "merge",
    "Marshal",
    "mapOf",
    "listOf",
    "to",
    "copyOf",
];

/// Words behind which a brace begins data and no block.
const VALUES: &[&str] = &["return", "yield", "in", "and", "or", "then"];

/// How many brackets around a value are looked at.
const MOST_BRACKETS: usize = 50;

/// How much before and behind a bracket is looked at.
const LONGEST_NAME: usize = 200;

/// How often a name is looked up.
const MOST_USES: usize = 20;

/// A text with its path.
pub struct Source<'a> {
    text: &'a [u8],
    hash_comments: bool,
}

/// A value within its statement.
pub struct Statement<'a> {
    source: &'a Source<'a>,
    /// What the value is within, the innermost first.
    around: Vec<Around<'a>>,
    /// What stands between the beginning of the statement and the outermost bracket or the value.
    head: &'a str,
    /// Where the statement begins.
    begin: usize,
}

/// A bracket around a value.
enum Around<'a> {
    /// Arguments of a call: what is called, and what stands before the value.
    Call(&'a str, &'a str),
    /// A list or a mapping.
    Data,
}

impl<'a> Source<'a> {
    /// A text; its path tells how comments begin.
    pub fn new(path: &str, text: &'a [u8]) -> Self {
        let extension = path.rsplit('.').next().unwrap_or_default();
        Self { text, hash_comments: matches!(extension, "py" | "rb" | "ex" | "exs" | "rake") }
    }

    /// How long the text is.
    pub fn size(&self) -> usize {
        self.text.len()
    }

    /// The statement around a place; `None` where the place is in a comment.
    pub fn statement(&'a self, at: usize) -> Option<Statement<'a>> {
        let (open, value) = brackets::open(self.text, at, self.hash_comments)?;
        let mut around = Vec::new();
        let mut from = value;
        let mut least = 0;
        for bracket in open.into_iter().rev().take(MOST_BRACKETS) {
            let before = self.line_before(bracket);
            match self.kind(bracket, before, value) {
                Some(kind) => {
                    around.push(kind);
                    from = bracket;
                }
                None => {
                    least = bracket + 1;
                    break;
                }
            }
        }
        let line = memchr::memrchr(b'\n', &self.text[..from]).map_or(0, |end| end + 1);
        let begin = line.max(least);
        let head = std::str::from_utf8(&self.text[begin..from]).ok()?.trim_start();
        Some(Statement { source: self, around, head, begin })
    }

    /// What stands before a bracket on its line, or the end of it.
    fn line_before(&self, at: usize) -> &'a str {
        let line = memchr::memrchr(b'\n', &self.text[..at]).map_or(0, |end| end + 1);
        let mut begin = line.max(at.saturating_sub(LONGEST_NAME));
        // What is cut may begin within a character.
        while begin < at && self.text[begin] & 0xC0 == 0x80 {
            begin += 1;
        }
        std::str::from_utf8(&self.text[begin..at]).unwrap_or_default()
    }

    /// What a bracket makes of what is in it; `None` for a block, and for an index.
    fn kind(&self, bracket: usize, before: &'a str, value: usize) -> Option<Around<'a>> {
        let name = called(before);
        let last = before.trim_end().chars().next_back();
        let is_value = last.is_none_or(|c| ":=,([>|%".contains(c))
            || VALUES.iter().any(|word| before.trim_end().ends_with(word));
        match self.text[bracket] {
            b'(' if name.is_empty() => Some(Around::Data),
            b'(' => {
                let end = value.min(bracket + 1 + LONGEST_NAME);
                let given = self.text.get(bracket + 1..end)?.utf8_chunks().next();
                let given = given.map_or("", |chunk| chunk.valid());
                Some(Around::Call(name, given.trim_start()))
            }
            // A composite literal of Go: `gin.H{`, `map[string]string{`.
            b'{' if before.ends_with(|c: char| c.is_alphanumeric() || c == ']') => {
                Some(Around::Data)
            }
            _ if is_value => Some(Around::Data),
            _ => None,
        }
    }

    /// Where a name is used behind a place, as far as its block goes.
    pub fn uses(&self, name: &str, behind: usize) -> Vec<usize> {
        let indent = |line: &[u8]| line.len() - line.trim_ascii_start().len();
        let line = memchr::memrchr(b'\n', &self.text[..behind]).map_or(0, |end| end + 1);
        let depth = indent(&self.text[line..]);
        let mut begin = behind + line_end(&self.text[behind..]);
        let mut found = Vec::new();
        for line in self.text[begin..].split_inclusive(|byte| *byte == b'\n') {
            if !line.trim_ascii().is_empty() && indent(line) < depth {
                break;
            }
            let hits = memchr::memmem::find_iter(line, name.as_bytes());
            found.extend(hits.filter(|at| is_word(line, *at, name.len())).map(|at| begin + at));
            begin += line.len();
        }
        found.truncate(MOST_USES);
        found
    }
}

impl<'a> Statement<'a> {
    /// The call of these that sends the value.
    pub fn given(&self, calls: &[&'static str]) -> Option<&'static str> {
        for around in &self.around {
            let Around::Call(name, before) = around else { continue };
            let fits = |call: &&&str| match call.split_once('(') {
                Some((call, first)) => is_call(name, call) && before.starts_with(first),
                None => is_call(name, call),
            };
            match calls.iter().find(fits) {
                Some(call) => return Some(call),
                None if PASSES_ON.contains(&last_part(name)) => {}
                None => return None,
            }
        }
        let head = self.head.strip_prefix("return ").unwrap_or(self.head);
        calls
            .iter()
            .find(|call| call.ends_with([' ', ':', '.']) && head.starts_with(**call))
            .copied()
    }

    /// The decorator of these that sends what the function returns.
    pub fn returned(&self, by: &[&'static str]) -> Option<&'static str> {
        if by.is_empty() || !self.head.starts_with("return") || !self.passes() {
            return None;
        }
        let lines = self.source.line_before_all(self.begin);
        let at = lines.iter().rposition(|line| {
            let line = line.trim_start();
            line.starts_with("def ") || line.starts_with("async def ")
        })?;
        let above = lines[..at].iter().rev().take_while(|line| line.trim_start().starts_with('@'));
        above.into_iter().find_map(|line| {
            let name = line.trim_start().trim_start_matches('@').split('(').next()?.trim();
            by.iter().find(|one| is_call(name, one)).copied()
        })
    }

    /// What of these the value is assigned to.
    pub fn assigned(&self, to: &[&'static str]) -> Option<&'static str> {
        let is_assignment = self.head.contains('=') && self.passes();
        to.iter().find(|one| is_assignment && self.head.starts_with(**one)).copied()
    }

    /// Whether the value is part of data that goes to no call.
    pub fn is_data(&self) -> bool {
        let is_data = |around: &Around<'_>| matches!(around, Around::Data);
        self.around.iter().any(is_data) && self.passes()
    }

    /// The variable that the value is assigned to.
    pub fn variable(&self) -> Option<&'a str> {
        let (name, rest) = self.head.split_once('=')?;
        let name = name.trim().trim_end_matches(':').trim();
        let name = name.strip_prefix("val ").or(name.strip_prefix("var ")).unwrap_or(name);
        let is_plain = !rest.starts_with(['=', '>']) && self.passes();
        let is_name =
            !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
        (is_plain && is_name).then_some(name)
    }

    /// Whether nothing but data and calls that pass it on are around the value.
    fn passes(&self) -> bool {
        self.around.iter().all(|around| match around {
            Around::Call(name, _) => PASSES_ON.contains(&last_part(name)),
            Around::Data => true,
        })
    }
}

impl<'a> Source<'a> {
    fn line_before_all(&self, at: usize) -> Vec<&'a str> {
        std::str::from_utf8(&self.text[..at]).unwrap_or_default().lines().collect()
    }
}

/// Whether a callee is meant: by its whole name, by its last part on anything (`.ok`), or by its
/// first and last (`res.json` is also `res.status(200).json`).
pub fn is_call(callee: &str, call: &str) -> bool {
    let callee = callee.trim();
    match call.split_once('.') {
        None => callee == call,
        Some(("", last)) => callee.contains('.') && last_part(callee) == last,
        Some((first, last)) => {
            let begin = callee.strip_prefix("this.").unwrap_or(callee);
            let root = begin.split(['.', '(', '?']).next().unwrap_or_default();
            root == first && last_part(callee) == last_part(last)
        }
    }
}

fn last_part(name: &str) -> &str {
    name.rsplit(['.', ':']).next().unwrap_or_default()
}

/// What is called where these are the last characters before the bracket.
fn called(before: &str) -> &str {
    let is_part = |c: char| c.is_alphanumeric() || "_.:!?".contains(c);
    let name = &before[before.trim_end_matches(is_part).len()..];
    let name = name.trim_start_matches([':', '.', '?', '!']);
    if VALUES.contains(&name) { "" } else { name }
}

fn is_word(line: &[u8], at: usize, len: usize) -> bool {
    let is_part = |byte: Option<&u8>| byte.is_some_and(|b| b.is_ascii_alphanumeric() || *b == b'_');
    let before = at.checked_sub(1).and_then(|before| line.get(before));
    !is_part(before) && !is_part(line.get(at + len))
}

fn line_end(rest: &[u8]) -> usize {
    memchr::memchr(b'\n', rest).unwrap_or(rest.len())
}
