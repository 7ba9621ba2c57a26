//! What a name says about its value.

use crate::name::words;

/// Words of names whose values are secrets.
const SECRETS: &[&str] = &["SECRET", "RESTRICTED", "PRIVATE", "WHSEC", "SK", "RK"];

/// Words of names whose values only lead to a secret, or are none.
const OTHERS: &[&str] = &[
    "ARN",
    "CLIENT",
    "ENABLED",
    "FILE",
    "ID",
    "LENGTH",
    "NAME",
    "PATH",
    "PK",
    "PUB",
    "PUBLIC",
    "PUBLISHABLE",
    "REF",
    "URL",
    "VERSION",
];

/// Whether the value that goes by a name is a secret of Stripe: `STRIPE_SECRET_KEY`, `stripeApiKey`.
pub fn is_secret(name: &str) -> bool {
    let words = words(name);
    let has = |wanted: &str| words.iter().any(|word| word == wanted);
    let is_key = SECRETS.iter().any(|word| has(word)) || has("API") && has("KEY");
    has("STRIPE") && is_key && !OTHERS.iter().any(|word| has(word))
}
