//! What cannot be read is named, and the rest is read all the same.

use std::fs;
use std::path::PathBuf;

use stripeguard::blob::ObjectId;
use stripeguard::git::{self, Database, Walk};

use super::fixture::{Fixture, PROBE, hex, progress, visit};
use super::packs::{
    Instruction::{Copy, Insert},
    PackBuilder, blob_id, deflate, delta,
};

fn walk(fixture: &Fixture) -> Walk {
    git::walk(&fixture.open(), &PROBE, &visit, 2, &progress())
}

fn gaps(walk: &Walk) -> Vec<String> {
    walk.coverage.gaps.iter().map(|gap| format!("{}: {}", gap.what, gap.why)).collect()
}

fn assert_gap(walk: &Walk, what: &str, why: &str) {
    let found = gaps(walk).iter().any(|gap| gap.contains(what) && gap.contains(why));
    assert!(found, "no gap with {what:?} and {why:?} in {:#?}", gaps(walk));
}

/// Many blobs that are no deltas to each other, in one pack: their ids, sizes and places.
fn packed(fixture: &Fixture) -> (PathBuf, Vec<(ObjectId, usize, usize)>) {
    for n in 0..40 {
        let noise: String =
            (0..200).map(|i| format!("{:x}", blob_id(&[n, i]).as_bytes()[0])).collect();
        fixture.write(format!("file{n}"), format!("NEEDLE_{n} {noise}"));
    }
    fixture.commit("all");
    fixture.git(&["repack", "-adq"]);
    let pack = fs::read_dir(fixture.root.join(".git/objects/pack")).unwrap().flatten();
    let pack = pack.map(|entry| entry.path()).find(|p| p.extension().unwrap() == "pack").unwrap();
    let list = fixture.git(&["verify-pack", "-v", pack.with_extension("idx").to_str().unwrap()]);
    let lines = list.lines().map(|line| line.split_whitespace().collect::<Vec<_>>());
    let blobs = lines.filter(|words| words.get(1) == Some(&"blob"));
    let number = |word: &str| word.parse::<usize>().unwrap();
    let blobs = blobs.map(|words| (hex(words[0]), number(words[3]), number(words[4]))).collect();
    (pack, blobs)
}

fn overwrite(file: &PathBuf, change: impl FnOnce(&mut Vec<u8>)) {
    let mut bytes = fs::read(file).unwrap();
    change(&mut bytes);
    fs::remove_file(file).unwrap();
    fs::write(file, bytes).unwrap();
}

#[test]
fn a_damaged_entry_is_a_gap_and_the_others_are_read() {
    let fixture = Fixture::new();
    let (pack, blobs) = packed(&fixture);
    let (id, size, at) = blobs[7];
    overwrite(&pack, |bytes| bytes[at + size / 2] ^= 0x55);
    let walk = walk(&fixture);
    assert_gap(&walk, &id.to_string(), "damaged");
    assert_eq!(walk.coverage.gaps.len(), 1, "{:?}", gaps(&walk));
    assert_eq!(walk.blobs.len(), 39);
}

#[test]
fn a_damaged_entry_is_read_from_another_copy() {
    let fixture = Fixture::new();
    let (pack, blobs) = packed(&fixture);
    let (id, size, at) = blobs[7];
    let content = fixture.git(&["cat-file", "blob", &id.to_string()]);
    overwrite(&pack, |bytes| bytes[at + size / 2] ^= 0x55);
    let hex = id.to_string();
    let loose = format!(".git/objects/{}/{}", &hex[..2], &hex[2..]);
    let body = format!("blob {}\0{content}", content.len());
    fixture.write(loose, deflate(body.as_bytes()));
    let walk = walk(&fixture);
    assert_eq!(gaps(&walk), [""; 0]);
    assert_eq!(walk.blobs.len(), 40);
}

#[test]
fn a_pack_cut_short() {
    let fixture = Fixture::new();
    let (pack, blobs) = packed(&fixture);
    let (_, _, at) = blobs[20];
    overwrite(&pack, |bytes| bytes.truncate(at + 10));
    let walk = walk(&fixture);
    assert_gap(&walk, "pack-", "checksum");
    assert!(walk.blobs.len() >= 19, "{}", walk.blobs.len());
    assert!(walk.coverage.gaps.len() > 19);
}

