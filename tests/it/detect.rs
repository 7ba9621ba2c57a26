//! Where a credential begins and ends.

use proptest::prelude::*;
use stripeguard::detect::{Detector, Match};

use crate::key::{TODAY, find};
use crate::keys::{Random, key};

fn values(matches: &[Match], text: &str) -> Vec<String> {
    matches.iter().map(|found| text[found.span.clone()].to_owned()).collect()
}

#[test]
fn the_value_is_the_whole_key_whatever_stands_beside_it() {
    let surroundings = [
        ("", ""),
        ("curl -u ", ":"),
        ("https://", ":@api.stripe.com"),
        ("?key=", "&x=1"),
        ("", ","),
        ("(", ")"),
        ("<string>", "</string>"),
        ("{", "}"),
        ("[", "]"),
        ("The key is ", ". Then"),
        ("`", "`"),
        ("“", "”"),
        ("'", "'"),
        ("\"", "\""),
        (r#"{\"k\":\""#, r#"\"}"#),
        ("s:107:\"", "\";"),
        ("VALUES ('1','", "','x')"),
        ("a;", ";b"),
        ("\x1b[32m", "\x1b[0m"),
        (r"\u001b[1;32m", r"\u001b[0m"),
        ("PATH=/bin\0STRIPE=", "\0HOME=/"),
        ("a\rk=", "\rb"),
        ("\n", "\n"),
        ("x\n", ""),
        (r"\n", r"\n"),
        (r"\t", r"\r\n"),
        (r"\u0022", r"\u0022"),
        (r"\x22", r"\x22"),
        ("%22", "%22"),
        ("key%3D", "%26"),
        ("k=", "-old"),
        ("k=", "_old"),
        ("\t", "\t"),
        ("=3D", "=0A"),
        ("a=0A", ""),
        ("key%253D", "%2526a"),
        ("key%u003D", ""),
        ("\x1b[01;31m\x1b[K", "\x1b[m\x1b[K"),
        (r"\033[1;31m", r"\033[0m"),
        (r"\042", r"\042"),
        ("STRIPE_KEY", ""),
        ("Bearer ", "\\"),
        ("é", "é"),
    ];
    for (seed, len) in [24, 34, 99].into_iter().enumerate() {
        for family in ["sk_live", "sk_test", "rk_live", "rk_test", "pk_live", "pk_test"] {
            let key = key(family, len, seed as u64);
            for (left, right) in surroundings {
                let text = format!("{left}{key}{right}");
                assert_eq!(values(&find(&text), &text), [key.as_str()], "{text:?}");
            }
        }
    }
}

#[test]
fn a_length_byte_before_a_modern_key_is_not_part_of_a_word() {
    let key = key("sk_live", 99, 1);
    for left in ["\0k", "\x01k", "zk", "TEXTk", "abk", "U\u{6}k"] {
        let text = format!("{left}{key}");
        assert_eq!(values(&find(&text), &text), [key.as_str()], "{left:?}");
    }
}

#[test]
fn a_length_byte_is_known_by_the_length() {
    let hex = format!("{}_{}", "whsec", Random::new(2).hex(64));
    let text = format!("\u{1}stripe\u{1}\0F{hex}");
    assert_eq!(values(&find(&text), &text), [hex.as_str()]);
    let short = key("sk_live", 24, 1);
    assert!(find(&format!("\0k{short}")).is_empty(), "k is no length of a key of 32");
}

#[test]
fn the_layout_tells_where_a_key_ends_when_the_text_runs_on() {
    for (len, right) in [(99, "nextcolumn42"), (34, "AndSoOnAndOn7"), (99, "PK")] {
        let key = key("sk_live", len, 3);
        let text = format!("{key}{right}");
        assert_eq!(values(&find(&text), &text), [key.as_str()]);
    }
}

#[test]
fn keys_that_are_copied_behind_each_other_are_two() {
    let (a, b) = (key("sk_test", 24, 1), key("sk_live", 24, 2));
    let text = format!("{a}{b}");
    assert_eq!(values(&find(&text), &text), [a, b.clone()]);
    let text = format!("{}_{b}", "sk_test");
    assert_eq!(values(&find(&text), &text), [b]);
}

#[test]
fn longer_words_that_end_like_a_prefix_are_no_keys() {
    let body = Random::new(8).account_body(24);
    for word in
        ["desk_live", "task_test", "risk_live", "mask_test", "fork_live", "apk_test", "week_live"]
    {
        let text = format!("{word}_{body} .{word}-{body}");
        assert!(find(&text).is_empty(), "{text}");
    }
}

#[test]
fn the_longest_family_wins_and_a_key_is_reported_once() {
    let text = key("rkcs_test", 99, 1);
    let found = find(&text);
    assert_eq!((found.len(), found[0].rule.id), (1, "stripe-claimable-sandbox-key"));
}

#[test]
fn a_webhook_secret_of_another_vendor_is_not_called_stripe() {
    let body = Random::new(5).base62(32);
    let find = |text: &str| find(&text.replace("KEY", &format!("{}_{body}", "whsec"))).len();
    assert_eq!(find("STRIPE_WEBHOOK_SECRET=KEY"), 1);
    assert_eq!(find("SVIX_WEBHOOK_SECRET=KEY"), 0);
    assert_eq!(find("WEBHOOK_SECRET=KEY"), 0, "nothing says whose it is");
    assert_eq!(find("STRIPE_WEBHOOK_SECRET=KEY/aB3dE5gH1j="), 0, "44 characters of base64");
    assert_eq!(find("STRIPE_WEBHOOK_SECRET=KEY/keys"), 1, "a path");
    assert_eq!(find("stripe KEY+"), 1);
    assert_eq!(find("stripe KEY=0A"), 1, "quoted-printable");
    assert_eq!(find("STRIPE=1\n\nCLERK_WEBHOOK_SECRET=KEY"), 0);
}

/// Names of vendors are words; those that the language has too are written as names.
#[test]
fn words_that_only_look_like_a_vendor_say_nothing() {
    let body = Random::new(5).base62(32);
    let find = |text: &str| find(&text.replace("KEY", &format!("{}_{body}", "whsec"))).len();
    for text in [
        "# Stripe\n# polarization magic, resend the webhook KEY",
        "stripe: resend KEY by courier",
        "clerks of stripe KEY",
    ] {
        assert_eq!(find(text), 1, "{text}");
    }
    for text in [
        "STRIPE=1\nMAGIC_SECRET=KEY",
        "stripe\nnew Resend('KEY')",
        "stripe\npolar.sh KEY",
        "table-striped KEY",
        "stripe\nclerkSecret=KEY",
        "stripe\n@polar-sh/sdk KEY",
    ] {
        assert_eq!(find(text), 0, "{text}");
    }
}

/// Keys of 2011 and before have no prefix: only where they are given to tells what they are.
#[test]
fn a_key_without_a_prefix_is_known_by_where_it_is_given_to() {
    let body = Random::new(11).base62(32);
    for sink in [
        "Stripe.api_key = \"KEY\"",
        "stripe.api_key='KEY'",
        "\\Stripe\\Stripe::setApiKey('KEY');",
        "stripe.Key = `KEY`",
        "Stripe.apiKey = \"KEY\";",
        "StripeConfiguration.ApiKey = \"KEY\";",
        "StripeConfiguration.SetApiKey(\"KEY\");",
    ] {
        let text = sink.replace("KEY", &body);
        let found = find(&text);
        assert_eq!(values(&found, &text), [body.as_str()], "{sink}");
        assert_eq!(found[0].rule.id, "stripe-legacy-key");
    }
    for text in [
        "api_key = \"KEY\"",
        "pipe.api_key = \"KEY\"",
        "Stripe.api_key = KEY",
        "Stripe.api_key + \"KEY\"",
    ] {
        let text = text.replace("KEY", &body);
        assert!(find(&text).is_empty(), "{text}");
    }
}

/// Prefixes, joints and spellings that call for each other: reading each combination of them back
/// would take hours for some of these texts. Who breaks this sees a test that does not end.
#[test]
fn texts_that_are_made_to_be_slow_are_read_once() {
    let units = [
        "sk_live_a\" + \"",
        "\"sk_\" + \"live_\" + ",
        "sk_live_\\\n",
        "sk_live_=\n",
        "k%5F",
        "k\\u005",
        "\"sk\",",
        "c2tfbGl2ZV8",
        "k%5Fk\\u005fk&#95;'sk'\"sk\"+\"k=5Fk\\x5f\"+\"",
        "sk_live_\"+\"k%5Fk\\u005fk=5F=\n",
    ];
    let key = key("sk_live", 99, 7);
    for unit in units {
        let text = format!("{}\n{key}\n", unit.repeat((32 << 10) / unit.len()));
        assert_eq!(values(&find(&text), &text), [key.as_str()], "{unit:?}");
    }
}

/// What tells whose a credential is may stand outside of the spelling.
#[test]
fn the_text_around_a_spelling_says_whose_it_is() {
    let hex = |text: &str| text.bytes().map(|byte| format!("{byte:02x}")).collect::<String>();
    let odd = hex(&format!("{}_{}", "sk_live", Random::new(4).base62(30)));
    assert_eq!(find(&format!("STRIPE_KEY: {odd}")).len(), 1);
    assert!(find(&format!("SOME_KEY: {odd}")).is_empty());
    let webhook = hex(&format!("{}_{}", "whsec", Random::new(5).base62(32)));
    assert_eq!(find(&format!("STRIPE_WEBHOOK_SECRET: {webhook}")).len(), 1);
    assert!(find(&format!("SVIX_WEBHOOK_SECRET: {webhook}")).is_empty());
}

fn surroundings() -> impl Strategy<Value = Vec<u8>> {
    proptest::collection::vec(any::<u8>(), 0..400)
}

/// A byte that no credential can go on with and no word ends with.
fn seam() -> impl Strategy<Value = u8> {
    any::<u8>().prop_filter("no word", |b| !b.is_ascii_alphanumeric() && *b != b'_')
}

proptest! {
    #[test]
    fn a_key_planted_anywhere_is_found_with_its_exact_span(
        left in surroundings(), right in surroundings(), before in seam(), after in seam(),
        seed in any::<u64>(), len in prop::sample::select(vec![24_usize, 34, 99]),
        family in prop::sample::select(vec!["sk_live", "sk_test", "rk_live", "rk_test", "pk_live"]),
    ) {
        let key = key(family, len, seed);
        let start = left.len() + 1;
        let text = [&left[..], &[before], key.as_bytes(), &[after], &right].concat();
        let mut found = Vec::new();
        Detector::new(TODAY).scan(&text, "", &mut found);
        let spans: Vec<_> = found.iter().map(|found| found.span.clone()).collect();
        prop_assert!(spans.contains(&(start..start + key.len())), "{spans:?}");
    }

    #[test]
    fn any_bytes_are_scanned_without_panic(mut text in surroundings(), at in 0_usize..400, seed in any::<u64>()) {
        let needles = ["sk_live_", "whsec_", "_secret_", "ek_test_YWNjdF8x", "sk_org_live_", "'rt_", "\"sk_"];
        let needle = needles[(seed % needles.len() as u64) as usize].as_bytes();
        let at = at.min(text.len());
        text.splice(at..at, needle.iter().copied());
        let mut found = Vec::new();
        Detector::new(TODAY).scan(&text, "stripe", &mut found);
        for found in found {
            prop_assert!(found.span.end <= text.len());
        }
    }

    #[test]
    fn a_key_with_a_hole_is_not_found(seed in any::<u64>(), at in 0_usize..24) {
        let mut key = key("sk_live", 24, seed).into_bytes();
        let hole = "sk_live_".len() + at;
        key[hole] = b'-';
        prop_assert!(find(std::str::from_utf8(&key).unwrap()).is_empty());
    }
}
