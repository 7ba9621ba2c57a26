//! What commits, tags and references lead to and the database does not have.

use std::collections::{BTreeMap, HashSet};

use crate::blob::{ObjectId, ObjectKind};
use crate::coverage::{Coverage, unreadable};
use crate::git::database::hash;
use crate::git::presence::Presence;
use crate::git::{RefKind, Reference, Repository, Walk, read_small};

/// How many missing objects are named one by one.
const MOST_NAMED: usize = 1000;

/// Adds a gap for every object that something, an index too, leads to and that is missing, for every reference
/// that cannot be read, and for a history that was cut off. Reflogs, `FETCH_HEAD` and the like may
/// name what git has removed since.
pub(crate) fn check(repository: &Repository, walk: &mut Walk, presence: &Presence, partial: bool) {
    let mut missing: BTreeMap<ObjectId, String> = std::mem::take(&mut walk.trees.missing)
        .into_iter()
        .map(|(object, tree)| (object, format!("the tree {tree}")))
        .collect();
    let mut note = |object: ObjectId, who: &dyn Fn() -> String| {
        if !presence.contains(object.as_bytes()) {
            missing.entry(object).or_insert_with(who);
        }
    };
    let (shallow, cut_off) = shallow(repository, &mut walk.coverage);
    for row in 0..walk.commits.len() {
        if walk.commits.named(row).all(|named| presence.contains(named)) {
            continue;
        }
        let id = walk.commits.id(row);
        note(walk.commits.tree(row), &|| format!("the commit {id}"));
        if !shallow.contains(&id) {
            walk.commits.parents(row).for_each(|p| note(p, &|| format!("the commit {id}")));
        }
    }
    for (id, tag) in &walk.tags {
        note(tag.target, &|| format!("the tag {id}"));
    }
    let keeps = |found: &&Reference| {
        found.kind == RefKind::Head
            || found.kind != RefKind::Reflog && found.name.starts_with(b"refs/")
    };
    for reference in walk.references.all.iter().filter(keeps) {
        let name = String::from_utf8_lossy(&reference.name);
        note(reference.target, &|| format!("the reference {name}"));
    }
    // What is staged is in no commit yet. In the empty blob is nothing, whether it is there or not.
    let empty = hash(ObjectKind::Blob, b"", repository.id_len());
    let others = repository.other_work_trees();
    for work_tree in std::iter::once(repository).chain(&others) {
        let index = work_tree.index();
        let staged = index.entries.iter().filter(|entry| entry.has_blob() && entry.id != empty);
        staged.for_each(|entry| note(entry.id, &|| "the index".to_owned()));
    }
    let coverage = &mut walk.coverage;
    coverage.gaps.extend(walk.references.gaps.iter().cloned());
    report(&missing, partial, coverage);
    if cut_off {
        let what = repository.common_dir.display().to_string();
        let why = "this is a shallow clone, and the history before it is not here; \
                   `git fetch --unshallow` brings it";
        coverage.gap(what, why);
    }
}

fn report(missing: &BTreeMap<ObjectId, String>, partial: bool, coverage: &mut Coverage) {
    let advice = match partial {
        true => {
            "this is a partial clone; `git fetch --refetch --no-filter` brings what it left out"
        }
        false => "fetch it from another copy of the repository",
    };
    for (object, who) in missing.iter().take(MOST_NAMED) {
        let why = format!("it is not in the object database, although {who} names it; {advice}");
        coverage.gap(format!("object {object}"), why);
    }
    if let Some(more @ 1..) = missing.len().checked_sub(MOST_NAMED) {
        let why = format!("they are not in the object database, although they are named; {advice}");
        coverage.gap(format!("{more} more objects"), why);
    }
}

/// The commits at which a shallow clone ends, and whether there are any.
fn shallow(repository: &Repository, coverage: &mut Coverage) -> (HashSet<ObjectId>, bool) {
    let file = repository.common_dir.join("shallow");
    let commits: HashSet<ObjectId> = match read_small(&file) {
        Ok(content) => content
            .split(|byte| *byte == b'\n')
            .filter_map(|line| ObjectId::from_hex(line.trim_ascii()))
            .collect(),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => HashSet::new(),
        Err(error) => {
            let why = format!(
                "where the history of this clone ends {}; or `git fetch --unshallow`",
                unreadable(&error)
            );
            coverage.gap(file.display().to_string(), why);
            HashSet::new()
        }
    };
    let cut_off = !commits.is_empty();
    (commits, cut_off)
}
