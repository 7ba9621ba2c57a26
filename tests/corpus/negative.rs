//! What looks like a credential and is none, or is one of somebody else.

use super::Case;
use crate::keys::Random;

/// Bodies behind `sk_live_` and its like that nobody's account ever had.
const PLACEHOLDERS: &[&str] = &[
    "...",
    "…",
    "xxx",
    "XXXXXXXXXXXXXXXXXXXXXXXX",
    "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
    "your_key_here",
    "YOUR_SECRET_KEY",
    "your-secret-key",
    "YourStripeSecretKeyGoesHere",
    "replace_me",
    "REPLACE_ME_WITH_A_KEY",
    "changeme",
    "placeholder",
    "placeholderplaceholderplace",
    "dummy",
    "dummydummydummydummydumm",
    "example",
    "exampleexampleexampleexam",
    "fake",
    "fakefakefakefakefakefake",
    "redacted",
    "[REDACTED]",
    "test",
    "mock",
    "abc123",
    "123",
    "1234567890",
    "1234567890abcdef",
    "123456789012345678901234",
    "abcdefghijklmnop",
    "abcdefghijklmnopqrstuvwx",
    "ABCDEFGHIJKLMNOPQRSTUVWX",
    "0123456789abcdefghijklmn",
    "<your key>",
    "<YOUR_KEY>",
    "{{ORG_SECRET_KEY}}",
    "{{ stripe.key }}",
    "${STRIPE_KEY}",
    "$STRIPE_KEY",
    "%STRIPE_KEY%",
    "#{key}",
    "{key}",
    "{0}",
    "%s",
    "{}",
    "********************abcd",
    "••••••••••••abcd",
    "AAAAAAAAAAAAAAAAAAAAAAAA",
    "000000000000000000000000",
    "111111111111111111111111",
    "aaaaaaaaaaaaaaaaaaaaaaaa",
    "51...",
    "51Abc...xyz",
    "51NotARealKeyJustAFixture",
    "thisisnotarealkeyatallok",
    "mysupersecretkeyforstripe",
    "abababababababababababab",
    "abcabcabcabcabcabcabcabc",
    "12341234123412341234",
    "deadbeefdeadbeefdeadbeef",
    "foobarbazfoobarbazfoobar",
    "qwertyuiopasdfghjklzxcvb",
    "secret_key",
    "key",
    "",
    "\"",
    "' + key + '",
    "\" + process.env.KEY",
    "` + body",
    "[0-9a-zA-Z]{24}",
    "[A-Za-z0-9]{24,99}",
    "\\w+",
    "(?:[0-9a-z]{10,99})",
    ".*",
    "*",
    "?",
    "<%= key %>",
];

const PREFIXES: &[&str] =
    &["sk_live_", "sk_test_", "rk_live_", "rk_test_", "pk_live_", "pk_test_", "sk_org_live_"];

/// Lines around the look-alike; `§` is its place.
const LINES: &[&str] = &[
    "const stripe = require('stripe')('§');\n",
    "STRIPE_SECRET_KEY=§\n",
    "# Stripe\nkey: \"§\"\n",
    "Set your Stripe key (§) in the settings.\n",
];

/// Every kind of look-alike.
pub fn cases(random: &mut Random) -> Vec<Case> {
    let mut cases = Vec::new();
    for body in PLACEHOLDERS {
        for (prefix, line) in PREFIXES.iter().flat_map(|p| LINES.iter().map(move |line| (p, line)))
        {
            cases.push(negative("placeholder", &line.replace('§', &format!("{prefix}{body}"))));
        }
    }
    for _ in 0..12 {
        cases.extend(foreign(random));
        cases.extend(identifiers(random));
        cases.extend(masks(random));
        cases.extend(noise(random));
        cases.extend(short(random));
    }
    cases.extend(code());
    cases
}

fn negative(label: &str, text: &str) -> Case {
    Case {
        group: "negative",
        label: label.to_owned(),
        family: label.to_owned(),
        path: String::new(),
        expected: Vec::new(),
        bytes: text.as_bytes().to_vec(),
    }
}

