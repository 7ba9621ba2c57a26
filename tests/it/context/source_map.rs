//! Source maps: from a place in a bundle to the place in its source.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use stripeguard::context::source_map::{Original, original};

/// esbuild's map of `a.ts` ("// one\nexport const a = 1") and `pay.ts`
/// ("\nconst k = 'x'\n  call(k)") bundled to two lines.
fn map(sources: &[&str]) -> String {
    let sources = serde_json::to_string(sources).unwrap();
    // Line 0: column 0 is a.ts 1:0, column 20 is pay.ts 1:0; line 1: column 2 is pay.ts 2:2.
    format!("{{\"version\":3,\"sources\":{sources},\"mappings\":\"AACA,oBCAA;EACE\"}}")
}

const BUNDLE: &str = "export const a = 1; const k = 'x';\n  call(k);\n";

fn at(text: &str, place: &str, maps: &[(&str, &str)]) -> Option<Original> {
    let read = |path: &str| {
        let found = maps.iter().find(|(name, _)| *name == path);
        found.map(|(_, text)| text.as_bytes().to_vec())
    };
    original("dist/js/app.js", text.as_bytes(), text.find(place).unwrap(), read)
}

fn place(path: &str, line: u64, column: u64) -> Option<Original> {
    Some(Original { path: path.to_owned(), line, column })
}

#[test]
fn a_map_beside_the_bundle() {
    let text = format!("{BUNDLE}//# sourceMappingURL=app.js.map\n");
    let map = map(&["../../src/a.ts", "../../src/lib/pay.ts"]);
    let maps = [("dist/js/app.js.map", map.as_str())];
    assert_eq!(at(&text, "const a", &maps), place("src/a.ts", 2, 1));
    assert_eq!(at(&text, "'x'", &maps), place("src/lib/pay.ts", 2, 1));
    assert_eq!(at(&text, "call", &maps), place("src/lib/pay.ts", 3, 3));
    assert_eq!(
        at(BUNDLE, "call", &maps),
        place("src/lib/pay.ts", 3, 3),
        "a map that nothing names"
    );
}

#[test]
fn a_map_elsewhere_and_one_inside() {
    let map = map(&["webpack://shop/./src/a.ts?1f", "webpack:///src/pay.ts"]);
    let elsewhere = format!("{BUNDLE}/*# sourceMappingURL=../maps/app.map */");
    let maps = [("dist/maps/app.map", map.as_str())];
    assert_eq!(at(&elsewhere, "const a", &maps), place("src/a.ts", 2, 1));
    let data = STANDARD.encode(&map);
    let inside =
        format!("{BUNDLE}//# sourceMappingURL=data:application/json;charset=utf-8;base64,{data}");
    assert_eq!(at(&inside, "call", &[]), place("src/pay.ts", 3, 3));
}

#[test]
fn columns_are_counted_in_utf_16() {
    let text = "/*😀*/ const key = 1";
    // Columns 0 and 7 of the bundle; the emoji is two units, so that the constant is at 7.
    let map = "{\"version\":3,\"sources\":[\"a.ts\"],\"mappings\":\"AAAA,OACA\"}";
    assert_eq!(at(text, "const", &[("dist/js/app.js.map", map)]), place("dist/js/a.ts", 2, 1));
    assert_eq!(at(text, " const", &[("dist/js/app.js.map", map)]), place("dist/js/a.ts", 1, 1));
}

#[test]
fn maps_of_sections_and_guards() {
    let inner = map(&["a.ts", "pay.ts"]);
    let map = format!(
        ")]}}'\n{{\"version\":3,\"sections\":[{{\"offset\":{{\"line\":0,\"column\":0}},\"map\":{inner}}},\
         {{\"offset\":{{\"line\":2,\"column\":4}},\"map\":{inner}}}]}}"
    );
    let text = format!("{BUNDLE}    {}", BUNDLE.replace("call", "later"));
    let maps = [("dist/js/app.js.map", map.as_str())];
    assert_eq!(at(&text, "later", &maps), place("dist/js/pay.ts", 3, 3));
    assert_eq!(at(&text, "call", &maps), place("dist/js/pay.ts", 3, 3));
}

#[test]
fn maps_that_make_no_sense() {
    for map in [
        "",
        "{}",
        "{\"mappings\":\"AAAA\"}",
        "{\"sources\":[null],\"mappings\":\"AAAA\"}",
        "{\"sources\":[\"a\"],\"mappings\":\"ADDD\"}",
        "{\"sources\":[\"a\"],\"mappings\":\"!\"}",
        "{\"sources\":[\"a\"],\"mappings\":\"gggggggggggggggggggg\"}",
        "{\"sources\":[\"a\"],\"mappings\":\"A\"}",
        "{\"sections\":[{\"offset\":{\"line\":9,\"column\":9},\"map\":{}}]}",
        "[[[[",
    ] {
        assert_eq!(at(BUNDLE, "const a", &[("dist/js/app.js.map", map)]), None, "{map}");
    }
    assert_eq!(at("a //# sourceMappingURL=data:x;base64,!", "a", &[]), None);
    assert_eq!(original("a.js", b"a", 9, |_| None), None);
}
