//! What is fuzzed: each function hands foreign bytes to one family of parsers, and panics if they
//! promise more than they keep.

#![allow(missing_docs, clippy::unwrap_used)]

use std::fs;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering};

use sha1::{Digest, Sha1};
use stripeguard::blob::{Blob, Origin};
use stripeguard::config::{self, Settings};
use stripeguard::context::source_map;
use stripeguard::coverage::Progress;
use stripeguard::decode::container::{self, Budget, Limits};
use stripeguard::detect::Detector;
use stripeguard::lint::{Linter, Preset, Rule, Selection};
use stripeguard::receipt::Receipt;
use stripeguard::run::{self, Request, Scope, Sides};
use stripeguard::scan::{Found, Scanner};
use stripeguard::source::{Sink, history, patch};
use stripeguard::suppress::Baseline;
use stripeguard::{doctor, git, import, key, report};

mod packs;

pub use packs::packs;

const TODAY: i64 = 1_790_000_000;

/// So little that no input can hide that a limit does not hold.
const LIMITS: Limits = Limits {
    depth: 4,
    members: 2_000,
    member_bytes: 1 << 20,
    unpacked_bytes: 4 << 20,
    ratio: 16,
    run_bytes: 8 << 20,
    run_members: 4_000,
};

/// Files as one input: the length of a name, the name, four bytes of length, the content.
pub fn pack_files(files: &[(String, Vec<u8>)]) -> Vec<u8> {
    let mut data = Vec::new();
    for (name, content) in files {
        data.push(name.len() as u8);
        data.extend_from_slice(name.as_bytes());
        data.extend((content.len() as u32).to_le_bytes());
        data.extend_from_slice(content);
    }
    data
}

/// The reverse; what makes no sense is left out.
pub fn unpack_files(mut data: &[u8]) -> Vec<(String, Vec<u8>)> {
    let mut files = Vec::new();
    while let Some((&len, rest)) = data.split_first() {
        let Some((name, rest)) = rest.split_at_checked(len.into()) else { break };
        let Some((len, rest)) = rest.split_first_chunk::<4>() else { break };
        let (content, rest) = rest.split_at(rest.len().min(u32::from_le_bytes(*len) as usize));
        let is_inside =
            name.iter().all(|byte| byte.is_ascii_alphanumeric() || b"/._-".contains(byte))
                && !name.starts_with(b"/")
                && !name.windows(2).any(|pair| pair == b"..");
        if let Some(name) = std::str::from_utf8(name).ok().filter(|_| is_inside) {
            files.push((name.to_owned(), content.to_vec()));
        }
        data = rest;
    }
    files
}

/// A git directory: packs, indexes of one pack and of several, loose objects, trees, commits, the
/// index, references in files and in tables, reflogs, configuration.
pub fn repository(data: &[u8]) {
    let dir = tempfile::tempdir().unwrap();
    let git_dir = dir.path().join(".git");
    for empty in ["objects/pack", "refs/heads"] {
        fs::create_dir_all(git_dir.join(empty)).unwrap();
    }
    for (name, mut content) in unpack_files(data) {
        if data.len().is_multiple_of(2) {
            seal(&name, &mut content);
        }
        let path = git_dir.join(name);
        // A name that is a file and a directory at once has its first meaning.
        let _ = path.parent().map(fs::create_dir_all);
        let _ = fs::write(path, content);
    }
    let root = dir.path().to_owned();
    read(Scope::Paths { paths: vec![root.clone()], sides: Sides::Auto }, data.len());
    read(Scope::Staged { repository: root, surroundings: git::Surroundings::default() }, 1);
    revisions(dir.path());
}

/// Puts the checksum under a file of git that it should have, as nothing behind a wrong one is looked
/// at in most of them.
fn seal(name: &str, content: &mut [u8]) {
    let has_one = [".pack", ".idx", "index", "multi-pack-index", ".rev"];
    if let Some(at) = content.len().checked_sub(20)
        && has_one.iter().any(|end| name.ends_with(end))
    {
        let sum = Sha1::digest(&content[..at]);
        content[at..].copy_from_slice(&sum);
    }
}

