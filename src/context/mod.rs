//! Which side a file ships to.

pub mod imports;
pub mod source_map;
