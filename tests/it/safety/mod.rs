//! The promises of SECURITY.md, held against a whole program on bad days.

mod bytes;
mod escapes;
mod fault;
mod fuzz;
mod gaps;
mod hostile;
#[cfg(target_os = "linux")]
mod network;
mod output;
mod subject;
mod unusual;
