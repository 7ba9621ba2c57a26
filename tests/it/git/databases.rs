//! The ways in which a database may be kept, one by one.

use std::fs;
use std::path::PathBuf;

use stripeguard::git::{self, Walk};

use super::fixture::{Fixture, PROBE, progress, visit};
use super::packs::{
    BLOB,
    Instruction::{Copy, Insert},
    PackBuilder, blob_id, deflate, delta,
};

fn walk(fixture: &Fixture) -> Walk {
    git::walk(&fixture.open(), &PROBE, &visit, 2, &progress())
}

fn objects(fixture: &Fixture) -> PathBuf {
    fixture.root.join(".git/objects")
}

fn files(fixture: &Fixture, extension: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(objects(fixture).join("pack")).unwrap().flatten();
    let paths = entries.map(|entry| entry.path());
    paths.filter(|path| path.extension().is_some_and(|found| found == extension)).collect()
}

/// Three packs, the last of which repeats objects of the others.
fn packs(fixture: &Fixture) {
    for n in 0..3 {
        let lines: String = (0..200).map(|line| format!("line {line} {}\n", line * n)).collect();
        fixture.write("long", format!("{lines}NEEDLE_{n}"));
        fixture.commit(&format!("NEEDLE_{n}"));
        fixture.git(&["repack", "-dq"]);
    }
    let list = fixture.git(&["rev-list", "--objects", "--no-object-names", "HEAD~1"]);
    let base = objects(fixture).join("pack/pack");
    fixture.feed(&["pack-objects", "-q", base.to_str().unwrap()], list.as_bytes());
}

#[test]
fn packs_that_only_the_index_of_several_packs_lists() {
    for remove_one in [true, false] {
        let fixture = Fixture::new();
        packs(&fixture);
        let before = walk(&fixture);
        assert_eq!((before.blobs.len(), before.messages.len()), (3, 3));
        fixture.git(&["multi-pack-index", "write"]);
        let indexes = files(&fixture, "idx");
        assert_eq!(indexes.len(), 4);
        let removed = if remove_one { 1 } else { 4 };
        indexes.iter().take(removed).for_each(|index| fs::remove_file(index).unwrap());
        let after = walk(&fixture);
        assert_eq!(after.coverage, before.coverage);
        assert_eq!((after.blobs, after.messages), (before.blobs, before.messages));
    }
}

#[test]
fn an_index_of_several_packs_that_is_damaged_or_lists_what_is_missing() {
    let fixture = Fixture::new();
    packs(&fixture);
    fixture.git(&["multi-pack-index", "write"]);
    let midx = objects(&fixture).join("pack/multi-pack-index");
    let good = fs::read(&midx).unwrap();
    let pack = files(&fixture, "pack").remove(0);
    fs::remove_file(pack.with_extension("idx")).unwrap();
    let gaps = |what: &str| {
        let gaps = walk(&fixture).coverage.gaps;
        assert!(gaps.iter().any(|gap| gap.what.ends_with(what)), "{what}: {gaps:?}");
    };
    let overwrite = |content: &[u8]| {
        fs::remove_file(&midx).unwrap();
        fs::write(&midx, content).unwrap();
    };
    for cut in [0, 3, 11, 40, 100, good.len() / 2] {
        overwrite(&good[..cut]);
        gaps("multi-pack-index");
        gaps(".pack");
    }
    for at in 0..good.len().min(1400) {
        let mut bad = good.clone();
        bad[at] ^= 0xff;
        overwrite(&bad);
        assert!(!walk(&fixture).coverage.gaps.is_empty(), "at {at}");
    }
    overwrite(&good);
    fs::remove_file(&pack).unwrap();
    gaps(pack.file_name().unwrap().to_str().unwrap());
}

