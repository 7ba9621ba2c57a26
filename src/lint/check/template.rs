//! Pages that print a secret.

use crate::lint::page::{Hit, Page};

/// What an expression of a template begins and ends with.
const FENCES: &[(&str, &str)] = &[
    ("{{", "}}"),
    ("{!!", "!!}"),
    ("<%", "%>"),
    ("<?=", "?>"),
    ("<?php", "?>"),
    ("${", "}"),
    ("@env(", ")"),
];

/// Names of secrets, in lower case and without what stands between their words.
const SECRETS: &[&str] = &[
    "stripesecret",
    "stripesecretkey",
    "stripelivesecretkey",
    "stripetestsecretkey",
    "striperestrictedkey",
    "stripewebhooksecret",
    "stripeendpointsecret",
    "servicesstripesecret",
    "servicesstripewebhooksecret",
    "cashiersecret",
    "stripesk",
];

/// Looks for expressions that write a secret into a page.
pub fn run(page: &Page<'_>, hits: &mut Vec<Hit>) {
    for (open, close) in FENCES {
        let mut from = 0;
        while let Some(at) = page.text[from..].find(open).map(|at| from + at) {
            let start = at + open.len();
            let Some(len) = page.text[start..].find(close) else { break };
            let inside = &page.text[start..start + len];
            if prints_secret(inside) {
                hits.push(Hit::at(at..start + len + close.len()));
            }
            from = start + len;
        }
    }
}

/// Whether the value of an expression is a secret: not if it is only asked whether there is one.
fn prints_secret(expression: &str) -> bool {
    let asks = [
        "if ", "unless ", "#if", "?:", "? ", "empty", "isset", "present?", "blank?", "include",
        "--",
    ];
    if asks.iter().any(|word| expression.contains(word)) || expression.len() > 200 {
        return false;
    }
    let words = expression.split(|c: char| !c.is_alphanumeric() && !"_.-:[]'\" (),".contains(c));
    words.map(squeezed).any(|word| SECRETS.iter().any(|secret| word.ends_with(secret)))
}

/// `ENV["STRIPE_SECRET_KEY"]` and `config('services.stripe.secret')` as one lower-case word.
fn squeezed(text: &str) -> String {
    text.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect()
}
