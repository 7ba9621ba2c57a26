//! What can be read from a credential itself, without asking anybody.
//!
//! Seen on every one of the modern keys in public repositories: the body of 99 characters is `5`,
//! the account id without `acct_`, 72 random characters, `00` and 8 more. The account id is `1`,
//! five base62 digits that count the seconds since 2012-07-15T21:56:20Z at which the account was
//! made, and ten characters that also stand in the ids of its objects.

use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;

/// The zero of the clock in account ids: 2012-07-15T21:56:20Z.
const EPOCH: i64 = 1_342_389_380;

/// The length of an account id without `acct_`.
const ACCOUNT_LEN: usize = 16;

/// What a credential says about itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Facts {
    /// The account, such as `acct_1` and 15 more characters.
    pub account: Option<String>,
    /// When the account was made: seconds since 1970-01-01 UTC.
    pub created: Option<i64>,
}

impl Facts {
    /// What an account id says; nothing if it is none.
    pub fn of_account(id: &str) -> Self {
        let bare = id.strip_prefix("acct_").unwrap_or(id);
        let fits = bare.len() == ACCOUNT_LEN && bare.bytes().all(|b| b.is_ascii_alphanumeric());
        if !fits || !bare.starts_with('1') {
            return Self::default();
        }
        Self { account: Some(format!("acct_{bare}")), created: created(&bare[1..6]) }
    }

    /// What the body of an account key says: something from a body of the modern layout only.
    pub fn of_account_key(body: &str) -> Self {
        match body.get(1..=ACCOUNT_LEN) {
            Some(id) if body.starts_with("51") && body.len() >= 99 => Self::of_account(id),
            _ => Self::default(),
        }
    }

    /// What an ephemeral key or connection token says, whose body is base64 of `acct_…,…`.
    pub fn of_encoded(body: &str) -> Self {
        let encoded: String = body.chars().take(28).collect();
        let decoded = STANDARD_NO_PAD.decode(encoded).unwrap_or_default();
        let text = String::from_utf8_lossy(&decoded);
        text.get(..5 + ACCOUNT_LEN).map(Self::of_account).unwrap_or_default()
    }

    /// Whether the account would have been made after `today`: nobody has such a key.
    pub fn is_from_the_future(&self, today: i64) -> bool {
        const DAY: i64 = 86_400;
        self.created.is_some_and(|created| created > today + DAY)
    }
}

/// Five base62 digits of seconds; the digits are 0-9, A-Z, a-z.
fn created(digits: &str) -> Option<i64> {
    digits.bytes().try_fold(0_i64, |sum, byte| Some(sum * 62 + digit(byte)?)).map(|s| EPOCH + s)
}

fn digit(byte: u8) -> Option<i64> {
    match byte {
        b'0'..=b'9' => Some(i64::from(byte - b'0')),
        b'A'..=b'Z' => Some(i64::from(byte - b'A') + 10),
        b'a'..=b'z' => Some(i64::from(byte - b'a') + 36),
        _ => None,
    }
}
