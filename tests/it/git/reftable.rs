//! References in tables, written here by the description of the format, for git writes them only
//! since 2.45. `tests/peers/history.sh` compares with a git that does.

use std::io::Write;

use flate2::{Compression, Crc, write::ZlibEncoder};
use stripeguard::blob::{ObjectId, Origin};
use stripeguard::git::{self, Head, RefKind};

use super::fixture::{Fixture, progress};

/// A record: its key, its type, and the bytes behind the key.
type Record = (Vec<u8>, u8, Vec<u8>);

fn varint(mut value: u64) -> Vec<u8> {
    let mut bytes = vec![(value & 0x7f) as u8];
    while value > 0x7f {
        value = (value >> 7) - 1;
        bytes.insert(0, (value & 0x7f) as u8 | 0x80);
    }
    bytes
}

fn text(content: &str) -> Vec<u8> {
    [varint(content.len() as u64), content.as_bytes().to_vec()].concat()
}

fn number(value: usize) -> [u8; 3] {
    (value as u32).to_be_bytes()[1..].try_into().unwrap()
}

/// The records of a block behind its head of `before` bytes, with a restart at every third.
fn records(records: &[Record], before: usize) -> Vec<u8> {
    let (mut bytes, mut restarts, mut previous) = (Vec::new(), Vec::new(), Vec::new());
    for (count, (key, kind, value)) in records.iter().enumerate() {
        let same = key.iter().zip(&previous).take_while(|(a, b)| a == b).count();
        let kept = if count % 3 == 0 { 0 } else { same };
        if kept == 0 {
            restarts.push(before + bytes.len());
        }
        bytes.extend(varint(kept as u64));
        bytes.extend(varint(((key.len() - kept) << 3) as u64 | u64::from(*kind)));
        bytes.extend_from_slice(&key[kept..]);
        bytes.extend_from_slice(value);
        previous.clone_from(key);
    }
    restarts.iter().for_each(|at| bytes.extend(number(*at)));
    bytes.extend((restarts.len() as u16).to_be_bytes());
    bytes
}

/// A table: blocks of references, an index of them if there are several, and a block of logs.
fn table(blocks: &[&[Record]], logs: &[Record], block_size: usize, sha256: bool) -> Vec<u8> {
    let mut file = [b"REFT".as_slice(), &[1 + u8::from(sha256)], &number(block_size)].concat();
    file.extend([[0u8; 8], 9u64.to_be_bytes()].concat());
    if sha256 {
        file.extend(b"s256");
    }
    let header = file.clone();
    let (mut start, mut index) = (0, Vec::new());
    for block in blocks {
        let content = records(block, file.len() - start + 4);
        let len = file.len() - start + 4 + content.len();
        file.push(b'r');
        file.extend(number(len));
        file.extend(content);
        index.push((block.last().unwrap().0.clone(), 0, varint(start as u64)));
        if block_size > 0 {
            file.resize(start + block_size, 0);
        }
        start = file.len();
    }
    let index_at = file.len();
    if index.len() > 1 {
        let content = records(&index, 4);
        file.push(b'i');
        file.extend(number(4 + content.len()));
        file.extend(content);
    }
    let log_at = file.len();
    for record in logs.chunks(2) {
        let content = records(record, 4);
        file.push(b'g');
        file.extend(number(4 + content.len()));
        let mut packed = ZlibEncoder::new(Vec::new(), Compression::default());
        packed.write_all(&content).unwrap();
        file.extend(packed.finish().unwrap());
    }
    let mut footer = header;
    for position in [index_at, 0, 0, log_at, 0] {
        footer.extend((position as u64).to_be_bytes());
    }
    let mut crc = Crc::new();
    crc.update(&footer);
    footer.extend(crc.sum().to_be_bytes());
    [file, footer].concat()
}

fn at(name: &str, id: ObjectId) -> Record {
    (name.into(), 1, [varint(1), id.as_bytes().to_vec()].concat())
}

fn peeled(name: &str, id: ObjectId, target: ObjectId) -> Record {
    let value = [varint(1), id.as_bytes().to_vec(), target.as_bytes().to_vec()];
    (name.into(), 2, value.concat())
}

fn symbolic(name: &str, target: &str) -> Record {
    (name.into(), 3, [varint(1), text(target)].concat())
}

fn deleted(name: &str) -> Record {
    (name.into(), 0, varint(1))
}

