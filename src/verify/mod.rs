//! Asking Stripe whether a key works: `GET /v1/balance`, once, only in a run that says so.
//!
//! The balance is the smallest answer that needs a key, holds nothing personal, and says the mode.
//! What the answers mean is in `answer`, which knows no network; `client` is the only code of the
//! program that opens a connection, and is there only with the feature `verify`.

mod answer;
#[cfg(feature = "verify")]
mod client;

pub use answer::{Answer, State, understand};
#[cfg(feature = "verify")]
pub use client::{Client, NotLocal};
