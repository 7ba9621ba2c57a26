//! What is wrong with a variable, and what is not.

use stripeguard::detect::Detector;
use stripeguard::doctor::{
    Environment, Role, config_settings, env_settings, examine, missing, names_read, versions,
};

use crate::keys::{Random, key, live_secret, test_publishable};

const TODAY: i64 = 1_800_000_000;

/// `NAME: what is wrong` for every problem of an env file.
fn problems(source: &str, text: &str) -> Vec<String> {
    let checked = examine(env_settings(text, source), &Detector::new(TODAY));
    let all = checked.iter().flat_map(|one| {
        one.problems.iter().map(|problem| format!("{}: {}", one.setting.name, problem.what))
    });
    all.collect()
}

fn assert_problem(line: &str, what: &str) {
    let found = problems(".env", line);
    assert!(found.len() == 1 && found[0].contains(what), "{found:#?} lacks {what:?}");
}

fn webhook() -> String {
    format!("whsec_{}", Random::new(1).base62(32))
}

/// A test secret key and a publishable key of one account.
fn pair() -> (String, String) {
    let secret = key("sk_test", 99, 4);
    let body = secret.trim_start_matches("sk_test_").to_owned();
    (secret, format!("pk_test_{}", body.replacen("00", "07", 0)))
}

#[test]
fn what_is_right_is_left_alone() {
    let (secret, public) = pair();
    let text = format!(
        "# keys\nexport STRIPE_SECRET_KEY={secret} # from the Dashboard\n\
         STRIPE_PUBLISHABLE_KEY=\"{public}\"\nSTRIPE_WEBHOOK_SECRET='{}'\n\
         STRIPE_PRICE_ID=price_1\nDATABASE_URL=postgres://x\nSTRIPE_SECRET_KEY_EU={}\n",
        webhook(),
        key("rk_test", 99, 9),
    );
    assert_eq!(problems(".env", &text), [""; 0]);
    assert_eq!(problems(".env", &text.replace('\n', "\r\n")), [""; 0]);
}

#[test]
fn a_key_in_the_place_of_another() {
    let (secret, public) = pair();
    assert_problem(&format!("STRIPE_SECRET_KEY={public}"), "publishable key stands where a secret");
    assert_problem(&format!("STRIPE_PUBLISHABLE_KEY={secret}"), "ships to every client");
    assert_problem(&format!("NEXT_PUBLIC_STRIPE_KEY={secret}"), "ships to every client");
    assert_problem(&format!("STRIPE_API_KEY={}", webhook()), "webhook signing secret stands");
    assert_problem(&format!("STRIPE_WEBHOOK_SECRET={secret}"), "where a webhook signing secret");
}

#[test]
fn what_cannot_be_seen_in_a_value() {
    let (secret, _) = pair();
    assert_problem(&format!("STRIPE_SECRET_KEY=\" {secret}\""), "white space");
    assert_problem(&format!("STRIPE_SECRET_KEY=\"'{secret}'\""), "quotes are part");
    assert_problem(&format!("STRIPE_SECRET_KEY=\u{201C}{secret}\u{201D}"), "quotes are part");
    assert_problem(&format!("STRIPE_SECRET_KEY={secret}\u{200B}"), "cannot be seen");
    assert_problem(&format!("STRIPE_SECRET_KEY=\"{secret}\\n\""), "a line break in the value");
    assert_problem(&format!("STRIPE_SECRET_KEY={secret}\u{202E}"), "cannot be seen");
    assert_problem(&format!("STRIPE_SECRET_KEY=\u{a0}{secret}"), "white space");
    let broken = format!("STRIPE_SECRET_KEY=\"{}\n{}\"", &secret[..40], &secret[40..]);
    let found = problems(".env", &broken);
    assert!(found[0].contains("never closed") && found[1].contains("cut short"), "{found:?}");
    assert_problem(&format!("STRIPE_SECRET_KEY=\"{secret}\n"), "never closed");
}