#[test]
fn packs_and_indexes_without_each_other() {
    let fixture = Fixture::new();
    let (pack, _) = packed(&fixture);
    let dir = pack.parent().unwrap();
    fs::write(dir.join("pack-a.idx"), "not an index").unwrap();
    fs::write(dir.join("pack-a.pack"), "PACK").unwrap();
    fs::copy(pack.with_extension("idx"), dir.join("pack-b.idx")).unwrap();
    fs::copy(&pack, dir.join("pack-c.pack")).unwrap();
    let walk = walk(&fixture);
    assert_gap(&walk, "pack-a.idx", "damaged");
    assert_gap(&walk, "pack-b.idx", "missing");
    assert_gap(&walk, "pack-c.pack", "no index");
    assert_eq!(walk.blobs.len(), 40);
}

#[test]
fn an_index_that_lists_too_little() {
    let fixture = Fixture::new();
    let (pack, _) = packed(&fixture);
    overwrite(&pack, |bytes| bytes[11] += 1);
    assert_gap(&walk(&fixture), "pack-", "its index lists");
}

/// Each bit that flips in an index gives an object another name or place, or makes it unfindable.
#[test]
fn an_index_in_which_a_bit_flips() {
    let fixture = Fixture::new();
    let (pack, _) = packed(&fixture);
    let index = pack.with_extension("idx");
    let good = fs::read(&index).unwrap();
    fs::remove_file(&index).unwrap();
    for at in (0..good.len()).step_by(7) {
        let mut bad = good.clone();
        bad[at] ^= 0x10;
        fs::write(&index, bad).unwrap();
        assert!(!walk(&fixture).coverage.gaps.is_empty(), "at {at}");
    }
}

#[test]
fn objects_that_are_named_and_missing() {
    let fixture = Fixture::new();
    fixture.write("dir/file", "NEEDLE_1");
    let first = fixture.commit("one");
    fixture.write("dir/other", "NEEDLE_2");
    fixture.commit("two");
    let remove = |id: &str| {
        fs::remove_file(fixture.root.join(format!(".git/objects/{}/{}", &id[..2], &id[2..])))
            .unwrap();
    };
    let blob = fixture.git(&["rev-parse", "HEAD:dir/file"]);
    let tree = fixture.git(&["rev-parse", "HEAD:dir"]);
    remove(&blob);
    assert_gap(&walk(&fixture), &blob, "although the tree");
    fixture.git(&["hash-object", "-w", "dir/file"]);
    remove(&tree);
    remove(&first.to_string());
    let walk = walk(&fixture);
    assert_gap(&walk, &tree, "although the tree");
    assert_gap(&walk, &first.to_string(), "although the commit");
    assert_eq!(walk.blobs.len(), 2);
}

#[test]
fn a_staged_object_that_is_missing() {
    let fixture = Fixture::new();
    fixture.commit("one");
    fixture.write("staged", "NEEDLE_1");
    fixture.write("intended", "later");
    fixture.git(&["add", "staged"]);
    fixture.git(&["add", "-N", "intended"]);
    assert_eq!(gaps(&walk(&fixture)), [""; 0]);
    let id = blob_id(b"NEEDLE_1").to_string();
    fs::remove_file(fixture.root.join(format!(".git/objects/{}/{}", &id[..2], &id[2..]))).unwrap();
    assert_gap(&walk(&fixture), &id, "although the index");
}

#[test]
fn references_that_lead_nowhere() {
    let fixture = Fixture::new();
    fixture.commit("one");
    fixture.write(".git/refs/heads/empty", "");
    fixture.write(".git/refs/heads/garbage", "zzz\n");
    fixture.write(".git/refs/heads/gone", "1234567890123456789012345678901234567890\n");
    fixture.write(".git/FETCH_HEAD", "1234567890123456789012345678901234567891\tx\n");
    let walk = walk(&fixture);
    assert_gap(&walk, "refs/heads/empty", "empty or damaged");
    assert_gap(&walk, "refs/heads/garbage", "empty or damaged");
    assert_gap(&walk, "object 1234567890123456789012345678901234567890", "refs/heads/gone");
    assert_eq!(walk.coverage.gaps.len(), 3, "{:?}", gaps(&walk));
}

