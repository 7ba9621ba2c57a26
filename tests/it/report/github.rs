//! Workflow commands.

use super::shop;
use crate::cli::stripeguard;
use crate::repo::Repo;

#[test]
fn each_line_is_one_command_and_its_properties_are_escaped() {
    let shop = shop();
    let text = shop.report("github");
    for line in text.lines() {
        let (head, _) = line.strip_prefix("::").and_then(|rest| rest.split_once("::")).unwrap();
        let (name, properties) = head.split_once(' ').unwrap();
        assert!(["error", "warning", "notice"].contains(&name), "{line}");
        for property in properties.split(',') {
            let (key, value) = property.split_once('=').unwrap();
            assert!(
                ["title", "file", "line", "endLine", "col", "endColumn"].contains(&key),
                "{line}"
            );
            assert!(!value.contains(':'), "{line}");
        }
    }
    assert!(text.contains("file=config/prod.env,line=2,endLine=2,col=12,"), "{text}");
    assert!(text.contains("file=a%2C b & c; 100%25 `=x`"), "{text}");
    assert!(text.contains("::warning title=Not complete"), "{text}");
}

#[test]
fn what_no_file_of_today_holds_names_no_file() {
    let shop = shop();
    let text = shop.report("github");
    let old = text.lines().find(|line| line.contains("legacy/pay.php")).unwrap();
    assert!(!old.contains("file="), "{old}");
}

#[test]
fn a_clean_run_is_silent() {
    let dir = Repo::bare_directory();
    dir.write("a", "clean\n");
    let run = stripeguard(dir.path(), &["scan", ".", "--format", "github"]);
    assert_eq!((run.code, run.stdout.as_str()), (0, ""));
}
