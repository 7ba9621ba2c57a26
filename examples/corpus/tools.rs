//! How each scanner is run, without network, and how its report reads.

use std::io::{Read, Seek};
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use serde_json::Value as Json;

use crate::score::{Reported, Value};

/// A scanner.
pub struct Tool {
    pub name: &'static str,
    program: String,
    arguments: &'static [&'static str],
    read: fn(&str, &Path) -> anyhow::Result<Vec<Reported>>,
}

impl Tool {
    /// Every scanner whose reports can be read here.
    pub fn all() -> Vec<Self> {
        let tool =
            |name, arguments, read| Self { name, program: String::from(name), arguments, read };
        vec![
            tool("stripeguard", STRIPEGUARD, stripeguard as _),
            tool("kingfisher", KINGFISHER, kingfisher as _),
            tool("gitleaks", GITLEAKS, gitleaks as _),
            tool("ripsecrets", &["--only-matching", "."], ripsecrets as _),
            tool("detect-secrets", DETECT_SECRETS, detect_secrets as _),
            tool("secretlint", SECRETLINT, secretlint as _),
        ]
    }

    /// The scanner of a name, run as another program if one is given.
    pub fn named(name: &str, program: Option<&str>) -> anyhow::Result<Self> {
        let mut tool = Self::all()
            .into_iter()
            .find(|tool| tool.name == name)
            .with_context(|| format!("{name} is none of the scanners that are known here"))?;
        if let Some(program) = program {
            program.clone_into(&mut tool.program);
        }
        Ok(tool)
    }

    /// Runs it on a directory. The exit code is not looked at: findings make it differ from zero.
    ///
    /// # Errors
    /// If it does not run, does not end in time, or says nothing that can be read.
    pub fn run(&self, files: &Path) -> anyhow::Result<Vec<Reported>> {
        let mut output = tempfile::tempfile()?;
        let mut child = Command::new(&self.program)
            .args(self.arguments)
            .current_dir(files)
            .stdin(Stdio::null())
            .stdout(output.try_clone()?)
            .stderr(Stdio::null())
            .spawn()
            .with_context(|| format!("{} does not run", self.program))?;
        let begun = Instant::now();
        while child.try_wait()?.is_none() {
            if begun.elapsed() > LONGEST {
                child.kill()?;
                child.wait()?;
                bail!("it did not end within {} minutes", LONGEST.as_secs() / 60);
            }
            thread::sleep(Duration::from_millis(20));
        }
        let mut report = Vec::new();
        output.rewind()?;
        output.read_to_end(&mut report)?;
        (self.read)(&String::from_utf8_lossy(&report), files)
    }
}

/// No scanner gets more time.
const LONGEST: Duration = Duration::from_secs(600);

const STRIPEGUARD: &[&str] =
    &["scan", ".", "--tree", "--no-ignore", "--format", "json", "--reveal"];
const KINGFISHER: &[&str] = &[
    "scan",
    ".",
    "--no-validate",
    "--no-dedup",
    "--no-update-check",
    "--format",
    "json",
    "--confidence",
    "low",
];
const GITLEAKS: &[&str] = &[
    "dir",
    ".",
    "-f",
    "json",
    "-r",
    "-",
    "--no-banner",
    "--max-archive-depth",
    "5",
    "--max-decode-depth",
    "5",
];
/// Its rule for Stripe alone: the rules for entropy take minutes for the long lines of the corpus.
const DETECT_SECRETS: &[&str] = &[
    "scan",
    "--all-files",
    "--no-verify",
    "--disable-plugin",
    "ArtifactoryDetector",
    "--disable-plugin",
    "AWSKeyDetector",
    "--disable-plugin",
    "AzureStorageKeyDetector",
    "--disable-plugin",
    "BasicAuthDetector",
    "--disable-plugin",
    "CloudantDetector",
    "--disable-plugin",
    "DiscordBotTokenDetector",
    "--disable-plugin",
    "GitHubTokenDetector",
    "--disable-plugin",
    "GitLabTokenDetector",
    "--disable-plugin",
    "Base64HighEntropyString",
    "--disable-plugin",
    "HexHighEntropyString",
    "--disable-plugin",
    "IbmCloudIamDetector",
    "--disable-plugin",
    "IbmCosHmacDetector",
    "--disable-plugin",
    "IPPublicDetector",
    "--disable-plugin",
    "JwtTokenDetector",
    "--disable-plugin",
    "KeywordDetector",
    "--disable-plugin",
    "MailchimpDetector",
    "--disable-plugin",
    "NpmDetector",
    "--disable-plugin",
    "OpenAIDetector",
    "--disable-plugin",
    "PrivateKeyDetector",
    "--disable-plugin",
    "PypiTokenDetector",
    "--disable-plugin",
    "SendGridDetector",
    "--disable-plugin",
    "SlackDetector",
    "--disable-plugin",
    "SoftlayerDetector",
    "--disable-plugin",
    "SquareOAuthDetector",
    "--disable-plugin",
    "TelegramBotTokenDetector",
    "--disable-plugin",
    "TwilioKeyDetector",
    ".",
];
/// Its rule for Stripe alone, which the preset of version 12 does not have.
const SECRETLINT: &[&str] = &[
    "--format",
    "json",
    "--secretlintrcJSON",
    r#"{"rules":[{"id":"@secretlint/secretlint-rule-stripe"}]}"#,
    "**/*",
];

