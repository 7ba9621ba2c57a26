//! Ways to write a credential that plain search does not see.

use super::Case;
use super::credential::{self, Credential};
use crate::keys::Random;
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};

const HEAD: &str = "# settings of the Stripe account\nname = shop\n";

/// Every spelling for some families, in three surroundings.
pub fn cases(random: &mut Random) -> Vec<Case> {
    let mut cases = Vec::new();
    for (family, len) in [
        ("sk_live", 24),
        ("sk_live", 34),
        ("sk_live", 99),
        ("rk_live", 99),
        ("sk_test", 99),
        ("pk_live", 99),
        ("rk_test", 24),
    ] {
        for (left, right) in [("key=", "\n"), ("key: \"", "\"\nlast: 1\n"), ("(", "), then\n")] {
            let key = credential::account(family, len, random);
            cases.extend(escaped(&key, left, right));
            cases.extend(encoded(&key, left, right));
            cases.extend(wide(&key, left, right));
        }
        cases.extend(joined(&credential::account(family, len, random)));
    }
    cases
}

fn spelled(label: &str, key: &Credential, left: &str, shown: &str, right: &str) -> Case {
    let before = format!("{HEAD}{left}");
    let parts = (before.as_bytes(), shown.as_bytes(), right.as_bytes());
    Case::around("spelling", label, key, parts)
}

fn each(text: &str, spell: impl Fn(u8) -> String) -> String {
    text.bytes().map(spell).collect()
}

fn escaped(key: &Credential, left: &str, right: &str) -> Vec<Case> {
    let value = &key.value;
    let all: [(&str, String); 19] = [
        ("percent, underscores", value.replace('_', "%5F")),
        ("percent, lower case", value.replace('_', "%5f")),
        ("percent, twice", value.replace('_', "%255F")),
        ("percent, all", each(value, |byte| format!("%{byte:02X}"))),
        ("unicode escape, underscores", value.replace('_', "\\u005f")),
        ("unicode escape, upper case", value.replace('_', "\\u005F")),
        ("unicode escape, doubled", value.replace('_', "\\\\u005f")),
        ("unicode escape, all", each(value, |byte| format!("\\u{byte:04x}"))),
        ("braced unicode escape", value.replace('_', "\\u{5f}")),
        ("hex escape, underscores", value.replace('_', "\\x5f")),
        ("hex escape, all", each(value, |byte| format!("\\x{byte:02x}"))),
        ("octal escape, underscores", value.replace('_', "\\137")),
        ("decimal entity", value.replace('_', "&#95;")),
        ("hex entity", value.replace('_', "&#x5f;")),
        ("named entity", value.replace('_', "&lowbar;")),
        ("decimal entities, all", each(value, |byte| format!("&#{byte};"))),
        ("hex entities, all", each(value, |byte| format!("&#x{byte:X};"))),
        ("quoted-printable", value.replace('_', "=5F")),
        ("markdown escape", value.replace('_', "\\_")),
    ];
    let mut cases: Vec<_> =
        all.iter().map(|(label, shown)| spelled(label, key, left, shown, right)).collect();
    let at = value.len() / 2;
    for (label, gap) in [
        ("quoted-printable soft break", "=\n"),
        ("quoted-printable soft break, CRLF", "=\r\n"),
        ("continued with a backslash", "\\\n"),
        ("continued and indented", "\\\n    "),
    ] {
        let shown = format!("{}{gap}{}", &value[..at], &value[at..]);
        cases.push(spelled(label, key, left, &shown, right));
    }
    cases
}

fn encoded(key: &Credential, left: &str, right: &str) -> Vec<Case> {
    let value = &key.value;
    let mut cases = Vec::new();
    for shift in 0..3 {
        let text = format!("{}{value}\n", &" =\""[..shift]);
        let shown = STANDARD.encode(&text);
        cases.push(spelled("base64, any alignment", key, left, &shown, right));
        let longer = format!("{{\"charge\":\"{}\",\"k\":\"{value}\"}}", "x".repeat(60 + shift));
        let shown = URL_SAFE_NO_PAD.encode(&longer);
        cases.push(spelled("base64, URL-safe", key, left, &shown, right));
        let shown = STANDARD.encode(STANDARD.encode(&text));
        cases.push(spelled("base64, twice", key, left, &shown, right));
        for width in [64, 76] {
            let shown = wrapped(&STANDARD.encode(format!("{longer}{}", "-".repeat(90))), width);
            cases.push(spelled("base64, wrapped", key, "", &shown, right));
        }
    }
    let basic = STANDARD.encode(format!("{value}:"));
    cases.push(spelled("Basic authorization", key, "Authorization: Basic ", &basic, right));
    cases.push(spelled("hex", key, left, &each(value, |byte| format!("{byte:02x}")), right));
    let upper = each(value, |byte| format!("{byte:02X}"));
    cases.push(spelled("hex, upper case", key, left, &upper, right));
    let json = format!("{{\"a\":\"{{\\\"key\\\":\\\"{value}\\\"}}\"}}");
    cases.push(spelled("JSON in JSON", key, "", &json, right));
    let percent = STANDARD.encode(value).replace('=', "%3D");
    cases.push(spelled("base64 in a query", key, "GET /?k=", &percent, right));
    let mut cases: Vec<_> = cases.into_iter().map(Case::any_column).collect();
    for case in cases.iter_mut().filter(|case| case.label == "base64, wrapped") {
        case.expected[0].line = None;
    }
    cases
}

