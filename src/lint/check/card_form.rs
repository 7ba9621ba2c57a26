//! Fields for card numbers and CVCs in pages, which a form sends to one's own server.

use crate::lint::page::{Hit, Page};
use crate::name::words;

/// Names of fields, in lower case and without what parts their words.
const FIELDS: &[&str] = &["cardcvc", "cardcvv", "cardnumber", "ccnum", "ccnumber", "cvc", "cvv"];

/// Vendors of payments whose own scripts read such fields before they are sent. What those want is not
/// for us to say.
const VENDORS: &[&str] = &[
    "ADYEN",
    "AUTHORIZE",
    "AUTHORIZENET",
    "BRAINTREE",
    "CYBERSOURCE",
    "EWAY",
    "FORTE",
    "MERCADOPAGO",
    "MOLLIE",
    "OMISE",
    "PAYFAST",
    "PAYPAL",
    "PAYSTACK",
    "PAYU",
    "RAPYD",
    "RAZORPAY",
    "SQUARE",
    "WEPAY",
    "WORLDPAY",
];

/// Looks for `<input name="card_number">` and the like.
pub fn run(page: &Page<'_>, hits: &mut Vec<Hit>) {
    if words(page.path).iter().any(|word| VENDORS.contains(&word.as_str())) {
        return;
    }
    let mut from = 0;
    while let Some(at) = find_tag(page.text, from) {
        let end = page.text[at..].find('>').map_or(page.text.len(), |len| at + len);
        let tag = &page.text[at..end];
        if let Some((start, name)) = name_of(tag)
            && FIELDS.contains(&squeezed(name).as_str())
        {
            hits.push(Hit::at(at + start..at + start + name.len()));
        }
        from = end;
    }
}

/// The next `<input`, in any case.
fn find_tag(text: &str, from: usize) -> Option<usize> {
    let bytes = text.as_bytes();
    let tags = memchr::memchr_iter(b'<', &bytes[from..]).map(|at| from + at);
    let is_input = |&at: &usize| {
        bytes.get(at + 1..at + 6).is_some_and(|name| name.eq_ignore_ascii_case(b"input"))
    };
    tags.into_iter().find(is_input)
}

/// The value of the attribute `name`, and where it begins.
fn name_of(tag: &str) -> Option<(usize, &str)> {
    let mut places = tag.match_indices("name").filter(|(at, _)| {
        tag[..*at].ends_with(|c: char| c.is_whitespace())
            && tag[at + 4..].trim_start().starts_with('=')
    });
    let (at, _) = places.next()?;
    let start = at + 4 + tag[at + 4..].find('=')? + 1;
    let start =
        start + tag[start..].len() - tag[start..].trim_start_matches([' ', '"', '\'']).len();
    let len = tag[start..].find(|c: char| c.is_whitespace() || "\"'/".contains(c));
    Some((start, &tag[start..start + len.unwrap_or(tag.len() - start)]))
}

fn squeezed(name: &str) -> String {
    name.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect()
}