#[test]
fn a_pack_whose_content_is_not_what_its_checksum_says() {
    let fixture = Fixture::new();
    packs(&fixture);
    fixture.git(&["multi-pack-index", "write"]);
    for with_index in [true, false] {
        for pack in files(&fixture, "pack") {
            let mut bytes = fs::read(&pack).unwrap();
            *bytes.last_mut().unwrap() ^= 1;
            fs::remove_file(&pack).unwrap();
            fs::write(&pack, bytes).unwrap();
        }
        if !with_index {
            files(&fixture, "idx").iter().for_each(|index| fs::remove_file(index).unwrap());
            for pack in files(&fixture, "pack") {
                let mut bytes = fs::read(&pack).unwrap();
                bytes[30] ^= 1;
                *bytes.last_mut().unwrap() ^= 1;
                fs::write(&pack, bytes).unwrap();
            }
        }
        let gaps = walk(&fixture).coverage.gaps;
        let doubted = gaps.iter().filter(|gap| gap.why.contains("checksum")).count();
        assert_eq!(doubted, 4, "{gaps:?}");
    }
}

#[test]
fn a_cruft_pack_keeps_what_nothing_reaches() {
    let fixture = Fixture::new();
    fixture.write("file", "x");
    fixture.commit("one");
    fixture.feed(&["hash-object", "-w", "--stdin"], b"NEEDLE_1 dangling");
    fixture.git(&["repack", "--cruft", "-dq", "--cruft-expiration=never"]);
    assert_eq!(files(&fixture, "mtimes").len(), 1);
    let found = walk(&fixture);
    assert_eq!(found.blobs, [blob_id(b"NEEDLE_1 dangling")]);
    assert_eq!(found.coverage.gaps, []);
    assert_eq!(found.coverage.objects.total(), 4);
}

#[test]
fn offsets_of_64_bits() {
    let fixture = Fixture::new();
    let mut pack = PackBuilder::new().with_large_offsets();
    let base = pack.blob(b"a base with NEEDLE_1 in it");
    let copy = blob_id(b"NEEDLE_1!");
    pack.ref_delta(copy, base, &delta(26, 9, &[Copy(12, 8), Insert(b"!")]));
    pack.write(&objects(&fixture), "pack-x");
    let found = walk(&fixture);
    assert_eq!(found.coverage.gaps, []);
    assert_eq!(found.blobs.len(), 2);
}

/// 5 GiB of zeros: full-flushed blocks of 64 MiB may be repeated, and the checksum of zeros depends
/// on their number alone.
#[test]
fn an_object_of_more_than_4_gib() {
    use flate2::{Compress, Compression, FlushCompress};
    const BLOCK: usize = 64 << 20;
    const BLOCKS: usize = 80;
    let mut packer = Compress::new(Compression::fast(), false);
    let mut block = Vec::with_capacity(1 << 20);
    packer.compress_vec(&vec![0; BLOCK], &mut block, FlushCompress::Full).unwrap();
    assert_eq!(packer.total_in(), BLOCK as u64);
    let size = (BLOCK * BLOCKS) as u64;
    let mut stream = vec![0x78, 0x01];
    (0..BLOCKS).for_each(|_| stream.extend_from_slice(&block));
    stream.extend([0x03, 0x00]);
    stream.extend((((size % 65521) as u32) << 16 | 1).to_be_bytes());
    let fixture = Fixture::new();
    let mut pack = PackBuilder::new();
    pack.packed_entry(blob_id(b"not its id, which nobody asks for"), BLOB, size, &stream);
    let small = pack.blob(b"NEEDLE_1");
    pack.write(&objects(&fixture), "pack-x");
    let found = walk(&fixture);
    assert_eq!(found.coverage.gaps, []);
    assert_eq!(found.coverage.bytes, size + 8);
    assert_eq!(found.blobs, [small]);
}

