//! JUnit XML, read back.

use quick_junit::{NonSuccessKind, Report, TestCaseStatus};

use super::{doctored, merged, shop};
use crate::cli::stripeguard;
use crate::repo::Repo;

#[test]
fn findings_fail_gaps_are_errors_and_the_rest_is_skipped() {
    let text = merged(&doctored(&shop()), &["--format", "junit"]).stdout;
    let report = Report::deserialize_from_str(&text).unwrap();
    let suite = &report.test_suites[0];
    let count = |test: &dyn Fn(&TestCaseStatus) -> bool| {
        suite.test_cases.iter().filter(|case| test(&case.status)).count()
    };
    let is = |wanted: NonSuccessKind| move |status: &TestCaseStatus| matches!(status, TestCaseStatus::NonSuccess { kind, .. } if *kind == wanted);
    assert_eq!(count(&is(NonSuccessKind::Error)), 1);
    assert_eq!(count(&|status| matches!(status, TestCaseStatus::Skipped { .. })), 3);
    assert_eq!(count(&is(NonSuccessKind::Failure)), suite.test_cases.len() - 4);
    assert_eq!(suite.errors, 1);
    assert_eq!(suite.failures, suite.test_cases.len() - 4);
    let case = suite
        .test_cases
        .iter()
        .find(|case| case.name.as_str().starts_with("config/prod.env:2"))
        .unwrap();
    assert_eq!(case.classname.as_ref().unwrap().as_str(), "stripe-secret-key-live");
}

#[test]
fn a_clean_run_has_a_test_that_passed() {
    let dir = Repo::bare_directory();
    dir.write("a", "clean\n");
    let run = stripeguard(dir.path(), &["scan", ".", "--format", "junit"]);
    let report = Report::deserialize_from_str(&run.stdout).unwrap();
    assert_eq!((report.tests, report.failures, report.errors), (1, 0, 0));
}
