//! The only connection that the program ever opens.

use std::fmt;
use std::time::Duration;

use ureq::Agent;

use super::answer::{Answer, State, understand};
use crate::secret::Secret;

/// Where Stripe answers. No file, variable or option of a release leads elsewhere.
const STRIPE: &str = "https://api.stripe.com";

/// How long one question may take in all.
const PATIENCE: Duration = Duration::from_secs(10);

/// The longest answer that is read, in bytes.
const LONGEST: u64 = 64 << 10;

/// Asks about keys.
#[derive(Debug)]
pub struct Client {
    agent: Agent,
    base: String,
}

/// A test server that is not on this machine.
#[derive(Debug)]
pub struct NotLocal;

impl fmt::Display for NotLocal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("keys are sent to Stripe alone; a test server must be http://127.0.0.1:PORT")
    }
}

impl std::error::Error for NotLocal {}

impl Client {
    /// A client that asks Stripe.
    pub fn new() -> Self {
        Self { agent: agent(true), base: STRIPE.to_owned() }
    }

    /// A client that asks a server of tests on this machine.
    ///
    /// # Errors
    /// If the address is of any other machine.
    pub fn of_tests(base: &str) -> Result<Self, NotLocal> {
        let port = base.strip_prefix("http://127.0.0.1:").ok_or(NotLocal)?;
        let port: u16 = port.trim_end_matches('/').parse().map_err(|_| NotLocal)?;
        Ok(Self { agent: agent(false), base: format!("http://127.0.0.1:{port}") })
    }

    /// Asks once. What goes wrong on the way is an answer that does not tell.
    pub fn ask(&self, key: &Secret) -> Answer {
        let request = self
            .agent
            .get(format!("{}/v1/balance", self.base))
            .header("Authorization", format!("Bearer {}", key.reveal()));
        match request.call() {
            Ok(mut response) => {
                let header = |name: &str| {
                    let value = response.headers().get(name)?.to_str().ok()?;
                    Some(crate::snippet::neutral(&value.chars().take(40).collect::<String>()))
                };
                let (version, limit) =
                    (header("Stripe-Version"), header("Stripe-Rate-Limited-Reason"));
                let status = response.status().as_u16();
                let body = response.body_mut().with_config().limit(LONGEST).read_to_string();
                let body = body.unwrap_or_default();
                Answer { state: understand(status, &body, limit.as_deref()), api_version: version }
            }
            Err(error) => {
                Answer { state: State::Unknown { why: reason(&error) }, api_version: None }
            }
        }
    }
}

impl Default for Client {
    fn default() -> Self {
        Self::new()
    }
}

/// One try, no redirect, no proxy of the environment, TLS by rustls.
fn agent(https_only: bool) -> Agent {
    Agent::config_builder()
        .https_only(https_only)
        .http_status_as_error(false)
        .max_redirects(0)
        .max_redirects_will_error(false)
        .proxy(None)
        .timeout_global(Some(PATIENCE))
        .user_agent(concat!("stripeguard/", env!("CARGO_PKG_VERSION")))
        .build()
        .into()
}

/// Why no answer came. The text of the error may hold parts of the request, so only its kind is told.
fn reason(error: &ureq::Error) -> String {
    match error {
        ureq::Error::Timeout(_) => "no answer came in time".to_owned(),
        ureq::Error::HostNotFound => "api.stripe.com was not found; is there a network?".to_owned(),
        ureq::Error::Io(error) => format!("the connection failed ({})", error.kind()),
        ureq::Error::Tls(_) | ureq::Error::Rustls(_) => {
            "no trusted connection could be made; is something in between?".to_owned()
        }
        _ => "no answer that could be read came".to_owned(),
    }
}