#[test]
fn a_shallow_clone_is_incomplete() {
    let fixture = Fixture::new();
    for n in 0..4 {
        fixture.write("file", format!("NEEDLE_{n}"));
        fixture.commit("more");
    }
    let clone = fixture.beside("clone");
    let url = format!("file://{}", fixture.root.display());
    fixture.git(&["clone", "-q", "--depth=2", &url, clone.to_str().unwrap()]);
    let walk = git::walk(&git::open(&clone).unwrap(), &PROBE, &visit, 2, &progress());
    assert_gap(&walk, "clone", "--unshallow");
    assert_eq!(walk.coverage.gaps.len(), 1, "{:?}", gaps(&walk));
    assert_eq!(walk.blobs.len(), 2);
}

#[test]
fn a_partial_clone_is_incomplete() {
    let fixture = Fixture::new();
    fixture.write("file", "NEEDLE_1");
    fixture.commit("one");
    fixture.git(&["config", "uploadpack.allowFilter", "true"]);
    let clone = fixture.beside("clone.git");
    let url = format!("file://{}", fixture.root.display());
    let args = ["clone", "-q", "--bare", "--filter=blob:none", &url, clone.to_str().unwrap()];
    fixture.git(&args);
    let walk = git::walk(&git::open(&clone).unwrap(), &PROBE, &visit, 2, &progress());
    assert_gap(&walk, &blob_id(b"NEEDLE_1").to_string(), "--refetch");
}

#[test]
fn a_missing_alternate() {
    let fixture = Fixture::new();
    fixture.commit("one");
    fixture.write(".git/objects/info/alternates", "../../nowhere\n# comment\n\n");
    assert_gap(&walk(&fixture), "nowhere", "no such directory");
}

#[test]
fn loose_objects_that_lie() {
    let fixture = Fixture::new();
    fixture.commit("one");
    let place = |id: ObjectId| {
        let hex = id.to_string();
        format!(".git/objects/{}/{}", &hex[..2], &hex[2..])
    };
    fixture.write(place(blob_id(b"a")), "garbage");
    fixture.write(place(blob_id(b"b")), deflate(b"blob 900000000000\0b"));
    fixture.write(place(blob_id(b"c")), deflate(b"blob 1\0cc"));
    fixture.write(place(blob_id(b"d")), deflate(b"thing 1\0d"));
    fixture.write(place(blob_id(b"e")), deflate(b"blob 8\0NEEDLE_5"));
    let walk = walk(&fixture);
    for content in [b"a", b"b", b"c", b"d"] {
        assert_gap(&walk, &blob_id(content).to_string(), "");
    }
    assert_gap(&walk, &blob_id(b"e").to_string(), "does not have this id");
    assert_eq!(walk.blobs, [blob_id(b"e")], "changed, and reported all the same");
}

#[test]
fn every_object_can_be_verified() {
    let fixture = Fixture::new();
    let (_, blobs) = packed(&fixture);
    fixture.git(&["hash-object", "-w", "--stdin"]);
    let verify = || git::verify_objects(&fixture.open(), 2, &progress());
    let coverage = verify();
    assert_eq!(coverage.gaps, []);
    assert_eq!(coverage.objects.total(), blobs.len() as u64 + 3);
    let mut pack = PackBuilder::new();
    let (wrong, content) = (blob_id(b"right"), b"wrong, as a delta to something");
    let base = pack.blob(b"something");
    pack.ref_delta(wrong, base, &delta(9, 30, &[Insert(&content[..21]), Copy(0, 9)]));
    pack.write(&fixture.root.join(".git/objects"), "pack-x");
    let coverage = verify();
    assert_eq!(coverage.gaps.len(), 1);
    assert!(coverage.gaps[0].what.contains(&wrong.to_string()));
}

#[test]
fn sizes_that_lie_take_no_memory() {
    let fixture = Fixture::new();
    let mut pack = PackBuilder::new();
    let good = pack.blob(b"NEEDLE_1");
    pack.entry(blob_id(b"huge"), 3, 10 << 30, b"", b"huge");
    pack.entry(blob_id(b"more"), 3, 2, b"", b"more");
    pack.entry(blob_id(b"less"), 3, 9, b"", b"less");
    let base = pack.blob(&[b'x'; 100]);
    let bomb = delta(100, 1 << 40, &[Copy(0, 100)]);
    pack.ref_delta(blob_id(b"bomb"), base, &bomb);
    pack.write(&fixture.root.join(".git/objects"), "pack-x");
    let walk = walk(&fixture);
    for content in ["huge", "more", "less", "bomb"] {
        assert_gap(&walk, &blob_id(content.as_bytes()).to_string(), "");
    }
    assert_eq!(walk.blobs, [good]);
    assert_eq!(walk.coverage.gaps.len(), 4, "{:?}", gaps(&walk));
}

