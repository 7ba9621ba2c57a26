//! A page that holds everything it needs, and nothing that could run or leak.

use super::{TRICK, doctored, merged, shop};
use crate::cli::stripeguard;
use crate::repo::Repo;

fn page() -> String {
    merged(&doctored(&shop()), &["--format", "html"]).stdout
}

#[test]
fn nothing_is_loaded_and_only_the_own_script_may_run() {
    let page = page();
    assert!(page.contains("default-src 'none'; style-src 'sha256-"), "{page}");
    for word in ["src=", "@import", "url(", "style=\"", "onclick", "unsafe-inline"] {
        let found = page.replace("img src=x", "").contains(word);
        assert!(!found, "{word}");
    }
    let links: Vec<&str> =
        page.match_indices("href=\"").map(|(at, _)| &page[at + 6..at + 20]).collect();
    assert!(
        links.iter().all(|link| link.starts_with('#') || link.starts_with("https://")),
        "{links:?}"
    );
    assert_eq!(page.matches("<script").count(), 1);
    assert!(TRICK.contains("</script>") && page.contains("&lt;/script&gt;"));
}

#[test]
fn the_hashes_in_the_policy_are_those_of_the_texts() {
    use base64::Engine;
    use sha2::{Digest, Sha256};
    let page = page();
    for name in ["style", "script"] {
        let begin = page.find(&format!("<{name}>")).unwrap() + name.len() + 2;
        let end = begin + page[begin..].find(&format!("</{name}>")).unwrap();
        let hash = Sha256::digest(&page.as_bytes()[begin..end]);
        let hash = base64::engine::general_purpose::STANDARD.encode(hash);
        assert!(page.contains(&format!("{name}-src 'sha256-{hash}'")), "{name}");
    }
}

#[test]
fn headings_go_down_one_level_at_a_time_and_every_table_has_a_caption() {
    let page = page();
    let mut last = 0;
    for (at, _) in page.match_indices("<h") {
        let Some(level) = page[at + 2..].chars().next().and_then(|c| c.to_digit(10)) else {
            continue;
        };
        assert!(level <= last + 1, "h{level} below h{last}");
        last = level;
    }
    assert_eq!(page.matches("<h1").count(), 1);
    assert_eq!(page.matches("<table").count(), page.matches("<caption").count());
    assert!(page.contains("<html lang=\"en\">") && page.contains("<label for=\"words\">"));
}

#[test]
fn a_picture_shows_what_was_readable_when() {
    let page = page();
    assert!(page.contains("<svg") && page.contains("still there"), "{page}");
    assert!(page.contains("class=\"tail\""), "what was taken out is still in history");
    assert!(page.contains("Take it out of the files it is in now:"));
}

#[test]
fn a_clean_run_makes_a_page_too() {
    let dir = Repo::bare_directory();
    dir.write("a", "clean\n");
    let run = stripeguard(dir.path(), &["scan", ".", "--format", "html"]);
    assert_eq!(run.code, 0);
    assert!(run.stdout.contains("<h1>No Stripe secrets found</h1>"));
    assert!(run.stdout.contains("Everything that was asked for was read."));
}

#[test]
fn words_between_backticks_are_code() {
    let dir = Repo::bare_directory();
    dir.write("a.js", format!("const pk = \"{}\";\n", crate::keys::key("pk_live", 99, 1)));
    let page = stripeguard(dir.path(), &["scan", ".", "--format", "html"]).stdout;
    let body = &page[page.find("<body").unwrap()..page.find("<script>").unwrap()];
    assert!(body.contains("<code>secret_key_required</code>"), "{body}");
    assert!(!body.contains('`'), "{body}");
}

#[test]
fn the_picture_is_as_wide_as_the_page() {
    let page = page();
    let picture = &page[page.find("<svg").unwrap()..page.find("</svg>").unwrap()];
    assert!(
        picture.starts_with("<svg class=\"time\" width=\"100%\"") && !picture.contains("viewBox")
    );
    for part in picture.split(" x=\"").chain(picture.split(" x1=\"")).skip(1) {
        let (number, _) = part.split_once('"').unwrap();
        if let Some(percent) = number.strip_suffix('%') {
            assert!((0.0..=100.0).contains(&percent.parse::<f64>().unwrap()), "{number}");
        }
    }
}
