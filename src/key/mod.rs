//! What a Stripe credential is: families, grammar, anatomy, placeholders, published samples and
//! the look-alikes of other vendors. Nothing here knows where a text came from.

mod anatomy;
mod body;
mod lookalike;
mod placeholder;
mod rule;
mod sample;
mod vendor;

pub use anatomy::Facts;
pub use body::{Body, Shape, legacy_key, measure};
pub use lookalike::look_alike;
pub use placeholder::is_placeholder;
pub use rule::{Confidence, CredentialType, Grammar, Mode, Rule, Severity, UnknownWord};
pub use sample::is_sample;
pub use vendor::{Context, is_foreign};

include!(concat!(env!("OUT_DIR"), "/secrets.rs"));

/// The rule with this id.
pub fn rule(id: &str) -> Option<&'static Rule> {
    RULES.iter().find(|rule| rule.id == id)
}
