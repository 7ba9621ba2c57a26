//! `doctor`, `key` and `verify` as a user runs them, against a server that plays Stripe's answers.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::thread;

use super::{stripeguard, stripeguard_with_input};
use crate::keys::{key, live_secret};
use crate::repo::Repo;

/// A server on this machine that gives each request the next answer, and what it was sent.
fn server(answers: Vec<(u16, &'static str)>) -> (String, thread::JoinHandle<Vec<String>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let serve = move || {
        let mut requests = Vec::new();
        for (status, body) in answers {
            let (mut stream, _) = listener.accept().unwrap();
            let mut request = Vec::new();
            let mut buffer = [0; 4096];
            while !request.ends_with(b"\r\n\r\n") {
                let read = stream.read(&mut buffer).unwrap();
                request.extend_from_slice(&buffer[..read]);
            }
            let answer = format!(
                "HTTP/1.1 {status} X\r\nStripe-Version: 2024-06-20\r\nContent-Length: {}\r\n\
                 Connection: close\r\n\r\n{body}",
                body.len()
            );
            stream.write_all(answer.as_bytes()).unwrap();
            requests.push(String::from_utf8(request).unwrap());
        }
        requests
    };
    (base, thread::spawn(serve))
}

/// Answers of Stripe: status, body, and what the doctor says about the key then.
const ANSWERS: &[(u16, &str, &str)] = &[
    (200, "{\"object\":\"balance\",\"livemode\":true}", "it works, in live mode"),
    (200, "{\"object\":\"balance\",\"livemode\":false}", "it works, in test mode"),
    (200, "<html>sign in</html>", "is not known to work or not: the answer is not that of Stripe"),
    (401, INVALID, "is not known to Stripe: deleted, or mistyped"),
    (
        401,
        "{\"error\":{\"code\":\"api_key_expired\",\"message\":\"Expired API Key provided: \
         rk_test_***123\",\"type\":\"invalid_request_error\"}}",
        "has expired or was rolled",
    ),
    (
        401,
        "{\"error\":{\"message\":\"The API key provided does not allow requests from your IP \
         address.\"}}",
        "works, but not from this address",
    ),
    (401, "{}", "is not known to work or not"),
    (
        403,
        "{\"error\":{\"message\":\"The provided key 'rk_live_****abcd' does not have the required \
         permissions for this endpoint on account 'acct_1abc'. Having the 'rak_balance_read' \
         permission would allow this request to continue.\"}}",
        "works, without the permission rak_balance_read on account acct_1abc",
    ),
    (
        403,
        "{\"error\":{\"message\":\"This is a restricted API key, but the required permissions are not \
         available for use by restricted keys.\"}}",
        "works, without the permission to read the balance",
    ),
    (
        403,
        "{\"error\":{\"code\":\"account_invalid\",\"message\":\"The provided key does not have access \
         to account 'acct_1abc' (or that account does not exist).\"}}",
        "works, without the permission to read the balance on account acct_1abc",
    ),
    (
        403,
        "{\"error\":{\"code\":\"secret_key_required\",\"message\":\"This API call cannot be made with a \
         publishable API key. Please use a secret API key.\"}}",
        "is a publishable key",
    ),
    (
        429,
        "{\"error\":{\"code\":\"rate_limit\"}}",
        "too many requests (no reason given); try again later",
    ),
    (500, "", "Stripe answers 500; try again later"),
    (503, "<html>", "Stripe answers 503; try again later"),
    (404, "{}", "Stripe answers 404, in a way that is not understood"),
];

const ALIVE: &str = "{\"object\":\"balance\",\"livemode\":false}";
const INVALID: &str = "{\"error\":{\"message\":\"Invalid API Key provided: sk_test_****\"}}";