#[test]
fn deltas_that_lie() {
    let fixture = Fixture::new();
    let mut pack = PackBuilder::new();
    let content = b"0123456789 NEEDLE_1 and more of it";
    let base = pack.blob(content);
    let len = content.len();
    let broken: [(&[u8], Vec<u8>); 6] = [
        (b"past the base", delta(len, 20, &[Copy(len - 10, 20)])),
        (b"too long", delta(len, 5, &[Copy(0, 20)])),
        (b"too short", delta(len, 50, &[Copy(0, 20)])),
        (b"other base", delta(len + 1, 20, &[Copy(0, 20)])),
        (b"no instruction", [delta(len, 20, &[Copy(0, 20)]), vec![0]].concat()),
        (b"cut", [delta(len, 20, &[Copy(0, 15)]), vec![5, b'a']].concat()),
    ];
    for (name, delta) in &broken {
        pack.ref_delta(blob_id(name), base, delta);
    }
    pack.ofs_delta(blob_id(b"nowhere"), pack.next() - 3, &delta(1, 1, &[Insert(b"x")]));
    let copy = b"NEEDLE_1 and so";
    pack.ref_delta(blob_id(copy), base, &delta(len, copy.len(), &[Copy(11, 13), Insert(b"so")]));
    pack.write(&fixture.root.join(".git/objects"), "pack-x");
    let walk = walk(&fixture);
    for (name, _) in &broken {
        assert_gap(&walk, &blob_id(name).to_string(), "its delta");
    }
    assert_gap(&walk, &blob_id(b"nowhere").to_string(), "not in the pack");
    let mut hits = [base, blob_id(copy)];
    hits.sort_unstable();
    assert_eq!(walk.blobs, hits);
}

#[test]
fn deltas_in_a_circle_and_deltas_to_nothing() {
    let fixture = Fixture::new();
    let mut pack = PackBuilder::new();
    let (a, b, c, d) = (blob_id(b"a"), blob_id(b"b"), blob_id(b"c"), blob_id(b"d"));
    let step = delta(1, 1, &[Insert(b"x")]);
    pack.ref_delta(a, b, &step);
    pack.ref_delta(b, a, &step);
    pack.ref_delta(c, c, &step);
    pack.ref_delta(d, blob_id(b"nowhere"), &step);
    let good = pack.blob(b"NEEDLE_1");
    pack.write(&fixture.root.join(".git/objects"), "pack-x");
    let walk = walk(&fixture);
    for id in [a, b, c] {
        assert_gap(&walk, &id.to_string(), "leads to itself");
    }
    assert_gap(&walk, &d.to_string(), "not in the object database");
    assert_eq!(walk.blobs, [good]);
    let database = Database::open(&fixture.open());
    assert!(database.read(&a).is_err() && database.read(&c).is_err());
}

#[test]
fn deltas_to_objects_elsewhere() {
    let fixture = Fixture::new();
    let loose = hex(&fixture.feed(&["hash-object", "-w", "--stdin"], b"loose NEEDLE_1 base"));
    let objects = fixture.root.join(".git/objects");
    let mut first = PackBuilder::new();
    let packed = first.blob(b"packed NEEDLE_2 base");
    first.write(&objects, "pack-a");
    let mut second = PackBuilder::new();
    let (on_loose, on_packed) = (blob_id(b"loose NEEDLE_1!"), blob_id(b"NEEDLE_2?"));
    second.ref_delta(on_loose, loose, &delta(19, 15, &[Copy(0, 14), Insert(b"!")]));
    second.ref_delta(on_packed, packed, &delta(20, 9, &[Copy(7, 8), Insert(b"?")]));
    let chained = blob_id(b"a NEEDLE_2?");
    second.ref_delta(chained, on_packed, &delta(9, 11, &[Insert(b"a "), Copy(0, 9)]));
    second.write(&objects, "pack-b");
    let walk = walk(&fixture);
    assert_eq!(gaps(&walk), [""; 0]);
    let mut expected = [loose, packed, on_loose, on_packed, chained];
    expected.sort_unstable();
    assert_eq!(walk.blobs, expected);
    assert_eq!(walk.coverage.objects.total(), 5);
}