fn text(json: &Json) -> String {
    json.as_str().unwrap_or_default().to_owned()
}

fn number(json: &Json) -> Option<usize> {
    json.as_u64().and_then(|number| usize::try_from(number).ok())
}

fn array(json: &Json) -> impl Iterator<Item = &Json> {
    json.as_array().into_iter().flatten()
}

/// The outer file of a path, and the member of an archive.
fn split(path: &str) -> (String, Option<String>) {
    let path = path.strip_prefix("./").unwrap_or(path);
    match path.split_once('!') {
        Some((outer, inner)) => (outer.to_owned(), Some(inner.trim_start_matches('/').to_owned())),
        None => (path.to_owned(), None),
    }
}

fn stripeguard(report: &str, _: &Path) -> anyhow::Result<Vec<Reported>> {
    let json: Json = serde_json::from_str(report)?;
    let mut all = Vec::new();
    for finding in array(&json["findings"]).filter(|finding| finding["status"] == "open") {
        for place in std::iter::once(finding).chain(array(&finding["locations"])) {
            let (path, member) = split(&text(&place["path"]));
            all.push(Reported {
                path,
                member,
                line: number(&place["line"]),
                column: number(&place["column"]),
                value: Value::Text(text(&finding["secret"]["value"])),
                stripe: true,
            });
        }
    }
    Ok(all)
}

fn kingfisher(report: &str, files: &Path) -> anyhow::Result<Vec<Reported>> {
    let json: Json = serde_json::Deserializer::from_str(report)
        .into_iter::<Json>()
        .next()
        .context("kingfisher said nothing")??;
    let root = format!("{}/", files.display());
    Ok(array(&json["findings"])
        .map(|found| {
            let place = &found["finding"];
            let (path, member) = split(text(&place["path"]).trim_start_matches(&root));
            Reported {
                path: outer(&path),
                member,
                line: number(&place["line"]),
                column: number(&place["column_start"]),
                value: Value::Text(text(&place["snippet"])),
                stripe: text(&found["rule"]["id"]).contains("stripe"),
            }
        })
        .collect())
}

/// A case is three folders deep; what stands below lies in its container.
fn outer(path: &str) -> String {
    path.split('/').take(3).collect::<Vec<_>>().join("/")
}

fn gitleaks(report: &str, _: &Path) -> anyhow::Result<Vec<Reported>> {
    let json: Json = serde_json::from_str(report)?;
    Ok(array(&json)
        .map(|found| {
            let (path, member) = split(&text(&found["File"]));
            Reported {
                path,
                member,
                line: number(&found["StartLine"]),
                column: number(&found["StartColumn"]),
                value: Value::Text(text(&found["Secret"])),
                stripe: text(&found["RuleID"]).contains("stripe"),
            }
        })
        .collect())
}

/// Its lines are `path:line:text`, where the text may hold what stands around the value. It does
/// not name its rules: whatever it says of a file counts as said of Stripe.
fn ripsecrets(report: &str, _: &Path) -> anyhow::Result<Vec<Reported>> {
    let read = |row: &str| {
        let mut parts = row.splitn(3, ':');
        let (path, member) = split(parts.next()?);
        let line = parts.next()?.parse().ok();
        let value = Value::Text(parts.next()?.to_owned());
        Some(Reported { path, member, line, column: None, value, stripe: true })
    };
    Ok(report.lines().filter_map(read).collect())
}

fn detect_secrets(report: &str, _: &Path) -> anyhow::Result<Vec<Reported>> {
    let json: Json = serde_json::from_str(report)?;
    let files = json["results"].as_object().context("no results")?;
    let mut all = Vec::new();
    for (path, found) in files.iter().flat_map(|(path, list)| array(list).map(move |f| (path, f))) {
        let (path, member) = split(path);
        all.push(Reported {
            path,
            member,
            line: number(&found["line_number"]),
            column: None,
            value: Value::Hashed(text(&found["hashed_secret"])),
            stripe: text(&found["type"]).contains("Stripe"),
        });
    }
    Ok(all)
}

fn secretlint(report: &str, files: &Path) -> anyhow::Result<Vec<Reported>> {
    let json: Json = serde_json::from_str(report)?;
    let root = format!("{}/", files.display());
    let mut all = Vec::new();
    for file in array(&json) {
        let units: Vec<u16> = text(&file["sourceContent"]).encode_utf16().collect();
        let (path, member) = split(text(&file["filePath"]).trim_start_matches(&root));
        for found in array(&file["messages"]) {
            let range = number(&found["range"][0]).zip(number(&found["range"][1]));
            let value = range.and_then(|(start, end)| units.get(start..end));
            all.push(Reported {
                path: path.clone(),
                member: member.clone(),
                line: number(&found["loc"]["start"]["line"]),
                column: number(&found["loc"]["start"]["column"]).map(|column| column + 1),
                value: value.map_or(Value::Untold, |v| Value::Text(String::from_utf16_lossy(v))),
                stripe: text(&found["ruleId"]).contains("stripe"),
            });
        }
    }
    Ok(all)
}
