//! Card numbers in code that are not those that Stripe and others publish for tests.

use crate::lint::page::{Hit, Page};

/// How far from a number the word card has to stand, in bytes.
const NEAR: usize = 100;

/// Numbers that are published for tests, by <https://docs.stripe.com/testing> and other vendors. All
/// of Stripe's that begin with 4000 are test cards.
const PUBLISHED: &[&str] = &[
    "2223003122003222",
    "30569309025904",
    "3056930009020004",
    "3530111333300000",
    "3566002020360505",
    "36227206271667",
    "371449635398431",
    "378282246310005",
    "378734493671000",
    "38520000023237",
    "4005519200000004",
    "4009348888881881",
    "4012000033330026",
    "4012000077777777",
    "4012888888881881",
    "4217651111111119",
    "4242424242424242",
    "4500600000000061",
    "5105105105105100",
    "5200828282828210",
    "5431111111111111",
    "5454545454545454",
    "5555341244441115",
    "5555555555554444",
    "6011000990139424",
    "6011111111111117",
    "6011981111111113",
    "6200000000000005",
    "6200000000000047",
    "6205500000000000004",
    "6304000000000000",
    "6555900000604105",
];

/// Looks for card numbers in quotes, near the word card.
pub fn run(page: &Page<'_>, hits: &mut Vec<Hit>) {
    for quote in ['\'', '"', '`'] {
        let mut at = 0;
        for part in page.text.split(quote) {
            if is_card(part) && speaks_of_card(page.text, at) {
                hits.push(Hit::at(at..at + part.len()));
            }
            at += part.len() + 1;
        }
    }
}

/// Whether a string is the number of a card that somebody may own.
fn is_card(text: &str) -> bool {
    let fits = (13..=23).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_digit() || byte == b' ' || byte == b'-');
    if !fits {
        return false;
    }
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    (13..=19).contains(&digits.len()) && is_issued(&digits) && is_luhn(&digits) && !is_test(&digits)
}

/// Whether a network issues numbers of that beginning and length: Visa, Mastercard, American Express,
/// Diners Club, Discover, JCB.
fn is_issued(digits: &str) -> bool {
    let begins = |starts: &[&str]| starts.iter().any(|start| digits.starts_with(start));
    match digits.len() {
        15 => begins(&["34", "37"]),
        14 => begins(&["36", "38", "300", "301", "302", "303", "304", "305"]),
        16 => {
            begins(&["4", "51", "52", "53", "54", "55", "6011", "65", "35"]) || is_series_2(digits)
        }
        _ => false,
    }
}

/// Mastercard's newer numbers.
fn is_series_2(digits: &str) -> bool {
    digits[..4].parse().is_ok_and(|start: u32| (2221..=2720).contains(&start))
}

/// The check digit of ISO/IEC 7812.
fn is_luhn(digits: &str) -> bool {
    let sum: u32 = digits
        .bytes()
        .rev()
        .enumerate()
        .map(|(index, byte)| {
            let digit = u32::from(byte - b'0');
            let doubled = if index % 2 == 1 { digit * 2 } else { digit };
            if doubled > 9 { doubled - 9 } else { doubled }
        })
        .sum();
    sum.is_multiple_of(10)
}

/// Whether a number is published for tests, or made up of a few digits over and over.
fn is_test(digits: &str) -> bool {
    let mut kinds: Vec<u8> = digits.bytes().collect();
    kinds.sort_unstable();
    kinds.dedup();
    PUBLISHED.contains(&digits) || digits.starts_with("4000") || kinds.len() < 5
}

fn speaks_of_card(text: &str, at: usize) -> bool {
    let bytes = text.as_bytes();
    let near = &bytes[at.saturating_sub(NEAR)..bytes.len().min(at + NEAR)];
    let lower = near.to_ascii_lowercase();
    ["card", "pan", "credit", "cc_num", "ccnum"]
        .iter()
        .any(|word| memchr::memmem::find(&lower, word.as_bytes()).is_some())
}