#[test]
fn copies_that_went_wrong() {
    let (secret, _) = pair();
    assert_problem(&format!("STRIPE_SECRET_KEY={}", &secret[..70]), "cut short: 62 of 99");
    assert_problem(&format!("STRIPE_SECRET_KEY={secret}{secret}"), "2 keys in one");
    assert_problem(&format!("STRIPE_SECRET_KEY={secret};"), "more in the value than the key");
    assert_problem("STRIPE_SECRET_KEY=sk_test_", "cut short or mistyped");
    assert_problem("STRIPE_SECRET_KEY=", "it is empty");
    assert_problem(&format!("STRIPE_SECRET_KEY={}…{}", &secret[..10], &secret[100..]), "masked");
}

#[test]
fn what_leads_to_a_key_is_left_alone() {
    for value in
        ["${VAULT_KEY}", "$OTHER_KEY", "op://shop/stripe/key", "encrypted:BDx9w8", "$(pass stripe)"]
    {
        assert_eq!(problems(".env", &format!("STRIPE_SECRET_KEY={value}")), [""; 0], "{value}");
    }
}

#[test]
fn what_is_no_key_of_stripe() {
    let hex = Random::new(2).hex(40);
    assert_problem(&format!("PAYMENT_SECRET_KEY=sk_live_{hex}"), "another vendor's key");
    assert_problem(&format!("STRIPE_SECRET_KEY=sk_test_{}", "x".repeat(24)), "placeholder");
    assert_problem("STRIPE_SECRET_KEY=sk_test_your_key_here", "cut short or mistyped");
    assert_problem(&format!("STRIPE_SECRET_KEY={}", Random::new(3).base62(32)), "before 2012");
    let modeless = format!("STRIPE_SECRET_KEY=sk_{}", Random::new(5).base62(29));
    assert_problem(&modeless, "it is a legacy key");
    assert_problem("STRIPE_SECRET_KEY=hello", "does not begin like any key");
}

#[test]
fn the_wrong_environment() {
    let (secret, _) = pair();
    let found = problems(".env.production", &format!("STRIPE_SECRET_KEY={secret}"));
    assert!(found[0].contains("a test key stands in a production"), "{found:?}");
    let found = problems(".env.development", &format!("STRIPE_SECRET_KEY={}", live_secret(3)));
    assert!(found[0].contains("a live key stands in a development"), "{found:?}");
    let cli = format!("STRIPE_WEBHOOK_SECRET=whsec_{}", Random::new(8).hex(64));
    let found = problems("prod.env", &cli);
    assert!(found[0].contains("`stripe listen` prints"), "{found:?}");
    assert_eq!(problems(".env.development", &cli), [""; 0]);
    let beside = format!("STRIPE_SECRET_KEY={}\n{cli}", live_secret(3));
    assert!(problems(".env", &beside)[0].contains("beside a live key"));
}

#[test]
fn keys_beside_each_other() {
    let (secret, _) = pair();
    let other = test_publishable(77);
    let both = |public: &str| {
        problems(".env", &format!("STRIPE_SECRET_KEY={secret}\nSTRIPE_PUBLISHABLE_KEY={public}"))
    };
    let found = both(&other);
    assert!(found[0].contains("STRIPE_PUBLISHABLE_KEY: it belongs to acct_"), "{found:?}");
    let live = format!("pk_live_{}", secret.trim_start_matches("sk_test_"));
    assert!(
        both(&live)[0].contains("it is a live key, and STRIPE_SECRET_KEY beside it a test key")
    );
    let regions = format!("STRIPE_SECRET_KEY_EU={secret}\nSTRIPE_PUBLISHABLE_KEY_US={other}");
    assert_eq!(problems(".env", &regions), [""; 0], "names of two regions are no pair");
}

#[test]
fn the_same_key_in_two_environments() {
    let line = format!("STRIPE_SECRET_KEY={}", key("sk_test", 99, 4));
    let mut settings = env_settings(&line, ".env.staging");
    settings.extend(env_settings(&line, ".env.production"));
    let checked = examine(settings, &Detector::new(TODAY));
    let of_staging: Vec<&str> = checked[0].problems.iter().map(|p| p.what.as_str()).collect();
    assert_eq!(of_staging, [".env.production has the same key"]);
}

