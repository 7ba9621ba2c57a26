//! docs/dependencies.md speaks of the versions that are linked.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

fn read(path: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap()
}

/// Whether a word is a version of three numbers.
fn is_version(word: &str) -> bool {
    word.split('.').filter(|part| part.parse::<u32>().is_ok()).count() == 3
        && word.split('.').count() == 3
}

/// `name version` wherever a page has a word before a version: not those of advisories, which stand in
/// parentheses.
fn named(page: &str) -> BTreeSet<(String, String)> {
    let words: Vec<&str> = page.split_whitespace().collect();
    let pairs = words.windows(2).map(|pair| (pair[0], pair[1].trim_end_matches([',', '.', ':'])));
    let is_name =
        |name: &str| name.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b));
    pairs
        .filter(|(name, version)| is_name(name) && is_version(version))
        .map(|(name, version)| (name.to_owned(), version.to_owned()))
        .collect()
}

#[test]
fn the_versions_are_those_of_the_lock_file() {
    let lock = read("Cargo.lock");
    // What stands behind a plus sign says nothing of what is newer.
    let locked = |name: &str, version: &str| {
        let begin = format!("name = \"{name}\"\nversion = \"{version}");
        ["\"", "+"].iter().any(|end| lock.contains(&format!("{begin}{end}")))
    };
    let named = named(&read("docs/dependencies.md"));
    assert!(named.len() > 50, "{named:?}");
    let stale: Vec<_> = named
        .iter()
        .filter(|(name, _)| lock.contains(&format!("name = \"{name}\"\n")))
        .filter(|(name, version)| !locked(name, version))
        .collect();
    assert!(stale.is_empty(), "not the versions of Cargo.lock: {stale:?}");
}

/// What no release mends is guarded against for these versions, whose scanners were read.
#[test]
fn the_grammars_are_those_that_were_read() {
    let (lock, page) = (read("Cargo.lock"), read("docs/dependencies.md"));
    let grammars = lock.split("[[package]]").filter_map(|package| {
        let field = |name: &str| {
            let (_, rest) = package.split_once(&format!("\n{name} = \""))?;
            rest.split('"').next()
        };
        Some((field("name")?, field("version")?))
    });
    let mut count = 0;
    for (name, version) in grammars.filter(|(name, _)| name.starts_with("tree-sitter-")) {
        if name != "tree-sitter-language" {
            count += 1;
            assert!(
                page.contains(&format!("{name} {version}")),
                "{name} {version} is not spoken of"
            );
        }
    }
    assert_eq!(count, 14);
}
