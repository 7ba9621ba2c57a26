//! Finds Stripe credentials in files and in the whole of a git history.

pub mod blob;
pub mod coverage;
pub mod git;
