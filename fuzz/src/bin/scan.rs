//! Reads whole repositories as the targets do, with the sanitizer that watches those.

#![allow(clippy::print_stdout)]

use stripeguard::run::{Scope, Sides};

fn main() {
    for path in std::env::args().skip(1) {
        let scope = Scope::Paths { paths: vec![path.clone().into()], sides: Sides::Auto };
        let report = stripeguard_fuzz::scan(scope, true, 2).expect("a path that can be read");
        let (coverage, findings) = (&report.coverage, report.findings.len());
        let (objects, gaps) = (coverage.objects.total(), coverage.gaps.len());
        println!("{path}: {objects} objects, {findings} findings, {gaps} gaps");
    }
}
