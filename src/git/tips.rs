//! Where references lead.

use crate::blob::ObjectId;
use crate::git::graph::{Graph, Rank};
use crate::git::{Reference, Walk};

/// What references lead to, each with the number of the reference.
pub(crate) struct Tips {
    pub commits: Vec<(u32, Rank)>,
    /// Everything else on the way: annotated tags that are hits, and trees and blobs that are not in
    /// a commit.
    pub direct: Vec<(u32, ObjectId)>,
}

impl Tips {
    pub fn new(references: &[Reference], walk: &Walk, graph: &Graph<'_>) -> Self {
        let mut tips = Self { commits: Vec::new(), direct: Vec::new() };
        for (number, reference) in references.iter().enumerate() {
            let mut id = reference.target;
            for _ in 0..=walk.tags.len() {
                if let Some(rank) = graph.rank(&id) {
                    tips.commits.push((number as u32, rank));
                    break;
                }
                let tag = walk.tags.binary_search_by_key(&id, |(tag, _)| *tag);
                // Many references may lead to a long chain of tags, of which few say anything.
                if tag.is_err() || walk.messages.binary_search(&id).is_ok() {
                    tips.direct.push((number as u32, id));
                }
                match tag {
                    Ok(tag) => id = walk.tags[tag].1.target,
                    Err(_) => break,
                }
            }
        }
        tips
    }
}
