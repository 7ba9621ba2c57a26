//! As many objects are read as git lists, and what is missing is named.

use std::collections::BTreeSet;

use stripeguard::coverage::Progress;
use stripeguard::git::{self, Probe};
use stripeguard::source::history::MARGIN;

use crate::{Outcome, Subject};

pub fn check(subject: &Subject) -> Outcome {
    let listed = subject.output(&[
        "cat-file",
        "--batch-all-objects",
        "--unordered",
        "--batch-check=%(objecttype)",
    ]);
    let count = |kind: &[u8]| listed.split(|b| *b == b'\n').filter(|line| *line == kind).count();
    let probe = Probe { candidates: &|_, _| {}, margin: MARGIN, reach: (0, 0), whole: &|_| false };
    let walk = git::walk(&subject.repository, &probe, &|_| false, 2, &Progress::default());
    let objects = walk.coverage.objects;
    let mut outcome = Outcome::default();
    outcome.compare("blobs", objects.blobs, count(b"blob") as u64);
    outcome.compare("trees", objects.trees, count(b"tree") as u64);
    outcome.compare("commits", objects.commits, count(b"commit") as u64);
    outcome.compare("tags", objects.tags, count(b"tag") as u64);
    let missing = subject.output(&["rev-list", "--objects", "--all", "--missing=print"]);
    let missing = missing.split(|b| *b == b'\n').filter_map(|line| line.strip_prefix(b"?"));
    let missing: BTreeSet<String> =
        missing.map(|line| String::from_utf8_lossy(line).into_owned()).collect();
    let gaps = walk.coverage.gaps.iter().filter_map(|gap| gap.what.strip_prefix("object "));
    let gaps: BTreeSet<String> = gaps.map(str::to_owned).collect();
    println!("  {} objects, {} missing", objects.total(), missing.len());
    for id in &missing {
        outcome.compare(id, gaps.contains(id), true);
    }
    outcome
}