fn read(scope: Scope, choice: usize) {
    let request = Request {
        scope,
        history: history::Scope::Local,
        verify_objects: choice.is_multiple_of(3),
        no_ignore: false,
        cache: None,
        lints: Selection::none(),
        threads: 1,
        today: TODAY,
        settings: Settings::default(),
        baseline: None,
    };
    // What is left may be no repository at all.
    if let Ok(report) = run::run(&request, &Progress::default()) {
        write(&report);
    }
}

/// What else is read of a repository: a push and a range start from names.
fn revisions(root: &Path) {
    let Ok(repository) = git::open(root) else { return };
    let (refs, database) = (repository.references(), git::Database::open(&repository));
    let resolver = git::Resolver::new(&repository, &refs, &database);
    for range in ["HEAD~3..", "v1", "main...v1", "@{1}^!", "abcd"] {
        if let Ok(range) = resolver.range(range) {
            git::changes(&database, repository.id_len(), &range);
        }
    }
    git::places(&repository, &mut |_| {});
}

/// Every format, as nothing that a report holds may break one.
fn write(found: &report::Report) {
    let style =
        report::Style { reveal: false, color: false, width: 80, now: TODAY, show_suppressed: true };
    let mut out = Vec::new();
    report::json::write(found, style, &mut out).unwrap();
    report::read(&out).expect("our own report can be read");
    report::text::write(found, style, &mut out).unwrap();
    report::sarif::write(found, style, &mut out).unwrap();
    report::html::write(found, style, &mut out).unwrap();
}

/// Archives, compressed streams, databases, documents, programs, bundles.
pub fn containers(data: &[u8]) {
    let (mut shown, mut members) = (0, 0);
    let budget = Budget::new(&LIMITS);
    let gaps = container::open(data, &LIMITS, &budget, &mut |member| {
        shown += member.bytes.len() as u64;
        members += 1;
    });
    // A name is shown beside its content, and a text that is a container too beside its members.
    let most = 2 * LIMITS.unpacked_bytes + 4 * data.len() as u64 + (1 << 20);
    assert!(shown <= most, "{shown} bytes of {}", data.len());
    assert!(members <= 4 * LIMITS.members + 4, "{members} members");
    assert!(gaps.len() as u64 <= 4 * LIMITS.members + 4, "{} gaps", gaps.len());
}

/// Keys, their spellings, comments, variables and maps of sources, in whatever text.
pub fn texts(data: &[u8]) {
    let scanner = Scanner::new(TODAY, LIMITS);
    let mut found = Found::default();
    scanner.scan(&Blob::whole("app/.env", Origin::Tree, data), &mut found);
    assert!(found.sightings.len() <= data.len());
    for sighting in &found.sightings {
        assert!(sighting.place.start.column >= 1 && sighting.place.start.line >= 1);
    }
    let text = String::from_utf8_lossy(data);
    scanner.label(&text);
    key::is_placeholder(&text);
    key::look_alike("sk_live_", &text);
    doctor::examine(doctor::env_settings(&text, ".env"), scanner.detector());
    doctor::names_read(&text, "a.js");
    doctor::config_settings(&text, "appsettings.json", scanner.detector());
    let map = |_: &str| Some(data.to_vec());
    source_map::original("dist/app.js", data, data.len() / 2, map);
}

/// A file of every language that rules about practice parse.
pub const CODE_NAMES: [&str; 16] = [
    "a.ts", "a.tsx", "a.js", "a.py", "a.rb", "a.php", "a.go", "A.java", "a.sh", "a.yml", "a.html",
    ".env", "A.kt", "a.swift", "A.cs", "a.ex",
];

