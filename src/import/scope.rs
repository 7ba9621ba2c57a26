//! Whose secrets a rule of another scanner is about.

/// What the name of a rule says of the secrets that it finds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// They are of Stripe.
    Stripe,
    /// They may be anybody's: the rule goes by a variable's name, by entropy or by a form.
    Anybody,
    /// They are of another vendor, or of a kind that no secret of Stripe is of.
    Others,
}

/// Parts of the names of rules that find anybody's secrets. The rule of gitleaks for Sourcegraph takes
/// any 40 hexadecimal digits.
const PARTS: [&str; 3] = ["generic", "entropy", "sourcegraph"];

/// Whole names of such rules: those of detect-secrets, then those of gitleaks.
const NAMES: [&str; 5] = [
    "secret keyword",
    "basic auth credentials",
    "curl-auth-header",
    "curl-auth-user",
    "kubernetes-secret-yaml",
];

impl Scope {
    /// By the name of a rule. A list without names of rules may mean anybody's.
    pub fn of(rule: &str) -> Self {
        let rule = rule.to_ascii_lowercase();
        if rule.contains("stripe") {
            Self::Stripe
        } else if rule.is_empty()
            || PARTS.iter().any(|part| rule.contains(part))
            || NAMES.contains(&rule.as_str())
        {
            Self::Anybody
        } else {
            Self::Others
        }
    }
}
