//! The promises of SECURITY.md, held against a whole program on bad days.

mod fault;
mod output;
mod subject;
