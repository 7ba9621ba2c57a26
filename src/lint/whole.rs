//! What shows only over several files: that something is nowhere, or that one undoes another.

use serde::Deserialize;

use super::check::{Check, environment};
use super::format::{self, Format};
use super::held::{Held, Text};
use super::page::Hit;
use super::pass;
use super::trigger::Active;
use crate::finding::Finding;
use crate::scan::Scanner;

/// What speaks of a content security policy, wherever it is set.
const POLICIES: &[&str] = &[
    "ontent-Security-Policy",
    "ontent-security-policy",
    "ontentSecurityPolicy",
    "ontent_security_policy",
    "CSP_SCRIPT_SRC",
    "CSP_DEFAULT_SRC",
    "script-src",
    "scriptSrc",
];

/// Applies the rules about several files.
pub fn run(
    active: &[Active],
    held: &Held,
    scanner: &Scanner,
    within: &str,
    findings: &mut Vec<Finding>,
) {
    for (index, active) in active.iter().enumerate().filter(|(_, one)| one.is_about_several()) {
        let of_rule = |text: &&Text| {
            text.fires.contains(&index)
                && !format::is_test(&text.path)
                && held.projects.covers(&text.path, &text.bytes)
        };
        let texts: Vec<&Text> = held.texts.iter().filter(of_rule).collect();
        let hits = match active.rule().check {
            Some(Check::CspMissing) => without_policy(&texts),
            Some(Check::EnvFileInBuildContext) => with_settings(&texts),
            Some(Check::EnvFileInImage) => copied(&texts),
            Some(Check::EnvFileInPackage) => published(&texts),
            _ => Vec::new(),
        };
        let hits = hits.iter();
        findings
            .extend(hits.map(|(text, hit)| pass::finding(active, (text, hit), scanner, within)));
    }
}

/// The first page that loads Stripe.js, where nothing sets a policy.
fn without_policy<'a>(texts: &[&'a Text]) -> Vec<(&'a Text, Hit)> {
    let has = |text: &Text, word: &str| find(text, word).is_some();
    if texts.iter().any(|text| POLICIES.iter().any(|word| has(text, word))) {
        return Vec::new();
    }
    let loader = |text: &&'a Text| {
        let (at, word) =
            ["src=\"https://js.stripe.com/", "src='https://js.stripe.com/", "loadStripe("]
                .iter()
                .find_map(|word| find(text, word).map(|at| (at, word)))?;
        Some((*text, Hit::at(at..at + word.len())))
    };
    texts.iter().find_map(loader).into_iter().collect()
}

/// Dockerfiles whose last stage copies everything, where `.dockerignore` does not leave out files of
/// settings.
fn with_settings<'a>(texts: &[&'a Text]) -> Vec<(&'a Text, Hit)> {
    let leaves_out = |dir: &str| {
        let path = if dir.is_empty() {
            ".dockerignore".to_owned()
        } else {
            format!("{dir}/.dockerignore")
        };
        let list = texts.iter().find(|text| text.path == path);
        list.is_some_and(|text| {
            String::from_utf8_lossy(&text.bytes).lines().map(str::trim).any(|line| {
                !line.starts_with(['#', '!'])
                    && (line.contains(".env") || matches!(line, "*" | "**"))
            })
        })
    };
    let copies = |text: &&'a Text| {
        let dir = text.path.rsplit_once('/').map_or("", |(dir, _)| dir);
        if leaves_out(dir) || leaves_out("") {
            return None;
        }
        copy_of_all(&String::from_utf8_lossy(&text.bytes)).map(|span| (*text, Hit::at(span)))
    };
    texts.iter().filter(|text| text.format == Format::Dockerfile).filter_map(copies).collect()
}

