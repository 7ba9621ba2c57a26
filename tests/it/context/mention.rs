//! Names of secrets of Stripe, in what may be inlined.

use stripeguard::context::{is_secret, mentions};

/// A name, put together so that this file does not hold it.
fn under(prefix: &str) -> String {
    [prefix, "STRIPE", "SECRET", "KEY"].join("_")
}

fn names(path: &str, text: &str) -> Vec<String> {
    mentions(path, text.as_bytes()).into_iter().map(|mention| mention.name).collect()
}

#[test]
fn a_name_speaks_of_a_secret_by_its_words() {
    for name in [
        "STRIPE_SECRET_KEY",
        "STRIPE_SK",
        "SK_STRIPE",
        "stripeSecretKey",
        "StripeRestrictedKey",
        "STRIPE_WEBHOOK_SECRET",
    ] {
        assert!(is_secret(name), "{name}");
    }
    for name in [
        "STRIPE_PUBLISHABLE_KEY",
        "STRIPE_KEY",
        "STRIPE_WEBHOOK_URL",
        "STRIPE_CLIENT_SECRET",
        "STRIPE_SKU",
        "SECRET_KEY",
        "STRIPE_RISK",
        "STRIPE_PK",
    ] {
        assert!(!is_secret(name), "{name}");
    }
}

#[test]
fn a_name_counts_where_its_value_may_be_inlined() {
    let vite = under("VITE");
    assert_eq!(names("a.ts", &format!("import.meta.env.{vite}")), [vite.as_str()]);
    assert_eq!(names("Dockerfile", &format!("ARG {vite}\nENV {vite}=$x")), [vite.as_str()]);
    assert_eq!(names("README.md", &vite), [""; 0]);
    assert_eq!(names("a.ts", &format!("// {vite}\n * {vite}\nuse() // {vite}")), [""; 0]);
    assert_eq!(names("a.ts", "process.env.STRIPE_SECRET_KEY"), [""; 0]);
    let name = "STRIPE_SECRET_KEY";
    assert_eq!(names("Pay.kt", &format!("BuildConfig.{name}")), [name]);
    assert_eq!(names("pay.dart", &format!("String.fromEnvironment('{name}')")), [name]);
    assert_eq!(names("app.json", r#"{"stripeSecretKey": 1}"#), ["stripeSecretKey"]);
}
