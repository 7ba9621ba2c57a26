//! Credentials of which a delta changes a few characters: what decides about them stands on both sides
//! of the change.

use std::collections::BTreeMap;

use stripeguard::blob::ObjectId;
use stripeguard::detect::Detector;
use stripeguard::git::{self, Object, Probe};
use stripeguard::source::history::MARGIN;

use super::fixture::{Fixture, progress};
use super::packs::{
    Instruction::{Copy, Insert},
    PackBuilder, blob_id, delta,
};
use crate::key::TODAY;
use crate::keys::key;
use crate::spelling::{SPELLINGS, makes_sense};

const BEFORE: &[u8] =
    b"int main(int argc, const char **argv)\n{\n\treturn run(argc - 1, argv + 1);\n}\nx: ";
const AFTER: &[u8] =
    b"\n\nstatic void run(int argc, const char **argv)\n{\n\tputs(argv[argc]);\n}\n";

/// Whether the detector, shown the whole of a text, finds something.
fn finds(detector: &Detector, text: &[u8]) -> bool {
    let mut found = Vec::new();
    detector.scan(text, "", &mut found);
    !found.is_empty()
}

/// A pack of texts, each with a version of it that lacks some bytes for its base.
struct Holes {
    pack: PackBuilder,
    /// The texts in which there is something, and what each is.
    expected: BTreeMap<ObjectId, String>,
}

impl Holes {
    fn add(&mut self, detector: &Detector, text: &[u8], at: usize, len: usize, what: &str) {
        let base = [&text[..at], b"#", &text[at + len..]].concat();
        let base_id = self.pack.blob(&base);
        let id = blob_id(text);
        let (inserted, rest) = (&text[at..at + len], text.len() - at - len);
        let instructions = [Copy(0, at), Insert(inserted), Copy(at + 1, rest)];
        self.pack.ref_delta(id, base_id, &delta(base.len(), text.len(), &instructions));
        if finds(detector, text) {
            self.expected.insert(id, format!("{what}, {len} bytes at {}", at - BEFORE.len()));
        }
    }
}

#[test]
fn a_key_in_any_spelling_is_found_where_a_few_bytes_of_it_change() {
    let detector = Detector::new(TODAY);
    let mut holes = Holes { pack: PackBuilder::new(), expected: BTreeMap::new() };
    let mut seed = 0;
    for (outer, spell_outer) in SPELLINGS {
        for (inner, spell_inner) in SPELLINGS.iter().filter(|s| makes_sense(outer, s.0)) {
            // Each text is another, since an object stands once in a pack.
            for (step, len) in [(1, 1), (2, 7)] {
                let spelled = |seed| spell_outer(&spell_inner(key("sk_live", 24, seed).as_bytes()));
                let last = spelled(seed).len() - len;
                for at in (0..last).step_by((last / 12).max(1)) {
                    seed += step;
                    let text = [BEFORE, &spelled(seed), AFTER].concat();
                    holes.add(
                        &detector,
                        &text,
                        BEFORE.len() + at,
                        len,
                        &format!("{inner} within {outer}"),
                    );
                }
            }
        }
    }
    assert!(holes.expected.len() > 10_000, "{} texts", holes.expected.len());
    let fixture = Fixture::new();
    holes.pack.write(&fixture.root.join(".git/objects"), "pack-x");
    let probe = Probe {
        candidates: &|window, report| detector.candidates(window, report),
        margin: MARGIN,
        reach: Detector::REACH,
        whole: &|_| false,
    };
    let visit = |object: &Object<'_>| finds(&detector, object.bytes);
    let walk = git::walk(&fixture.open(), &probe, &visit, 2, &progress());
    assert_eq!(walk.coverage.gaps, []);
    let mut missed = holes.expected;
    missed.retain(|id, _| walk.blobs.binary_search(id).is_err());
    let missed: Vec<_> = missed.into_values().collect();
    assert!(missed.is_empty(), "{} missed: {:#?}", missed.len(), &missed[..missed.len().min(40)]);
}
