//! All integration tests, in one binary. The modules mirror those of the library.

#![allow(clippy::unwrap_used, missing_docs)]

mod git;