/// Code of every language that rules about practice parse.
pub fn code(data: &[u8]) {
    let (first, text) = data.split_first().unwrap_or((&0, &[]));
    let name = CODE_NAMES[usize::from(*first) % CODE_NAMES.len()];
    // Its patterns are compiled once, which takes longer than most texts.
    static LINTER: LazyLock<Linter> = LazyLock::new(|| {
        Linter::new(&Selection { preset: Preset::All, ..Selection::default() }, Vec::new())
    });
    lint(&LINTER, name, text);
}

fn lint(linter: &Linter, name: &str, text: &[u8]) {
    linter.assume_project();
    linter.offer(&Blob::whole(name, Origin::Tree, text));
    let linted = linter.finish(&Scanner::new(TODAY, LIMITS), 1, &|| false);
    assert!(linted.findings.len() <= 40 * (text.len() + 1));
}

/// Configurations, in each of the files that may hold one.
pub fn configs(data: &[u8]) {
    const NAMES: [&str; 4] = ["stripeguard.toml", "Cargo.toml", "pyproject.toml", "package.json"];
    let (first, text) = data.split_first().unwrap_or((&0, &[]));
    let dir = tempfile::tempdir().unwrap();
    let path: PathBuf = dir.path().join(NAMES[usize::from(*first) % NAMES.len()]);
    fs::write(&path, text).unwrap();
    let Ok(source) = config::open(&path) else { return };
    match source.config(&run::rule_ids()) {
        Ok(config) => drop(config::dump(&config)),
        Err(problems) => {
            for problem in problems.iter().take(100) {
                assert!(source.line(problem.span.start) >= 1);
                assert!(source.text.get(problem.span.clone()).is_some(), "{:?}", problem.span);
            }
        }
    }
}

/// Patches as git and diff write them.
pub fn patches(data: &[u8]) {
    let seen = AtomicU64::new(0);
    let visit = |blob: &Blob<'_>| {
        seen.fetch_add(blob.bytes.len() as u64, Ordering::Relaxed);
        ControlFlow::Continue(())
    };
    let progress = Progress::default();
    let sink = Sink { visit: &visit, whole: &container::may_end_as_one, progress: &progress };
    let coverage = patch::scan(data, "fuzz", sink);
    assert!(coverage.gaps.len() <= data.len() + 1);
    // Each added line is shown with at most 8 KiB of the hunk around it.
    assert!(seen.into_inner() <= (data.len() as u64 + 1) * (10 << 10));
}

/// Lists of what is known: baselines, ours and those of others, and receipts.
pub fn lists(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    if let Ok(baseline) = Baseline::parse(text) {
        let again = Baseline::parse(&baseline.render()).expect("our own baseline can be read");
        assert_eq!(again.render(), baseline.render());
    }
    if let Ok(format) = import::Format::of("list", text) {
        let _ = import::read(format, "list", text);
    }
    for format in [import::Format::GitleaksReport, import::Format::Kingfisher] {
        let _ = import::read(format, "list", text);
    }
    let _ = Receipt::parse(text);
}

/// Rules that a scanned repository brings along, and what they do to a text.
pub fn rules(data: &[u8]) {
    const TEXT: &[u8] = b"import Stripe from 'stripe';\nconst stripe = new Stripe('sk');\n\
        app.post('/hook', express.json(), (req, res) => { stripe.charges.create({a: [1, [2]]}) });\n";
    let Ok(text) = std::str::from_utf8(data) else { return };
    let Ok(rule) = Rule::parse_foreign(text) else { return };
    let selection = Selection { preset: Preset::All, ..Selection::none() };
    let linter = Linter::new(&selection, vec![rule]);
    lint(&linter, "src/app.ts", TEXT);
    lint(&linter, "src/app.py", TEXT);
}

/// Reports that are merged.
pub fn reports(data: &[u8]) {
    if let Ok(read) = report::read(data) {
        write(&read);
        write(&report::merge::merge(vec![read]));
    }
    Detector::new(TODAY).explain(data, "report.json");
}
