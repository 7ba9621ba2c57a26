//! What a credential is: the rules' own examples, anatomy, placeholders and look-alikes.

use std::fs;
use std::path::Path;

use stripeguard::detect::{Detector, Facts, Match};
use stripeguard::key::{self, Confidence, RULES};

use crate::keys::{Random, expand, key as make_key};

/// 2026-11-24.
pub const TODAY: i64 = 1_795_478_400;

pub fn find(text: &str) -> Vec<Match> {
    let mut matches = Vec::new();
    Detector::new(TODAY).scan(text.as_bytes(), "", &mut matches);
    matches
}

#[test]
fn every_example_of_every_rule_holds() {
    let mut random = Random::new(1);
    for rule in RULES {
        for round in 0..20 {
            for example in rule.positive {
                let text = expand(example, &mut random);
                let found: Vec<_> = find(&text).iter().map(|found| found.rule.id).collect();
                assert_eq!(found, [rule.id], "{example} ({round}): {text}");
            }
            for example in rule.negative {
                let text = expand(example, &mut random);
                let found: Vec<_> = find(&text).iter().map(|found| found.rule.id).collect();
                assert!(!found.contains(&rule.id), "{}: {example}: {text}", rule.id);
            }
        }
    }
}

#[test]
fn every_rule_file_is_a_rule_and_says_what_to_do() {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("rules/secrets");
    let mut files: Vec<String> = fs::read_dir(dir)
        .unwrap()
        .map(|entry| entry.unwrap().path().file_stem().unwrap().to_str().unwrap().to_owned())
        .collect();
    files.sort();
    assert_eq!(files, RULES.iter().map(|rule| rule.id).collect::<Vec<_>>());
    for rule in RULES {
        for heading in
            ["## What it is", "## Why is this bad", "## How it is recognised", "## References"]
        {
            assert!(rule.docs.contains(heading), "{} lacks {heading}", rule.id);
        }
        assert!(rule.docs.contains("https://docs.stripe.com/"), "{}", rule.id);
        assert!(!rule.remedy.trim().is_empty(), "{}", rule.id);
        assert_eq!(key::rule(rule.id).map(|r| r.id), Some(rule.id));
    }
}

/// The account `acct_1Nv0FGQ9RKHgCVdK` of Stripe's API reference has `created: 1695830751`.
#[test]
fn an_account_id_tells_when_the_account_was_made() {
    let facts = Facts::of_account("acct_1Nv0FGQ9RKHgCVdK");
    assert_eq!(facts.account.as_deref(), Some("acct_1Nv0FGQ9RKHgCVdK"));
    assert!((facts.created.unwrap() - 1_695_830_751).abs() <= 1, "{facts:?}");
}

#[test]
fn a_modern_key_names_its_account_and_an_old_one_does_not() {
    let account = Random::new(3).account();
    let body = format!("5{account}{}00{}", Random::new(4).base62(72), Random::new(5).base62(8));
    let found = find(&format!("x = '{}_{body}'", "rk_live"));
    assert_eq!(found[0].facts.account, Some(format!("acct_{account}")));
    assert_eq!(found[0].confidence, Confidence::Certain);
    let found = find(&format!("x = '{}'", make_key("sk_live", 24, 1)));
    assert_eq!(
        (found[0].facts.clone(), found[0].confidence),
        (Facts::default(), Confidence::Likely)
    );
}

#[test]
fn an_account_of_the_future_is_invented() {
    let body = format!("51zzzzz{}00{}", Random::new(4).base62(82), Random::new(5).base62(8));
    assert!(find(&format!("{}_{body}", "sk_live")).is_empty());
}

#[test]
fn severity_is_capability_times_mode() {
    let severity = |id: &str| key::rule(id).unwrap().severity.word();
    for (id, expected) in [
        ("stripe-secret-key-live", "critical"),
        ("stripe-organization-key-live", "critical"),
        ("stripe-restricted-key-live", "high"),
        ("stripe-webhook-secret", "high"),
        ("stripe-secret-key-test", "medium"),
        ("stripe-restricted-key-test", "medium"),
        ("stripe-client-secret", "low"),
        ("stripe-publishable-key-live", "info"),
    ] {
        assert_eq!(severity(id), expected, "{id}");
    }
}

