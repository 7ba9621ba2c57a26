//! Markdown in which the scanned repository cannot write.

use super::shop;
use crate::cli::stripeguard;
use crate::repo::Repo;

#[test]
fn a_summary_has_a_table_and_what_to_do() {
    let text = shop().report("markdown");
    assert!(
        text.starts_with("## 4 Stripe secrets found: 2 critical, 1 high, 1 medium\n"),
        "{text}"
    );
    for part in
        ["> [!WARNING]", "| 🔴 critical |", "`config/prod.env:3:13`", "1. Roll the key", "Read "]
    {
        assert!(text.contains(part), "{part} is missing in\n{text}");
    }
}

#[test]
fn text_of_the_repository_is_neither_markup_nor_a_mention() {
    let shop = shop();
    let text = shop.report("markdown");
    let rows = text.lines().filter(|line| line.starts_with("| "));
    for row in rows {
        assert_eq!(row.matches('|').count(), 5, "{row}");
    }
    assert!(!text.contains("[z](1)"), "{text}");
    assert!(text.contains("&#91;z&#93;&#40;1&#41;"), "{text}");
}

#[test]
fn a_clean_run_says_so() {
    let dir = Repo::bare_directory();
    dir.write("a", "clean\n");
    let run = stripeguard(dir.path(), &["scan", ".", "--format", "markdown"]);
    assert_eq!(run.stdout, "## No Stripe secrets found\n\nRead 1 file: 6 bytes.\n");
}
