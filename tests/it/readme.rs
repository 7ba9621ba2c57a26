//! The README says what is so.

use std::fs;
use std::path::Path;

use crate::cli::stripeguard;

fn readme() -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md");
    fs::read_to_string(path).unwrap().replace("\r\n", "\n")
}

#[test]
fn the_table_of_rules_is_the_one_that_the_program_prints() {
    let text = readme();
    let begin = text.find("<!-- rules -->\n").unwrap() + "<!-- rules -->\n".len();
    let end = text.find("<!-- end of rules -->").unwrap();
    let printed = stripeguard(Path::new("."), &["rules", "--format", "markdown"]).stdout;
    assert_eq!(
        &text[begin..end],
        printed,
        "copy what `stripeguard rules --format markdown` prints"
    );
}

#[test]
fn every_option_that_the_readme_names_is_understood() {
    let help = stripeguard(Path::new("."), &["scan", "--help"]).stdout;
    let text = readme();
    let words = text.split(|c: char| !c.is_ascii_lowercase() && c != '-');
    let options = words.filter(|word| word.starts_with("--") && word.len() > 3);
    let others = ["--release", "--path", "--bench", "--example", "--value", "--online"];
    for option in options.filter(|option| !others.contains(option)) {
        assert!(help.contains(option), "{option}");
    }
}
