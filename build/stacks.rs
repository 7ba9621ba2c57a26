//! Compiles `rules/stacks/*.yml`. The structs here mirror those of `src/context/stack.rs`, and their
//! `Debug` output is the source text of a constant of these.

use std::collections::BTreeSet;
use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};

use serde::Deserialize;

/// A list that is written as a slice.
#[derive(Deserialize, Default)]
#[serde(transparent)]
struct List<T>(Vec<T>);

impl<T: fmt::Debug> fmt::Debug for List<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("&")?;
        self.0.fmt(f)
    }
}

type Texts = List<String>;

/// Makes an enum that is written with its name, and read from words in lower case.
macro_rules! words {
    ($name:ident { $($variant:ident),* }) => {
        #[derive(Deserialize, Clone, Copy, PartialEq)]
        #[serde(rename_all = "lowercase")]
        enum $name { $($variant),* }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(match self { $(Self::$variant => concat!(stringify!($name), "::", stringify!($variant)),)* })
            }
        }
    };
}

words!(Rank { First, Addon, Normal, Fallback, Last });
words!(Claim { Client, Server, Neither, Unknown, Bundled, Shared, Reached });
words!(Language { Php });

/// Makes a struct of a rule file: every field may be absent, unknown ones are errors.
macro_rules! parts {
    ($($name:ident { $($(#[$attribute:meta])* $field:ident: $kind:ty,)* })*) => {$(
        #[derive(Deserialize, Debug, Default)]
        #[serde(deny_unknown_fields, default)]
        struct $name { $($(#[$attribute])* $field: $kind,)* }
    )*};
}

parts! {
    Stack {
        id: String, title: String, rank: Option<Rank>, recognised_by: List<Sign>, replaces: Texts,
        public_env: PublicEnv, env_files: Option<EnvFiles>, entries: Entries,
        server_exports: Texts, templates: List<Template>, regions: List<Region>,
        sends: List<Send>, rules: List<PathRule>, publish: List<Setting>, own: List<Own>, references: List<Reference>,
    }
    Sign { dependency: Option<String>, version: Option<String>, file: Option<String>, contains: Texts, }
    PublicEnv { prefixes: Texts, common_prefixes: Texts, set_by: List<Setting>, names: List<Setting>, }
    EnvFiles { #[serde(rename = "in")] within: Texts, side: Option<Claim>, why: String, flips: List<Flip>, }
    Flip { dependency: Option<String>, file: Option<String>, contains: Texts, why: String, }
    Entries { html: bool, directive: Option<String>, paths: Texts, except: Texts, config: List<Setting>, }
    Template {
        #[serde(rename = "in")] within: Texts, comment: List<Texts>, output: List<Texts>,
        code: List<Texts>, line_comment: Texts, line_code: Texts,
    }
    Region {
        #[serde(rename = "in")] within: Texts, exports: Texts, keys: Texts, calls: Texts, when: Texts,
        side: Option<Claim>, why: Option<String>, body: Option<String>, returns: Option<String>,
    }
    Send {
        #[serde(rename = "in")] within: Texts, calls: Texts, returned_by: Texts, assigned: Texts,
        data: bool, side: Option<Claim>, why: String,
    }
    PathRule {
        paths: Texts, unless: Texts, marker: bool, side: Option<Claim>, why: String,
        language: Option<Language>,
    }
    Setting { file: String, key: String, why: Option<String>, unless: Texts, }
    Reference { #[serde(rename = "in")] within: Texts, file: String, form: String, why: String, }
    Own { file: String, key: String, side: Option<Claim>, why: String, }
}

/// The text of a constant with every stack, in the order of their ids.
pub fn compile(dir: &str) -> String {
    let mut paths: Vec<PathBuf> = fs::read_dir(dir)
        .unwrap_or_else(|error| panic!("{dir}: {error}"))
        .map(|entry| entry.expect("the directory can be listed").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "yml"))
        .collect();
    paths.sort();
    let stacks: Vec<Stack> = paths.iter().map(|path| read(path)).collect();
    check(&stacks);
    let mut text = String::from(
        "/// Every stack, in the order of their ids.\npub static STACKS: &[Stack] = &[\n",
    );
    for stack in &stacks {
        text.push_str(&format!("    {stack:?},\n"));
    }
    text + "];\n"
}

fn read(path: &Path) -> Stack {
    let text = fs::read_to_string(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    let stack: Stack =
        serde_saphyr::from_str(&text).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    let stem = path.file_stem().and_then(|stem| stem.to_str());
    assert_eq!(stem, Some(stack.id.as_str()), "{}: id and file name differ", path.display());
    let ranked = matches!(stack.rank, Some(Rank::First | Rank::Last));
    assert!(ranked == stack.recognised_by.0.is_empty(), "{}: recognised_by", path.display());
    stack
}

fn check(stacks: &[Stack]) {
    let ids: BTreeSet<&str> = stacks.iter().map(|stack| stack.id.as_str()).collect();
    for stack in stacks {
        for other in &stack.replaces.0 {
            assert!(
                ids.contains(other.as_str()),
                "{}: replaces {other}, which is no stack",
                stack.id
            );
        }
        for send in &stack.sends.0 {
            assert!(send.side.is_some() && !send.why.is_empty(), "{}: {send:?}", stack.id);
        }
        for rule in &stack.rules.0 {
            assert!(rule.side.is_some() && !rule.why.is_empty(), "{}: {rule:?}", stack.id);
        }
    }
}