#[test]
fn the_doctor_names_what_is_wrong_and_shows_no_key() {
    let repo = Repo::new();
    let (wrong, right) = (live_secret(1), key("sk_test", 99, 2));
    repo.write(".gitignore", ".env*\n")
        .write(".env", format!("STRIPE_SECRET_KEY={right}\n"))
        .write(".env.development", format!("STRIPE_SECRET_KEY={wrong}\n"))
        .write("src/pay.js", "process.env.STRIPE_SECRET_KEY; process.env.STRIPE_PRICE\n");
    let run = stripeguard(repo.path(), &["doctor"]);
    assert_eq!(run.code, 1, "{}{}", run.stdout, run.stderr);
    assert!(!run.stdout.contains(&wrong) && !run.stdout.contains(&right));
    let told = run.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
    for part in [
        "1: STRIPE_SECRET_KEY = sk_test_51",
        "Stripe test secret key, acct_1",
        "error: a live key stands in a development environment",
        "STRIPE_PRICE is read at src/pay.js:1, and nothing here sets it",
        "2 variables of Stripe, 1 errors, 0 warnings",
    ] {
        assert!(told.contains(part), "{part}: {}", run.stdout);
    }
    let json = stripeguard(repo.path(), &["doctor", "--format", "json"]).json();
    assert_eq!(json["variables"].as_array().unwrap().len(), 2);
    assert_eq!(json["missing"][0]["name"], "STRIPE_PRICE");
}

#[test]
fn one_file_alone_and_one_that_is_not_there() {
    let repo = Repo::bare_directory();
    repo.write("a.env", format!("STRIPE_SECRET_KEY={}\n", key("sk_test", 99, 2)));
    assert_eq!(stripeguard(repo.path(), &["doctor", "--env-file", "a.env"]).code, 0);
    let run = stripeguard(repo.path(), &["doctor", "--env-file", "b.env"]);
    assert_eq!(run.code, 2);
    assert!(run.stderr.contains("b.env cannot be read"), "{}", run.stderr);
}

#[test]
fn stripe_is_asked_once_for_each_key_and_only_on_request() {
    let repo = Repo::bare_directory();
    let secret = key("sk_test", 99, 2);
    repo.write(".env", format!("STRIPE_SECRET_KEY={secret}\nSTRIPE_SK={secret}\n"))
        .write("a.js", "new Stripe(k, { apiVersion: '2023-10-16' })\n");
    let (base, requests) = server(vec![(200, ALIVE)]);
    let run = stripeguard(repo.path(), &["doctor", "--online", "--api-base", &base]);
    let requests = requests.join().unwrap();
    assert_eq!(requests.len(), 1);
    assert!(requests[0].starts_with("GET /v1/balance HTTP/1.1\r\n"), "{}", requests[0]);
    assert!(requests[0].contains(&format!("Bearer {secret}")));
    assert!(run.stdout.contains("Stripe says: it works, in test mode"), "{}", run.stdout);
    assert!(run.stdout.contains("pins version 2023-10-16 of the API; the account uses 2024-06-20"));
    let (base, _requests) = server(vec![(401, INVALID)]);
    let run = stripeguard(repo.path(), &["doctor", "--online", "--api-base", &base]);
    assert_eq!(run.code, 1);
    assert!(run.stdout.contains("is not known to Stripe"), "{}", run.stdout);
}

#[test]
fn keys_are_sent_nowhere_else() {
    let repo = Repo::bare_directory();
    repo.write(".env", format!("STRIPE_SECRET_KEY={}\n", key("sk_test", 99, 2)));
    for base in
        ["http://example.com", "https://api.stripe.com.evil.test", "http://127.0.0.1:80@evil"]
    {
        let run = stripeguard(repo.path(), &["doctor", "--online", "--api-base", base]);
        assert_eq!(run.code, 2, "{base}");
        assert!(run.stderr.contains("sent to Stripe alone"), "{}", run.stderr);
    }
}