/// Credentials of other vendors that share a prefix, in files of those vendors.
fn foreign(random: &mut Random) -> Vec<Case> {
    use base64::Engine;
    use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};
    let uuid = [8, 4, 4, 4, 12].map(|len| random.hex(len)).join("-");
    let host = STANDARD.encode(format!("clerk.{}.example$", random.hex(6)));
    let work = STANDARD_NO_PAD.encode(format!("key_{}", random.base62(51)));
    let svix = STANDARD.encode(random.base62(24));
    let live = "sk_live_";
    let test = "sk_test_";
    let all = [
        ("Paystack", format!("PAYSTACK_SECRET_KEY={live}{}\n", random.hex(40))),
        ("Paystack", format!("paystack = Paystack('{test}{}')\n", random.hex(40))),
        ("Paystack", format!("key: pk_live_{}\n", random.hex(40))),
        ("Clerk", format!("CLERK_PUBLISHABLE_KEY=pk_test_{host}\n")),
        ("Clerk", format!("CLERK_SECRET_KEY={test}{}\n", random.base62(42))),
        ("WorkOS", format!("WORKOS_API_KEY={live}{work}\n")),
        ("Magic", format!("new Magic('pk_live_{}')\n", random.hex(16).to_uppercase())),
        ("Checkout.com", format!("CKO_SECRET={test}{uuid}\n")),
        ("Checkout.com", format!("CKO_PUBLIC=pk_test_{uuid}\n")),
        ("Culqi", format!("culqi_key = '{test}{}'\n", random.base62(16))),
        ("Recharge", format!("RECHARGE_TOKEN={test}1x1_{}\n", random.hex(64))),
        ("Svix", format!("SVIX_SECRET=whsec_{svix}\n")),
        ("Svix", format!("wh = new Webhook(\"whsec_{svix}\");\n")),
        ("Apideck", format!("APIDECK_KEY={live}{}-{}\n", random.base62(36), random.base62(40))),
        ("in-house", format!("token: sk_org_{}\n", random.hex(32))),
        ("in-house", format!("token: sk_prod_{}\n", random.base62(32))),
        ("SKU", format!("# Stripe\nsku: \"sk_{}\"\n", random.base62(24))),
    ];
    all.map(|(label, text)| negative(label, &text)).to_vec()
}

/// Words that end in a prefix.
fn identifiers(random: &mut Random) -> Vec<Case> {
    let all = [
        ("word before", format!("desk_live_{}\n", random.base62(24))),
        ("word before", format!("task_test_{}\n", random.base62(24))),
        ("word before", format!("risk_live_{}\n", random.base62(24))),
        ("word before", format!("mask_live_{}\n", random.base62(34))),
        ("word before", format!("disk_test_{}\n", random.base62(24))),
        ("word before", format!("task_org_live_{}\n", random.base62(30))),
        ("word before", format!("week_live_{}\n", random.base62(24))),
        ("identifier", "fn task_test_that_the_payment_is_refunded() {}\n".to_owned()),
        ("identifier", "def test_sk_live_key_is_never_logged(self):\n".to_owned()),
        ("identifier", format!("int {}_socketBufferAllocatedFromPool = 0;\n", "sk_test")),
        ("identifier", format!(".{}_buttonPrimaryLargeRounded {{ color: red }}\n", "sk_live")),
        ("identifier", "<div class=\"desk_live_indicator risk_test_panel-open\">\n".to_owned()),
        (
            "identifier",
            "if (key.startsWith('sk_live_') || key.startsWith('rk_live_')) return;\n".to_owned(),
        ),
        ("object id", format!("cus_{}\n", random.base62(14))),
        ("object id", format!("stripe pi_3{}\n", random.base62(23))),
        ("object id", format!("stripe we_1{} acct_1{}\n", random.base62(23), random.base62(15))),
        ("object id", format!("stripe price_1{} prod_{}\n", random.base62(23), random.base62(14))),
        ("secret of something else", format!("client_secret_{}\n", random.base62(25))),
        ("secret of something else", format!("my_secret_{}\n", random.base62(31))),
    ];
    all.map(|(label, text)| negative(label, &text)).to_vec()
}

