//! Many literals in one SIMD search.
//!
//! The packed search of `aho_corasick` compares the first four bytes of a place with 16 sets of
//! literals at once, and only where a set may begin looks at its literals one by one. What it
//! costs is how often that happens: so it is given no more than the first four bytes of each
//! literal, and those that look alike stand in one set.

use std::collections::BTreeMap;
use std::ops::Range;

use aho_corasick::packed::{Config, MatchKind, Searcher};
use aho_corasick::{AhoCorasick, AhoCorasickBuilder, Input, MatchKind as AnyMatchKind, Span};

use super::chance::{Commonness, Mask, STUB, Stub};
use super::search::{ENOUGH, Hit, Needle};

/// How many sets there are, and how many stubs one may hold: a packed search takes 128.
const SETS: usize = 16;
const PER_SET: usize = 8;

/// A search for many literals.
#[derive(Debug)]
pub struct Literals {
    engine: Engine,
    /// The literals that begin with the stub that the engine knows by this number, longest first.
    by_stub: Vec<Vec<Needle>>,
}

/// SIMD where the processor has it: the automaton costs ten times as much per byte.
#[derive(Debug)]
enum Engine {
    Packed(Searcher),
    Automaton(Box<AhoCorasick>),
}

impl Literals {
    /// The search for literals of four bytes and more. Of two at one place the longer one wins.
    pub fn new(mut needles: Vec<Needle>) -> Self {
        needles.sort_by(|(a, _), (b, _)| a[..STUB].cmp(&b[..STUB]).then(b.len().cmp(&a.len())));
        debug_assert!(needles.iter().all(|(needle, _)| needle.len() <= ENOUGH));
        let groups: Vec<&[Needle]> =
            needles.chunk_by(|(a, _), (b, _)| a[..STUB] == b[..STUB]).collect();
        let stubs: Vec<Stub> = groups.iter().filter_map(|group| stub(group)).collect();
        let order = arrange(&stubs);
        debug_assert!(order.len() <= SETS * PER_SET, "a packed search takes no more");
        let patterns = order.iter().map(|&at| &stubs[at]);
        let packed = Config::new()
            .match_kind(MatchKind::LeftmostFirst)
            .heuristic_pattern_limits(false)
            .builder()
            .extend(patterns.clone())
            .build();
        let engine = match packed {
            Some(searcher) => Engine::Packed(searcher),
            None => Engine::Automaton(Box::new(
                AhoCorasickBuilder::new()
                    .match_kind(AnyMatchKind::LeftmostFirst)
                    .build(patterns)
                    .expect("a few short literals make an automaton"),
            )),
        };
        let by_stub = order.iter().map(|&at| groups[at].to_vec()).collect();
        Self { engine, by_stub }
    }

    /// The first literal that begins within a range; it may end behind it.
    pub fn find(&self, bytes: &[u8], range: Range<usize>) -> Option<Hit<'_>> {
        let end = bytes.len().min(range.end.saturating_add(STUB - 1));
        let mut at = range.start;
        while at < end {
            let span = Span::from(at..end);
            let found = match &self.engine {
                Engine::Packed(searcher) => searcher.find_in(bytes, span)?,
                Engine::Automaton(automaton) => automaton.find(Input::new(bytes).span(span))?,
            };
            let rest = &bytes[found.start()..];
            let needles = &self.by_stub[found.pattern().as_usize()];
            if let Some((needle, target)) = needles.iter().find(|(n, _)| rest.starts_with(n)) {
                return Some(Hit { span: found.start()..found.start() + needle.len(), target });
            }
            at = found.start() + 1;
        }
        None
    }
}

fn stub(group: &[Needle]) -> Option<Stub> {
    group.first()?.0.first_chunk().copied()
}

/// The order in which the packed search puts stubs into the sets that they fit: it deals them out
/// like cards, so that every 16th goes into the same one. A place that stays empty in a set is
/// taken by another of its stubs once more.
fn arrange(stubs: &[Stub]) -> Vec<usize> {
    let sets = sets(stubs);
    let rows = sets.iter().map(|set| set.members.len()).max().unwrap_or(0);
    let at = |row: usize, set: &Set| *set.members.get(row).unwrap_or(&set.members[0]);
    (0..rows).flat_map(|row| sets.iter().map(move |set| at(row, set))).collect()
}

/// Puts stubs together, the commonest first, where they make the least difference to how often a
/// set is hit by chance. Those that the packed search cannot tell apart by the lower halves of
/// their bytes go into one set in any case: it would put them there itself.
fn sets(stubs: &[Stub]) -> Vec<Set> {
    let common = Commonness::new();
    let mut alike: BTreeMap<Stub, Vec<usize>> = BTreeMap::new();
    for (at, stub) in stubs.iter().enumerate() {
        alike.entry(stub.map(|byte| byte & 15)).or_default().push(at);
    }
    let mut groups: Vec<Set> =
        alike.into_values().map(|members| Set::new(members, stubs, &common)).collect();
    groups.sort_by(|a, b| b.chance.total_cmp(&a.chance));
    let mut sets: Vec<Set> = Vec::new();
    for group in groups {
        let has_room = |set: &Set| set.members.len() + group.members.len() <= PER_SET;
        let open = sets.iter().enumerate().filter(|(_, set)| has_room(set));
        let costs =
            open.map(|(at, set)| (set.mask.with(group.mask).chance(&common) - set.chance, at));
        let cheapest = costs.min_by(|(a, _), (b, _)| a.total_cmp(b));
        let is_better_alone = cheapest.is_none_or(|(cost, _)| cost >= group.chance);
        if is_better_alone && sets.len() < SETS {
            sets.push(group);
            continue;
        }
        let (cost, at) = cheapest.expect("there are fewer stubs than places");
        sets[at].add(group, cost);
    }
    sets
}

struct Set {
    /// Indices of stubs.
    members: Vec<usize>,
    mask: Mask,
    chance: f32,
}

impl Set {
    fn new(members: Vec<usize>, stubs: &[Stub], common: &Commonness) -> Self {
        let masks = members.iter().map(|&at| Mask::of(stubs[at]));
        let mask = masks.reduce(Mask::with).unwrap_or_default();
        Self { members, mask, chance: mask.chance(common) }
    }

    fn add(&mut self, group: Self, cost: f32) {
        self.members.extend(group.members);
        self.mask = self.mask.with(group.mask);
        self.chance += cost;
    }
}
