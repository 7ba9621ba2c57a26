//! Copies of Stripe.js: the library itself, and not the few lines that load it from Stripe.

use crate::lint::page::{Hit, Page};
use crate::lint::{format, is_minified};

/// What stands in the library. The loader `@stripe/stripe-js` has the address alone, and tests of
/// pages the name of a frame alone.
const MARKS: &[&str] = &[
    "__privateStripeFrame",
    "__stripe_mid",
    "elements-inner-",
    "js.stripe.com/v2/channel",
    "js.stripe.com/v3/",
    "m-outer-",
    "stripe_xdm",
];

/// Looks for two of them in a file that is made by a tool, or goes by the name of Stripe.
pub fn run(page: &Page<'_>, hits: &mut Vec<Hit>) {
    let name = page.path.rsplit('/').next().unwrap_or(page.path).to_ascii_lowercase();
    let is_made = format::is_foreign(page.path) || is_minified(page.text.as_bytes());
    if !is_made && !name.starts_with("stripe") {
        return;
    }
    let mut found = MARKS.iter().filter_map(|mark| Some((page.text.find(mark)?, mark.len())));
    if let (Some((at, len)), Some(_)) = (found.next(), found.next()) {
        hits.push(Hit::at(at..at + len));
    }
}
