//! From what was read to the report.

use super::{Outcome, Run, Scope, paths, rule_ids};
use crate::config::Settings;
use crate::coverage::{Coverage, Note, Stop};
use crate::expose::{self, Ground};
use crate::finding::{self, Finding, assemble};
use crate::key;
use crate::mend;
use crate::report::Report;
use crate::scan::Found;
use crate::suppress;

impl Run<'_> {
    pub(super) fn report(&self, outcome: Outcome) -> Report {
        let Outcome { mut coverage, mut traced, base } = outcome;
        let (mut found, named) = self.collected.take();
        let linted =
            self.linter.finish(&self.scanner, self.threads, &|| self.progress.stopped().is_some());
        coverage.gaps.extend(found.gaps.drain(..).chain(linted.gaps));
        coverage.skipped.extend(linted.skipped);
        coverage.members += found.members;
        self.settle(&mut coverage);
        traced.extend(found.sightings.drain(..).map(|sighting| (sighting, None)));
        let mut findings = assemble(traced);
        let compared = self.linter.compare(&findings);
        let ground = Ground { threads: self.threads, ..paths::ground(&self.request.scope) };
        let shipping = linted.shipping;
        expose::expose(&mut findings, named, shipping, &ground, &self.scanner, self.progress);
        findings.extend(compared.into_iter().chain(linted.findings));
        grade(&mut findings, &self.request.settings);
        let notices = self.suppress(&mut findings, &found, coverage.is_complete());
        mend::mend(&mut findings, &ground);
        finding::sort(&mut findings);
        Report {
            findings,
            coverage,
            base: self.scanner.label(&base),
            within: self.scanner.label(&self.within),
            notices,
        }
    }

    /// Brings what could not be read into the form in which a report may show it.
    fn settle(&self, coverage: &mut Coverage) {
        if let Some(stop) = self.progress.stopped() {
            coverage.gap(Stop::WHAT, stop.reason());
        }
        for asked in &mut coverage.requested {
            *asked = self.scanner.label(asked);
        }
        for notes in [&mut coverage.gaps, &mut coverage.skipped] {
            for note in notes.iter_mut() {
                note.what = self.scanner.label(&note.what);
                note.why = self.scanner.label(&note.why);
            }
            notes.sort();
            notes.dedup();
        }
        excuse(coverage, &self.request.settings);
    }

    /// Marks what is suppressed, and tells what the configuration had to do with it.
    fn suppress(&self, findings: &mut Vec<Finding>, found: &Found, is_complete: bool) -> Vec<Note> {
        let own = self.own.iter().map(String::as_str);
        let rules: Vec<&str> = rule_ids().into_iter().chain(own).collect();
        let inputs = suppress::Inputs {
            settings: &self.request.settings,
            baseline: self.request.baseline.as_ref(),
            comments: &found.comments,
            rules: &rules,
            has_run: &|rule| {
                key::rule(rule).is_some() || rule == expose::RULE || self.has_linted(rule)
            },
            is_whole: self.request.is_whole() && is_complete,
            today: self.request.today,
            scanner: &self.scanner,
            within: &self.within,
        };
        suppress::apply(findings, &inputs)
    }

    /// Whether a rule about practice was applied to all that such rules are about.
    fn has_linted(&self, rule: &str) -> bool {
        let reads_files = match &self.request.scope {
            Scope::Paths { sides, .. } => sides.tree(),
            _ => false,
        };
        reads_files && self.linter.applies(rule)
    }
}

/// Gives findings the severity that the project has decided for their rules.
fn grade(findings: &mut [Finding], settings: &Settings) {
    for finding in findings.iter_mut() {
        finding.severity = settings.config.severity(finding.rule_id(), finding.severity);
    }
}

/// What cannot be read in a path that the project has excluded is passed over on purpose.
fn excuse(coverage: &mut Coverage, settings: &Settings) {
    let is_excluded = |note: &mut Note| {
        let path = settings.anchor.inside(&note.what);
        path.is_some_and(|path| settings.config.paths.excluding(&path).is_some())
    };
    for note in coverage.gaps.extract_if(.., is_excluded) {
        let why = format!("its path is excluded by {}; {}", settings.label, note.why);
        coverage.skipped.push(Note { what: note.what, why });
    }
    coverage.skipped.sort();
}
