//! Every integration test, in one binary; the modules mirror `src`.

#![allow(clippy::unwrap_used, missing_docs)]

mod architecture;
mod ci;
mod cli;
mod container;
mod context;
#[path = "../corpus/mod.rs"]
mod corpus;
mod corpus_test;
mod decode;
mod dependencies;
mod detect;
mod doctor;
mod git;
mod key;
mod keys;
mod lint;
mod mend;
mod readme;
mod receipt;
mod repo;
mod report;
mod safety;
mod scan;
mod spelling;
mod suppress;
mod verify;
