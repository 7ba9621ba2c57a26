//! Which side a credential ships to: browsers and phones, or a server.

mod brackets;
mod files;
mod function;
pub mod imports;
mod judge;
mod mapped;
mod marker;
mod mention;
mod package;
mod php;
mod reach;
mod region;
mod rendered;
mod sent;
mod settings;
pub mod source_map;
mod stack;
mod statement;
mod syntax;
mod template;
mod variable;
mod yaml;

pub use files::{Files, LARGEST};
pub use judge::{Judge, Question};
pub use mapped::source_at;
pub use mention::{Mention, inlined, is_secret, mentions};
pub use package::{Package, Packages};
pub use reach::Graphs;
pub use stack::{Rank, STACKS, Stack};
