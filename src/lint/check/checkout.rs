//! Handlers of Checkout that know only payments that succeed at once.

use crate::lint::page::{Hit, Page};

/// Looks for handlers that fulfil when a session is completed and never ask whether it is paid.
pub fn run(page: &Page<'_>, hits: &mut Vec<Hit>) {
    let knows =
        ["async_payment_succeeded", "AsyncPaymentSucceeded", "payment_status", "PaymentStatus"];
    if knows.iter().any(|word| page.text.contains(word)) || !verifies(page.text) {
        return;
    }
    let names = [
        "'checkout.session.completed'",
        "\"checkout.session.completed\"",
        "CheckoutSessionCompleted",
    ];
    let first =
        names.iter().filter_map(|name| page.text.find(name).map(|at| (at, name.len()))).min();
    // A list of the events that an endpoint subscribes to handles none of them.
    let Some((at, len)) =
        first.filter(|&(at, _)| !page.text[..at].trim_end().ends_with(['[', ',']))
    else {
        return;
    };
    hits.push(Hit::at(at..at + len));
}

fn verifies(text: &str) -> bool {
    ["constructEvent", "construct_event", "ConstructEvent"].iter().any(|word| text.contains(word))
}
