//! The trees that an index would be written as, so far as they are known (gitformat-index, "Cache
//! tree").

use std::collections::HashMap;

use crate::blob::ObjectId;

/// For each directory whose tree is known its id. `git commit` takes these trees as they are, so
/// that a directory with the tree of the last commit adds nothing to the next.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct CachedTrees(HashMap<Vec<u8>, ObjectId>);

impl CachedTrees {
    /// Reads the extension `TREE`; what does not fit it ends it, since it only saves time.
    pub fn parse(bytes: &[u8], id_len: usize) -> Self {
        let mut trees = Self::default();
        // The directories that are open: their paths, and how many directories are to come in each.
        let mut open: Vec<(Vec<u8>, usize)> = Vec::new();
        let mut rest = bytes;
        while let Some(node) = Node::take(&mut rest, id_len) {
            let path = match open.last_mut() {
                Some((parent, left)) => {
                    *left -= 1;
                    [parent, node.name, b"/"].concat()
                }
                None => Vec::new(),
            };
            if path.len() > LONGEST {
                break;
            }
            if let Some(id) = node.id {
                trees.0.insert(path.clone(), id);
            }
            open.push((path, node.directories));
            while open.last().is_some_and(|(_, left)| *left == 0) {
                open.pop();
            }
            if open.is_empty() {
                break;
            }
        }
        trees
    }

    /// The tree of a directory: the empty path, or one with `/` at its end.
    pub fn get(&self, path: &[u8]) -> Option<ObjectId> {
        self.0.get(path).copied()
    }
}

/// Longer paths no system has.
const LONGEST: usize = 1 << 14;

struct Node<'a> {
    name: &'a [u8],
    directories: usize,
    /// `None` if the index has changed since the tree was written.
    id: Option<ObjectId>,
}

impl<'a> Node<'a> {
    /// `name NUL entries SP directories LF id`, without an id where there are -1 entries.
    fn take(rest: &mut &'a [u8], id_len: usize) -> Option<Self> {
        let (name, behind) = split(rest, 0)?;
        let (entries, behind) = split(behind, b' ')?;
        let (directories, mut behind) = split(behind, b'\n')?;
        let directories = std::str::from_utf8(directories).ok()?.parse().ok()?;
        let mut id = None;
        if !entries.starts_with(b"-") {
            id = Some(ObjectId::from_bytes(behind.get(..id_len)?)?);
            behind = &behind[id_len..];
        }
        *rest = behind;
        Some(Self { name, directories, id })
    }
}

fn split(bytes: &[u8], at: u8) -> Option<(&[u8], &[u8])> {
    let end = memchr::memchr(at, bytes)?;
    Some((&bytes[..end], &bytes[end + 1..]))
}
