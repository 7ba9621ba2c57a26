//! SARIF, read back by a typed model of the standard.

use serde_sarif::sarif::{ReportingDescriptor, Result as Entry, ResultLevel, Run, Sarif};

use super::{EVIL, Shop, shop};
use crate::cli::stripeguard;
use crate::keys::live_secret;
use crate::repo::Repo;

fn run_of(text: &str) -> Run {
    let log: Sarif = serde_json::from_str(text).unwrap();
    log.runs.into_iter().next().unwrap()
}

fn results(shop: &Shop) -> Vec<Entry> {
    run_of(&shop.report("sarif")).results.unwrap()
}

fn uri(result: &Entry) -> &str {
    let place = result.locations.as_ref().unwrap()[0].physical_location.as_ref().unwrap();
    place.artifact_location.as_ref().unwrap().uri.as_deref().unwrap()
}

#[test]
fn every_result_has_a_place_that_github_takes() {
    for result in results(&shop()) {
        let place = result.locations.as_ref().unwrap()[0].physical_location.as_ref().unwrap();
        let region = place.region.as_ref().unwrap();
        for number in [region.start_line, region.start_column, region.end_line, region.end_column] {
            assert!(number.unwrap() >= 1, "{place:?}");
        }
        let uri = uri(&result);
        assert!(
            !uri.is_empty() && !uri.starts_with('/') && !uri.contains([' ', '\\', '#', '?']),
            "{uri}"
        );
        assert_eq!(
            place.artifact_location.as_ref().unwrap().uri_base_id.as_deref(),
            Some("%SRCROOT%")
        );
    }
}

#[test]
fn a_path_is_percent_encoded() {
    let expected = "a%2C%20b%20%26%20c%3B%20100%25%20%60%3Dx%60%20%24%28y%29%20%5Bz%5D%281%29%20%231%20%40you.js";
    let results = results(&shop());
    assert!(results.iter().any(|result| uri(result) == expected), "{EVIL}");
}

#[test]
fn a_rule_is_described_once_and_results_point_to_it() {
    let run = run_of(&shop().report("sarif"));
    let rules: Vec<ReportingDescriptor> = run.tool.driver.rules.unwrap();
    let mut ids: Vec<_> = rules.iter().map(|rule| rule.id.clone()).collect();
    ids.dedup();
    assert_eq!(ids.len(), rules.len());
    for rule in &rules {
        let help = rule.help.as_ref().unwrap();
        assert!(
            help.text.len() > 40 && help.markdown.as_ref().unwrap().contains("## "),
            "{}",
            rule.id
        );
        assert!(rule.help_uri.as_ref().unwrap().starts_with("https://"), "{}", rule.id);
    }
    for result in run.results.unwrap() {
        let rule = &rules[usize::try_from(result.rule_index.unwrap()).unwrap()];
        assert_eq!(Some(&rule.id), result.rule_id.as_ref());
    }
}

#[test]
fn what_history_alone_has_points_at_no_line_of_today() {
    let results = results(&shop());
    let old = results.iter().find(|result| uri(result) == "legacy/pay.php").unwrap();
    let location = &old.locations.as_ref().unwrap()[0];
    let region = location.physical_location.as_ref().unwrap().region.as_ref().unwrap();
    assert_eq!((region.start_line, region.start_column), (Some(1), Some(1)));
    let logical = location.logical_locations.as_ref().unwrap();
    let name = logical[0].fully_qualified_name.as_deref().unwrap();
    assert!(name.ends_with(":legacy/pay.php:2:20"), "{name}");
}

#[test]
fn what_could_not_be_read_makes_the_execution_unsuccessful() {
    let run = run_of(&shop().report("sarif"));
    let invocation = &run.invocations.unwrap()[0];
    assert!(!invocation.execution_successful);
    let notification = &invocation.tool_execution_notifications.as_ref().unwrap()[0];
    assert!(notification.message.text.as_ref().unwrap().contains("broken.gz"));
}

