//! Who may use what: reads the `use` lines of `src` and holds them against the table that
//! ARCHITECTURE.md prints.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// A row of the table: what a module may use from the crate, and the crates that only it may use.
struct Row {
    may_use: BTreeSet<String>,
    crates: BTreeSet<String>,
}

fn table() -> BTreeMap<String, Row> {
    let text = fs::read_to_string(root().join("ARCHITECTURE.md")).unwrap();
    let begin = text.find("| module | may use from the crate |").expect("the import table");
    let rows = text[begin..].lines().skip(2).take_while(|line| line.starts_with('|'));
    let names = |cell: &str| {
        let names = cell.split(',').map(|name| name.trim().trim_matches('`').to_owned());
        names.filter(|name| !name.is_empty() && name != "–").collect::<BTreeSet<_>>()
    };
    let mut table = BTreeMap::new();
    for line in rows {
        let cells: Vec<&str> = line.trim_matches('|').split('|').map(str::trim).collect();
        for module in names(cells[0]) {
            let row = Row { may_use: names(cells[1]), crates: names(cells[2]) };
            table.insert(module, row);
        }
    }
    table
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn sources(dir: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|ext| ext == "rs") {
            found.push(path);
        }
    }
}

/// The module at the top of the crate that a file belongs to.
fn module_of(path: &Path) -> String {
    let inside = path.strip_prefix(root().join("src")).unwrap();
    let first = inside.components().next().unwrap().as_os_str().to_str().unwrap();
    first.trim_end_matches(".rs").to_owned()
}

/// Words behind `prefix` wherever it stands as a path of its own.
fn used(text: &str, prefix: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for (at, _) in text.match_indices(prefix) {
        let before = text[..at].chars().next_back();
        if before.is_some_and(|c| c.is_alphanumeric() || c == '_' || c == ':') {
            continue;
        }
        let rest = &text[at + prefix.len()..];
        if let Some(list) = rest.strip_prefix('{') {
            let end = list.find('}').unwrap_or(list.len());
            let names = list[..end].split(',').map(|n| n.trim().split("::").next().unwrap_or(""));
            found.extend(names.filter(|n| !n.is_empty()).map(str::to_owned));
        } else {
            let end = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
            found.insert(rest[..end].to_owned());
        }
    }
    found.remove("");
    found
}

fn code(path: &Path) -> String {
    let text = fs::read_to_string(path).unwrap();
    text.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n")
}

#[test]
fn modules_use_what_the_table_allows() {
    let table = table();
    let mut files = Vec::new();
    sources(&root().join("src"), &mut files);
    assert!(files.len() > 20, "the sources were not found");
    let mut wrong = Vec::new();
    for file in files {
        let module = module_of(&file);
        if ["lib", "main"].contains(&module.as_str()) {
            continue;
        }
        let Some(row) = table.get(&module) else {
            wrong.push(format!("{module} has no row"));
            continue;
        };
        for name in used(&code(&file), "crate::") {
            if name != module && !row.may_use.contains(&name) && !row.may_use.contains("anything") {
                wrong.push(format!("{} uses {name}", file.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_crate_appears_only_where_the_table_says() {
    let table = table();
    let mut homes: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (module, row) in &table {
        for name in &row.crates {
            homes.entry(name.replace('-', "_")).or_default().insert(module.clone());
        }
    }
    let mut files = Vec::new();
    sources(&root().join("src"), &mut files);
    let mut wrong = Vec::new();
    for file in files {
        let (module, text) = (module_of(&file), code(&file));
        for (name, allowed) in &homes {
            if !allowed.contains(&module) && !used(&text, &format!("{name}::")).is_empty() {
                wrong.push(format!("{} uses the crate {name}", file.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Siblings share by moving up: no format uses another format, no source another source's file
/// format, no command another command.
#[test]
fn formats_do_not_use_each_other() {
    let dir = root().join("src/report");
    let names =
        ["csv", "github", "gitlab", "html", "json", "jsonl", "junit", "markdown", "sarif", "text"];
    let mut files = Vec::new();
    sources(&dir, &mut files);
    for file in &files {
        let inside = file.strip_prefix(&dir).unwrap();
        let first = inside.iter().next().unwrap().to_str().unwrap().trim_end_matches(".rs");
        for other in names.iter().filter(|other| names.contains(&first) && **other != first) {
            for path in [format!("report::{other}::"), format!("super::{other}::")] {
                assert!(!code(file).contains(&path), "{} uses {other}", file.display());
            }
        }
    }
    assert!(files.len() > 10, "the formats were not found");
}

#[test]
fn the_core_never_prints_exits_or_reads_the_environment() {
    let mut files = Vec::new();
    sources(&root().join("src"), &mut files);
    for file in files.iter().filter(|file| !["cli", "main"].contains(&module_of(file).as_str())) {
        let text = code(file);
        for word in ["println!", "eprintln!", "process::exit", "env::var", "clap::", "io::stdout"] {
            assert!(!text.contains(word), "{} has {word}", file.display());
        }
    }
}