fn log_key(name: &str, index: u64) -> Vec<u8> {
    [name.as_bytes(), b"\0", &(u64::MAX - index).to_be_bytes()].concat()
}

fn log(name: &str, index: u64, old: ObjectId, new: ObjectId, message: &str) -> Record {
    let ids = [old.as_bytes(), new.as_bytes()].concat();
    let who = [text("A U Thor"), text("author@example.com"), varint(1_700_000_000)].concat();
    let zone = (-480i16).to_be_bytes().to_vec();
    (log_key(name, index), 1, [ids, who, zone, text(message)].concat())
}

/// Turns the repository into one with tables.
fn convert(fixture: &Fixture, tables: &[Vec<u8>]) {
    fixture.git(&["config", "core.repositoryFormatVersion", "1"]);
    fixture.git(&["config", "extensions.refStorage", "reftable"]);
    let mut list = String::new();
    for (number, table) in tables.iter().enumerate() {
        fixture.write(format!(".git/reftable/{number}.ref"), table);
        list += &format!("{number}.ref\n");
    }
    fixture.write(".git/reftable/tables.list", list);
    fixture.write(".git/HEAD", "ref: refs/heads/.invalid\n");
    std::fs::remove_dir_all(fixture.root.join(".git/refs")).unwrap();
    std::fs::remove_dir_all(fixture.root.join(".git/logs")).unwrap();
    fixture.write(".git/refs/heads", "this repository uses the reftable format\n");
}

fn stack(fixture: &Fixture) -> (ObjectId, ObjectId, ObjectId) {
    let first = fixture.commit("one");
    let second = fixture.commit("two");
    fixture.git(&["tag", "-a", "-m", "tag", "v1"]);
    (first, second, fixture.id("v1"))
}

#[test]
fn several_tables_of_which_the_newest_counts() {
    for (sha256, block_size) in [(false, 0), (false, 4096), (true, 4096)] {
        let fixture = if sha256 { Fixture::sha256() } else { Fixture::new() };
        let (first, second, tag) = stack(&fixture);
        let zero = ObjectId::from_bytes(&vec![0; first.as_bytes().len()]).unwrap();
        let names: Vec<String> = (0..9).map(|n| format!("refs/heads/topic/{n}")).collect();
        let many: Vec<Record> = names.iter().map(|name| at(name, first)).collect();
        let head = [symbolic("HEAD", "refs/heads/main"), at("refs/heads/gone", first)];
        let main = [at("refs/heads/main", first)];
        let later = [peeled("refs/tags/v1", tag, second)];
        let old = table(
            &[&head, &main, &many, &later],
            &[
                log("refs/heads/main", 2, first, second, "commit: NEEDLE_2\n"),
                log("refs/heads/main", 1, zero, first, "commit (initial): one\n"),
                log("refs/stash", 1, zero, second, "WIP NEEDLE_3"),
            ],
            block_size,
            sha256,
        );
        let new = table(
            &[&[deleted("refs/heads/gone"), at("refs/heads/main", second)]],
            &[(log_key("refs/stash", 1), 0, Vec::new())],
            block_size,
            sha256,
        );
        let logs_only = table(&[], &[log("HEAD", 3, first, second, "x")], block_size, sha256);
        convert(&fixture, &[old, new, table(&[], &[], block_size, sha256), logs_only]);
        let repository = fixture.open();
        let refs = repository.references();
        assert_eq!(refs.gaps, []);
        assert_eq!(refs.head, Head::Branch(b"refs/heads/main".to_vec(), second));
        assert_eq!(refs.get(b"refs/heads/gone"), None);
        assert_eq!(refs.get(b"refs/tags/v1"), Some(tag));
        assert!(names.iter().all(|name| refs.get(name.as_bytes()) == Some(first)));
        assert_eq!(refs.logged(b"refs/heads/main", 1), Some(first));
        assert_eq!(refs.logged(b"refs/stash", 0), None);
        let kind = |name: &[u8]| refs.all.iter().find(|found| found.name == name).map(|r| r.kind);
        assert_eq!(kind(b"logs/HEAD"), Some(RefKind::Reflog));
        let shown = std::cell::RefCell::new(Vec::new());
        let coverage = git::places(&repository, &mut |blob| {
            shown.borrow_mut().push((blob.origin, blob.path.to_owned(), blob.bytes.to_vec()));
        });
        assert_eq!(coverage.gaps, []);
        for needle in ["NEEDLE_2", "NEEDLE_3"] {
            assert!(shown.borrow().iter().any(|(origin, path, bytes)| {
                *origin == Origin::Reflog
                    && path.ends_with(".git/reftable/0.ref")
                    && memchr::memmem::find(bytes, needle.as_bytes()).is_some()
            }));
        }
    }
}

