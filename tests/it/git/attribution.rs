use stripeguard::git::{attribute, walk};

use super::fixture::{Fixture, PROBE, progress, visit};

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
