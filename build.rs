//! Compiles `rules/secrets/*.yml` into constants, so that nothing is parsed when the program starts,
//! and embeds `rules/lints/*.yml` with the literals that decide which of them is read.

#[path = "build/stacks.rs"]
mod stacks;

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs};

use serde::Deserialize;
use sha2::{Digest, Sha256};

/// A rule file. The words of its fields are those of `src/key/rule.rs`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RuleFile {
    id: String,
    title: String,
    family: String,
    r#type: String,
    mode: Option<String>,
    severity: String,
    prefixes: Vec<String>,
    grammar: String,
    #[serde(default)]
    needs_context: bool,
    docs: String,
    remedy: String,
    examples: Examples,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Examples {
    positive: Vec<String>,
    negative: Vec<String>,
}

/// What has to be known of a rule about practice before it is read.
#[derive(Deserialize)]
struct LintFile {
    id: String,
    level: String,
    #[serde(default)]
    scope: Option<String>,
    #[serde(default)]
    tests: bool,
    #[serde(default)]
    made: bool,
    #[serde(default)]
    patterns: Vec<Trigger>,
    #[serde(default)]
    triggers: Vec<Trigger>,
}

#[derive(Deserialize)]
struct Trigger {
    languages: Vec<String>,
    literals: Vec<String>,
    #[serde(default)]
    also: Vec<String>,
}

fn main() {
    println!("cargo::rerun-if-changed=rules/secrets");
    println!("cargo::rerun-if-changed=rules/stacks");
    println!("cargo::rerun-if-changed=build");
    println!("cargo::rerun-if-changed=rules/lints");
    println!("cargo::rerun-if-changed=build.rs");
    write("secrets.rs", &secrets());
    write("lints.rs", &lints());
    write("stacks.rs", &stacks::compile("rules/stacks"));
    println!("cargo::rustc-env=STRIPEGUARD_SOURCES={}", sources());
}

fn write(name: &str, text: &str) {
    let target = Path::new(&env::var("OUT_DIR").expect("cargo sets OUT_DIR")).join(name);
    fs::write(target, text).expect("the output directory is writable");
}

fn rule_files(dir: &str) -> Vec<PathBuf> {
    let mut paths: Vec<PathBuf> = fs::read_dir(dir)
        .unwrap_or_else(|e| panic!("{dir} is a directory of the package: {e}"))
        .map(|entry| entry.expect("a directory of rules can be listed").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "yml"))
        .collect();
    paths.sort();
    paths
}

fn secrets() -> String {
    let paths = rule_files("rules/secrets");
    let mut text = String::from(
        "/// Every rule, in the order of their ids.\npub static RULES: &[Rule] = &[\n",
    );
    let mut families = BTreeSet::new();
    for path in &paths {
        let rule = read(path);
        assert!(families.insert(rule.family.clone()), "{}: the family is taken", path.display());
        text.push_str(&constant(&rule));
    }
    text.push_str("];\n");
    text
}

fn lints() -> String {
    let mut out = String::from(
        "/// Every rule that comes with the program, in the order of their ids.\n\
         pub static LINTS: &[Embedded] = &[\n",
    );
    for path in rule_files("rules/lints") {
        let text = fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
        let text = text.replace("\r\n", "\n");
        let lint: LintFile =
            serde_saphyr::from_str(&text).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
        let stem = path.file_stem().and_then(|stem| stem.to_str());
        assert_eq!(stem, Some(lint.id.as_str()), "{}: id and file name differ", path.display());
        let triggers: String = lint.patterns.iter().chain(&lint.triggers).map(trigger).collect();
        writeln!(
            out,
            "    Embedded {{ id: {:?}, level: Level::{}, scope: Scope::{}, tests: {}, made: {}, \
             triggers: &[{triggers}], text: {text:?} }},",
            lint.id,
            camel(&lint.level),
            camel(lint.scope.as_deref().unwrap_or("project")),
            lint.tests,
            lint.made,
        )
        .expect("a string can be written to");
    }
    out.push_str("];\n");
    out
}

fn trigger(trigger: &Trigger) -> String {
    let formats: String =
        trigger.languages.iter().map(|name| format!("Format::{},", camel(name))).collect();
    let Trigger { literals, also, .. } = trigger;
    format!("Trigger {{ formats: &[{formats}], literals: &{literals:?}, also: &{also:?} }},")
}

/// A hash of all that the program is made of: what one program has found says nothing of another.
fn sources() -> String {
    let parts = ["src", "rules", "build", "build.rs", "Cargo.toml", "Cargo.lock"];
    let mut pending = Vec::from(parts.map(PathBuf::from));
    let mut files = Vec::new();
    while let Some(path) = pending.pop() {
        println!("cargo::rerun-if-changed={}", path.display());
        match fs::read_dir(&path) {
            Ok(entries) => {
                pending
                    .extend(entries.map(|entry| entry.expect("a directory of the package").path()));
            }
            Err(_) => files.push(path),
        }
    }
    files.sort();
    let mut hash = Sha256::new();
    for file in files {
        // A packaged crate may lack the lock file.
        let content = fs::read(&file).unwrap_or_default();
        hash.update((content.len() as u64).to_be_bytes());
        hash.update(content);
    }
    hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

fn read(path: &Path) -> RuleFile {
    let text = fs::read_to_string(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    let rule: RuleFile =
        serde_saphyr::from_str(&text).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    let stem = path.file_stem().and_then(|stem| stem.to_str());
    assert_eq!(stem, Some(rule.id.as_str()), "{}: id and file name differ", path.display());
    assert!(!rule.prefixes.is_empty(), "{}: no prefixes", path.display());
    assert!(!rule.examples.positive.is_empty(), "{}: no positive examples", path.display());
    assert!(!rule.examples.negative.is_empty(), "{}: no negative examples", path.display());
    rule
}

fn constant(rule: &RuleFile) -> String {
    let mode = rule
        .mode
        .as_deref()
        .map_or("None".to_owned(), |mode| format!("Some(Mode::{})", camel(mode)));
    let mut text = String::new();
    let fields = [
        ("id", format!("{:?}", rule.id)),
        ("title", format!("{:?}", rule.title)),
        ("family", format!("{:?}", rule.family)),
        ("kind", format!("CredentialType::{}", camel(&rule.r#type))),
        ("mode", mode),
        ("severity", format!("Severity::{}", camel(&rule.severity))),
        ("prefixes", format!("&{:?}", rule.prefixes)),
        ("grammar", format!("Grammar::{}", camel(&rule.grammar))),
        ("needs_context", rule.needs_context.to_string()),
        ("docs", format!("{:?}", rule.docs)),
        ("remedy", format!("{:?}", rule.remedy)),
        ("positive", format!("&{:?}", rule.examples.positive)),
        ("negative", format!("&{:?}", rule.examples.negative)),
    ];
    text.push_str("    Rule {\n");
    for (name, value) in fields {
        writeln!(text, "        {name}: {value},").expect("a string can be written to");
    }
    text.push_str("    },\n");
    text
}

/// `account-key` as `AccountKey`.
fn camel(word: &str) -> String {
    let parts = word.split(['-', '_']).filter(|part| !part.is_empty());
    parts.map(|part| part[..1].to_ascii_uppercase() + &part[1..]).collect()
}
