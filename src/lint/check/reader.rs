//! Scripts and jobs that only read from Stripe and have a key that can do everything.

use crate::lint::page::{Hit, Page};
use crate::name::words;

/// What makes a client or sets its key.
const CLIENTS: &[&str] = &[
    "new Stripe(",
    "StripeClient(",
    "StripeClient.new(",
    "stripe.api_key =",
    "Stripe.api_key =",
    "setApiKey(",
    "stripe.Key =",
    "stripe.NewClient(",
];

/// Names of full keys. Who has a restricted one calls it otherwise.
const FULL: &[&str] = &["STRIPE_SECRET", "STRIPE_API_KEY", "STRIPE_LIVE_SECRET", "STRIPE_SK"];

const READS: &[&str] = &[
    ".list(",
    ".retrieve(",
    ".search(",
    ".all(",
    "->all(",
    "->retrieve(",
    "auto_paging",
    ".Get(",
    ".List(",
    ".list_async(",
];

/// Calls that change something, and what hands the client on to others who may.
const WRITES: &[&str] = &[
    "create",
    ".update(",
    "->update(",
    ".del(",
    ".delete(",
    "->delete(",
    ".modify(",
    "cancel",
    "capture",
    "confirm",
    "attach",
    "detach",
    "finalize",
    ".pay(",
    "->pay(",
    "void_invoice",
    "voidInvoice",
    "refund",
    ".New(",
    ".Update(",
    "expire(",
    "export ",
    "module.exports",
];

/// Directories and names of programs that collect and report.
const PLACES: &[&str] = &[
    "ANALYTICS",
    "BIN",
    "CRON",
    "ETL",
    "EXPORT",
    "JOB",
    "JOBS",
    "METRICS",
    "REPORT",
    "REPORTS",
    "SCRIPT",
    "SCRIPTS",
    "STATS",
    "TASKS",
    "TOOLS",
];

/// Looks for clients that are made with a full key where nothing but reads follow.
pub fn run(page: &Page<'_>, hits: &mut Vec<Hit>) {
    let has = |list: &[&str]| list.iter().any(|word| page.text.contains(word));
    let is_job = words(page.path).iter().any(|word| PLACES.contains(&word.as_str()));
    if !is_job || !has(FULL) || !has(READS) || has(WRITES) {
        return;
    }
    let client = CLIENTS.iter().filter_map(|word| Some((page.text.find(word)?, word.len()))).min();
    hits.extend(client.map(|(at, len)| Hit::at(at..at + len)));
}
