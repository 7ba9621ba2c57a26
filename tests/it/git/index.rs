use stripeguard::git::Index;

use super::fixture::Fixture;

/// Path, stage, id and mode of every entry, as git lists them.
fn listed(fixture: &Fixture) -> Vec<(Vec<u8>, u8, String, u32)> {
    let output = fixture.command(&fixture.root).args(["ls-files", "-s", "-z"]).output().unwrap();
    let entries = output.stdout.split(|byte| *byte == 0).filter(|entry| !entry.is_empty());
    entries
        .map(|entry| {
            let tab = entry.iter().position(|byte| *byte == b'\t').unwrap();
            let words = String::from_utf8(entry[..tab].to_vec()).unwrap();
            let words: Vec<&str> = words.split(' ').collect();
            let mode = u32::from_str_radix(words[0], 8).unwrap();
            (entry[tab + 1..].to_vec(), words[2].parse().unwrap(), words[1].to_owned(), mode)
        })
        .collect()
}

fn agree(fixture: &Fixture) -> Index {
    let index = fixture.open().index();
    assert_eq!(index.gaps, []);
    let ours = index.entries.iter().cloned();
    let ours: Vec<_> = ours.map(|e| (e.path, e.stage, e.id.to_string(), e.mode)).collect();
    assert_eq!(ours, listed(fixture));
    index
}

fn fill(fixture: &Fixture) {
    for length in 1..30 {
        fixture.write(format!("dir/{}", "n".repeat(length)), format!("{length}"));
    }
    fixture.write(format!("k{}", "long".repeat(60)), "name of more than a hundred bytes");
    fixture.write("a b\"c\n\u{e9}", "odd");
    fixture.git(&["add", "-A"]);
}

#[test]
fn every_version() {
    let fixture = Fixture::new();
    assert_eq!(fixture.open().index(), Index::default());
    fill(&fixture);
    for version in ["2", "3", "4"] {
        fixture.git(&["update-index", "--index-version", version]);
        assert_eq!(agree(&fixture).entries.len(), 31);
    }
}

#[test]
fn sha256_and_an_index_without_checksum() {
    let fixture = Fixture::sha256();
    fill(&fixture);
    agree(&fixture);
    let file = fixture.root.join(".git/index");
    let mut bytes = std::fs::read(&file).unwrap();
    let content = bytes.len() - 32;
    bytes[content..].fill(0);
    std::fs::write(&file, bytes).unwrap();
    assert_eq!(fixture.open().index().gaps, []);
}

#[cfg(unix)]
#[test]
fn names_that_are_not_utf_8() {
    use std::os::unix::ffi::OsStrExt;
    let fixture = Fixture::new();
    fixture.write(std::ffi::OsStr::from_bytes(b"caf\xe9"), "latin");
    fixture.git(&["add", "-A"]);
    assert_eq!(agree(&fixture).entries[0].path, b"caf\xe9");
}

#[test]
fn conflicts_intentions_and_submodules() {
    let fixture = Fixture::new();
    fixture.write("file", "base");
    fixture.commit("base");
    fixture.git(&["checkout", "-q", "-b", "side"]);
    fixture.write("file", "side");
    fixture.commit("side");
    fixture.git(&["checkout", "-q", "main"]);
    fixture.write("file", "main");
    fixture.commit("main");
    fixture.command(&fixture.root).args(["merge", "-q", "side"]).output().unwrap();
    fixture.write("later", "not yet");
    fixture.git(&["add", "--intent-to-add", "later"]);
    let head = fixture.git(&["rev-parse", "HEAD"]);
    fixture.git(&["update-index", "--add", "--cacheinfo", &format!("160000,{head},sub")]);
    let index = agree(&fixture);
    let stages: Vec<u8> =
        index.entries.iter().filter(|e| e.path == b"file").map(|e| e.stage).collect();
    assert_eq!(stages, [1, 2, 3]);
    let with_blob: Vec<&[u8]> =
        index.entries.iter().filter(|e| e.has_blob()).map(|e| e.path.as_slice()).collect();
    assert_eq!(with_blob, [b"file", b"file", b"file"]);
}

#[test]
fn a_split_index() {
    let fixture = Fixture::new();
    fill(&fixture);
    fixture.git(&["update-index", "--split-index"]);
    assert_eq!(agree(&fixture).entries.len(), 31);
    fixture.write("dir/nnn", "replaced");
    fixture.write("dir/added", "added");
    fixture.git(&["rm", "-q", "--cached", "dir/nnnnn"]);
    std::fs::remove_file(fixture.root.join("dir/nnnnn")).unwrap();
    fixture.git(&["add", "-A"]);
    let shared = std::fs::read_dir(fixture.root.join(".git")).unwrap().flatten();
    let shared = shared.map(|entry| entry.path());
    let shared =
        shared.filter(|path| path.to_str().unwrap().contains("sharedindex")).collect::<Vec<_>>();
    assert!(!shared.is_empty(), "the index is still split");
    assert_eq!(agree(&fixture).entries.len(), 31);
    shared.iter().for_each(|path| std::fs::remove_file(path).unwrap());
    assert!(fixture.open().index().gaps[0].why.contains("sharedindex"));
}

#[test]
fn damage_is_a_gap() {
    let fixture = Fixture::new();
    fill(&fixture);
    let file = fixture.root.join(".git/index");
    let good = std::fs::read(&file).unwrap();
    std::fs::write(&file, &good[..good.len() / 2]).unwrap();
    assert!(fixture.open().index().gaps[0].why.contains("checksum"));
    std::fs::write(&file, "").unwrap();
    assert_eq!(fixture.open().index().gaps.len(), 1);
}
