//! What Stripe's answers mean.
//!
//! Only two answers say that a key is dead, and both name the reason in the body. Everything that
//! is not understood is "unknown": to call a live key dead is worse than to say nothing.

use serde::Deserialize;

/// What is known of a key after asking.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum State {
    /// It works; for the mode that the answer names.
    Alive {
        /// Whether it moves real money; `None` where the answer does not say.
        live_mode: Option<bool>,
    },
    /// It works, and lacks a permission for this question.
    Restricted {
        /// The permission that Stripe names, such as `rak_balance_read`.
        permission: Option<String>,
        /// The account that Stripe names.
        account: Option<String>,
    },
    /// It works, and only from other addresses than this one.
    OtherAddress,
    /// It was rolled or has expired.
    Expired,
    /// Stripe does not know it: deleted or mistyped.
    Invalid,
    /// It is a publishable key.
    Publishable,
    /// The answer does not tell.
    Unknown {
        /// What came instead.
        why: String,
    },
}

/// The state of a key, and what else the answer told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// Whether it works.
    pub state: State,
    /// The version of the API that the account uses where a request names none.
    pub api_version: Option<String>,
}

impl State {
    /// The state in a sentence.
    pub fn text(&self) -> String {
        match self {
            Self::Alive { live_mode: Some(true) } => "works, in live mode".to_owned(),
            Self::Alive { live_mode: Some(false) } => "works, in test mode".to_owned(),
            Self::Alive { live_mode: None } => "works".to_owned(),
            Self::Restricted { permission, account } => {
                let permission = permission.as_deref().unwrap_or("to read the balance");
                let account = account.as_ref().map(|account| format!(" on account {account}"));
                format!("works, without the permission {permission}{}", account.unwrap_or_default())
            }
            Self::OtherAddress => "works, but not from this address".to_owned(),
            Self::Expired => "has expired or was rolled".to_owned(),
            Self::Invalid => "is not known to Stripe: deleted, or mistyped".to_owned(),
            Self::Publishable => {
                "is a publishable key, which this request does not take".to_owned()
            }
            Self::Unknown { why } => format!("is not known to work or not: {why}"),
        }
    }

    /// Whether whoever has the key can use it.
    pub fn is_alive(&self) -> bool {
        matches!(self, Self::Alive { .. } | Self::Restricted { .. } | Self::OtherAddress)
    }
}

#[derive(Deserialize)]
struct Body {
    object: Option<String>,
    livemode: Option<bool>,
    error: Option<Fault>,
}

#[derive(Deserialize)]
struct Fault {
    code: Option<String>,
    message: Option<String>,
}

/// What a status and a body mean. `limit` is the header `Stripe-Rate-Limited-Reason`.
pub fn understand(status: u16, body: &str, limit: Option<&str>) -> State {
    let body: Option<Body> = serde_json::from_str(body).ok();
    let fault = body.as_ref().and_then(|body| body.error.as_ref());
    let code = fault.and_then(|fault| fault.code.as_deref()).unwrap_or_default();
    let message = fault.and_then(|fault| fault.message.as_deref()).unwrap_or_default();
    let unknown = |why: String| State::Unknown { why };
    match (status, code) {
        (_, "secret_key_required") => State::Publishable,
        (401, "api_key_expired") => State::Expired,
        (400..=403, _) if message.contains("does not allow requests from your IP") => {
            State::OtherAddress
        }
        (401, _) if message.starts_with("Invalid API Key provided") => State::Invalid,
        (401 | 403, _) if message.contains("required permissions") => {
            State::Restricted { permission: word(message, "rak_"), account: word(message, "acct_") }
        }
        (403, _) if message.contains("does not have access to account") => {
            State::Restricted { permission: None, account: word(message, "acct_") }
        }
        (200, _) => match body {
            Some(Body { object: Some(object), livemode, .. }) if object == "balance" => {
                State::Alive { live_mode: livemode }
            }
            _ => unknown("the answer is not that of Stripe".to_owned()),
        },
        (429, _) => unknown(format!(
            "too many requests ({}); try again later",
            limit.unwrap_or("no reason given")
        )),
        (500.., _) => unknown(format!("Stripe answers {status}; try again later")),
        _ => unknown(format!("Stripe answers {status}, in a way that is not understood")),
    }
}

/// The word of a message that begins like this, if it is a plain one.
fn word(message: &str, prefix: &str) -> Option<String> {
    let start = message.find(prefix)?;
    let is_word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let word: String = message[start..].chars().take_while(|&c| is_word(c)).take(80).collect();
    (word.len() > prefix.len()).then_some(word)
}