/// What Stripe and programs leave of a key when they hide it.
fn masks(random: &mut Random) -> Vec<Case> {
    let (start, end) = (random.base62(4), random.base62(4));
    let all = [
        format!("Invalid API Key provided: sk_live_********************{end}\n"),
        format!("Invalid API Key provided: sk_test_51{start}**********************{end}\n"),
        format!("Stripe key sk_live_...{end}\n"),
        format!("Stripe key sk_live_51{start}…{end}\n"),
        format!("Stripe key rk_live_51{start}...{end}\n"),
        format!("Stripe key: sk_live_{}[hidden]\n", "•".repeat(20)),
        format!("Stripe key: sk_live_51{start}{}\n", "x".repeat(95)),
        format!("Stripe key: sk_live_51{start}{}{end}\n", "X".repeat(90)),
        format!("Stripe key: sk_test_{start}{}{end}\n", "0".repeat(16)),
    ];
    all.map(|text| negative("mask", &text)).to_vec()
}

fn noise(random: &mut Random) -> Vec<Case> {
    let token = format!("eyJ{}.eyJ{}.{}", random.base62(33), random.base62(80), random.base62(43));
    let all = [
        ("hash", format!("{}  notes.txt\n", random.hex(64))),
        ("hash", format!("\"integrity\": \"sha512-{}==\"\n", random.base62(86))),
        ("token", format!("Authorization: Bearer {token}\n")),
        ("noise", format!("{}\n", random.base62(4000))),
        ("noise", format!("{}\n", random.hex(4000))),
        ("noise", format!("stripe_{}\n", random.base62(99))),
        ("noise", format!("stripe whsec {}\n", random.base62(32))),
        ("UUID", format!("id: {}\n", [8, 4, 4, 4, 12].map(|len| random.hex(len)).join("-"))),
        (
            "minified",
            format!("!function(e,t){{var sk_live=e.sk,rk_test=t.{}}}\n", random.base62(20)),
        ),
    ];
    all.map(|(label, text)| negative(label, &text)).to_vec()
}

/// Bodies that are too short for a key, or cut.
fn short(random: &mut Random) -> Vec<Case> {
    let mut cases = Vec::new();
    for prefix in PREFIXES {
        for len in [1, 4, 9, 12, 15] {
            let text = format!("stripe.api_key = \"{prefix}{}\"\n", random.base62(len));
            cases.push(negative("too short", &text));
        }
    }
    cases
}

fn code() -> Vec<Case> {
    let texts = [
        "const re = /^(sk|rk)_(live|test)_[0-9a-zA-Z]{24,}$/;\n",
        "regex = '''\\b((?:sk|rk)_(?:test|live|prod)_[a-zA-Z0-9]{10,99})\\b'''\n",
        "PATTERNS = [re.compile(r'sk_live_[0-9a-zA-Z]{24}'), re.compile(r'whsec_[A-Za-z0-9]{32}')]\n",
        "key = ['sk', 'live', body].join('_')\n",
        "key = \"sk_\" + \"live_\" + body\n",
        "let key = format!(\"sk_live_{}\", \"x\".repeat(24));\n",
        "secretKey: sk_live_{{ .Values.stripe.key | quote }}\n",
        "STRIPE_SECRET_KEY=<%= ENV['STRIPE_SECRET_KEY'] %>\n",
        "STRIPE_WEBHOOK_SECRET=whsec_your_webhook_signing_secret_here\n",
        "STRIPE_WEBHOOK_SECRET=whsec_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\n",
        "STRIPE_WEBHOOK_SECRET=whsec_test_secret_for_the_unit_tests_only\n",
        "stripe.webhooks.constructEvent(body, sig, 'whsec_...')\n",
        "clientSecret: 'pi_123_secret_456' // stripe\n",
        "clientSecret: 'seti_xxx_secret_xxx' // stripe\n",
        "oak_tree_in_the_garden_of_the_house stripe\n",
        "the stripe of the oak_ and absec_ prefixes\n",
    ];
    texts.map(|text| negative("code about keys", text)).to_vec()
}
