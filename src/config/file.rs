//! What a configuration file looks like: printed by `--dump-config`, and described for editors.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Serialize;

use super::Config;

/// The configuration of stripeguard: `stripeguard.toml`, or a table `stripeguard` in Cargo.toml
/// (`package.metadata` or `workspace.metadata`), pyproject.toml (`tool`) or package.json.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
#[schemars(title = "stripeguard.toml")]
struct File {
    /// The least severity of a finding that makes the exit code 1. `--fail-on` overrides it.
    #[schemars(extend("default" = "low"))]
    fail_on: Option<SeverityWord>,
    /// Which lints run, before `rules` switches single ones.
    #[schemars(extend("default" = "default"))]
    lints: Option<LintWord>,
    /// Whether a suppression without a reason is a finding.
    #[schemars(extend("default" = false))]
    require_reason: Option<bool>,
    /// What is decided about single rules, by their ids: `off`, `on` or a severity.
    rules: Option<BTreeMap<String, LevelWord>>,
    /// Which paths are reported.
    paths: Option<Paths>,
    /// Budgets for opening archives. What they leave unread is named in the report, and the exit
    /// code is 3.
    limits: Option<Limits>,
    /// Findings that are known and accepted. An entry covers a finding that fits all that it names.
    allow: Option<Vec<Allow>>,
}

#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct Paths {
    /// If there are any, only findings in these paths are reported. Patterns as in `.gitignore`.
    include: Option<Vec<String>>,
    /// Findings in these paths are suppressed, but for keys that may be live.
    exclude: Option<Vec<String>>,
}

#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct Limits {
    /// How deep archives may be nested in each other.
    #[schemars(range(min = 0, max = 64), extend("default" = 6))]
    depth: Option<u32>,
    /// Members of one archive and of all that are nested in it.
    #[schemars(extend("default" = 100_000))]
    members: Option<u64>,
    /// Unpacked bytes of one member.
    #[schemars(extend("default" = 134_217_728))]
    member_bytes: Option<u64>,
    /// Unpacked bytes of all members together.
    #[schemars(extend("default" = 1_073_741_824))]
    unpacked_bytes: Option<u64>,
}

#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
#[schemars(extend("anyOf" = [
    { "required": ["paths"] }, { "required": ["rules"] }, { "required": ["fingerprints"] }
]))]
struct Allow {
    /// Patterns as in `.gitignore`.
    paths: Option<Vec<String>>,
    /// Ids of rules.
    rules: Option<Vec<String>>,
    /// The first 6 or more digits of fingerprints.
    #[schemars(inner(regex(pattern = "^[0-9a-fA-F]{6,64}$")))]
    fingerprints: Option<Vec<String>>,
    /// Why.
    #[schemars(length(min = 1))]
    reason: Option<String>,
    /// Who answers for it.
    #[schemars(length(min = 1))]
    owner: Option<String>,
    /// The last day on which it holds: `2027-01-31`.
    #[schemars(regex(pattern = "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"))]
    until: Option<String>,
    /// Whether it covers credentials that may be live without naming their fingerprints.
    #[schemars(extend("default" = false))]
    live: Option<bool>,
}

#[derive(Serialize, JsonSchema)]
struct SeverityWord(
    #[schemars(extend("enum" = ["critical", "high", "medium", "low", "info"]))] &'static str,
);

#[derive(Serialize, JsonSchema)]
struct LintWord(#[schemars(extend("enum" = ["all", "default", "none"]))] &'static str);

#[derive(Serialize, JsonSchema)]
struct LevelWord(
    #[schemars(extend("enum" = ["off", "on", "critical", "high", "medium", "low", "info"]))]
    &'static str,
);

/// The JSON Schema of a configuration.
pub fn schema() -> String {
    let schema = schemars::schema_for!(File);
    serde_json::to_string_pretty(&schema).expect("a schema is plain JSON") + "\n"
}

/// A configuration as a file that says the same, every value spelled out.
pub fn dump(config: &Config) -> String {
    toml::to_string_pretty(&File::of(config)).expect("words, numbers and lists are plain TOML")
}

impl File {
    fn of(config: &Config) -> Self {
        let level = |(id, level): (&String, &super::Spanned<super::Level>)| {
            (id.clone(), LevelWord(level.value.word()))
        };
        let lines = |patterns: &super::Patterns| patterns.lines().to_vec();
        Self {
            fail_on: Some(SeverityWord(config.fail_on.value.word())),
            lints: Some(LintWord(config.lints.value.word())),
            require_reason: Some(config.require_reason),
            rules: Some(config.rules.iter().map(level).collect()),
            paths: Some(Paths {
                include: config.paths.include.as_ref().map(|include| lines(&include.value)),
                exclude: Some(lines(&config.paths.exclude.value)),
            }),
            limits: Some(Limits {
                depth: Some(config.limits.depth),
                members: Some(config.limits.members),
                member_bytes: Some(config.limits.member_bytes),
                unpacked_bytes: Some(config.limits.unpacked_bytes),
            }),
            allow: Some(config.allow.iter().map(Allow::of).collect()),
        }
    }
}

impl Allow {
    fn of(allow: &super::Allow) -> Self {
        let some = |list: &[String]| (!list.is_empty()).then(|| list.to_vec());
        Self {
            paths: allow.paths.as_ref().map(|paths| paths.lines().to_vec()),
            rules: some(&allow.rules),
            fingerprints: some(&allow.fingerprints),
            reason: allow.reason.clone(),
            owner: allow.owner.clone(),
            until: allow.until.map(|day| day.to_string()),
            live: Some(allow.live),
        }
    }
}
