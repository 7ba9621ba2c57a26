//! What the configuration covers.

use super::{Inputs, Used, may_be_live};
use crate::config::{Allow, Level, Settings};
use crate::finding::{Finding, SuppressedBy, Suppression};

/// What of the configuration covers a finding: its rule is off, its path is excluded, or an entry
/// allows it.
pub fn covers(finding: &Finding, inputs: &Inputs<'_>, used: &mut Used) -> Option<Suppression> {
    let settings = inputs.settings;
    let path = finding.place.path.as_deref().and_then(|path| settings.anchor.inside(path));
    let rule = finding.rule_id();
    if let Some(level) = settings.config.rules.get(rule)
        && level.value == Level::Off
    {
        used.off.entry(rule.to_owned()).or_default().add(finding);
        return Some(by(inputs, level.span.start, Some(format!("the rule {rule} is off"))));
    }
    if let Some(path) = &path
        && let Some(patterns) = settings.config.paths.excluding(path)
        && !may_be_live(finding)
    {
        used.excluded.add(finding);
        return Some(by(inputs, patterns.span.start, Some("the path is excluded".to_owned())));
    }
    let day = inputs.day();
    let mut entries = settings.config.allow.iter().enumerate();
    let (number, allow) = entries.find(|(_, allow)| {
        allow.until.is_none_or(|until| day <= until) && fits(allow, finding, path.as_deref())
    })?;
    used.allow.entry(number).or_default().add(finding, path.as_deref());
    Some(by(inputs, allow.span.start, allow.reason.clone()))
}

/// Whether an entry names a finding in all that it names, and says so if it may be live.
fn fits(allow: &Allow, finding: &Finding, path: Option<&str>) -> bool {
    let has_path = match (&allow.paths, path) {
        (Some(patterns), Some(path)) => patterns.matches(path),
        (Some(_), None) => false,
        (None, _) => true,
    };
    let has_rule =
        allow.rules.is_empty() || allow.rules.iter().any(|rule| rule == finding.rule_id());
    let named = allow.fingerprints.iter().any(|print| finding.fingerprint.starts_with(print));
    let has_print = allow.fingerprints.is_empty() || named;
    has_path && has_rule && has_print && (named || allow.live || !may_be_live(finding))
}

/// What would cover a finding but for one thing, and what that is.
pub fn near(finding: &Finding, settings: &Settings, today: i64) -> Vec<String> {
    let day = super::day(today);
    let path = finding.place.path.as_deref().and_then(|path| settings.anchor.inside(path));
    let line = |at: usize| settings.source.as_ref().map_or(0, |source| source.line(at));
    let mut near = Vec::new();
    for comment in &finding.place.comments {
        if comment.names.iter().any(|name| name.rule == finding.rule_id()) {
            let print = &finding.fingerprint[..6];
            near.push(format!(
                "the comment at line {}, which would have to name it: [{}:{print}]",
                comment.line,
                finding.rule_id()
            ));
        }
    }
    if let Some(patterns) = path.as_deref().and_then(|path| settings.config.paths.excluding(path)) {
        let at = line(patterns.span.start);
        near.push(format!("{}:{at}, which excludes its path: it may be live", settings.label));
    }
    for allow in &settings.config.allow {
        let at = format!("{}:{}", settings.label, line(allow.span.start));
        let said = Allow { live: true, ..allow.clone() };
        if !fits(&said, finding, path.as_deref()) {
            continue;
        }
        match allow.until {
            Some(until) if day > until => near.push(format!("{at}, which ended on {until}")),
            _ => near.push(format!(
                "{at}: it may be live, and the entry says neither its fingerprint nor 'live = true'"
            )),
        }
    }
    near
}

fn by(inputs: &Inputs<'_>, at: usize, reason: Option<String>) -> Suppression {
    let reason = reason.map(|reason| inputs.scanner.label(&reason));
    Suppression { by: SuppressedBy::Config, source: inputs.config_place(at), reason }
}

impl Inputs<'_> {
    /// A place in the configuration, such as `stripeguard.toml:4`.
    pub(super) fn config_place(&self, at: usize) -> String {
        let line = self.settings.source.as_ref().map_or(0, |source| source.line(at));
        format!("{}:{line}", self.config_label())
    }

    /// The path of the configuration, as the report writes it.
    pub(super) fn config_label(&self) -> String {
        self.scanner.label(&self.settings.label)
    }
}