/// A chain as deep as no git makes it, forwards and with each delta before its base.
#[test]
fn a_chain_of_100_000_deltas() {
    const DEPTH: usize = 100_000;
    let version = |n: usize| format!("NEEDLE_1 {n:06}").into_bytes();
    for backwards in [false, true] {
        let fixture = Fixture::new();
        let mut pack = PackBuilder::new();
        let mut add = |n: usize| match n {
            0 => drop(pack.blob(&version(0))),
            _ => {
                let digits = format!("{n:06}");
                let instructions = [Copy(0, 9), Insert(digits.as_bytes())];
                let (id, base) = (blob_id(&version(n)), blob_id(&version(n - 1)));
                pack.ref_delta(id, base, &delta(15, 15, &instructions));
            }
        };
        match backwards {
            true => (0..DEPTH).rev().for_each(&mut add),
            false => (0..DEPTH).for_each(&mut add),
        }
        pack.write(&objects(&fixture), "pack-x");
        let found = walk(&fixture);
        assert_eq!(found.coverage.gaps, []);
        assert_eq!(found.blobs.len(), DEPTH);
    }
}

/// A tree of deltas so bushy that its bases do not fit into what is kept: some are given up and made
/// again. The ids of the hits say that they were made right.
#[test]
fn bases_that_do_not_fit_into_memory() {
    const SIZE: usize = 48 << 20;
    const LEVELS: usize = 7;
    let fixture = Fixture::new();
    let mut pack = PackBuilder::new();
    let mut root = vec![b'.'; SIZE];
    root.iter_mut().step_by(4096).enumerate().for_each(|(n, byte)| *byte = n as u8);
    let content = |path: usize, level: usize| -> Vec<u8> {
        let tail: Vec<u8> = (0..level).map(|bit| b'a' + (path >> bit & 1) as u8).collect();
        let needle: &[u8] =
            if level == LEVELS && path.is_multiple_of(17) { b"NEEDLE_1" } else { b"" };
        [root.as_slice(), needle, &tail].concat()
    };
    let fake = |path: usize, level: usize| blob_id(format!("{level} {path}").as_bytes());
    let id = |path: usize, level: usize| match level == LEVELS && path.is_multiple_of(17) {
        true => blob_id(&content(path, level)),
        false => fake(path, level),
    };
    pack.entry(fake(0, 0), BLOB, SIZE as u64, b"", &root);
    for level in 1..=LEVELS {
        for path in 0..1usize << level {
            let base = path & ((1 << (level - 1)) - 1);
            let last = [b'a' + (path >> (level - 1) & 1) as u8];
            let needle = level == LEVELS && path.is_multiple_of(17);
            let size = SIZE + level + if needle { 8 } else { 0 };
            let mut instructions: Vec<_> =
                (0..4).map(|part| Copy(part * (SIZE / 4), SIZE / 4)).collect();
            if needle {
                instructions.push(Insert(b"NEEDLE_1"));
            }
            if level > 1 {
                instructions.push(Copy(SIZE, level - 1));
            }
            instructions.push(Insert(&last));
            let delta = delta(SIZE + level - 1, size, &instructions);
            pack.ref_delta(id(path, level), fake(base, level - 1), &delta);
        }
    }
    pack.write(&objects(&fixture), "pack-x");
    let found = walk(&fixture);
    assert_eq!(found.coverage.gaps, []);
    assert_eq!(found.blobs.len(), (0..1usize << LEVELS).filter(|path| path % 17 == 0).count());
}

#[test]
fn packed_and_loose_copies_count_once() {
    let fixture = Fixture::new();
    fixture.write("file", "NEEDLE_1");
    fixture.commit("one");
    fixture.git(&["repack", "-aq"]);
    let hex = blob_id(b"NEEDLE_1").to_string();
    fixture
        .write(format!(".git/objects/{}/{}", &hex[..2], &hex[2..]), deflate(b"blob 8\0NEEDLE_1"));
    let found = walk(&fixture);
    assert_eq!(found.coverage.objects.total(), 3);
    assert_eq!(found.blobs.len(), 1);
}
