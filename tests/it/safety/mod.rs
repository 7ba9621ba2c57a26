//! The promises of SECURITY.md, held against a whole program on bad days.

mod bytes;
mod fault;
mod fuzz;
#[cfg(target_os = "linux")]
mod network;
mod output;
mod subject;
mod unusual;
