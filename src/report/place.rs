//! Places in words that lead a person to them.

use crate::blob::{ObjectId, Origin};
use crate::finding::{Finding, Lineage};
use crate::sighting::Place;

use super::Report;

/// `src/pay.js:3:14`, as terminals and editors understand it.
pub fn name(place: &Place, report: &Report) -> String {
    format!("{}:{}:{}", path(place, report), place.start.line, place.start.column)
}

/// The same without line and column. What lies in history is named as `git show` takes it.
pub fn path(place: &Place, report: &Report) -> String {
    let path = place.path.as_deref();
    match (place.origin, path) {
        (Origin::Tree, Some(path)) => format!("{}{path}", report.base),
        (Origin::History(id), Some(path)) => match &place.commit {
            Some(commit) => format!("{}:{}{path}", short_id(commit.id), report.within),
            None => format!("{path} in object {}", short_id(id)),
        },
        (Origin::History(id), None) => format!("object {}", short_id(id)),
        (Origin::Message(id), _) => format!("message of {}", short_id(id)),
        (Origin::Name(id), path) => {
            format!("file name {} in tree {}", path.unwrap_or("?"), short_id(id))
        }
        (Origin::Index, Some(path)) => format!("index:{path}"),
        (origin, path) => path.unwrap_or(origin.name()).to_owned(),
    }
}

/// The first twelve digits of an id, which are enough for git in all but the largest repositories.
pub fn short_id(id: ObjectId) -> String {
    id.to_string()[..12].to_owned()
}

/// A reference as people call it: without `refs/heads/`.
pub fn short_ref(name: &str) -> &str {
    ["refs/heads/", "refs/remotes/", "refs/"]
        .iter()
        .find_map(|prefix| name.strip_prefix(prefix))
        .unwrap_or(name)
}

/// The path of a file in the repository, as tools know it that start at its root, and whether line
/// and column are those of the file as it is today. What has no path has that of its git object.
pub fn in_repository(finding: &Finding, place: &Place, report: &Report) -> (String, bool) {
    let is_gone = finding.lineage.as_ref().is_some_and(Lineage::is_gone);
    let Some(path) = &place.path else {
        let path = place.origin.object().map_or_else(|| place.origin.name().to_owned(), object);
        return (path, false);
    };
    let (file, inside) = match path.split_once("!/") {
        Some((file, inside)) => (file, Some(inside)),
        None => (path.as_str(), None),
    };
    let is_text = inside.is_none() && !is_gone;
    let rooted = || upwards_folded(&format!("{}{file}", report.within));
    match place.origin {
        Origin::Ref => (format!(".git/{file}"), false),
        Origin::Name(_) | Origin::Config | Origin::Reflog => (rooted(), false),
        _ if is_absolute(file) => (file.to_owned(), is_text),
        _ => (rooted(), is_text),
    }
}

/// `api/../web/x` as `web/x`: a path that was named from another directory.
pub fn upwards_folded(path: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match (part, parts.last()) {
            ("..", Some(last)) if *last != ".." => drop(parts.pop()),
            _ => parts.push(part),
        }
    }
    parts.join("/")
}

/// Whether a label is the path of a file wherever one stands: `/x` or `C:/x`.
pub fn is_absolute(path: &str) -> bool {
    let bytes = path.as_bytes();
    path.starts_with('/') || matches!(bytes, [drive, b':', b'/', ..] if drive.is_ascii_alphabetic())
}

/// Where git keeps an object that is in no pack.
fn object(id: ObjectId) -> String {
    let id = id.to_string();
    format!(".git/objects/{}/{}", &id[..2], &id[2..])
}
