//! The literals whose presence says that the beginning of a credential stands there in another
//! spelling.

use super::{Layer, base64, hex, wide};

/// A literal to search for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spelled {
    /// The literal.
    pub needle: Vec<u8>,
    /// The spelling.
    pub layer: Layer,
    /// In base64, how many characters before the literal a group of four begins.
    pub phase: usize,
}

impl Spelled {
    fn new(layer: Layer, needle: impl Into<Vec<u8>>) -> Self {
        Self { needle: needle.into(), layer, phase: 0 }
    }
}

/// What account, ephemeral, organization and webhook keys begin with.
const STEMS: [&str; 3] = ["_live_", "_test_", "whsec_"];

/// What stands between the underscores of a beginning, whatever they are written as.
const WORDS: [&str; 3] = ["live", "test", "whsec_"];

/// The literals of texts that are written in one other spelling.
pub fn needles() -> Vec<Spelled> {
    let wide =
        |layer, width| STEMS.map(|stem| Spelled::new(layer, wide::inner(stem.as_bytes(), width)));
    let mut all: Vec<_> = wide(Layer::Utf16, 2).into_iter().chain(wide(Layer::Utf32, 4)).collect();
    all.extend(FRAGMENTS.iter().map(|(layer, text)| Spelled::new(*layer, *text)));
    all.extend(cuts());
    all.extend(STEMS.map(|stem| Spelled::new(Layer::Hex, hex::inner(stem.as_bytes()))));
    all.extend(WORDS.iter().flat_map(|word| encoded(word.as_bytes())));
    all
}

/// The literals of texts that are written in two other spellings at once. All of them stand in words
/// of at least [`LONG_WORD`] bytes, so that only such words are searched for them.
pub fn deep_needles() -> Vec<Spelled> {
    let mut all: Vec<_> = NESTED.iter().map(|(layer, text)| Spelled::new(*layer, *text)).collect();
    // Every character is spelled, and one of these stands in whatever it spells: `e` in what has
    // the words of a beginning in it, `6` in hexadecimal digits, `1` in decimal references, and one
    // of the others in the base64 of each word at each place.
    for letter in *b"e61d0l" {
        all.extend(each_character(letter));
    }
    let digits = STEMS.map(|stem| hex::inner(stem.as_bytes()));
    let units = [2, 4].map(|width| STEMS.map(|stem| wide::inner(stem.as_bytes(), width)));
    let marked: Vec<_> = each_character(b'e').map(|spelled| spelled.needle).collect();
    let inner = || digits.iter().chain(units.iter().flatten()).chain(&marked);
    all.extend(inner().flat_map(|text| encoded(text)));
    all.extend(inner().flat_map(|text| digits_of(text)));
    for stem in STEMS {
        // A stem that begins a credential is encoded twice only where a text begins with it.
        let places = if stem.starts_with('_') { 0..3 } else { 0..1 };
        for (text, _) in places.map(|before| base64::inner(stem.as_bytes(), before)) {
            all.extend(encoded(&text));
        }
        for (text, _) in (0..3).map(|before| base64::inner(stem.as_bytes(), before)) {
            all.extend(digits_of(&text));
        }
    }
    all.sort_by(|a, b| a.needle.cmp(&b.needle));
    all.dedup_by(|a, b| a.needle == b.needle);
    all
}

/// How long a word is at least in which a text is spelled twice: `sk%5Cu005flive…` and 24 characters.
pub const LONG_WORD: usize = 39;

/// A text in base64 at each place in its group of three bytes.
fn encoded(text: &[u8]) -> impl Iterator<Item = Spelled> {
    (0..3).map(|before| {
        let (needle, phase) = base64::inner(text, before);
        Spelled { needle, layer: Layer::Base64, phase }
    })
}

/// A text in hexadecimal digits: what is the same in either case, if that is long enough to mean
/// something, or else all of it in both.
fn digits_of(text: &[u8]) -> Vec<Spelled> {
    const MEANS_SOMETHING: usize = 6;
    let same = hex::inner(text);
    let all = |digit: fn(&u8) -> String| text.iter().map(digit).collect::<String>();
    let needles = if same.len() >= MEANS_SOMETHING {
        vec![same]
    } else {
        vec![all(|byte| format!("{byte:02x}")).into(), all(|byte| format!("{byte:02X}")).into()]
    };
    needles.into_iter().map(|needle| Spelled::new(Layer::Hex, needle)).collect()
}

/// A character in each spelling that writes every character in the same way, with as much of what
/// follows as makes four bytes.
fn each_character(letter: u8) -> impl Iterator<Item = Spelled> {
    let (low, high) = (format!("{letter:02x}"), format!("{letter:02X}"));
    let both = [low.clone(), high].into_iter().take(if low.ends_with('c') { 2 } else { 1 });
    let cased = both.flat_map(|digits| {
        [
            Spelled::new(Layer::Percent, format!("%{digits}%")),
            Spelled::new(Layer::Escape, format!("\\x{digits}")),
            Spelled::new(Layer::Escape, format!("u00{digits}")),
            Spelled::new(Layer::Escape, format!("u{{{digits}}}")),
            Spelled::new(Layer::Entity, format!("#x{digits};")),
        ]
    });
    cased.chain([Spelled::new(Layer::Entity, format!("#{letter};"))])
}