#[test]
fn placeholders_of_all_shapes_are_silent() {
    let bodies = [
        "your_key_here",
        "YOUR_SECRET_KEY_GOES_HERE_NOW",
        "xxxxxxxxxxxxxxxxxxxxxxxx",
        "...",
        "123456789012345678901234",
        "abcdefghijklmnopqrstuvwx",
        "AAAAAAAAAAAAAAAAAAAAAAAA",
        "replaceMeWithYourOwnKey01",
        "1234567890abcdefghijklmn",
        "51NotARealKeyJustAFixture",
        "ThisIsAnExampleOfAKey1234",
        "FAKEFAKEFAKEFAKEFAKEFAKE",
        "************************",
        "0123456789abcdef01234567",
        "${STRIPE_KEY}",
        "{{ key }}",
        "[0-9a-zA-Z]{24}",
        "<key>",
        "DummyKeyForTheTests12345",
        "%STRIPE%",
        "abc123abc123abc123abc123",
        "thequickbrownfoxjumpsoverit",
        "FakeKey9f8Mock7aQzR4tYuIo",
        "7aQzR4tYuIoLiveTokenKp29W",
    ];
    for body in bodies {
        let text = format!("stripe key = '{}_{body}'", "sk_test");
        assert!(find(&text).is_empty(), "{text}");
    }
}

/// Chance makes a word of a random body once in a while, though not as people write it.
#[test]
fn a_word_that_chance_has_made_is_no_placeholder() {
    let text =
        |word: &str| format!("stripe key = '{}_NImOsP4nhTl0Q4{word}T017E00ScK8QRG'", "sk_test");
    for word in ["inSErT", "iNsErt", "inserT"] {
        assert_eq!(find(&text(word)).len(), 1, "{word}");
    }
    for word in ["insert", "Insert", "INSERT", "inSert"] {
        assert!(find(&text(word)).is_empty(), "{word}");
    }
}

/// Lower-case hexadecimal digits are Paystack's and Medusa's, capital ones Magic's, `a2V5Xz` is
/// WorkOS's, 42 characters Clerk's.
#[test]
fn credentials_of_other_vendors_are_not_called_stripe() {
    let mut random = Random::new(9);
    let bodies = [
        random.hex(40),
        random.hex(64),
        random.hex(40).to_uppercase(),
        format!("a2V5Xz{}", random.base62(63)),
        random.base62(42),
        "8f14e45f-ceea-467f-a8f6-2a9c1b0d3e4f".to_owned(),
    ];
    for body in bodies {
        let text = format!("key = '{}_{body}'", "sk_live");
        assert!(find(&text).is_empty(), "{text}");
    }
}

/// A line that names another vendor outweighs a word of Stripe elsewhere in the file.
#[test]
fn a_key_on_the_line_of_another_vendor_is_doubted() {
    let confidence = |key: &str| {
        let text = format!("STRIPE_API=https://api.stripe.com\nCLERK_SECRET_KEY={key}\n");
        find(&text).first().map(|found| found.confidence)
    };
    let plain = format!("{}_{}", "sk_live", Random::new(4).base62(34));
    assert_eq!(confidence(&plain), None);
    assert_eq!(confidence(&make_key("sk_live", 24, 1)), Some(Confidence::Possible));
    assert_eq!(confidence(&make_key("sk_live", 99, 1)), Some(Confidence::Certain));
}

/// Clerk's publishable keys are base64 of a host and `$`.
#[test]
fn an_encoded_host_is_no_key() {
    use base64::Engine;
    let engine = base64::engine::general_purpose::STANDARD_NO_PAD;
    let body = engine.encode("clerk.my-shop.com$");
    assert_eq!(body.len(), 24);
    assert!(find(&format!("KEY={}_{body}", "pk_live")).is_empty());
}

/// The sample of the API reference: `4eC39Hq` and 17 more characters, put together here.
#[test]
fn published_samples_are_recognised_behind_any_prefix() {
    let body = ["4eC39HqLyj", "WDarjtT1zd", "p7dc"].concat();
    for prefix in ["sk_test", "sk_live", "pk_test"] {
        let found = find(&format!("curl -u {prefix}_{body}:"));
        assert!(found.len() == 1 && found[0].sample, "{prefix}");
    }
    let own = make_key("sk_test", 99, 1);
    let text = format!("// This is a public sample test API key.\nconst key = '{own}';");
    assert!(!find(&text)[0].sample, "a comment never silences the key beneath it");
}
