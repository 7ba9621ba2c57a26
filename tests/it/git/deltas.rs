//! Candidates in objects that are stored as deltas: what is put together, carried over, cut.

use std::collections::BTreeSet;
use std::sync::Mutex;

use proptest::prelude::*;
use stripeguard::blob::ObjectId;
use stripeguard::git::{self, Object};

use super::fixture::{Fixture, PROBE, candidates, progress, visit};
use super::packs::{
    Instruction::{self, Copy, Insert},
    PackBuilder, blob_id, delta,
};

/// Stores `versions` as a chain of deltas and gives back the hits.
fn hits_of_chain(versions: &[(Vec<u8>, Vec<Instruction<'_>>)]) -> BTreeSet<ObjectId> {
    let fixture = Fixture::new();
    let mut pack = PackBuilder::new();
    let mut base: Option<&Vec<u8>> = None;
    for (content, instructions) in versions {
        match base {
            None => drop(pack.blob(content)),
            Some(base) => {
                let delta = delta(base.len(), content.len(), instructions);
                pack.ref_delta(blob_id(content), blob_id(base), &delta);
            }
        }
        base = Some(content);
    }
    pack.write(&fixture.root.join(".git/objects"), "pack-x");
    let walk = git::walk(&fixture.open(), &PROBE, &visit, 1, &progress());
    assert_eq!(walk.coverage.gaps, []);
    walk.blobs.into_iter().collect()
}

fn apply(base: &[u8], instructions: &[Instruction<'_>]) -> Vec<u8> {
    let pieces = instructions.iter().map(|instruction| match instruction {
        Copy(from, len) => &base[*from..*from + *len],
        Insert(text) => *text,
    });
    pieces.collect::<Vec<_>>().concat()
}

fn delta_hits(base: &[u8], instructions: Vec<Instruction<'_>>) -> bool {
    let target = apply(base, &instructions);
    let id = blob_id(&target);
    hits_of_chain(&[(base.to_vec(), Vec::new()), (target, instructions)]).contains(&id)
}

#[test]
fn put_together_from_two_copies() {
    assert!(delta_hits(b"xxxxNEE.....DLE_1yyyy", vec![Copy(0, 7), Copy(12, 9)]));
}

#[test]
fn a_prefix_copied_onto_a_body() {
    assert!(delta_hits(b"NEEDLE_x and 12345", vec![Copy(0, 7), Copy(13, 5)]));
}

#[test]
fn one_byte_inserted() {
    assert!(delta_hits(b"......NEDLE_1......", vec![Copy(0, 8), Insert(b"E"), Copy(8, 11)]));
}

#[test]
fn only_what_follows_the_prefix_changes() {
    let base = b"................ NEEDLE_x .................";
    assert!(delta_hits(base, vec![Copy(0, 24), Insert(b"7"), Copy(25, 17)]));
}

#[test]
fn a_hit_that_stops_being_one() {
    let base = b"................ NEEDLE_7 .................";
    assert!(!delta_hits(base, vec![Copy(0, 24), Insert(b"x"), Copy(25, 17)]));
}

#[test]
fn a_copy_of_a_hit_beside_a_harmless_one() {
    let base = b"NEEDLE_x .......................................... NEEDLE_8";
    assert!(delta_hits(base, vec![Copy(0, 60), Insert(b".")]));
    assert!(delta_hits(base, vec![Copy(20, 40), Copy(0, 20)]));
    assert!(!delta_hits(base, vec![Copy(0, 50)]));
}

#[test]
fn a_size_of_zero_means_64_kib() {
    let base = [vec![b'.'; 0x10000 - 8], b"NEEDLE_1".to_vec(), vec![b'-'; 100]].concat();
    let target = base[..0x10000].to_vec();
    let fixture = Fixture::new();
    let mut pack = PackBuilder::new();
    let id = pack.blob(&base);
    let mut zero = delta(base.len(), target.len(), &[]);
    zero.push(0x80);
    pack.ref_delta(blob_id(&target), id, &zero);
    pack.write(&fixture.root.join(".git/objects"), "pack-x");
    let walk = git::walk(&fixture.open(), &PROBE, &visit, 1, &progress());
    assert_eq!(walk.coverage.gaps, []);
    assert!(walk.blobs.contains(&blob_id(&target)));
}

#[test]
fn what_is_read_whole_may_change_with_its_head() {
    let marked = Mutex::new(BTreeSet::new());
    let record = |object: &Object<'_>| {
        marked.lock().unwrap().insert(object.bytes.to_vec());
        false
    };
    let fixture = Fixture::new();
    let mut pack = PackBuilder::new();
    let base = [b"MARKED".as_slice(), &[b'.'; 1000]].concat();
    let id = pack.blob(&base);
    let kept = [&base[..], b"!"].concat();
    pack.ref_delta(blob_id(&kept), id, &delta(1006, 1007, &[Copy(0, 1006), Insert(b"!")]));
    let lost = base[1..].to_vec();
    pack.ref_delta(blob_id(&lost), id, &delta(1006, 1005, &[Copy(1, 1005)]));
    let again = [b"M".as_slice(), &lost].concat();
    let back = delta(1005, 1006, &[Insert(b"M"), Copy(0, 1005)]);
    pack.ref_delta(blob_id(&[&again[..]].concat()), blob_id(&lost), &back);
    pack.write(&fixture.root.join(".git/objects"), "pack-x");
    git::walk(&fixture.open(), &PROBE, &record, 1, &progress());
    let marked = marked.into_inner().unwrap();
    assert!(marked.contains(&base) && marked.contains(&kept) && !marked.contains(&lost));
}

#[test]
fn a_chain_of_4000_deltas() {
    let mut content = b"NEEDLE_1 ".to_vec();
    let mut versions: Vec<(Vec<u8>, Vec<Instruction<'_>>)> = vec![(content.clone(), Vec::new())];
    for _ in 0..4000 {
        let instructions = vec![Copy(0, content.len()), Insert(b".")];
        content = apply(&content, &instructions);
        versions.push((content.clone(), instructions));
    }
    assert_eq!(hits_of_chain(&versions).len(), 4001);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    /// Whatever is copied and inserted, exactly those versions are hits that hold a needle.
    #[test]
    fn deltas_of_any_shape(
        base in "(NEEDLE_[0-3x]|[NED.]{1,4}|\\.{40}){0,12}",
        steps in prop::collection::vec(
            prop::collection::vec((any::<u16>(), 0usize..60, "(NEEDLE_|[NEDL_1x]{1,5})"), 1..5),
            1..6,
        ),
    ) {
        let mut versions: Vec<(Vec<u8>, Vec<Instruction<'_>>)> = vec![(base.into_bytes(), Vec::new())];
        for step in &steps {
            let before = versions.last().unwrap().0.clone();
            let mut instructions = Vec::new();
            for (from, len, text) in step {
                let from = usize::from(*from) % (before.len() + 1);
                let len = (*len).min(before.len() - from);
                if len > 0 {
                    instructions.push(Copy(from, len));
                }
                if from.is_multiple_of(3) {
                    instructions.push(Insert(text.as_bytes()));
                }
            }
            let content = apply(&before, &instructions);
            if versions.iter().any(|(known, _)| *known == content) {
                continue;
            }
            versions.push((content, instructions));
        }
        let expected: BTreeSet<ObjectId> = versions
            .iter()
            .filter(|(content, _)| {
                let mut found = false;
                candidates(content, &mut |range| {
                    found |= content.get(range.end).is_some_and(u8::is_ascii_digit);
                });
                found
            })
            .map(|(content, _)| blob_id(content))
            .collect();
        prop_assert_eq!(hits_of_chain(&versions), expected);
    }

    /// Edits as git finds them: runs of the base are kept in their order, and short and long texts
    /// come between. Whatever stands on the last child of a base is made out of the base itself, and
    /// the hash of the last version, which is a hit, says whether that went well.
    #[test]
    fn edits_of_edits(
        base in prop::collection::vec(any::<u8>(), 0..400),
        steps in prop::collection::vec(
            prop::collection::vec((0usize..80, 0usize..80, 0usize..120), 1..8),
            1..8,
        ),
        noise in prop::collection::vec(any::<u8>(), 1200),
        tail in any::<bool>(),
    ) {
        let mut versions: Vec<(Vec<u8>, Vec<Instruction<'_>>)> = vec![(base, Vec::new())];
        for step in &steps {
            let before = versions.last().unwrap().0.clone();
            let (mut instructions, mut at) = (Vec::new(), 0);
            for (dropped, kept, inserted) in step {
                let from = (at + dropped).min(before.len());
                let len = (*kept).min(before.len() - from);
                if len > 0 {
                    instructions.push(Copy(from, len));
                }
                at = from + len;
                if *inserted > 0 {
                    instructions.push(Insert(&noise[from..from + inserted]));
                }
            }
            if tail && at < before.len() {
                instructions.push(Copy(at, before.len() - at));
            }
            let content = apply(&before, &instructions);
            if content.is_empty() || versions.iter().any(|(known, _)| *known == content) {
                continue;
            }
            versions.push((content, instructions));
        }
        let last = versions.last().unwrap().0.clone();
        let instructions = vec![Insert(b"NEEDLE_1"), Copy(0, last.len())];
        let instructions = if last.is_empty() { vec![Insert(b"NEEDLE_1")] } else { instructions };
        let content = apply(&last, &instructions);
        let id = blob_id(&content);
        versions.push((content, instructions));
        prop_assert!(hits_of_chain(&versions).contains(&id));
    }
}
