//! The promises of SECURITY.md, held against a whole program on bad days.

mod bytes;
mod fault;
mod output;
mod subject;