/// The first piece of a beginning that is cut anywhere but behind its first character, by the end
/// of a line or between two literals.
fn cuts() -> Vec<Spelled> {
    const PIECES: [&str; 14] = [
        "sk_", "rk_", "pk_", "k_l", "k_t", "k_li", "k_te", "k_liv", "k_tes", "k_live", "k_test",
        "whs", "whse", "whsec",
    ];
    const SIGNS: [(Layer, &str); 4] = [
        (Layer::QuotedPrintable, "="),
        (Layer::Joined, "\\"),
        (Layer::Joined, "\""),
        (Layer::Joined, "'"),
    ];
    let ends = PIECES
        .iter()
        .flat_map(|piece| SIGNS.map(|(layer, sign)| Spelled::new(layer, format!("{piece}{sign}"))));
    // An escaped character would do as well as a line that goes on: the line has to end.
    let is_cut = |spelled: &Spelled| !matches!(&spelled.needle[..], [.., a, b'\\'] if *a == b'_');
    let mut all: Vec<_> = ends.filter(is_cut).collect();
    for (layer, sign) in [(Layer::QuotedPrintable, "="), (Layer::Joined, "\\")] {
        for line in ["\n", "\r\n"] {
            all.extend(
                ["sk", "rk", "pk"].map(|piece| Spelled::new(layer, format!("{piece}{sign}{line}"))),
            );
            let whole = ["sk_", "rk_", "pk_"].map(|piece| format!("{piece}{sign}{line}"));
            all.extend(whole.map(|piece| Spelled::new(layer, piece)));
        }
    }
    all
}

/// Beginnings of which the underscore is spelled, alone or with all other characters, and first
/// pieces of joined literals.
const FRAGMENTS: &[(Layer, &str)] = &[
    (Layer::Joined, "\"sk\""),
    (Layer::Joined, "'sk'"),
    (Layer::Joined, "\"rk\""),
    (Layer::Joined, "'rk'"),
    (Layer::Joined, "\"pk\""),
    (Layer::Joined, "'pk'"),
    (Layer::Entity, "#95;"),
    (Layer::Entity, "#095;"),
    (Layer::Entity, "#x5f;"),
    (Layer::Entity, "#x5F;"),
    (Layer::Entity, "&lowbar;"),
    (Layer::Escape, "\\u005f"),
    (Layer::Escape, "\\u005F"),
    (Layer::Escape, "\\x5f"),
    (Layer::Escape, "\\x5F"),
    (Layer::Escape, "\\137"),
    (Layer::Escape, "\\u{5f}"),
    (Layer::Escape, "\\u{5F}"),
    (Layer::Escape, "k\\_live"),
    (Layer::Escape, "k\\_test"),
    (Layer::Escape, "whsec\\_"),
    (Layer::Percent, "k%5F"),
    (Layer::Percent, "k%5f"),
    (Layer::Percent, "6B%5F"),
    (Layer::Percent, "6b%5f"),
    (Layer::Percent, "63%5F"),
    (Layer::Percent, "63%5f"),
    (Layer::Percent, "%255F"),
    (Layer::Percent, "%255f"),
    (Layer::Percent, "whsec%5F"),
    (Layer::Percent, "whsec%5f"),
    (Layer::QuotedPrintable, "k=5F"),
    (Layer::QuotedPrintable, "whsec=5F"),
];

/// Beginnings of which the underscore, or what joins two pieces, is spelled twice.
const NESTED: &[(Layer, &str)] = &[
    (Layer::Percent, "%5Cu005"),
    (Layer::Percent, "%5cu005"),
    (Layer::Percent, "%5Cx5"),
    (Layer::Percent, "%5cx5"),
    (Layer::Percent, "%5C137"),
    (Layer::Percent, "%5c137"),
    (Layer::Percent, "%5C_"),
    (Layer::Percent, "%5c_"),
    (Layer::Percent, "%5Cu%7B5"),
    (Layer::Percent, "%5cu%7b5"),
    (Layer::Percent, "%2395%3"),
    (Layer::Percent, "%23095%3"),
    (Layer::Percent, "%23x5"),
    (Layer::Percent, "%26lowbar"),
    (Layer::Percent, "k%3D5F"),
    (Layer::Percent, "k%3d5F"),
    (Layer::Percent, "c%3D5F"),
    (Layer::Percent, "c%3d5F"),
    (Layer::Percent, "k_%22"),
    (Layer::Percent, "k_%27"),
    (Layer::Percent, "k%22%2"),
    (Layer::Percent, "k%27%2"),
    (Layer::Percent, "_live%22"),
    (Layer::Percent, "_live%27"),
    (Layer::Percent, "_test%22"),
    (Layer::Percent, "_test%27"),
    (Layer::Percent, "e%00"),
    (Layer::Escape, "e\\u0000"),
    (Layer::Escape, "e\\x00"),
    (Layer::Escape, "k_\\\""),
    (Layer::Escape, "k_\\u0022"),
    (Layer::Escape, "k_\\u0027"),
    (Layer::Escape, "k_\\x22"),
    (Layer::Escape, "k_\\x27"),
    (Layer::Entity, "k_&quot;"),
    (Layer::Entity, "k_&apos;"),
    (Layer::Entity, "k_&#34;"),
    (Layer::Entity, "k_&#39;"),
    (Layer::Entity, "k_&#x2"),
    (Layer::Entity, "#92;u005"),
    (Layer::Entity, "#92;x5"),
    (Layer::Entity, "#37;5"),
    (Layer::Entity, "e&#0;"),
    (Layer::QuotedPrintable, "k=3D5F"),
    (Layer::QuotedPrintable, "c=3D5F"),
    (Layer::QuotedPrintable, "e=00"),
];
