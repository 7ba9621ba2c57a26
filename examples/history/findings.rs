//! The findings are those of a plain loop over all objects, each of them scanned whole.

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader, Read};

use stripeguard::blob::{Blob, ObjectId, Origin};
use stripeguard::coverage::Progress;
use stripeguard::decode::container::Limits;
use stripeguard::scan::{Found, Scanner};
use stripeguard::sighting::Sighting;
use stripeguard::source::history::{self, Options, Scope};

use crate::{Outcome, Subject};

/// Where a credential stands: the object, the rule, the first and the last byte.
type Spot = (String, &'static str, u64, u64);

pub fn check(subject: &Subject) -> Outcome {
    let scanner = Scanner::new(1_700_000_000, Limits::default());
    let (git, objects) = by_git(subject, &scanner);
    let options = Options {
        threads: 2,
        prefix: "",
        root: "",
        asked: &[],
        scope: Scope::Local,
        verify: false,
        under: "",
        cache: None,
    };
    let progress = Progress::default();
    let history = history::scan(&subject.repository, &options, &scanner, &progress);
    let ours = history.traced.iter().filter_map(|(sighting, _)| spot(sighting)).collect();
    println!("  {} places with credentials", git.len());
    let mut outcome = Outcome { compared: objects, ..Outcome::default() };
    let ours: &BTreeSet<Spot> = &ours;
    for (who, these, others) in [("ours", ours, &git), ("git", &git, ours)] {
        let only = these.difference(others).map(|spot| format!("only {who}: {spot:?}"));
        outcome.differences.extend(only);
    }
    outcome
}

fn spot(sighting: &Sighting) -> Option<Spot> {
    let place = &sighting.place;
    let (Origin::History(id) | Origin::Message(id)) = place.origin else { return None };
    Some((id.to_string(), sighting.rule.id, place.start.offset, place.end.offset))
}

/// Scans every blob, commit and tag; and says how many these are.
fn by_git(subject: &Subject, scanner: &Scanner) -> (BTreeSet<Spot>, usize) {
    let mut cat = subject.git(&["cat-file", "--batch-all-objects", "--unordered", "--batch"]);
    let mut child = cat.spawn().unwrap();
    let mut stream = BufReader::with_capacity(1 << 20, child.stdout.take().unwrap());
    let (mut spots, mut objects) = (BTreeSet::new(), 0);
    let (mut line, mut content) = (String::new(), Vec::new());
    while stream.read_line(&mut line).unwrap() > 0 {
        let mut words = line.split_whitespace();
        let id = ObjectId::from_hex(words.next().unwrap().as_bytes()).unwrap();
        let kind = words.next().unwrap().to_owned();
        let size: u64 = words.next().unwrap().parse().unwrap();
        content.clear();
        (&mut stream).take(size + 1).read_to_end(&mut content).unwrap();
        content.pop();
        line.clear();
        let origin = match kind.as_str() {
            "blob" => Origin::History(id),
            "tree" => continue,
            _ => Origin::Message(id),
        };
        objects += 1;
        let mut found = Found::default();
        scanner.scan(&Blob::whole("", origin, &content), &mut found);
        spots.extend(found.sightings.iter().filter_map(spot));
    }
    child.wait().unwrap();
    (spots, objects)
}
