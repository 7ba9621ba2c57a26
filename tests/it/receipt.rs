//! Receipts against repositories that have changed since.

use stripeguard::coverage::{Coverage, RepositoryState};
use stripeguard::receipt::Receipt;

fn state(path: &str, objects: u64, tips: &[(&str, &str)]) -> RepositoryState {
    let tips = tips.iter().map(|(name, id)| ((*name).to_owned(), (*id).to_owned())).collect();
    RepositoryState { path: path.to_owned(), tips, objects }
}

fn receipt(repositories: Vec<RepositoryState>) -> Receipt {
    let coverage = Coverage { repositories, ..Coverage::default() };
    Receipt::new(&coverage, &[], "rules", LIMITS)
}

const LIMITS: &[(&str, u64)] = &[("depth", 6)];

const TIPS: &[(&str, &str)] = &[("HEAD", "a1"), ("refs/heads/main", "a1")];

#[test]
fn a_repository_that_has_not_changed_is_covered() {
    let receipt = receipt(vec![state("", 10, TIPS)]);
    assert_eq!(receipt.shortfalls(&[state("", 10, TIPS)], "rules", LIMITS), [""; 0]);
}

#[test]
fn what_went_is_named() {
    let receipt = receipt(vec![state("", 10, TIPS)]);
    let why = receipt.shortfalls(&[state("", 7, &TIPS[..1])], "rules", LIMITS);
    let expected =
        ["the repository: refs/heads/main went since", "the repository: 10 objects then, 7 now"];
    assert_eq!(why, expected);
}

#[test]
fn limits_may_be_higher_and_not_lower_than_today() {
    let receipt = receipt(vec![state("", 10, TIPS)]);
    let why = |depth| receipt.shortfalls(&[state("", 10, TIPS)], "rules", &[("depth", depth)]);
    assert_eq!(why(5), [""; 0]);
    assert_eq!(why(7), ["it was made with lower limits than today's: depth"]);
    let unknown = receipt.shortfalls(&[state("", 10, TIPS)], "rules", &[("width", 1)]);
    assert_eq!(unknown, ["it was made with lower limits than today's: width"]);
}

#[test]
fn what_came_or_moved_is_named() {
    let receipt = receipt(vec![state("", 10, TIPS)]);
    let moved = [("HEAD", "b2"), ("refs/heads/main", "a1"), ("refs/tags/new", "a1")];
    let why = receipt.shortfalls(&[state("", 12, &moved)], "rules", LIMITS);
    let expected = [
        "the repository: HEAD, refs/tags/new came or moved since",
        "the repository: 10 objects then, 12 now",
    ];
    assert_eq!(why, expected);
}

#[test]
fn other_rules_gaps_and_submodules_that_came_are_shortfalls() {
    let mut receipt = receipt(vec![state("", 10, TIPS)]);
    receipt.complete = false;
    let now = [state("", 10, TIPS), state("vendor/pay:", 3, TIPS)];
    let why = receipt.shortfalls(&now, "other rules", LIMITS).join("\n");
    assert!(why.contains("left 0 things unread"), "{why}");
    assert!(why.contains("other rules than those"), "{why}");
    assert!(why.contains("did not read the history of vendor/pay"), "{why}");
}

#[test]
fn a_run_that_read_no_history_covers_no_repository() {
    let why = receipt(Vec::new()).shortfalls(&[state("", 0, &[])], "rules", LIMITS);
    assert_eq!(why, ["the run did not read the history of the repository"]);
}

#[test]
fn what_is_no_receipt_is_refused_in_words() {
    assert!(Receipt::parse("{}").unwrap_err().contains("no receipt"));
    let mut receipt = receipt(Vec::new());
    assert_eq!(Receipt::parse(&serde_json::to_string(&receipt).unwrap()).unwrap(), receipt);
    receipt.schema = "stripeguard.receipt/9".to_owned();
    let error = Receipt::parse(&serde_json::to_string(&receipt).unwrap()).unwrap_err();
    assert!(error.contains("stripeguard.receipt/1 is understood"), "{error}");
}