#[test]
fn a_reftable_repository_is_attributed_to_its_branches() {
    let fixture = Fixture::new();
    fixture.write("file", "NEEDLE_1");
    let (_, second, tag) = stack(&fixture);
    let refs = [
        symbolic("HEAD", "refs/heads/main"),
        at("refs/heads/main", second),
        peeled("refs/tags/v1", tag, second),
    ];
    convert(&fixture, &[table(&[&refs], &[], 4096, false)]);
    let repository = fixture.open();
    let walk =
        git::walk(&repository, &super::fixture::PROBE, &super::fixture::visit, 2, &progress());
    assert_eq!(walk.coverage.gaps, []);
    let attribution = git::attribute(&repository, &walk);
    let exposure = &attribution.blobs[&walk.blobs[0]];
    assert!(exposure.paths[0].at_head);
    let names: Vec<&[u8]> =
        exposure.refs.iter().map(|n| attribution.refs[*n as usize].name.as_slice()).collect();
    assert_eq!(names, [b"HEAD".as_slice(), b"refs/heads/main", b"refs/tags/v1"]);
}

/// A repository whose references are a table, with a log.
pub fn sample() -> Fixture {
    let fixture = Fixture::new();
    let (first, second, _) = stack(&fixture);
    let refs = [symbolic("HEAD", "refs/heads/main"), at("refs/heads/main", second)];
    let logs = [log("refs/heads/main", 2, first, second, "commit")];
    convert(&fixture, &[table(&[&refs], &logs, 0, false)]);
    fixture
}

#[test]
fn damage_is_a_gap_and_never_a_panic() {
    let fixture = Fixture::new();
    let (first, second, _) = stack(&fixture);
    let refs = [symbolic("HEAD", "refs/heads/main"), at("refs/heads/main", second)];
    let logs = [log("refs/heads/main", 2, first, second, "commit")];
    let good = table(&[&refs], &logs, 0, false);
    for at in 0..good.len() {
        let mut bad = good.clone();
        bad[at] ^= 0x15;
        let cut = good[..at].to_vec();
        if at == 0 {
            convert(&fixture, &[bad, cut]);
        } else {
            fixture.write(".git/reftable/0.ref", bad);
            fixture.write(".git/reftable/1.ref", cut);
        }
        let gaps = fixture.open().references().gaps;
        assert!(gaps.iter().any(|gap| gap.what.ends_with("1.ref")), "cut at {at}: {gaps:?}");
    }
    fixture.write(".git/reftable/tables.list", "0.ref\nmissing.ref\n../../x\n");
    let gaps = fixture.open().references().gaps;
    assert!(gaps.iter().any(|gap| gap.what.ends_with("missing.ref")));
}

/// A name of 60,000 characters, repeated by records of five bytes.
#[test]
fn names_that_repeat_do_not_fill_the_memory() {
    let fixture = Fixture::new();
    let (first, ..) = stack(&fixture);
    let long = "x".repeat(60_000);
    let mut file = table(&[&[at("a", first)]], &[], 0, false);
    file.truncate(file.len() - 68);
    let mut content = [varint(0), varint((long.len() << 3) as u64), long.into_bytes()].concat();
    content.extend(varint(1));
    let again = [varint(60_000), varint(0), varint(1)].concat();
    (0..6_000).for_each(|_| content.extend_from_slice(&again));
    content.extend([0, 0]);
    file.push(b'r');
    file.extend(number(content.len() + 4));
    file.extend(content);
    let mut footer = file[..24].to_vec();
    footer.resize(64, 0);
    let mut crc = Crc::new();
    crc.update(&footer);
    footer.extend(crc.sum().to_be_bytes());
    convert(&fixture, &[[file, footer].concat()]);
    let gaps = fixture.open().references().gaps;
    assert!(gaps.iter().any(|gap| gap.why.contains("256 MiB")), "{gaps:?}");
}
