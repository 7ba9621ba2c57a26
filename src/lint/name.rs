//! What a name says about its value.

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

/// The words of a name in capitals, whether a sign or a change of case parts them.
pub fn words(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut was_lower = false;
    for c in name.chars() {
        if !c.is_ascii_alphanumeric() || c.is_ascii_uppercase() && was_lower {
            words.push(String::new());
        }
        was_lower = c.is_ascii_lowercase();
        if let Some(word) = words.last_mut().filter(|_| c.is_ascii_alphanumeric()) {
            word.push(c.to_ascii_uppercase());
        }
    }
    words.retain(|word| !word.is_empty());
    words
}
