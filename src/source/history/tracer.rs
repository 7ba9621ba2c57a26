//! From hits to sightings with their paths and their history.

use std::collections::{HashMap, HashSet};

use super::hits::Spot;
use super::{Options, Scope};
use crate::blob::{ObjectId, Origin};
use crate::finding::{Lineage, Traced};
use crate::git::{Attribution, Exposure, Index, IndexEntry, PathHistory, RefKind};
use crate::scan::{Found, Scanner};
use crate::sighting::Sighting;

/// Gives sightings their paths and their history.
pub struct Tracer<'a> {
    /// By which commits and paths objects can be reached.
    pub attribution: &'a Attribution,
    /// What is asked for.
    pub options: &'a Options<'a>,
    /// What redacts.
    pub scanner: &'a Scanner,
    /// Whether there is no work tree.
    pub is_bare: bool,
    /// Whether the walk was ended before it was done, so that nothing is known of where hits stand.
    pub cut_short: bool,
    /// The blobs of the index, which have a path there if they have none in any commit.
    pub staged: HashSet<ObjectId>,
}

impl Tracer<'_> {
    /// What the objects hold, at each path that counts.
    pub fn trace(&self, hits: &HashMap<Spot, Found>) -> Vec<Traced> {
        let mut traced = Vec::new();
        for (spot, found) in hits {
            let exposure = match spot {
                Spot::Object(id) => {
                    let blobs = self.attribution.blobs.get(id);
                    blobs.or_else(|| self.attribution.messages.get(id))
                }
                Spot::Name(name) => self.attribution.names.get(name),
            };
            if self.cut_short {
                traced.extend(found.sightings.iter().map(|sighting| (sighting.clone(), None)));
                continue;
            }
            // What has no exposure lies in a store that this repository borrows from, and nothing
            // of this repository leads to it.
            let Some(exposure) = exposure else { continue };
            for sighting in &found.sightings {
                self.place(sighting, exposure, &mut traced);
            }
        }
        traced
    }

    fn place(&self, sighting: &Sighting, exposure: &Exposure, traced: &mut Vec<Traced>) {
        for history in &exposure.paths {
            let path = String::from_utf8_lossy(&history.path);
            if path.starts_with(self.options.under) && self.is_in_scope(&history.refs) {
                let mut sighting = self.at(sighting, self.options.prefix, &path);
                sighting.place.commit =
                    history.first.as_ref().map(|commit| self.scanner.commit(commit));
                traced.push((sighting, Some(self.lineage(history))));
            }
        }
        let is_staged = match sighting.place.origin {
            Origin::History(id) => self.staged.contains(&id),
            _ => false,
        };
        let is_wanted = self.options.under.is_empty() && self.is_in_scope(&exposure.refs);
        if exposure.paths.is_empty() && !is_staged && is_wanted {
            let mut sighting = sighting.clone();
            sighting.place.commit =
                exposure.message.as_ref().map(|commit| self.scanner.commit(commit));
            let lineage = Lineage {
                first: sighting.place.commit.clone(),
                last: None,
                at_head: false,
                refs: self.refs(&exposure.refs),
            };
            traced.push((sighting, Some(lineage)));
        }
    }

    /// What the index holds. Of the other work trees only what no commit has at the same path:
    /// their files are mostly those of some commit.
    pub fn trace_indexes(
        &self,
        hits: &HashMap<Spot, Found>,
        index: &Index,
        others: &[(String, Index)],
    ) -> Vec<Traced> {
        let mut traced = Vec::new();
        let own = index.entries.iter().map(|entry| (self.options.prefix, entry));
        let others = others.iter().flat_map(|(prefix, index)| {
            let fresh = index.entries.iter().filter(|entry| !self.is_committed(entry));
            fresh.map(move |entry| (prefix.as_str(), entry))
        });
        for (prefix, entry) in own.chain(others).filter(|(_, entry)| entry.has_blob()) {
            if let Some(found) = hits.get(&Spot::Object(entry.id)) {
                traced.extend(self.indexed(&found.sightings, prefix, &entry.path));
            }
        }
        traced
    }

    fn is_committed(&self, entry: &IndexEntry) -> bool {
        let exposure = self.attribution.blobs.get(&entry.id);
        exposure.is_some_and(|known| known.paths.iter().any(|known| known.path == entry.path))
    }

    fn indexed(&self, sightings: &[Sighting], prefix: &str, path: &[u8]) -> Vec<Traced> {
        let path = String::from_utf8_lossy(path);
        let wanted = path.starts_with(self.options.under);
        let sightings = sightings.iter().filter(|_| wanted).map(|sighting| {
            let mut sighting = self.at(sighting, prefix, &path);
            sighting.place.origin = Origin::Index;
            (sighting, None)
        });
        sightings.collect()
    }

    /// A sighting at a path; what it has for a path so far is that of a member in an archive.
    fn at(&self, sighting: &Sighting, prefix: &str, path: &str) -> Sighting {
        let mut sighting = sighting.clone();
        let member = sighting.place.path.take().unwrap_or_default();
        sighting.place.path = Some(self.scanner.label(&format!("{prefix}{path}{member}")));
        sighting
    }

    fn lineage(&self, history: &PathHistory) -> Lineage {
        Lineage {
            first: history.first.as_ref().map(|commit| self.scanner.commit(commit)),
            last: history.last.as_ref().map(|commit| self.scanner.commit(commit)),
            at_head: history.at_head,
            refs: self.refs(&history.refs),
        }
    }

    fn is_in_scope(&self, refs: &[u32]) -> bool {
        let mut kinds =
            refs.iter().filter_map(|&n| self.attribution.refs.get(n as usize)).map(|r| r.kind);
        match self.options.scope {
            Scope::Local => true,
            Scope::Pushed if !self.is_bare => kinds.any(|kind| kind == RefKind::Remote),
            Scope::Refs | Scope::Pushed => {
                kinds.any(|kind| !matches!(kind, RefKind::Reflog | RefKind::Stash))
            }
        }
    }

    /// Names of references; reflogs only where nothing else leads there.
    fn refs(&self, numbers: &[u32]) -> Vec<String> {
        let all = numbers.iter().filter_map(|&n| self.attribution.refs.get(n as usize));
        let (logs, named): (Vec<_>, Vec<_>) = all.partition(|r| r.kind == RefKind::Reflog);
        let shown = if named.is_empty() { logs } else { named };
        shown.iter().map(|r| self.scanner.label(&String::from_utf8_lossy(&r.name))).collect()
    }
}
