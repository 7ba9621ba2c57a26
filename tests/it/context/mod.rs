//! Which side a credential ships to.

mod files;
mod hostile;
mod imports;
mod mention;
mod source_map;
mod stacks;
