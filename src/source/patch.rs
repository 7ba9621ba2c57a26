//! A unified diff: the lines that it adds, at their places in the new files.
//!
//! Reads what `git diff`, `git show`, `git format-patch` and `diff -u` write, combined diffs of
//! merges included. A hunk that ends early or holds what cannot be read is a gap, and reading goes
//! on behind it.

use std::io::Read;
use std::ops::{ControlFlow, Range};

use super::Sink;
use crate::blob::{Blob, Origin, Part, Position};
use crate::coverage::{Coverage, unreadable};

/// How much of the hunk around added lines is shown to the search, which may need it to tell whose
/// credential it sees.
const CONTEXT: usize = 4 << 10;

/// Reads a patch to its end and pushes the lines that it adds.
pub fn scan(mut input: impl Read, name: &str, sink: Sink<'_>) -> Coverage {
    let mut coverage = Coverage::default();
    let mut text = Vec::new();
    if let Err(error) = input.read_to_end(&mut text) {
        coverage.gap(name, unreadable(&error));
    }
    coverage.bytes = text.len() as u64;
    let mut reader = Reader {
        lines: text.split_inclusive(|&b| b == b'\n').collect(),
        at: 0,
        path: None,
        sink,
        coverage,
        name,
    };
    reader.read();
    if reader.coverage.files == 0
        && reader.coverage.gaps.is_empty()
        && !text.trim_ascii().is_empty()
    {
        reader.coverage.gap(name, "holds no patch: pass the output of `git diff` or `diff -u`");
    }
    reader.coverage
}

struct Reader<'a> {
    lines: Vec<&'a [u8]>,
    at: usize,
    path: Option<String>,
    sink: Sink<'a>,
    coverage: Coverage,
    name: &'a str,
}

impl Reader<'_> {
    fn read(&mut self) {
        while let Some(&line) = self.lines.get(self.at) {
            self.at += 1;
            if let Some(name) = line.strip_prefix(b"+++ ") {
                self.path = new_path(name);
                self.coverage.files += 1;
                self.sink.progress.step(0);
            } else if line.starts_with(b"diff --") {
                self.path = None;
            } else if line.starts_with(b"Binary files ") || line.starts_with(b"GIT binary patch") {
                self.binary(line);
            } else if let Some(header) = Header::parse(line)
                && self.hunk(&header).is_break()
            {
                return;
            }
        }
    }

    fn binary(&mut self, line: &[u8]) {
        self.coverage.files += 1;
        let what = format!("{}:{}", self.name, self.at);
        let said = String::from_utf8_lossy(line.trim_ascii()).into_owned();
        self.coverage.gap(
            what,
            format!("binary content is not in the patch ({said}): scan the file itself"),
        );
    }

    fn hunk(&mut self, header: &Header) -> ControlFlow<()> {
        let mut hunk = Hunk::default();
        let begun = self.at;
        while hunk.lines < header.new_lines || hunk.has_old_left(header) {
            match self.lines.get(self.at) {
                Some(line) if hunk.take(line, header) => self.at += 1,
                _ => {
                    let what = format!("{}:{begun}", self.name);
                    let why = "the hunk ends early: the patch is cut off or damaged; make it anew";
                    self.coverage.gap(what, why);
                    break;
                }
            }
        }
        match self.path.clone() {
            Some(path) => hunk.push(&path, header.new_start, self.sink),
            None => ControlFlow::Continue(()),
        }
    }
}

/// `@@ -1,2 +3,4 @@`, or `@@@ -1,2 -5,6 +3,4 @@@` in the diff of a merge.
struct Header {
    /// How many columns of marks each line has: one for each parent.
    columns: usize,
    old_lines: Vec<u64>,
    new_start: u64,
    new_lines: u64,
}

impl Header {
    fn parse(line: &[u8]) -> Option<Self> {
        let marks = line.iter().take_while(|&&b| b == b'@').count();
        let line = String::from_utf8_lossy(line.get(..line.len().min(256))?);
        if marks < 2 {
            return None;
        }
        let mut old_lines = Vec::new();
        for word in line.get(marks..)?.split_ascii_whitespace() {
            if let Some(range) = word.strip_prefix('-') {
                old_lines.push(parse_range(range)?.1);
            } else if let Some(range) = word.strip_prefix('+') {
                let (new_start, new_lines) = parse_range(range)?;
                let complete = old_lines.len() == marks - 1;
                return complete.then_some(Self {
                    columns: marks - 1,
                    old_lines,
                    new_start,
                    new_lines,
                });
            }
        }
        None
    }
}

