//! Paths as URI references (RFC 3986).

use super::model::ArtifactLocation;
use crate::report::place::is_absolute;

/// The name that stands for the root of the repository.
pub const ROOT: &str = "%SRCROOT%";

/// Where a file is: relative to the root of the repository, or a `file:` URI where the path is
/// absolute.
pub fn location(path: &str) -> ArtifactLocation {
    if is_absolute(path) {
        let uri = format!("file:///{}", encoded(path.trim_start_matches('/')));
        return ArtifactLocation { uri, uri_base_id: None };
    }
    ArtifactLocation { uri: encoded(path), uri_base_id: Some(ROOT) }
}

/// Everything percent-encoded but what RFC 3986 calls unreserved, and `/`.
fn encoded(path: &str) -> String {
    let mut uri = String::with_capacity(path.len());
    for byte in path.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte) {
            uri.push(char::from(byte));
        } else {
            uri.push_str(&format!("%{byte:02X}"));
        }
    }
    uri
}
