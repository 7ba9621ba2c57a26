//! Credentials of every family and generation.

use super::Case;
use crate::keys::Random;
use base64::Engine;

/// A credential and the family it belongs to.
#[derive(Debug, Clone)]
pub struct Credential {
    pub family: &'static str,
    pub value: String,
    /// Whether it is found behind a quote or an equals sign only.
    pub needs_quote: bool,
}

/// The families whose body is that of an account key.
pub const ACCOUNT_FAMILIES: &[&str] =
    &["sk_live", "sk_test", "rk_live", "rk_test", "pk_live", "pk_test"];

/// The lengths of body that account keys have had.
pub const GENERATIONS: &[usize] = &[24, 34, 99];

/// Lengths that no key has yet, below the limit that Stripe names.
const FUTURE: &[usize] = &[120, 150, 200];

/// An account key.
pub fn account(family: &'static str, len: usize, random: &mut Random) -> Credential {
    plain(family, format!("{family}_{}", random.account_body(len)))
}

fn plain(family: &'static str, value: String) -> Credential {
    Credential { family, value, needs_quote: false }
}

fn quoted(family: &'static str, value: String) -> Credential {
    Credential { needs_quote: true, ..plain(family, value) }
}

/// One credential of every family and generation.
pub fn all(random: &mut Random) -> Vec<Credential> {
    let mut all = Vec::new();
    for family in ACCOUNT_FAMILIES {
        all.extend(GENERATIONS.iter().map(|len| account(family, *len, random)));
    }
    all.push(account("rkcs_test", 99, random));
    for family in ["sk_org_live", "sk_org_test"] {
        all.push(plain(family, format!("{family}_{}", random.organization_body())));
    }
    for family in ["ek_live", "ek_test"] {
        all.push(plain(family, format!("{family}_{}", encoded_account(random))));
    }
    for family in ["pst_live", "pst_test"] {
        all.push(plain(family, format!("{family}_{}", encoded_account(random))));
    }
    all.push(plain("whsec", format!("whsec_{}", random.base62(32))));
    all.push(plain("whsec_cli", format!("whsec_{}", random.hex(64))));
    all.push(plain("oak", format!("oak_{}", random.base62(48))));
    all.push(plain("absec", format!("absec_{}", random.base62(32))));
    all.push(quoted("rt", format!("rt_{}", random.base62(48))));
    all.push(quoted("sk", format!("sk_{}", random.base62(29))));
    all.extend(client_secrets(random));
    all
}

fn encoded_account(random: &mut Random) -> String {
    let text = format!("acct_{},{}", random.account(), random.base62(31));
    let encoded = base64::engine::general_purpose::STANDARD_NO_PAD.encode(text);
    format!("{encoded}_00{}", random.base62(8))
}

fn client_secrets(random: &mut Random) -> Vec<Credential> {
    let object = |random: &mut Random| format!("3{}{}", &random.account()[1..], random.base62(9));
    let payment = format!("pi_{}_secret_{}", object(random), random.base62(25));
    let setup = format!("seti_{}_secret_{}", object(random), random.base62(31));
    let source = format!("src_client_secret_{}", random.base62(24));
    let customer = format!("cuss_secret_{}", random.base62(47));
    let session = format!("accs_secret__{}", random.base62(47));
    [("pi", payment), ("seti", setup), ("src", source), ("cuss", customer), ("accs", session)]
        .map(|(family, value)| plain(family, value))
        .to_vec()
}

/// Each family and generation in the plainest file there is, several times.
pub fn cases(random: &mut Random) -> Vec<Case> {
    let mut cases = Vec::new();
    for _ in 0..10 {
        for credential in all(random) {
            let label = credential.value.len().to_string();
            let before = b"# the Stripe account of the shop\nretries = 3\nstripe_key = \"";
            let after = b"\"\ntimeout = 30\n";
            let shown = credential.value.clone();
            let parts = (&before[..], shown.as_bytes(), &after[..]);
            let mut case = Case::around("family", &label, &credential, parts);
            case.path = "settings.toml".to_owned();
            cases.push(case);
        }
    }
    cases.extend(future(random));
    cases
}

fn future(random: &mut Random) -> Vec<Case> {
    let mut cases = Vec::new();
    for len in FUTURE {
        for family in ACCOUNT_FAMILIES {
            let key = account(family, *len, random);
            let parts = (&b"stripe_key = \""[..], key.value.as_bytes(), &b"\"\n"[..]);
            cases.push(Case::around("future", &len.to_string(), &key, parts));
        }
    }
    cases
}