fn parse_range(range: &str) -> Option<(u64, u64)> {
    match range.split_once(',') {
        Some((start, lines)) => Some((start.parse().ok()?, lines.parse().ok()?)),
        None => Some((range.parse().ok()?, 1)),
    }
}

/// The new side of a hunk: its text, and which bytes of it are added lines.
#[derive(Default)]
struct Hunk {
    text: Vec<u8>,
    added: Vec<Range<usize>>,
    lines: u64,
    old_seen: Vec<u64>,
}

impl Hunk {
    fn has_old_left(&self, header: &Header) -> bool {
        header
            .old_lines
            .iter()
            .enumerate()
            .any(|(i, &want)| self.old_seen.get(i).copied().unwrap_or(0) < want)
    }

    /// Takes one line of the hunk; says no to a line that cannot belong to it.
    fn take(&mut self, line: &[u8], header: &Header) -> bool {
        self.old_seen.resize(header.columns, 0);
        if line.starts_with(b"\\") {
            return true;
        }
        let line = if line.trim_ascii().is_empty() && line.len() < header.columns + 1 {
            b" \n"
        } else {
            line
        };
        let Some((marks, rest)) = line.split_at_checked(header.columns) else { return false };
        if !marks.iter().all(|mark| matches!(mark, b' ' | b'+' | b'-')) {
            return false;
        }
        let removed = marks.contains(&b'-');
        for (seen, &mark) in self.old_seen.iter_mut().zip(marks) {
            *seen += u64::from(mark == b'-' || mark == b' ' && !removed);
        }
        if !removed {
            self.add(rest, marks.contains(&b'+'));
        }
        true
    }

    fn add(&mut self, line: &[u8], is_new: bool) {
        let from = self.text.len();
        self.text.extend_from_slice(line);
        self.lines += 1;
        if !is_new {
            return;
        }
        match self.added.last_mut() {
            Some(run) if run.end == from => run.end = self.text.len(),
            _ => self.added.push(from..self.text.len()),
        }
    }

    fn push(&self, path: &str, first_line: u64, sink: Sink<'_>) -> ControlFlow<()> {
        for run in &self.added {
            let from = line_start(&self.text, run.start.saturating_sub(CONTEXT));
            let to = (run.end + CONTEXT).min(self.text.len());
            let line = first_line + memchr::memchr_iter(b'\n', &self.text[..from]).count() as u64;
            let part = Part::Window {
                start: Position { line, column: 1, offset: from as u64 },
                owned: run.start - from..run.end - from,
            };
            (sink.visit)(&Blob { path, origin: Origin::Patch, bytes: &self.text[from..to], part })?;
        }
        ControlFlow::Continue(())
    }
}

fn line_start(text: &[u8], at: usize) -> usize {
    memchr::memrchr(b'\n', &text[..at]).map_or(0, |end| end + 1)
}

/// The path behind `+++ `: without the `b/` that git puts before it, without the time that `diff`
/// puts behind it, and read back from git's quotes. `None` for a file that is deleted.
fn new_path(name: &[u8]) -> Option<String> {
    let name = name.strip_suffix(b"\n").unwrap_or(name);
    let name = name.strip_suffix(b"\r").unwrap_or(name);
    let plain = match name.strip_prefix(b"\"") {
        Some(quoted) => unquote(quoted),
        None => name.split(|&b| b == b'\t').next().unwrap_or_default().to_vec(),
    };
    if plain == b"/dev/null" {
        return None;
    }
    let plain = plain.strip_prefix(b"b/").unwrap_or(&plain);
    Some(String::from_utf8_lossy(plain).into_owned())
}

/// Reads back C-style quotes, with octal escapes, up to the closing quote.
fn unquote(quoted: &[u8]) -> Vec<u8> {
    let mut plain = Vec::new();
    let mut rest = quoted;
    while let Some((&byte, tail)) = rest.split_first() {
        rest = tail;
        match (byte, tail) {
            (b'"', _) => break,
            (b'\\', [a @ b'0'..=b'3', b @ b'0'..=b'7', c @ b'0'..=b'7', ..]) => {
                plain.push((a - b'0') * 64 + (b - b'0') * 8 + (c - b'0'));
                rest = &tail[3..];
            }
            (b'\\', [escape, ..]) => {
                plain.push(match escape {
                    b'n' => b'\n',
                    b't' => b'\t',
                    b'r' => b'\r',
                    b'a' => 7,
                    b'b' => 8,
                    b'v' => 11,
                    b'f' => 12,
                    other => *other,
                });
                rest = &tail[1..];
            }
            _ => plain.push(byte),
        }
    }
    plain
}
