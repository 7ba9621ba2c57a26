//! Thousands of files in which a credential stands, or something that only looks like one, each
//! with what a scanner should say about it. Everything is made at run time from one seed.

pub mod boundary;
pub mod container;
pub mod credential;
pub mod idiom;
pub mod negative;
pub mod spelling;

use serde::Serialize;

/// What a scanner should report once.
#[derive(Debug, Clone, Serialize)]
pub struct Expected {
    /// The whole credential.
    pub value: String,
    /// One-based line of the place in the file; `None` where a file has no lines.
    pub line: Option<usize>,
    /// One-based column in Unicode characters; `None` where a spelling does not fix it.
    pub column: Option<usize>,
    /// The path inside the container.
    pub member: Option<String>,
}

/// One file of the corpus.
#[derive(Debug, Clone, Serialize)]
pub struct Case {
    /// `family`, `future`, `boundary`, `spelling`, `container`, `idiom` or `negative`.
    pub group: &'static str,
    /// What is special about the case within its group.
    pub label: String,
    /// The credential's prefix, or the kind of look-alike.
    pub family: String,
    /// Where the file lies, relative to the corpus.
    pub path: String,
    /// What should be found in it; nothing in a negative.
    pub expected: Vec<Expected>,
    #[serde(skip)]
    pub bytes: Vec<u8>,
}

impl Case {
    /// A file that is `before`, then `shown`, then `after`, where `shown` spells `value`.
    pub fn around(
        group: &'static str,
        label: &str,
        credential: &credential::Credential,
        (before, shown, after): (&[u8], &[u8], &[u8]),
    ) -> Self {
        let (line, column) = place(before);
        Self {
            group,
            label: label.to_owned(),
            family: credential.family.to_owned(),
            path: String::new(),
            expected: vec![Expected {
                value: credential.value.clone(),
                line: Some(line),
                column: Some(column),
                member: None,
            }],
            bytes: [before, shown, after].concat(),
        }
    }

    /// The same case, where only the file (and, in a container, the member) is fixed.
    pub fn anywhere(mut self, member: Option<&str>) -> Self {
        for expected in &mut self.expected {
            (expected.line, expected.column) = (None, None);
            expected.member = member.map(str::to_owned);
        }
        self
    }

    /// The same case, where the column is left open.
    pub fn any_column(mut self) -> Self {
        self.expected.iter_mut().for_each(|expected| expected.column = None);
        self
    }
}

/// Line and column of what follows these bytes.
fn place(before: &[u8]) -> (usize, usize) {
    let line = before.iter().filter(|byte| **byte == b'\n').count() + 1;
    let start = before.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
    (line, String::from_utf8_lossy(&before[start..]).chars().count() + 1)
}

/// The whole corpus, in a fixed order, with a path for each case.
pub fn build(seed: u64) -> Vec<Case> {
    let mut random = crate::keys::Random::new(seed);
    let mut cases = credential::cases(&mut random);
    cases.extend(boundary::cases(&mut random));
    cases.extend(spelling::cases(&mut random));
    cases.extend(container::cases(&mut random));
    cases.extend(idiom::cases(&mut random));
    cases.extend(negative::cases(&mut random));
    for (index, case) in cases.iter_mut().enumerate() {
        let name = if case.path.is_empty() { "notes.txt" } else { &case.path };
        case.path = format!("{}/{index:05}/{name}", case.group);
    }
    cases
}

/// Writes every case below a directory.
pub fn write(cases: &[Case], root: &std::path::Path) -> std::io::Result<()> {
    for case in cases {
        let path = root.join(&case.path);
        std::fs::create_dir_all(path.parent().expect("a case lies in a folder"))?;
        std::fs::write(path, &case.bytes)?;
    }
    Ok(())
}
