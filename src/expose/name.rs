//! The rule about names: a secret of Stripe under a name whose value is inlined into what ships.

use crate::key::Severity;
use crate::subject::Practice;

/// The id of the rule.
pub const RULE: &str = "stripe-secret-under-public-prefix";

/// How bad it is.
pub const SEVERITY: Severity = Severity::High;

/// What it is about, in a few words.
pub const TITLE: &str = "Secret of Stripe in what ships to clients";

const REMEDY: &str = "\
Give the variable a name that the build does not inline, and read it on the server alone.
If it ever held a key, roll that key: everybody who loaded what was built has it.";

const REFERENCE: &str = "https://docs.stripe.com/keys-best-practices";

/// The documentation of the rule.
pub fn page() -> String {
    format!(
        "# {TITLE}

Rule {RULE}; severity {SEVERITY}.

## What it is

A name of a secret of Stripe where its value is put into what browsers and phones load: under a prefix
that the build inlines, such as those of Next.js, Vite, Create React App or Expo (or the one that
`envPrefix` chooses), in `define` and `env` of a configuration, in `extra` of app.json, in resources and
BuildConfig of an app. Environment files, pipelines, containers, manifests and code that reads variables
are looked at; comments and prose are not. No key has to be in sight.

## Why is this bad

As soon as the variable has a value, everybody who loads the page or the app has it, and with a secret
key can read customers, take payments back and pay out.

## What to do

{REMEDY}

## References

- {REFERENCE}
"
    )
}

/// What a finding about a name says.
pub fn practice(message: String) -> Practice {
    Practice {
        id: RULE.to_owned(),
        title: TITLE.to_owned(),
        message,
        remedy: REMEDY.to_owned(),
        references: vec![REFERENCE.to_owned()],
    }
}
