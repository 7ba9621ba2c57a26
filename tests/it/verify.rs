//! What Stripe's answers mean: each of those that are known, and some that are not.

use stripeguard::verify::{State, understand};

fn error(message: &str, code: &str) -> String {
    serde_json::json!({ "error": { "message": message, "code": code, "type": "x" } }).to_string()
}

fn why(state: &State) -> &str {
    match state {
        State::Unknown { why } => why,
        other => panic!("{other:?} is known"),
    }
}

#[test]
fn a_balance_is_life() {
    let balance = |live| format!("{{\"object\":\"balance\",\"livemode\":{live}}}");
    assert_eq!(understand(200, &balance(true), None), State::Alive { live_mode: Some(true) });
    assert_eq!(understand(200, &balance(false), None), State::Alive { live_mode: Some(false) });
    for other in ["<html>log in</html>", "{}", "{\"object\":\"list\"}", ""] {
        assert!(why(&understand(200, other, None)).contains("not that of Stripe"), "{other}");
    }
}

#[test]
fn only_two_answers_are_death() {
    let invalid = error("Invalid API Key provided: sk_live_****abcd", "");
    assert_eq!(understand(401, &invalid, None), State::Invalid);
    let expired = error("Expired API Key provided: rk_test_***123", "api_key_expired");
    assert_eq!(understand(401, &expired, None), State::Expired);
    assert!(!why(&understand(401, "{}", None)).is_empty());
    assert!(!why(&understand(404, &invalid, None)).is_empty());
}

#[test]
fn a_refusal_that_names_a_reason_is_life() {
    let message = "The provided key 'rk_live_****abcd' does not have the required permissions for \
                   this endpoint on account 'acct_123'. Having the 'rak_balance_read' permission \
                   would allow this request to continue.";
    let restricted = State::Restricted {
        permission: Some("rak_balance_read".to_owned()),
        account: Some("acct_123".to_owned()),
    };
    assert_eq!(understand(403, &error(message, ""), None), restricted);
    assert!(restricted.is_alive());
    let address = error("The API key provided does not allow requests from your IP address.", "");
    for status in [400, 401, 403] {
        assert_eq!(understand(status, &address, None), State::OtherAddress);
    }
    let publishable =
        error("This API call cannot be made with a publishable API key.", "secret_key_required");
    assert_eq!(understand(401, &publishable, None), State::Publishable);
}

#[test]
fn too_much_and_broken_say_nothing() {
    let limited = understand(429, &error("slow", "rate_limit"), Some("global-rate"));
    assert!(why(&limited).contains("global-rate") && why(&limited).contains("later"));
    assert!(why(&understand(503, "", None)).contains("Stripe answers 503"));
    assert!(why(&understand(302, "", None)).contains("302"));
}
