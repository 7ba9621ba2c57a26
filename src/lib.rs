//! Finds Stripe credentials in files and in the whole of a git history.
//!
//! `source → Blob → decode → Document → detect → Match → Sighting → Finding → Report → format`
//!
//! Everything between the blob and the report is pure: bytes in, data out. [`run::run`] goes the
//! whole way; [`scan::Scanner`] is the way from a blob to what is in it.
//!
//! ```
//! use stripeguard::blob::{Blob, Origin};
//! use stripeguard::decode::container::Limits;
//! use stripeguard::scan::{Found, Scanner};
//!
//! let scanner = Scanner::new(1_700_000_000, Limits::default());
//! let key = format!("{}_live_{}", "sk", "4fJ2kQ9xLmN7pRtVwYz3BcDe");
//! let text = format!("STRIPE_KEY={key}\n");
//! let mut found = Found::default();
//! scanner.scan(&Blob::whole(".env", Origin::Stdin, text.as_bytes()), &mut found);
//! assert_eq!(found.sightings[0].place.start.column, 12);
//! ```

pub mod blob;
pub mod cache;
pub mod ci;
pub mod cli;
pub mod comment;
pub mod config;
pub mod context;
pub mod coverage;
pub mod decode;
pub mod detect;
pub mod doctor;
pub mod document;
pub mod expose;
pub mod exposure;
pub mod finding;
pub mod fix;
pub mod git;
pub mod hook;
pub mod import;
pub mod incident;
pub mod key;
pub mod lint;
mod map;
mod mend;
mod name;
pub mod receipt;
pub mod report;
pub mod run;
pub mod scan;
pub mod secret;
pub mod sighting;
pub mod snippet;
pub mod source;
pub mod subject;
pub mod suppress;
pub mod verify;