#[test]
fn what_code_reads_and_nothing_sets() {
    let code = "const a = process.env.STRIPE_SECRET_KEY\nimport.meta.env.VITE_STRIPE_PK;\n\
                os.environ[\"STRIPE_A\"]; os.environ.get('STRIPE_B'); os.getenv(\"STRIPE_C\")\n\
                ENV.fetch('STRIPE_D'); ENV['STRIPE_E']; env('STRIPE_F'); getenv('STRIPE_G')\n\
                os.Getenv(\"STRIPE_H\"); System.getenv(\"STRIPE_I\"); $_ENV['STRIPE_J']\n\
                Deno.env.get('STRIPE_K'); process.env['STRIPE_L']; process.env.HOME\n";
    let reads = names_read(code, "a.ts");
    let names: Vec<&str> = reads.iter().map(|read| read.name.as_str()).collect();
    let letters = "ABCDEFGHIJKL".chars().map(|c| format!("STRIPE_{c}"));
    let expected: Vec<String> = ["STRIPE_SECRET_KEY", "VITE_STRIPE_PK"]
        .map(str::to_owned)
        .into_iter()
        .chain(letters)
        .collect();
    assert_eq!(names, expected);
    assert_eq!((reads[0].line, reads[2].line), (1, 3));
    let more = "const { STRIPE_M, PORT, STRIPE_N: key = '' } = process.env\nos.LookupEnv(\"STRIPE_O\")\n\
                env.str('STRIPE_P'); env::var(\"STRIPE_Q\"); key: ${STRIPE_R:none}\n\
                '%env(resolve:STRIPE_S)%'; System.fetch_env!(\"STRIPE_T\")\n";
    let mut names: Vec<String> = names_read(more, "a.ts")
        .into_iter()
        .map(|read| format!("{} {}", read.name, read.line))
        .collect();
    names.sort();
    let expected =
        ["M 1", "N 1", "O 2", "P 3", "Q 3", "R 3", "S 4", "T 4"].map(|n| format!("STRIPE_{n}"));
    assert_eq!(names, expected);
    let checked = examine(env_settings("STRIPE_SECRET_KEY=", ".env"), &Detector::new(TODAY));
    let missing = missing(&reads, &checked);
    assert_eq!(missing.len(), 13);
    assert!(missing.iter().all(|read| read.name != "STRIPE_SECRET_KEY"));
}

#[test]
fn versions_and_settings_in_other_files() {
    let code = "new Stripe(k, { apiVersion: '2023-10-16' })\nstripe.api_version = \"2024-06-20\"\n\
                'Stripe-Version': '2025-03-31.basil'";
    let expected = [("2023-10-16", 1), ("2024-06-20", 2), ("2025-03-31.basil", 3)]
        .map(|(v, l)| (v.to_owned(), l));
    assert_eq!(versions(code), expected);
    let secret = live_secret(9);
    let yaml = format!("stripe:\n  secret-key: {secret}\n");
    let settings = config_settings(&yaml, "application.yml", &Detector::new(TODAY));
    assert_eq!((settings[0].name.as_str(), settings[0].line), ("secret-key", Some(2)));
    let json = format!("{{\"Stripe\": {{\"SecretKey\": \"{secret}\"}}}}");
    let settings = config_settings(&json, "appsettings.json", &Detector::new(TODAY));
    assert_eq!(settings[0].name, "SecretKey");
}

#[test]
fn what_names_promise() {
    let roles = [
        ("STRIPE_SECRET_KEY", Role::Secret),
        ("STRIPE_SK", Role::Secret),
        ("stripe.secretKey", Role::Secret),
        ("STRIPE_API_KEY", Role::Secret),
        ("NEXT_PUBLIC_STRIPE_SECRET_KEY", Role::Secret),
        ("NEXT_PUBLIC_STRIPE_KEY", Role::Publishable),
        ("STRIPE_PUBLISHABLE_KEY", Role::Publishable),
        ("STRIPE_WEBHOOK_SECRET", Role::Webhook),
        ("STRIPE_WEBHOOK_ENDPOINT_ID", Role::Other),
        ("STRIPE_PRICE", Role::Other),
    ];
    for (name, role) in roles {
        assert_eq!(Role::of(name), role, "{name}");
    }
    assert_eq!(Environment::of("deploy/.env.production.local"), Environment::Production);
    assert_eq!(Environment::of("prod/.env"), Environment::Unknown);
    assert_eq!(Environment::of(".env.test"), Environment::Development);
}