/// The instruction of the last stage that copies the whole context.
fn copy_of_all(text: &str) -> Option<std::ops::Range<usize>> {
    let (mut at, mut found) = (0, None);
    for line in text.split_inclusive('\n') {
        let words: Vec<&str> =
            line.split_whitespace().filter(|word| !word.starts_with("--chown")).collect();
        match words.as_slice() {
            [from, ..] if from.eq_ignore_ascii_case("FROM") => found = None,
            [copy, "." | "./", _]
                if ["COPY", "ADD"].contains(&copy.to_ascii_uppercase().as_str()) =>
            {
                found = Some(at..at + line.trim_end().len());
            }
            _ => {}
        }
        at += line.len();
    }
    found
}

/// Files of settings that a Dockerfile copies, unless they are known to hold no secret.
fn copied<'a>(texts: &[&'a Text]) -> Vec<(&'a Text, Hit)> {
    let mut hits = Vec::new();
    for text in texts.iter().filter(|text| text.format == Format::Dockerfile) {
        let dir = text.path.rsplit_once('/').map_or("", |(dir, _)| dir);
        let is_harmless = |source: &str| {
            let source = source.trim_start_matches("./");
            let beside = format!("{dir}/{source}");
            let known = texts.iter().find(|file| file.path == source || file.path == beside);
            known.is_some_and(|file| {
                !String::from_utf8_lossy(&file.bytes).lines().any(environment::is_secret)
            })
        };
        let mut at = 0;
        for line in String::from_utf8_lossy(&text.bytes).split_inclusive('\n') {
            if settings_copied(line).iter().any(|source| !is_harmless(source)) {
                let start = at + line.len() - line.trim_start().len();
                hits.push((*text, Hit::at(start..start + line.trim().len())));
            }
            at += line.len();
        }
    }
    hits
}

/// The files of settings among what an instruction copies.
fn settings_copied(line: &str) -> Vec<&str> {
    let mut words = line.split_whitespace();
    let is_copy = words
        .next()
        .is_some_and(|word| word.eq_ignore_ascii_case("COPY") || word.eq_ignore_ascii_case("ADD"));
    if !is_copy || line.contains("--from=") {
        return Vec::new();
    }
    let mut sources: Vec<&str> = words.filter(|word| !word.starts_with("--")).collect();
    sources.pop();
    sources.retain(|path| is_settings(path) && !path.ends_with(".py"));
    sources
}

/// Files of settings among what a package publishes: named in its list, or kept out by `.gitignore`
/// alone, which does not count beside an `.npmignore`.
fn published<'a>(texts: &[&'a Text]) -> Vec<(&'a Text, Hit)> {
    let mut hits = Vec::new();
    for text in texts.iter().filter(|text| text.path.ends_with("package.json")) {
        let Ok(package) = serde_json::from_slice::<Package>(&text.bytes) else { continue };
        let settings = package.files.iter().flatten().find(|file| is_settings(file));
        if let Some(at) = settings.and_then(|file| find(text, &format!("\"{file}\""))) {
            let len = settings.map_or(0, String::len) + 2;
            hits.push((*text, Hit::at(at..at + len)));
        }
        let beside = text.path.replace("package.json", ".npmignore");
        let list = texts.iter().find(|other| other.path == beside);
        if let Some(list) = list.filter(|_| !package.private && package.files.is_none())
            && find(list, ".env").is_none()
        {
            let line =
                list.bytes.iter().position(|&byte| byte == b'\n').unwrap_or(list.bytes.len());
            hits.push((*list, Hit::saying(0..line, NPMIGNORE)));
        }
    }
    hits
}

const NPMIGNORE: &str = "With an .npmignore npm does not look at .gitignore, so that `.env` is published if it is there.";

/// What a package.json says about publishing.
#[derive(Deserialize)]
struct Package {
    #[serde(default)]
    private: bool,
    files: Option<Vec<String>>,
}

fn is_settings(file: &str) -> bool {
    let name = file.rsplit('/').next().unwrap_or(file);
    name.starts_with(".env")
        && !["example", "sample", "template"].iter().any(|word| name.contains(word))
}

fn find(text: &Text, word: &str) -> Option<usize> {
    memchr::memmem::find(&text.bytes, word.as_bytes())
}