fn wrapped(text: &str, width: usize) -> String {
    let lines: Vec<_> =
        text.as_bytes().chunks(width).map(|line| String::from_utf8_lossy(line)).collect();
    lines.join("\n")
}

fn wide(key: &Credential, left: &str, right: &str) -> Vec<Case> {
    let text = format!("{HEAD}{left}{}{right}", key.value);
    let plain = spelled("", key, left, &key.value, right);
    let mut cases = Vec::new();
    for (label, mark, unit) in [
        ("UTF-16LE", false, (2, false)),
        ("UTF-16LE with mark", true, (2, false)),
        ("UTF-16BE", false, (2, true)),
        ("UTF-16BE with mark", true, (2, true)),
        ("UTF-32LE with mark", true, (4, false)),
        ("UTF-32BE with mark", true, (4, true)),
    ] {
        let mut case = plain.clone();
        label.clone_into(&mut case.label);
        let mark = if mark { "\u{feff}" } else { "" };
        case.bytes = units(&format!("{mark}{text}"), unit);
        cases.push(case);
    }
    cases
}

fn units(text: &str, (width, big): (usize, bool)) -> Vec<u8> {
    let unit = |char: char| {
        let number = u32::from(char);
        if big {
            number.to_be_bytes()[4 - width..].to_vec()
        } else {
            number.to_le_bytes()[..width].to_vec()
        }
    };
    text.chars().flat_map(unit).collect()
}

/// Literals that only the program joins.
fn joined(key: &Credential) -> Vec<Case> {
    let (family, mode, body) = parts(&key.value);
    let (half, rest) = body.split_at(body.len() / 2);
    [
        ("joined: plus", "pay.js", format!("const k = \"{family}_\" + \"{mode}_\" + \"{body}\";")),
        (
            "joined: plus, body cut",
            "pay.ts",
            format!("const k = '{family}_{mode}_{half}' + '{rest}';"),
        ),
        (
            "joined: plus over lines",
            "Pay.java",
            format!("String k = \"{family}_{mode}_\"\n    + \"{half}\"\n    + \"{rest}\";"),
        ),
        ("joined: PHP dot", "pay.php", format!("$k = '{family}_' . '{mode}_' . '{body}';")),
        (
            "joined: adjacent",
            "pay.py",
            format!("k = (\"{family}_{mode}_\"\n     \"{half}\"\n     \"{rest}\")"),
        ),
        (
            "joined: adjacent in C",
            "pay.c",
            format!("char *k = \"{family}_{mode}_\" \"{half}\" \"{rest}\";"),
        ),
        (
            "joined: Ruby",
            "pay.rb",
            format!("k = '{family}_{mode}_' \\\n    '{half}' \\\n    '{rest}'"),
        ),
        ("joined: template", "pay.mjs", format!("const k = `${{'{family}_{mode}_'}}{body}`;")),
        (
            "joined: array",
            "pay.jsx",
            format!("const k = [\"{family}\", \"{mode}\", \"{body}\"].join(\"_\");"),
        ),
        (
            "joined: array of prefixes",
            "pay.cjs",
            format!("const k = ['{family}_{mode}_', '{half}', '{rest}'].join('');"),
        ),
        ("joined: VB ampersand", "Pay.vb", format!("k = \"{family}_{mode}_\" & \"{body}\"")),
        ("joined: Lua", "pay.lua", format!("k = \"{family}_{mode}_\" .. \"{body}\"")),
        ("joined: Elixir", "pay.ex", format!("k = \"{family}_{mode}_\" <> \"{body}\"")),
    ]
    .map(|(label, path, shown)| {
        let mut case = spelled(label, key, "", &shown, "\nlast\n").any_column();
        path.clone_into(&mut case.path);
        case
    })
    .to_vec()
}

fn parts(value: &str) -> (&str, &str, &str) {
    let mut parts = value.splitn(3, '_');
    let mut next = || parts.next().unwrap_or_default();
    (next(), next(), next())
}