#[test]
fn verify_asks_only_when_somebody_agreed() {
    let repo = Repo::bare_directory();
    let secret = live_secret(4);
    repo.write("a", format!("{secret}\n"));
    let run = stripeguard(repo.path(), &["verify"]);
    assert_eq!(run.code, 2);
    assert!(run.stderr.contains("nothing was sent"), "{}", run.stderr);
    let (base, requests) = server(vec![(200, ALIVE)]);
    let run = stripeguard(repo.path(), &["verify", "--yes", "--api-base", &base]);
    assert_eq!(run.code, 1, "a key that works is a finding: {}", run.stderr);
    assert_eq!(requests.join().unwrap().len(), 1);
    assert!(run.stdout.contains("1 keys asked about, 1 of them work"), "{}", run.stdout);
    assert!(!run.stdout.contains(&secret));
    let (base, _requests) = server(vec![(401, INVALID)]);
    assert_eq!(stripeguard(repo.path(), &["verify", "--yes", "--api-base", &base]).code, 0);
}

#[test]
fn a_redirect_is_not_followed() {
    let repo = Repo::bare_directory();
    repo.write("a", format!("{}\n", live_secret(4)));
    let (base, requests) = server(vec![(302, "")]);
    let run = stripeguard(repo.path(), &["verify", "--yes", "--api-base", &base]);
    assert_eq!(requests.join().unwrap().len(), 1);
    assert!(run.stdout.contains("0 of them work"), "{}", run.stdout);
}

#[test]
fn key_prints_the_anatomy_of_what_it_is_given() {
    let repo = Repo::bare_directory();
    let secret = live_secret(6);
    let public = format!("pk_live_{}", secret.trim_start_matches("sk_live_"));
    let run =
        stripeguard_with_input(repo.path(), &["key"], format!("{secret}\n{public}\n").as_bytes());
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert!(
        run.stdout.contains("Stripe live secret key\n  mode: live\n  account: acct_1"),
        "{}",
        run.stdout
    );
    assert!(run.stdout.contains("same account as the key on line 2"), "{}", run.stdout);
    assert!(!run.stdout.contains(&secret));
    let run = stripeguard_with_input(repo.path(), &["key", "--format", "json"], secret.as_bytes());
    assert_eq!(run.json()[0]["type"], "secret");
    assert_eq!(stripeguard_with_input(repo.path(), &["key"], b"hello").code, 1);
}

#[test]
fn every_answer_of_stripe_is_told_as_what_it_means() {
    let repo = Repo::bare_directory();
    repo.write(".env", format!("STRIPE_SECRET_KEY={}\n", key("sk_test", 99, 2)));
    for &(status, body, told) in ANSWERS {
        let (base, requests) = server(vec![(status, body)]);
        let run = stripeguard(repo.path(), &["doctor", "--online", "--api-base", &base]);
        assert_eq!(requests.join().unwrap().len(), 1, "one try");
        let text = run.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(text.contains(told), "{status} {body}: {text}");
        let is_dead = ["is not known to Stripe", "has expired", "is a publishable"]
            .iter()
            .any(|word| told.contains(word));
        assert_eq!(run.code, i32::from(is_dead), "{status} {body}");
    }
}

#[test]
fn a_server_that_hangs_up_is_no_dead_key() {
    let repo = Repo::bare_directory();
    repo.write(".env", format!("STRIPE_SECRET_KEY={}\n", key("sk_test", 99, 2)));
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let run = stripeguard(repo.path(), &["doctor", "--online", "--api-base", &base]);
    assert_eq!(run.code, 0, "{}", run.stdout);
    assert!(run.stdout.contains("is not known to work or not"), "{}", run.stdout);
}

/// Stripe's own server for tests, where it is installed.
struct StripeMock(std::process::Child, String);