#[test]
fn fingerprints_outlive_a_move_of_lines() {
    let repo = Repo::bare_directory();
    let prints = |text: String| {
        repo.write("a", text);
        let out = stripeguard(repo.path(), &["scan", ".", "--format", "sarif"]).stdout;
        run_of(&out).results.unwrap()[0].partial_fingerprints.clone().unwrap()
    };
    let before = prints(format!("k={}\n", live_secret(1)));
    assert_eq!(before, prints(format!("\n\n\n   k={}\n", live_secret(1))));
    assert!(before.contains_key("primaryLocationLineHash"));
    assert_ne!(before, prints(format!("k={}\n", live_secret(2))));
}

#[test]
fn paths_begin_at_the_root_of_the_repository_wherever_the_scan_began() {
    let repo = Repo::new();
    repo.write("packages/api/.env", format!("K={}\n", live_secret(1))).commit("one");
    for (from, arguments) in [
        ("", vec!["scan", "packages/api"]),
        ("packages", vec!["scan", "api"]),
        ("packages/api", vec!["scan", "."]),
        ("packages", vec!["scan", "../packages/api/.env"]),
        ("packages/api", vec!["scan", "--tree", "--history", "."]),
        ("packages/api", vec!["scan", "../.."]),
    ] {
        let out = stripeguard(&repo.join(from), &[&*arguments, &["--format", "sarif"]].concat());
        let results = run_of(&out.stdout).results.unwrap();
        let uris: Vec<_> = results.iter().map(uri).collect();
        assert!(uris.contains(&"packages/api/.env"), "{from} {arguments:?}: {uris:?}");
        assert_eq!(uris.len(), 1, "{from} {arguments:?}: {uris:?}");
        assert_eq!(results[0].level, Some(ResultLevel::Error));
    }
}

#[test]
fn no_more_results_are_written_than_viewers_show() {
    let dir = Repo::bare_directory();
    let text: String = (0..5003).map(|n| format!("k = {}\n", live_secret(n + 10))).collect();
    dir.write("many", text);
    let out = stripeguard(dir.path(), &["scan", ".", "--format", "sarif"]).stdout;
    let run = run_of(&out);
    assert_eq!(run.results.unwrap().len(), 5000);
    let invocation = &run.invocations.unwrap()[0];
    assert!(invocation.execution_successful);
    let text = invocation.tool_execution_notifications.as_ref().unwrap()[0].message.text.clone();
    assert!(text.unwrap().starts_with("3 results left out"));
}

#[test]
fn a_fix_is_a_change_of_the_file_that_the_result_points_at() {
    let dir = Repo::bare_directory();
    let key = live_secret(1);
    let code =
        format!("import stripe\nstripe.api_key = '{key}'\nstripe.verify_ssl_certs = False\n");
    dir.write("shop/pay.py", code);
    let out = stripeguard(dir.path(), &["scan", ".", "--format", "sarif"]).stdout;
    assert!(!out.contains(&key[12..40]));
    let results = run_of(&out).results.unwrap();
    let mut written = Vec::new();
    for result in &results {
        let fix = &result.fixes.as_ref().unwrap()[0];
        assert!(fix.description.as_ref().unwrap().text.is_some());
        let [change] = &fix.artifact_changes[..] else { panic!("one file") };
        assert_eq!(change.artifact_location.uri.as_deref(), Some(uri(result)));
        for replacement in &change.replacements {
            let region = &replacement.deleted_region;
            let inserted = replacement.inserted_content.as_ref().unwrap().text.clone().unwrap();
            let columns = (region.start_column.unwrap(), region.end_column.unwrap());
            assert_eq!(region.start_line, region.end_line);
            written.push((region.start_line.unwrap(), columns, inserted));
        }
    }
    let length = i64::try_from(key.len()).unwrap();
    let expected = [
        (1, (1, 1), "import os\n".to_owned()),
        (2, (18, 20 + length), "os.environ['STRIPE_SECRET_KEY']".to_owned()),
        (3, (1, 32), "stripe.verify_ssl_certs = True".to_owned()),
    ];
    assert_eq!(written, expected);
}
