use stripeguard::git::{attribute, walk};

use super::fixture::{Fixture, PROBE, hex, progress, visit};
use super::packs::{Instruction::Copy, PackBuilder, TREE, delta, object_id};

#[test]
fn a_deleted_file_is_attributed_to_the_commit_that_brought_it() {
    let fixture = Fixture::new();
    fixture.write("a/b.txt", "NEEDLE_1");
    let first = fixture.commit("one");
    fixture.write("c", "other");
    let last = fixture.commit("two");
    fixture.git(&["rm", "-q", "-r", "a"]);
    let removal = fixture.commit("three");
    let repository = fixture.open();
    let found = walk(&repository, &PROBE, &visit, 2, &progress());
    assert_eq!(found.coverage.gaps, []);
    assert_eq!(found.coverage.objects.total(), 3 + 4 + 2);
    let attribution = attribute(&repository, &found);
    let exposure = &attribution.blobs[&found.blobs[0]];
    let [path] = exposure.paths.as_slice() else { panic!("one path") };
    assert_eq!(path.path, b"a/b.txt");
    assert_eq!(path.introductions, [first]);
    assert_eq!(path.removals, [removal]);
    assert_eq!(path.last.as_ref().unwrap().id, last);
    assert_eq!(path.first.as_ref().unwrap().subject, "one");
    assert!(!path.at_head);
}

/// Old versions of other programs wrote the mode of a directory with a zero before it. That it goes
/// changes nothing in the directory.
#[test]
fn a_directory_whose_mode_loses_a_zero_stays_where_it_is() {
    let fixture = Fixture::new();
    let mut pack = PackBuilder::new();
    let blob = pack.blob(b"NEEDLE_1");
    let inner = [b"100644 file\0".as_slice(), blob.as_bytes()].concat();
    let tree = object_id("tree", &inner);
    pack.entry(tree, TREE, inner.len() as u64, b"", &inner);
    let before = [b"100644 a\0".as_slice(), blob.as_bytes()].concat();
    let entry = [b"040000 dir\0".as_slice(), tree.as_bytes()].concat();
    let old = [before.as_slice(), &entry].concat();
    let new = [before.as_slice(), &entry[1..]].concat();
    let (old_id, new_id) = (object_id("tree", &old), object_id("tree", &new));
    pack.entry(old_id, TREE, old.len() as u64, b"", &old);
    let pieces = [Copy(0, before.len()), Copy(before.len() + 1, entry.len() - 1)];
    pack.ref_delta(new_id, old_id, &delta(old.len(), new.len(), &pieces));
    pack.write(&fixture.root.join(".git/objects"), "pack-x");
    let first = fixture.git(&["commit-tree", &old_id.to_string(), "-m", "one"]);
    let second = fixture.git(&["commit-tree", &new_id.to_string(), "-p", &first, "-m", "two"]);
    fixture.git(&["update-ref", "refs/heads/main", &second]);
    let repository = fixture.open();
    let found = walk(&repository, &PROBE, &visit, 1, &progress());
    assert_eq!(found.coverage.gaps, []);
    let attribution = attribute(&repository, &found);
    let paths = &attribution.blobs[&blob].paths;
    assert_eq!(
        paths.iter().map(|path| path.path.as_slice()).collect::<Vec<_>>(),
        [b"a".as_slice(), b"dir/file"]
    );
    for path in paths {
        assert_eq!(path.introductions, [hex(&first)]);
        assert_eq!(path.last.as_ref().unwrap().id, hex(&second));
        assert!(path.at_head);
    }
}