impl StripeMock {
    fn start() -> Option<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        drop(listener);
        let home = std::env::var("HOME").unwrap_or_default();
        let programs = ["stripe-mock".to_owned(), format!("{home}/go/bin/stripe-mock")];
        let start = |program: &String| {
            let mut command = std::process::Command::new(program);
            command.args(["-http-port", &port.to_string()]);
            command.stdout(std::process::Stdio::null()).stderr(std::process::Stdio::null());
            command.spawn().ok()
        };
        let child = programs.iter().find_map(start)?;
        let mock = Self(child, format!("http://127.0.0.1:{port}"));
        let is_up = || std::net::TcpStream::connect(("127.0.0.1", port)).is_ok();
        let up = (0..200).any(|_| {
            thread::sleep(std::time::Duration::from_millis(50));
            is_up()
        });
        up.then_some(mock)
    }
}

impl Drop for StripeMock {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn stripe_mock_answers_as_stripe_does() {
    let Some(mock) = StripeMock::start() else {
        #[allow(clippy::print_stderr)]
        {
            eprintln!("skipped: stripe-mock is not installed");
        }
        return;
    };
    let repo = Repo::bare_directory();
    let secret = key("sk_test", 99, 2);
    repo.write(".env", format!("STRIPE_SECRET_KEY={secret}\n"));
    let run = stripeguard(repo.path(), &["doctor", "--online", "--api-base", &mock.1]);
    assert_eq!(run.code, 0, "{}{}", run.stdout, run.stderr);
    assert!(run.stdout.contains("Stripe says: it works, in test mode"), "{}", run.stdout);
    repo.write("a", format!("{secret}\n"));
    let run = stripeguard(repo.path(), &["verify", "--yes", "--api-base", &mock.1]);
    assert_eq!(run.code, 1, "{}", run.stderr);
    assert!(run.stdout.contains("1 keys asked about, 1 of them work"), "{}", run.stdout);
}

#[test]
fn settings_of_frameworks_are_looked_at() {
    let repo = Repo::bare_directory();
    let (secret, public) = (key("sk_test", 99, 2), key("pk_test", 99, 9));
    repo.write(
        "src/main/resources/application.yml",
        "stripe:\n  secret-key: ${STRIPE_SECRET_KEY}\n  webhook-secret: whsec_\n",
    )
    .write(
        "appsettings.json",
        format!("{{\n  \"Stripe\": {{\n    \"SecretKey\": \"{public}\"\n  }}\n}}\n"),
    )
    .write("shop/settings.py", format!("STRIPE_SECRET_KEY = '{public}'\n"))
    .write("config/services.php", format!("<?php return ['stripe' => ['secret' => '{public}']];\n"))
    .write("nuxt.config.ts", format!("export default {{ stripeSecretKey: '{public}' }}\n"))
    .write("config/credentials.yml.enc", "kJ8s/1nQ+stripe==--x--y\n")
    .write("config/packages/stripe.yaml", "stripe:\n  api_key: '%env(STRIPE_API_KEY)%'\n")
    .write(".envrc", format!("export STRIPE_SECRET_KEY={secret}\n"));
    let run = stripeguard(repo.path(), &["doctor", "--format", "json"]);
    assert_eq!(run.code, 1, "{}", run.stderr);
    let json = run.json();
    let rows = json["variables"].as_array().unwrap();
    let wrong: Vec<String> = rows
        .iter()
        .filter(|row| !row["problems"].as_array().unwrap().is_empty())
        .map(|row| format!("{} {}", row["source"].as_str().unwrap(), row["name"].as_str().unwrap()))
        .collect();
    assert_eq!(
        wrong,
        [
            "appsettings.json SecretKey",
            "config/services.php secret",
            "nuxt.config.ts stripeSecretKey",
            "shop/settings.py STRIPE_SECRET_KEY",
            "src/main/resources/application.yml webhook-secret",
        ]
    );
    let missing: Vec<&str> =
        json["missing"].as_array().unwrap().iter().map(|m| m["name"].as_str().unwrap()).collect();
    assert_eq!(missing, ["STRIPE_API_KEY"]);
}
